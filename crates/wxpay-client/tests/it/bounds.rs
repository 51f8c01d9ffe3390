//! What a request refuses before it is sent.

use wxpay_client::core::Fen;
use wxpay_client::v2::Form;
use wxpay_client::{Extra, Max};

fn refusal(result: Result<(), wxpay_client::core::InvalidInput>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn an_amount_out_of_range_is_told_the_bound() {
    let mut form = Form::new();
    form.fen("total_fee", Fen::new(1), 1..).unwrap();
    let said = refusal(form.fen("total_fee", Fen::new(0), 1..));
    assert!(said.contains("must be at least 1 fen, is 0"), "{said}");
    let said = refusal(form.integer("count", 11, 1..=10));
    assert!(said.contains("must be at most 10, is 11"), "{said}");
    let said = refusal(form.integer("count", 10, 1..10));
    assert!(said.contains("must be at most 9, is 10"), "{said}");
}

#[test]
fn a_list_of_the_wrong_length_is_told_the_bounds() {
    let mut form = Form::new();
    let goods = [1, 2, 3];
    let said = refusal(form.json_list("goods", &goods, 1..3, Max::Chars(100), |_, _| Ok(())));
    assert!(said.contains("must have 1 to 2 members, has 3"), "{said}");
}

#[test]
fn a_text_is_counted_in_the_unit_of_its_limit() {
    let mut form = Form::new();
    form.text("body", "微信", Max::Chars(2)).unwrap();
    let said = refusal(form.text("body", "微信", Max::Bytes(5)));
    assert!(said.contains("at most 5 bytes, has 6"), "{said}");
}

#[test]
fn an_extra_member_never_stands_for_one_that_is_known() {
    let with = |name: &str| {
        let mut extra = Extra::new();
        extra.insert(name, "x");
        Form::new().extra(&extra, &["out_trade_no"])
    };
    with("new_field").unwrap();
    for known in [
        "out_trade_no",
        "appid",
        "mch_id",
        "nonce_str",
        "sign",
        "sign_type",
        "",
    ] {
        assert!(with(known).is_err(), "{known}");
    }
}
