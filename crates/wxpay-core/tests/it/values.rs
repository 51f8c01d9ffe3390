//! Money, identifiers and secrets.

use wxpay_core::{Fen, FromWire, InvalidInput, MchId, OpenId, OutTradeNo, PartnerTradeNo, Secret};

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
    assert_eq!(error.rule_zh(), "最多 28 个字符，现有 29 个");
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
fn amounts_are_added_in_fen() {
    assert_eq!(Fen::new(100).get(), 100);
    assert_eq!(Fen::new(100).checked_add(Fen::new(1)), Some(Fen::new(101)));
    assert_eq!(Fen::new(100).checked_sub(Fen::new(1)), Some(Fen::new(99)));
    assert_eq!(Fen::ZERO.to_yuan(), "0.00");
}

#[test]
fn plain_values_are_read_as_they_are_written() {
    assert_eq!(bool::from_wire("true"), Some(true));
    assert_eq!(bool::from_wire("false"), Some(false));
    for text in ["", "1", "True", " true"] {
        assert_eq!(bool::from_wire(text), None, "{text}");
    }
    assert_eq!(String::from_wire("张三"), Some("张三".to_owned()));
    assert_eq!(Secret::from_wire("张三").unwrap().expose(), "张三");
    assert_eq!(u32::from_wire("7"), Some(7));
    assert_eq!(u32::from_wire("+7"), None);
}

#[test]
fn a_broken_rule_is_told_in_english_and_in_chinese() {
    let error = PartnerTradeNo::new("a_b").unwrap_err();
    assert_eq!(error.rule(), "must be made of letters and digits only");
    assert_eq!(error.rule_zh(), "只能由字母和数字组成");
    let member = error.within("detail_list[3]");
    assert_eq!(member.field(), "detail_list[3].partner_trade_no");
    assert_eq!(member.rule_zh(), "只能由字母和数字组成");
    let missing = InvalidInput::required_with("act_name", "ww_msg_type", "APPROVAL_MSG");
    assert_eq!(
        missing.rule(),
        "is required when ww_msg_type is APPROVAL_MSG"
    );
    assert_eq!(missing.rule_zh(), "ww_msg_type 为 APPROVAL_MSG 时必填");
}
