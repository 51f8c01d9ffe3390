//! The second signature of WeCom payments: a fixed list of fields for each of its two calls.

use wxpay_core::Params;
use wxpay_sign::workwx::{Api, AppSecret, canonical_text};

use crate::vectors::{of_kind, text, texts};

#[test]
fn the_fields_of_a_call_are_signed_and_no_others() {
    for vector in of_kind("workwx_sign") {
        let (input, expected) = (&vector["input"], &vector["expected"]);
        let api = match text(&input["api"]) {
            "pay" => Api::Pay,
            _ => Api::RedPack,
        };
        let mut params: Params = texts(&input["params"]).into_iter().collect();
        let secret = text(&input["secret"]);
        let key = AppSecret::new(secret).unwrap();
        for (name, value) in [("workwx_sign", "0"), ("unknown", "1")] {
            params.set(name, value);
            assert_eq!(key.sign(&params, api), text(&expected["workwx_sign"]));
        }
        assert_eq!(
            format!("{}&secret={secret}", canonical_text(&params, api)),
            text(&expected["string_to_sign"])
        );
    }
}

#[test]
fn empty_fields_are_left_out() {
    let params: Params = [("amount", "1"), ("appid", ""), ("desc", "b")]
        .into_iter()
        .collect();
    assert_eq!(canonical_text(&params, Api::Pay), "amount=1&desc=b");
    assert_eq!(canonical_text(&params, Api::RedPack), "");
    // MD5 of `amount=1&desc=b&secret=s` and of `secret=s`, by md5sum.
    let key = AppSecret::new("s").unwrap();
    assert_eq!(
        key.sign(&params, Api::Pay),
        "BAA750920EBD6DB8FD50435A89E3D281"
    );
    assert_eq!(
        key.sign(&params, Api::RedPack),
        "5F24C689FE882EA9FC84ECC813A96987"
    );
}

#[test]
fn secrets_are_printable_and_do_not_show() {
    for secret in ["", "a b", "a\n", "é"] {
        let error = AppSecret::new(secret).unwrap_err();
        assert_eq!(error.field(), "WeCom app secret", "{secret:?}");
    }
    let shown = format!("{:?}", AppSecret::new("ExampleSecret").unwrap());
    assert!(!shown.contains("ExampleSecret"), "{shown}");
}
