//! The comparison of other people's messages with the typed operations, which `operations FILE`
//! makes.

use serde_json::{Value, json};
use wxpay_tests::operations::{Line, Outcome, check};

fn compare(method: &str, path: &str, side: &str, sample: Value) -> Outcome {
    let version = if path.starts_with("/v3/") { "v3" } else { "v2" };
    let line = json!({
        "id": "one",
        "version": version,
        "method": method,
        "path": path,
        "side": side,
        "sample": sample,
    });
    let line: Line = serde_json::from_value(line).unwrap();
    check(&line)
}

fn fails(outcome: &Outcome, member: &str) -> bool {
    matches!(outcome, Outcome::Failed(difference) if difference.contains(member))
}

const CLOSE: &str = "/v3/pay/transactions/out-trade-no/{out_trade_no}/close";
const CALLBACK: &str = "/v3/marketing/membercard-open/callback";
const INVALIDATE: &str = "/v3/brand/partner/card-member/user-cards/{user_card_code}/invalidate";

#[test]
fn a_message_that_is_carried_whole_passes() {
    let sample = json!({"mchid": "1900000109"});
    assert_eq!(compare("POST", CLOSE, "request", sample), Outcome::Passed);
}

#[test]
fn a_member_that_is_not_known_or_can_not_be_read_fails() {
    let sample = json!({"notify_url": "https://shop.example/told", "unheard_of": {"a": 1}});
    let outcome = compare("PATCH", CALLBACK, "response", sample);
    assert!(fails(&outcome, "unheard_of"), "{outcome:?}");
    let sample = json!({"openid": "o", "invalid_reason": 5.5});
    assert!(fails(
        &compare("POST", INVALIDATE, "request", sample),
        "invalid_reason"
    ));
}

#[test]
fn another_method_is_held_against_the_operation_at_its_path() {
    let sample = json!({"notify_url": "https://shop.example/told"});
    assert_eq!(
        compare("POST", CALLBACK, "request", sample),
        Outcome::Passed
    );
    let nowhere = compare("POST", "/v3/marketing/nowhere", "request", json!({}));
    assert_eq!(nowhere, Outcome::Skipped("unknown operation"));
}

/// An official page may ask for what an older message lacks. Of a third party's description that is
/// a difference.
#[test]
fn only_an_official_page_may_ask_for_more() {
    let sample = json!({"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"});
    assert_eq!(
        compare("POST", INVALIDATE, "request", sample),
        Outcome::Passed
    );
    let third_party = compare("PATCH", CALLBACK, "request", json!({}));
    assert!(fails(&third_party, "notify_url"), "{third_party:?}");
}

/// A failure has none of the members that a success must have: what counts is its code.
#[test]
fn a_failure_is_held_against_the_error_that_it_becomes() {
    let path = "/mmpaymkttransfers/gethbinfo";
    let sample = |code: &str| {
        json!({
            "return_code": "SUCCESS",
            "result_code": "FAIL",
            "err_code": code,
            "err_code_des": "指定单号数据不存在",
            "mch_id": "666",
            "mch_billno": "1000005901201407261446939688",
        })
    };
    let outcome = compare("POST", path, "response", sample("SYSTEMERROR"));
    assert_eq!(outcome, Outcome::Passed);
    let success = json!({"return_code": "SUCCESS", "result_code": "SUCCESS", "mch_id": "666"});
    let outcome = compare("POST", path, "response", success);
    assert!(fails(&outcome, "missing"), "{outcome:?}");
}
