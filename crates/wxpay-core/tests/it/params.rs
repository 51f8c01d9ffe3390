//! A message's fields: their order, what counts as absent, and what must not be sent.

use wxpay_core::{DecodeProblem, Fen, Params};

fn params(fields: &[(&str, &str)]) -> Params {
    fields.iter().copied().collect()
}

#[test]
fn fields_are_in_the_order_of_their_bytes() {
    let mut message = Params::with_capacity(2, 10);
    assert!(message.is_empty());
    for name in ["b", "a", "a_1", "B", "aa"] {
        message.set(name, name.len());
    }
    message.set("empty", "");
    let fields: Vec<_> = message.iter().collect();
    assert_eq!(
        fields,
        [
            ("B", "1"),
            ("a", "1"),
            ("a_1", "3"),
            ("aa", "2"),
            ("b", "1"),
            ("empty", "")
        ]
    );
    assert_eq!((message.len(), message.is_empty()), (6, false));
}

#[test]
fn a_field_is_replaced_and_taken_out() {
    let mut message = params(&[("a", "1"), ("b", "2"), ("c", "3")]);
    message.set("b", Fen::new(100));
    assert_eq!(message, params(&[("c", "3"), ("b", "100"), ("a", "1")]));
    assert!(message.remove("b"));
    assert!(!message.remove("b"));
    assert_eq!((message.get("b"), message.get("c")), (None, Some("3")));
    assert_eq!(message, params(&[("a", "1"), ("c", "3")]));
}

#[test]
fn messages_with_other_names_or_values_differ() {
    let message = params(&[("a", "1"), ("b", "2")]);
    for other in [
        params(&[("a", "1")]),
        params(&[("a", "1"), ("b", "3")]),
        params(&[("a", "1"), ("c", "2")]),
        params(&[("a", "1"), ("b", "2"), ("c", "")]),
        Params::new(),
    ] {
        assert_ne!(message, other);
    }
}

#[test]
fn values_are_read_in_their_form_and_empty_ones_are_absent() {
    let message = params(&[("fee", "100"), ("empty", ""), ("text", "1.00")]);
    assert_eq!(message.get("fee"), Some("100"));
    assert_eq!(message.require("fee"), Ok(Fen::new(100)));
    assert_eq!(message.optional("fee"), Ok(Some(Fen::new(100))));
    for absent in ["empty", "other"] {
        assert_eq!(message.get(absent), None);
        assert_eq!(message.optional::<Fen>(absent), Ok(None));
        let error = message.require::<Fen>(absent).unwrap_err();
        assert_eq!(
            (error.field(), error.problem()),
            (absent, &DecodeProblem::Missing)
        );
    }
    for error in [
        message.require::<Fen>("text").unwrap_err(),
        message.optional::<Fen>("text").unwrap_err(),
    ] {
        assert_eq!(
            (error.field(), error.problem()),
            ("text", &DecodeProblem::Malformed)
        );
    }
}

#[test]
fn a_value_that_could_be_two_signed_fields_is_found() {
    let known = ["total_fee", "coupon_fee_$n"];
    let found = |value: &str| {
        let message = params(&[("a", "x&y"), ("attach", value), ("z", "1")]);
        message.ambiguous(&known).map(str::to_owned)
    };
    for value in [
        "&total_fee=1",
        "x&total_fee=1",
        "x&coupon_fee_0=1",
        "x&coupon_fee_12=1",
    ] {
        assert_eq!(found(value).as_deref(), Some("attach"), "{value}");
    }
    for value in [
        "",
        "total_fee=1",
        "x&total_fee",
        "x&total_fee=",
        "x&y=1",
        "x&total_fees=1",
        "x& total_fee=1",
        "x&coupon_fee_=1",
        "x&coupon_fee_a=1",
        "x&coupon_fee_1a=1",
        "x&coupon_fee_$n=1",
        "x&y=total_fee=1",
    ] {
        assert_eq!(found(value), None, "{value}");
    }
}

