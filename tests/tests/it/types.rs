//! Times by the golden vectors, and open values.

use wxpay_api::core::{FromWire, TimeFormat, Timestamp};
use wxpay_api::v2::pay::query_order::TradeState;
use wxpay_tests::vectors::{of_kind, text};

#[test]
fn times_are_read_as_wechat_pay_writes_them() {
    for vector in of_kind("time_parse") {
        let format = match text(&vector["input"]["format"]) {
            "v3" => TimeFormat::Rfc3339,
            "v2_compact" => TimeFormat::Compact,
            "v2_datetime" => TimeFormat::DateTime,
            other => panic!("{other}"),
        };
        let got = Timestamp::parse(text(&vector["input"]["text"]), format);
        assert_eq!(
            got.map(Timestamp::unix),
            vector["expected"]["unix"].as_i64(),
            "{}",
            vector["id"]
        );
    }
}

#[test]
fn a_state_that_is_new_is_kept() {
    let state = TradeState::from_wire("SOMETHING_NEW").unwrap();
    assert_eq!(state, TradeState::Other("SOMETHING_NEW".to_owned()));
    assert_eq!(state.as_str(), "SOMETHING_NEW");
    assert_eq!(state.progress(), wxpay_api::core::Progress::Unknown);
}
