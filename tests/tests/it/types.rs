//! Money, times, identifiers and open values.

use wxpay_api::core::{
    Fen, FromWire, MchId, OpenId, OutTradeNo, PartnerTradeNo, Secret, TimeFormat, Timestamp,
    WireTime,
};
use wxpay_api::v2::pay::OrderQueryTradeState;
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
fn times_out_of_form_are_not_read() {
    use TimeFormat::{Compact, DateTime, Rfc3339};
    for (text, format) in [
        ("2014103013352", Compact),
        ("201410301335255", Compact),
        ("20141330133525", Compact),
        ("20140230133525", Compact),
        ("+0141030133525", Compact),
        ("2017-07-20T22:05:59", DateTime),
        ("2017-07-20 22:05", DateTime),
        ("2017-07-20 24:05:59", DateTime),
        ("2017-07-20 22：05：5９", DateTime),
        ("2015-05-20T13:29:35", Rfc3339),
        ("2015-05-20 13:29:35+08:00", Rfc3339),
        ("2015-05-20T13:29:35.+08:00", Rfc3339),
        ("2015-05-20T13:29:35+0800", Rfc3339),
        ("2015-05-20T13:29:35+24:00", Rfc3339),
        ("2015-05-20T13:29:35+08:00 ", Rfc3339),
        ("", Rfc3339),
    ] {
        assert_eq!(Timestamp::parse(text, format), None, "{text}");
    }
}

#[test]
fn times_keep_their_fractions_and_offsets() {
    let parse = |text| Timestamp::parse(text, TimeFormat::Rfc3339).unwrap();
    assert_eq!(
        parse("2015-05-20T13:29:35.120+08:00").unix_millis(),
        1_432_099_775_120
    );
    assert_eq!(
        parse("2015-05-20T13:29:35.1234567890123+08:00").unix_millis(),
        1_432_099_775_123
    );
    assert_eq!(
        parse("2015-05-20T05:29:35Z"),
        parse("2015-05-20T13:29:35+08:00")
    );
    assert_eq!(
        parse("2015-05-20T00:29:35-05:00"),
        parse("2015-05-20T13:29:35+08:00")
    );
    assert_eq!(
        parse("2015-05-20T13:29:35+08:00").format(TimeFormat::Compact),
        "20150520132935"
    );
    assert_eq!(
        parse("2015-05-20T05:29:35Z").to_string(),
        "2015-05-20T13:29:35+08:00"
    );
}

#[test]
fn a_time_in_a_new_form_is_kept_as_text() {
    let time = WireTime::from_wire("tomorrow").unwrap();
    assert_eq!((time.as_str(), time.timestamp()), ("tomorrow", None));
    let time = WireTime::from_wire("2017-07-20 22：05：59").unwrap();
    assert_eq!(time.timestamp().map(Timestamp::unix), Some(1_500_559_559));
}

#[test]
fn amounts_are_digits_and_nothing_else() {
    assert_eq!(Fen::from_wire("100"), Some(Fen::new(100)));
    assert_eq!(Fen::from_wire("0"), Some(Fen::ZERO));
    assert_eq!(Fen::from_wire("-5"), Some(Fen::new(-5)));
    for text in [
        "",
        "+1",
        "1.0",
        "1e2",
        " 1",
        "1 ",
        "0x1",
        "１",
        "-",
        "9223372036854775808",
        "--1",
    ] {
        assert_eq!(Fen::from_wire(text), None, "{text}");
    }
    assert_eq!(Fen::new(i64::MAX).checked_add(Fen::new(1)), None);
    assert_eq!(Fen::new(i64::MIN).checked_sub(Fen::new(1)), None);
    assert_eq!(Fen::new(i64::MIN).to_yuan(), "-92233720368547758.08");
    assert_eq!(Fen::new(-5).to_yuan(), "-0.05");
    assert_eq!(Fen::new(20_000).to_yuan(), "200.00");
}

#[test]
fn identifiers_have_their_documented_form() {
    assert!(OutTradeNo::new("20150806125346").is_ok());
    assert!(OutTradeNo::new("aZ09_-|*@").is_ok());
    assert!(OutTradeNo::new("a".repeat(32)).is_ok());
    for bad in ["", "a b", "a,b", "订单", &"a".repeat(33)] {
        assert_eq!(
            OutTradeNo::new(bad).unwrap_err().field(),
            "out_trade_no",
            "{bad}"
        );
    }
    assert!(PartnerTradeNo::new("a".repeat(28)).is_ok());
    let error = PartnerTradeNo::new("a".repeat(29)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "partner_trade_no: must have at most 28 characters, has 29"
    );
    assert!(
        PartnerTradeNo::new("a_b")
            .unwrap_err()
            .rule()
            .contains("letters and digits")
    );
    assert!(MchId::new("19000001o9").is_err());
    // What WeChat Pay sends is taken as it comes.
    assert_eq!(
        PartnerTradeNo::from_wire("with-a-dash").unwrap().as_str(),
        "with-a-dash"
    );
}

#[test]
fn personal_values_do_not_show() {
    assert_eq!(
        format!("{:?}", OpenId::new("oxTWIuGaIt6gTKsQRLau2M0yL16E").unwrap()),
        "OpenId(\"oxTW…\")"
    );
    assert_eq!(format!("{:?}", Secret::new("张三")), "[redacted]");
}

#[test]
fn a_state_that_is_new_is_kept() {
    let state = OrderQueryTradeState::from_wire("SOMETHING_NEW").unwrap();
    assert_eq!(
        state,
        OrderQueryTradeState::Other("SOMETHING_NEW".to_owned())
    );
    assert_eq!(state.as_str(), "SOMETHING_NEW");
    assert_eq!(state.progress(), wxpay_api::core::Progress::Unknown);
}
