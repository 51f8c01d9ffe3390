//! When the signed text of one message could be that of another, against every way to cut it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use wxpay_core::{PAYMENT_NAMES, Params};

/// Fields as name and value, sorted.
type Message = Vec<(String, String)>;

/// Known here, and their values hold no `&`.
const PLAIN: [&str; 3] = ["bank_type", "mch_id", "total_fee"];
/// Known here, and their values hold anything.
const TEXTS: [&str; 2] = ["attach", "device_info"];

fn is_known(name: &str) -> bool {
    PLAIN.contains(&name) || TEXTS.contains(&name)
}

fn known() -> Vec<&'static str> {
    PLAIN.into_iter().chain(TEXTS).collect()
}

fn params(message: &Message) -> Params {
    message.iter().map(|(n, v)| (n, v)).collect()
}

/// Every message that has this signed text: sorted, unique and legal names, no value empty, no
/// field called `sign`.
fn cuts(text: &str) -> Vec<Message> {
    let pieces: Vec<&str> = text.split('&').collect();
    let legal = |name: &str| {
        let mut bytes = name.bytes();
        bytes
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b"_$".contains(&b))
            && name != "sign"
    };
    let mut all = Vec::new();
    'cut: for joined in 0..1_u32 << (pieces.len() - 1) {
        let mut fields: Vec<String> = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            match fields.last_mut() {
                Some(field) if joined >> (n - 1) & 1 == 1 => {
                    field.push('&');
                    field.push_str(piece);
                }
                _ => fields.push((*piece).to_owned()),
            }
        }
        let mut message = Message::new();
        for field in fields {
            match field.split_once('=') {
                Some((name, value)) if legal(name) && !value.is_empty() => {
                    message.push((name.to_owned(), value.to_owned()));
                }
                _ => continue 'cut,
            }
        }
        if message.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            all.push(message);
        }
    }
    all
}

/// Where in the text each field begins, with its name.
fn beginnings(message: &Message) -> Vec<(usize, String)> {
    let mut at = 0;
    let mut all = Vec::new();
    for (name, value) in message {
        all.push((at, name.clone()));
        at += name.len() + value.len() + 2;
    }
    all
}

/// What WeChat Pay may have sent.
fn is_genuine(message: &Message) -> bool {
    message
        .iter()
        .all(|(name, value)| !PLAIN.contains(&name.as_str()) || !value.contains('&'))
}

/// Known fields that begin in `other` and not in `message`.
fn vanished(other: &Message, message: &Message) -> bool {
    let here = beginnings(message);
    beginnings(other)
        .iter()
        .any(|field| is_known(&field.1) && !here.contains(field))
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "attach=a", "attach=", "bank_type=b", "device_info=d", "device_info=", "mch_id=1", "mch_id=", "total_fee=1",
            "total_fee=2",
        ])
        .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["aa=1", "bb=1", "zz=", "zz=1", "sign=1", "key=1", "x", "", "=", "a-b=1", "1a=2"])
            .prop_map(str::to_owned),
    ]
}

fn signed_text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 1..10).prop_map(|pieces| pieces.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// A message is refused if, and only if, some other genuine cut of its text has a known field
    /// where it has none.
    #[test]
    fn it_is_the_same_as_trying_every_cut(text in signed_text()) {
        let cuts = cuts(&text);
        for message in &cuts {
            let expected = cuts.iter().any(|other| is_genuine(other) && vanished(other, message));
            let params = params(message);
            prop_assert_eq!(params.ambiguous(&known()).is_some(), expected, "{:?} in {:?}", message, text);
        }
    }

    /// Nobody can make one message into another that lacks a known field, or has another value in
    /// one that holds no `&`.
    #[test]
    fn what_was_signed_cannot_be_handed_in_as_something_else(text in signed_text()) {
        let cuts = cuts(&text);
        for signed in cuts.iter().filter(|message| is_genuine(message)) {
            for other in &cuts {
                if params(other).ambiguous(&known()).is_some() {
                    continue;
                }
                let here = beginnings(other);
                for (field, (name, _)) in beginnings(signed).iter().zip(signed) {
                    prop_assert!(!is_known(name) || here.contains(field), "{signed:?} as {other:?}");
                }
            }
        }
    }

    /// Fields without a value and `sign` are not in the text, and change nothing.
    #[test]
    fn what_is_not_signed_changes_nothing(text in signed_text(), sign in ".{0,4}", name in "[a-z_]{1,12}") {
        for message in cuts(&text) {
            let mut params = params(&message);
            let before = params.ambiguous(&known()).map(str::to_owned);
            params.set("sign", &sign);
            if params.get(&name).is_none() {
                params.set(&name, "");
            }
            prop_assert_eq!(params.ambiguous(&known()).map(str::to_owned), before);
        }
    }
}

/// An order that is not paid has no `bank_type` behind its `attach`. What can be added there does
/// not make it a paid one.
#[test]
fn unpaid_order_can_not_be_handed_in_as_paid() {
    let added = [
        "bank_type=CMB",
        "cash_fee=1",
        "fee_type=CNY",
        "openid=o",
        "time_end=20261126",
        "total_fee=1",
        "trade_state=SUCCESS",
        "transaction_id=4",
    ]
    .join("&");
    let text = format!(
        "appid=wx1&attach=a&{added}&mch_id=1&nonce_str=n&out_trade_no=7&result_code=SUCCESS&return_code=SUCCESS\
         &trade_state=NOTPAY"
    );
    let taken: Vec<Message> = cuts(&text)
        .into_iter()
        .filter(|message| params(message).ambiguous(PAYMENT_NAMES).is_none())
        .collect();
    let names: BTreeSet<&str> = taken.iter().flatten().map(|(name, _)| &**name).collect();
    assert!(names.contains("bank_type"), "{names:?}");
    for name in ["openid", "time_end", "total_fee", "transaction_id"] {
        assert!(!names.contains(name), "{name}");
    }
    for message in &taken {
        assert_eq!(params(message).get("trade_state"), Some("NOTPAY"));
    }
}

#[test]
fn the_corpus_is_told_apart() {
    let cases: Value = serde_json::from_str(include_str!("../data/ambiguity.json")).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() >= 25, "{}", cases.len());
    for case in cases {
        let fields = case["fields"].as_object().unwrap().iter();
        let params: Params = fields
            .map(|(name, value)| (name, value.as_str().unwrap()))
            .collect();
        assert_eq!(
            params.ambiguous(PAYMENT_NAMES),
            case["ambiguous"].as_str(),
            "{}",
            case["id"]
        );
    }
}