#[test]
fn names_and_values_that_xml_or_signing_can_not_carry_are_refused() {
    let long = "n".repeat(65);
    for (name, value) in [
        ("a b", "1"),
        ("a>", "1"),
        ("", "1"),
        ("1a", "1"),
        ("$a", "1"),
        ("é", "1"),
        (&long, "1"),
        ("a", ""),
        ("a", " "),
        ("a", "1 "),
        ("a", "\n1"),
        ("a", "\u{FFFE}"),
        ("a", "1\u{FFFF}"),
        ("a", "\0"),
        ("a", "\u{1F}"),
        ("a", "1\r2"),
    ] {
        let error = params(&[(name, value)]).check_outgoing().unwrap_err();
        assert_eq!(error.field(), name, "{name:?} {value:?}");
    }
    for (name, value) in [
        ("a", "中 文\n\t😀"),
        ("_a$1_", "\u{D7FF}\u{E000}\u{FFFD}"),
        (&long[1..], "<&]]>"),
    ] {
        let message = params(&[(name, value)]);
        assert_eq!(message.check_outgoing(), Ok(()), "{name:?} {value:?}");
    }
}

#[test]
fn every_field_is_checked_before_it_is_sent() {
    let message = params(&[("a", "1"), ("b", "2"), ("c", "3 ")]);
    let error = message.check_outgoing().unwrap_err();
    assert_eq!(error.field(), "c");
    assert!(error.rule().contains("white space"), "{error}");
}

#[test]
fn debug_shows_names_only() {
    let message = params(&[("re_user_name", "张三"), ("amount", "1")]);
    assert_eq!(format!("{message:?}"), r#"{"amount", "re_user_name"}"#);
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let sorted = [
        "a",
        "a_",
        "aa",
        "coupon_f",
        "coupon_fe",
        "coupon_fee_0",
        "coupon_fee_1",
        "coupon_id_0",
        "time_end",
        "time_start",
    ];
    for turn in 0..sorted.len() {
        let turned = sorted.iter().cycle().skip(turn).take(sorted.len());
        let mut params: Params = turned.map(|name| (name, format!("of {name}"))).collect();
        let names: Vec<&str> = params.iter().map(|(name, _)| name).collect();
        assert_eq!(names, sorted);
        params.set("coupon_fee_1", "again");
        assert!(params.remove("coupon_fe"));
        assert_eq!(params.len(), sorted.len() - 1);
        for name in sorted {
            let expected = match name {
                "coupon_fee_1" => Some("again".to_owned()),
                "coupon_fe" => None,
                _ => Some(format!("of {name}")),
            };
            assert_eq!(params.get(name), expected.as_deref(), "{name}");
        }
        assert_eq!((params.get(""), params.get("coupon_fee_")), (None, None));
    }
}

#[test]
fn what_was_replaced_or_removed_is_neither_checked_nor_escaped() {
    let mut params: Params = [("a", "1\r"), ("b", "&bb=<"), ("c", "3")]
        .into_iter()
        .collect();
    assert!(params.check_outgoing().is_err());
    assert_eq!(params.ambiguous(&["bb"]), Some("b"));
    params.set("a", "1");
    params.remove("b");
    assert!(params.check_outgoing().is_ok());
    assert_eq!(params.ambiguous(&["bb"]), None);
    assert_eq!(params.to_xml(), "<xml><a>1</a><c>3</c></xml>");
}

#[test]
fn a_string_is_set_as_anything_else_that_is_shown_so() {
    let (mut copied, mut shown) = (Params::new(), Params::new());
    for (name, value) in [
        ("sign", "0"),
        ("b", "="),
        ("a", "1"),
        ("empty", ""),
        ("b", "2="),
    ] {
        copied.set_str(name, value);
        shown.set(name, format_args!("{value}"));
    }
    assert_eq!(copied, shown);
    let pairs: Vec<(&str, &str)> = copied.pairs().collect();
    assert_eq!(pairs, [("a", "a=1&"), ("b", "b=2=&"), ("sign", "sign=0&")]);
    assert_eq!(copied.get("b"), Some("2="));
}
