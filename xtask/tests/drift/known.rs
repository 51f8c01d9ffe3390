//! What may stay as it is, and what no longer has to be said.

use serde_json::json;

use crate::shop::Shop;
use crate::{CREATE, PAY};

#[test]
fn an_explained_difference_is_counted_and_not_printed() {
    let shop = Shop::new();
    for entry in [
        r#"operation = "POST /v3/shop/orders""#,
        r#"operation = ["POST *"]"#,
        r#"field = "*.remark""#,
        r#"says = "40 *""#,
        r#"version = "v3""#,
    ] {
        shop.known(&format!(
            "[[known]]\n{entry}\nkind = \"limit\"\nreason = \"The page is old\"\n"
        ));
        let output = shop.changed(CREATE, "/request/body/2/max_length", json!(40));
        assert!(output.is_success, "{entry}: {output:?}");
        assert_eq!(
            output.lines,
            ["0 differences; 1 more are explained"],
            "{entry}"
        );
    }
}

#[test]
fn an_entry_explains_only_what_it_names() {
    let shop = Shop::new();
    for entry in [
        "operation = \"GET *\"\nkind = \"limit\"",
        "field = \"body.owner\"\nkind = \"limit\"",
        "kind = \"value\"",
        "says = \"*bytes\"\nkind = \"limit\"",
        "version = \"v2\"\nkind = \"limit\"",
        "doubt = \"third_party\"\nkind = \"limit\"",
    ] {
        shop.known(&format!(
            "[[known]]\n{entry}\nreason = \"The page is old\"\n"
        ));
        let output = shop.changed(CREATE, "/request/body/2/max_length", json!(40));
        assert!(!output.is_success, "{entry}");
        assert_eq!(output.differences().len(), 1, "{entry}: {output:?}");
        assert!(
            output
                .problems
                .concat()
                .contains("xtask/known.toml:1: explains nothing"),
            "{entry}: {output:?}"
        );
    }
}

#[test]
fn a_doubt_of_the_description_can_be_the_reason() {
    let shop = Shop::new();
    for doubt in ["third_party", "one_witness"] {
        shop.known(&format!(
            "[[known]]\ndoubt = \"{doubt}\"\nkind = \"new\"\nreason = \"No page has it\"\n"
        ));
        let field = json!({"name": "colour", "type": "string"});
        let output = shop.changed(
            "query_order.json",
            "/response/fields",
            json!([
                {"name": "state", "type": "string"},
                field,
            ]),
        );
        assert!(output.is_success, "{doubt}: {output:?}");
    }
    shop.known(
        "[[known]]\ndoubt = \"disputed\"\nkind = \"type\"\nreason = \"Either may be right\"\n",
    );
    let disputed =
        json!({"name": "state", "type": "integer", "disputed": {"type": {"a": "string"}}});
    let output = shop.changed("query_order.json", "/response/fields/0", disputed);
    assert!(output.is_success, "{output:?}");
}

#[test]
fn each_pattern_of_a_list_has_to_explain_something() {
    let shop = Shop::new();
    shop.known(
        "[[known]]\nfield = [\"body.remark\", \"body.gone\"]\nkind = \"limit\"\nreason = \"The page is old\"\n",
    );
    let output = shop.changed(CREATE, "/request/body/2/max_length", json!(40));
    assert_eq!(
        output.problems,
        ["error: xtask/known.toml:1: `body.gone` explains nothing: remove it"]
    );
    assert!(!output.is_success);
}

#[test]
fn an_entry_that_is_not_needed_any_more_is_refused() {
    let shop = Shop::new();
    shop.known("\n[[known]]\nkind = \"limit\"\nreason = \"The page is old\"\n");
    let output = shop.drift();
    assert_eq!(
        output.problems,
        ["error: xtask/known.toml:2: explains nothing: remove it"]
    );
    assert!(!output.is_success);
}

#[test]
fn a_reason_is_needed_and_a_strange_key_refused() {
    let shop = Shop::new();
    for (text, problem) in [
        ("kind = \"limit\"\nreason = \" \"", "needs a reason"),
        ("kind = \"limit\"", "missing field `reason`"),
        ("kind = \"limits\"\nreason = \"a\"", "unknown variant"),
        (
            "kind = \"limit\"\nfields = \"a\"\nreason = \"a\"",
            "unknown field",
        ),
    ] {
        shop.known(&format!("[[known]]\n{text}\n"));
        let output = shop.drift();
        assert!(!output.is_success, "{text}");
        assert!(
            output.problems.concat().contains(problem),
            "{text}: {output:?}"
        );
    }
}

#[test]
fn an_identifier_may_be_wider_than_described_and_not_narrower() {
    let shop = Shop::new();
    shop.known("[identifiers]\nOutTradeNo = 32\n");
    assert!(shop.drift().is_success);
    let output = shop.changed(PAY, "/request/body/4/max_length", json!(28));
    assert!(output.is_success, "{output:?}");
    let output = shop.changed(PAY, "/request/body/4/max_length", json!(64));
    assert_eq!(
        output.differences(),
        ["POST /shop/pay body.out_trade_no: limit: 64 characters, the spec has 32 characters"]
    );
}
