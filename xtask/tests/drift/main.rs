//! Specs and descriptions that agree, and each way in which they can come apart.
#![allow(clippy::unwrap_used, clippy::panic)]

mod known;
mod shop;

use serde_json::{Value, json};

use self::shop::Shop;

const CREATE: &str = "create_order.json";
const PAY: &str = "v2/pay_order.json";

#[test]
fn what_agrees_is_passed() {
    let output = Shop::new().drift();
    assert!(output.is_success, "{output:?}");
    assert_eq!(output.lines, ["0 differences; 0 more are explained"]);
}

/// What is changed in the description of the order, by JSON pointer, and the lines that come of it.
#[test]
fn each_difference_is_found_and_named() {
    let cases: &[(&str, &str, Value, &[&str])] = &[
        (
            CREATE,
            "/effect",
            json!("read"),
            &["effect: read, the spec has write"],
        ),
        (
            CREATE,
            "/response/body",
            json!("file"),
            &["reply: file, the spec has message"],
        ),
        (
            CREATE,
            "/needs_wechatpay_serial",
            json!("yes"),
            &["serial: in every request, the spec has it beside encrypted fields only"],
        ),
        (
            CREATE,
            "/request/body/2",
            json!({"name": "note", "type": "string", "required": "no"}),
            &["body.note: new: string", "body.remark: gone: string"],
        ),
        // What is in something new is as new, and not said again.
        (
            CREATE,
            "/request/body/2",
            json!({"name": "note", "type": "object", "fields": [{"name": "text", "type": "string"}]}),
            &["body.note: new: object", "body.remark: gone: string"],
        ),
        (
            CREATE,
            "/request/body/7/fields/0/name",
            json!("sum"),
            &[
                "body.amount.sum: new: integer",
                "body.amount.total: gone: integer",
            ],
        ),
        (
            CREATE,
            "/request/body/4/type",
            json!("string"),
            &["body.copies: type: string, the spec has integer"],
        ),
        (
            CREATE,
            "/request/body/8/item/type",
            json!("string"),
            &["body.goods: type: array of string, the spec has array of object"],
        ),
        (
            CREATE,
            "/request/body/7/fields/0/unit",
            json!("yuan"),
            &["body.amount.total: amount: not in fen, the spec has Fen"],
        ),
        (
            CREATE,
            "/request/body/4/unit",
            json!("fen"),
            &["body.copies: amount: fen, the spec has a number"],
        ),
        (
            CREATE,
            "/request/body/3/format",
            json!("yyyyMMddHHmmss"),
            &["body.stamp: format: yyyyMMddHHmmss, the spec has rfc3339"],
        ),
        (
            CREATE,
            "/request/body/2/required",
            json!("yes"),
            &["body.remark: required: yes, the spec has no"],
        ),
        (
            CREATE,
            "/request/body/5/required",
            json!("conditional"),
            &["body.kind: required: sometimes, the spec has yes"],
        ),
        (
            CREATE,
            "/response/fields/0/required",
            json!("no"),
            &["response.order_id: required: no, the spec has yes"],
        ),
        (
            CREATE,
            "/response/fields/0/name",
            json!("id"),
            &[
                "response.id: new: string",
                "response.order_id: gone: string",
                "response.order_id: required: not there, the spec has yes",
            ],
        ),
        (
            CREATE,
            "/request/body/2/max_length",
            json!(40),
            &["body.remark: limit: 40 characters, the spec has 20 characters"],
        ),
        (
            CREATE,
            "/request/body/2/min_length",
            json!(3),
            &["body.remark: limit: at least 3 characters, the spec has 2"],
        ),
        (
            CREATE,
            "/request/body/2/alphabet",
            json!("[0-9A-Za-z_-]"),
            &["body.remark: limit: characters of 0-9A-Za-z_-, the spec has 0-9A-Za-z*_|-"],
        ),
        (
            CREATE,
            "/request/body/2/max_bytes",
            json!(20),
            &["body.remark: limit: 20 bytes, the spec has 20 characters"],
        ),
        (
            CREATE,
            "/request/body/6/plain_max_length",
            json!(100),
            &["body.owner: limit: 100 characters, the spec has 64 characters"],
        ),
        (
            CREATE,
            "/request/body/4/min",
            json!(0),
            &["body.copies: limit: min 0, the spec has 1"],
        ),
        (
            CREATE,
            "/request/body/4/max",
            json!(null),
            &["body.copies: limit: max none, the spec has 9"],
        ),
        (
            CREATE,
            "/request/body/8/max_items",
            json!(6),
            &["body.goods: limit: max_items 6, the spec has 5"],
        ),
        (
            CREATE,
            "/request/body/5/enum/0/value",
            json!("CUP"),
            &[
                "body.kind: value: BOOK is gone",
                "body.kind: value: CUP is new",
            ],
        ),
        (
            CREATE,
            "/request/body/2/enum",
            json!([{"value": "A"}, {"value": "B"}]),
            &["body.remark: value: A, B, the spec has any"],
        ),
        (
            CREATE,
            "/request/body/6/encrypted",
            json!(false),
            &[
                "body.owner: limit: 1024 characters, the spec has 64 characters",
                "body.owner: sealed: plain, the spec has it encrypted",
            ],
        ),
        (
            CREATE,
            "/response/fields/0/encrypted",
            json!(true),
            &["response.order_id: sealed: encrypted, the spec has it plain"],
        ),
        (
            CREATE,
            "/errors/0/code",
            json!("SOLD_OUT"),
            &["errors.NO_STOCK: gone: 403", "errors.SOLD_OUT: new: 403"],
        ),
        (
            CREATE,
            "/errors/0/status",
            json!(409),
            &["errors.NO_STOCK: code: 409, the spec has 403"],
        ),
        (
            CREATE,
            "/errors/0/what_to_do",
            json!("unknown: query"),
            &["errors.NO_STOCK: outcome: leaves open what happened, the spec has not_executed"],
        ),
        (
            PAY,
            "/request/body/5/json_text/fields/0/name",
            json!("store"),
            &[
                "body.scene.shop: gone: string",
                "body.scene.store: new: string",
            ],
        ),
        (
            PAY,
            "/request/body/5/json_text",
            json!(null),
            &["body.scene: type: string, the spec has JSON text"],
        ),
        (
            PAY,
            "/response/fields/4/name",
            json!("coupon_type_$n"),
            &[
                "response.coupon_id_$n: gone: string",
                "response.coupon_type_$n: new: string",
            ],
        ),
    ];
    let shop = Shop::new();
    for (file, pointer, value, expected) in cases {
        let output = shop.changed(file, pointer, value.clone());
        assert!(!output.is_success, "{pointer} {value}: {output:?}");
        let operation = if *file == PAY {
            "POST /shop/pay"
        } else {
            "POST /v3/shop/orders"
        };
        let expected: Vec<_> = expected
            .iter()
            .map(|line| {
                let of_operation = ["effect: ", "reply: ", "serial: "];
                let separator = if of_operation.iter().any(|kind| line.starts_with(kind)) {
                    ": "
                } else {
                    " "
                };
                format!("{operation}{separator}{line}")
            })
            .collect();
        assert_eq!(output.differences(), expected, "{pointer} {value}");
    }
}

