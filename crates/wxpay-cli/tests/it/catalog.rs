//! `wxpay list` and `wxpay show`: the catalogue, without configuration or connection.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::setup::text;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    command.args(arguments).env_clear().output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn json_of(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(arguments)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(|key| &**key)
        .collect()
}

const LINE: [&str; 10] = [
    "certainty",
    "doc",
    "effect",
    "method",
    "name",
    "path",
    "resolve",
    "title_en",
    "title_zh",
    "version",
];
const FIELD: [&str; 13] = [
    "name",
    "wire",
    "in",
    "type",
    "item",
    "fields",
    "required",
    "max_chars",
    "enum",
    "encrypted",
    "en",
    "zh",
    "example",
];

#[test]
fn a_list_is_a_table_in_both_languages() {
    let all = said(&["list"]);
    let line = all
        .lines()
        .find(|line| line.starts_with("v2.pay.query_order "));
    let words: Vec<&str> = line.unwrap().split_whitespace().collect();
    assert_eq!(
        words.join(" "),
        "v2.pay.query_order read POST /pay/orderquery Queries an order"
    );
    let found = said(&["list", "付款", "员工", "--lang", "zh"]);
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines.len(), 2, "{found}");
    assert!(lines[0].starts_with("接口名"), "{found}");
    assert!(
        lines[1].contains("v2.wecom.pay_employee") && lines[1].contains("变更"),
        "{found}"
    );
    let found = said(&["list", "post", "/pay/orderquery?a=1"]);
    assert!(found.contains("v2.pay.query_order"), "{found}");
    let output = run(&["list", "zzzz", "--lang", "zh"]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert!(text(&output.stderr).contains("没有符合的接口"));
}

#[test]
fn a_list_in_json_has_the_same_names_everywhere() {
    let all = json_of(&["list", "--json"]);
    let all = all.as_array().unwrap();
    assert!(all.len() >= 10);
    for one in all {
        let mut keys = keys(one);
        keys.sort_unstable();
        assert_eq!(keys, LINE, "{one}");
    }
    let found = json_of(&["list", "--json", "v2.wecom.pay_employee"]);
    assert_eq!(
        found,
        json!([{
            "name": "v2.wecom.pay_employee",
            "version": "v2",
            "method": "POST",
            "path": "/mmpaymkttransfers/promotion/paywwsptrans2pocket",
            "title_en": "Pays an employee from the merchant's balance",
            "title_zh": "向员工付款",
            "effect": "write",
            "resolve": "v2.wecom.query_employee_payment",
            "doc": "https://developer.work.weixin.qq.com/document/path/90278",
            "certainty": "official",
        }])
    );
    let found = json_of(&["list", "--json", "v2.pay.query_order"]);
    assert_eq!(found[0]["resolve"], Value::Null);
    assert_eq!(json_of(&["list", "--json", "zzzz"]), json!([]));
}

#[test]
fn a_page_tells_everything_in_both_languages() {
    let page = said(&["show", "v3.partner_transfer.create_batch"]);
    for line in [
        "Starts a batch of transfers to users' balances (发起批量转账)",
        "POST /v3/partner-transfer/batches",
        "effect: write, changes something",
        "`wxpay call v3.partner_transfer.query_batch_by_out_batch_no` settles it",
        "  total_amount (fen, required): Transfer total amount (转账总金额), in fen, at least 1",
        "      FUND_AUTHORIZATION_TYPE  ",
        "    user_name (string, required): Payee name (收款用户姓名), at most 214 bytes, encrypted before it is sent",
        "  batch_id (string, always there): ",
        "  NOT_ENOUGH 403 (outcome unknown): The balance is too low (余额不足)",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    let page = said(&["show", "v3.partner_transfer.create_batch", "--lang", "zh"]);
    for line in [
        "发起批量转账",
        "类型：会产生变更",
        "结果未知时：用 `wxpay call v3.partner_transfer.query_batch_by_out_batch_no` 查询",
        "  total_amount（分，必填）：转账总金额，单位：分，至少 1",
        "    user_name（字符串，必填）：收款用户姓名，最多 214 字节，发送前加密",
        "  batch_id（字符串，必返回）：微信支付批次单号",
        "  NOT_ENOUGH 403（结果未知）：余额不足",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    let show = ["show", "v3.marketing_partner.query_image_task", "--lang"];
    for (lang, line) in [
        (
            "en",
            "(图片生成的任务ID), at least 6 characters, at most 40 characters, only characters of 0-9A-Za-z_-",
        ),
        (
            "zh",
            "图片生成的任务ID，至少 6 个字符，最多 40 个字符，仅限 0-9A-Za-z_- 范围内的字符",
        ),
    ] {
        let page = said(&[&show[..], &[lang]].concat());
        assert!(page.contains(line), "{line}\n{page}");
    }
}

#[test]
fn a_page_in_json_has_the_same_names_in_every_field() {
    let page = json_of(&["show", "v3.partner_transfer.create_batch", "--json"]);
    for key in LINE.iter().chain(&["request", "response", "errors"]) {
        assert!(page.get(key).is_some(), "{key}");
    }
    let mut seen = 0;
    for tree in ["request", "response"] {
        for field in page[tree].as_array().unwrap() {
            every(field, &mut |field| {
                let keys = keys(field);
                let missing = FIELD.iter().find(|key| !keys.contains(key));
                assert_eq!(missing, None, "{field}");
                seen += 1;
            });
        }
    }
    assert!(seen > 15, "{seen}");
    let request = page["request"].as_array().unwrap();
    let list = request
        .iter()
        .find(|field| field["name"] == "transfer_detail_list");
    let members = &list.unwrap()["item"]["fields"];
    let name = members
        .as_array()
        .unwrap()
        .iter()
        .find(|field| field["wire"] == "user_name");
    let name = name.unwrap();
    assert_eq!(
        (
            &name["type"],
            &name["encrypted"],
            &name["required"],
            &name["in"]
        ),
        (&json!("Secret"), &json!(true), &json!(true), &Value::Null)
    );
    assert_eq!(list.unwrap()["in"], "body");
    let code = &page["errors"][0];
    assert_eq!(
        (&code["code"], &code["outcome"], &code["status"]),
        (&json!("FREQUENCY_LIMITED"), &json!("unknown"), &json!(429))
    );
}

fn every<'a>(field: &'a Value, see: &mut impl FnMut(&'a Value)) {
    see(field);
    if !field["item"].is_null() {
        every(&field["item"], see);
    }
    for member in field["fields"].as_array().unwrap() {
        every(member, see);
    }
}

#[test]
fn an_unknown_name_is_told_with_the_nearest() {
    for command in ["show", "call"] {
        for (lang, hint) in [
            ("en", "did you mean v2.pay.query_order"),
            ("zh", "是否应为 v2.pay.query_order"),
        ] {
            let output = run(&[command, "v2.pay.order_query", "--lang", lang]);
            let err = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2));
            assert!(err.contains(hint) && err.contains("`wxpay list`"), "{err}");
        }
    }
}

/// A script for a shell has the names, and is no larger than a shell can read.
#[test]
fn names_are_completed() {
    for shell in ["bash", "zsh", "fish"] {
        let script = said(&["completions", shell]);
        assert!(script.contains("v2.wecom.pay_employee"), "{shell}");
        assert!(script.len() < 1024 * 1024, "{shell}: {}", script.len());
        let json = json_of(&["completions", shell, "--json"]);
        assert_eq!(
            json,
            serde_json::json!({ "shell": shell, "script": script })
        );
    }
}