/// A request in which something is always encrypted names the key anyway.
#[test]
fn a_serial_is_compared_where_a_request_may_have_nothing_encrypted() {
    let spec = "create_order.toml";
    let owner = (
        "encrypted = true, in",
        "encrypted = true, required = true, in",
    );
    let serial = ("[request]", "serial = \"required\"\n\n[request]");
    let openid = ("\"OpenId\"", "\"Secret\", encrypted = true, max_chars = 64");
    let unionid = (
        "\"String\", max_chars = 32, en = \"Union",
        "\"Secret\", encrypted = true, max_chars = 32, en = \"Union",
    );
    let payer = "payer = { type = \"Secret\", encrypted = true, required = true, max_chars = 9, en = \"Payer\", zh = \"付款人\" }\n";
    let of_object = ("total    = {", format!("{payer}total    = {{"));
    let of_optional_list = ("goods_id = {", format!("{payer}goods_id = {{"));
    let of_list = (
        "in = \"body\", max_items = 5",
        "in = \"body\", required = true, max_items = 5",
    );
    let of_empty_list = ("max_items = 5", "min_items = 0, max_items = 5");
    let (of_object, of_optional_list) = (
        (of_object.0, of_object.1.as_str()),
        (of_optional_list.0, of_optional_list.1.as_str()),
    );
    let cases = [
        // What is changed in the spec, whether "yes" then differs, and whether "no" does.
        (vec![], true, false),
        (vec![serial], false, true),
        (vec![owner], false, false),
        (vec![owner, serial], false, false),
        (vec![openid], true, false),
        (vec![openid, unionid], false, false),
        (vec![of_object], false, false),
        (vec![of_optional_list], true, false),
        (vec![of_optional_list, of_list], false, false),
        (vec![of_optional_list, of_list, of_empty_list], true, false),
    ];
    for (changes, with_yes, with_no) in cases {
        let shop = Shop::new();
        for (from, to) in &changes {
            shop.respecify(spec, from, to);
        }
        for (says, differs) in [
            (json!("yes"), with_yes),
            (json!("no"), with_no),
            (Value::Null, false),
        ] {
            shop.describe(CREATE, "/needs_wechatpay_serial", says.clone());
            let output = shop.drift();
            let mut lines = output.differences().iter();
            let found = lines.any(|line| line.starts_with("POST /v3/shop/orders: serial: "));
            assert_eq!(found, differs, "{changes:?} {says}: {output:?}");
        }
    }
}

#[test]
fn what_another_source_has_is_not_gone() {
    let shop = Shop::new();
    shop.describe(
        CREATE,
        "/elsewhere",
        json!([{"side": "body", "path": "remark"}]),
    );
    let note = json!({"name": "note", "type": "string", "required": "no"});
    let output = shop.changed(CREATE, "/request/body/2", note);
    assert_eq!(
        output.differences(),
        ["POST /v3/shop/orders body.note: new: string"]
    );
}

/// A description that knows what a field holds is worth a look where the spec leaves it open.
#[test]
fn what_is_left_open_is_named() {
    let output = Shop::new().changed(
        "query_order.json",
        "/response/fields/0",
        json!({"name": "extras", "type": "object", "fields": [{"name": "colour", "type": "string"}]}),
    );
    assert_eq!(
        output.differences(),
        [
            "GET /v3/shop/orders/{out_trade_no} response.extras: type: object, the spec has anything",
            "GET /v3/shop/orders/{out_trade_no} response.state: gone: string",
        ]
    );
}

/// A field that comes under one of two names, and one of a choice.
#[test]
fn any_of_several_names_will_do() {
    let shop = Shop::new();
    let output = shop.changed(
        "query_order.json",
        "/response/fields/1/name",
        json!("order_id"),
    );
    assert!(output.is_success, "{output:?}");
    let output = shop.changed(
        "query_order.json",
        "/response/fields/1/type",
        json!("object"),
    );
    assert_eq!(
        output.differences(),
        ["GET /v3/shop/orders/{out_trade_no} response.order_no: type: object, the spec has string"]
    );
    let output = shop.changed(CREATE, "/request/body/9/required", json!("yes"));
    assert_eq!(
        output.differences(),
        ["POST /v3/shop/orders body.openid: required: yes, the spec has sometimes"]
    );
}

/// An object of several forms requires what each of them requires.
#[test]
fn the_forms_of_an_object_are_taken_together() {
    let shop = Shop::new();
    let total = json!({"name": "total", "type": "integer", "required": "yes", "unit": "fen"});
    let currency =
        json!({"name": "currency", "type": "string", "required": "no", "enum": [{"value": "CNY"}]});
    let amount = |variants: Value| json!({"name": "amount", "type": "object", "required": "yes", "variants": variants});
    let both = amount(json!([{"fields": [total, currency]}, {"fields": [total]}]));
    let output = shop.changed(CREATE, "/request/body/7", both);
    assert!(output.is_success, "{output:?}");
    let one = amount(json!([{"fields": [total]}, {"fields": [currency]}]));
    let output = shop.changed(CREATE, "/request/body/7", one);
    assert_eq!(
        output.differences(),
        ["POST /v3/shop/orders body.amount.total: required: sometimes, the spec has yes"]
    );
}

#[test]
fn whole_operations_come_and_go() {
    let shop = Shop::new();
    let output = shop.changed(CREATE, "/path", json!("/v3/shop/purchases"));
    assert_eq!(
        output.lines,
        [
            "POST /v3/shop/orders: gone",
            "POST /v3/shop/purchases: new",
            "2 differences (new 1, gone 1); 0 more are explained",
        ]
    );
    assert!(!output.is_success);
}

#[test]
fn a_description_that_can_not_be_read_is_named() {
    let shop = Shop::new();
    for (pointer, value, named) in [
        ("/request/body/0/name", json!(1), "invalid type"),
        ("/effect", json!("sometimes"), "unknown variant"),
    ] {
        let output = shop.changed(CREATE, pointer, value);
        assert!(!output.is_success);
        let problem = output.problems.concat();
        assert!(problem.contains(CREATE), "{problem}");
        assert!(problem.contains(named), "{problem}");
    }
    let output = shop.changed(CREATE, "/path", json!("/shop/pay"));
    assert_eq!(output.problems.len(), 1, "{output:?}");
    assert!(
        output
            .problems
            .concat()
            .contains("another file describes POST /shop/pay")
    );
}

#[test]
fn a_folder_without_descriptions_is_refused() {
    let shop = Shop::new();
    shop.remove_descriptions();
    let output = shop.drift();
    assert!(output.problems.concat().contains("describes no operation"));
    assert!(!output.is_success);
}
