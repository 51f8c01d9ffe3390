//! A string of JSON behaves as the `str` that it is, whatever it was made from.

use std::borrow::Borrow as _;
use std::collections::HashMap;

use wxpay_client::core::DecodeProblem;
use wxpay_client::json::{Json, JsonText};

#[test]
fn a_text_is_equal_to_its_string_and_to_no_other() {
    let text = JsonText::from("appid");
    let (own, other) = ("appid".to_owned(), "appidx".to_owned());
    assert!(text == *"appid" && text != *"mchid");
    assert!(text == "appid" && text != "mchid");
    assert!(text == own && text != other);
    assert_eq!(text.as_str(), "appid");
    assert_eq!(text.as_ref(), "appid");
    assert_eq!(&*text, "appid");
    let borrowed: &str = text.borrow();
    assert_eq!(borrowed, "appid");
    assert_eq!(text.to_string(), "appid");
    assert_eq!(String::from(text.clone()), "appid");
    assert_eq!(JsonText::of("appid"), text);
    assert_eq!(JsonText::from(own), text);
    assert_eq!(Json::from(text), Json::from("appid"));
}

#[test]
fn a_text_is_found_by_its_string() {
    let known = HashMap::from([(JsonText::from("a"), 1), (JsonText::from("b"), 2)]);
    assert_eq!(known.get("b"), Some(&2));
    assert_eq!(known.get("c"), None);
}

#[test]
fn a_value_comes_from_each_rust_type_that_it_has() {
    let object = Json::object([
        ("text", Json::from("a")),
        ("owned", Json::from("b".to_owned())),
        ("shared", Json::from(JsonText::of("c"))),
        ("number", Json::from(-5)),
        ("flag", Json::from(true)),
        ("fraction", Json::Number(0.5)),
        ("list", Json::List(vec![Json::Null, Json::Bool(false)])),
    ]);
    let text = r#"{"text":"a","owned":"b","shared":"c","number":-5,"flag":true,"fraction":0.5,"list":[null,false]}"#;
    assert_eq!(object.to_text(), text);
    assert_eq!(Json::parse(text.as_bytes()).unwrap(), object);
    assert_eq!(object.get("number"), Some(&Json::Integer(-5)));
    assert_eq!(object.get("other"), None);
    assert_eq!(Json::from("number").get("number"), None);
    assert_eq!(object.get("text").and_then(Json::as_str), Some("a"));
    assert_eq!(object.get("number").and_then(Json::as_str), None);
}

#[test]
fn numbers_are_integers_as_long_as_they_fit() {
    for (text, value) in [
        ("9223372036854775807", Json::Integer(i64::MAX)),
        ("-9223372036854775808", Json::Integer(i64::MIN)),
        (
            "9223372036854775808",
            Json::Number(9_223_372_036_854_775_808.0),
        ),
        ("1.5", Json::Number(1.5)),
        ("0", Json::Integer(0)),
    ] {
        assert_eq!(Json::parse(text.as_bytes()).unwrap(), value, "{text}");
    }
}

#[test]
fn what_is_no_json_says_so() {
    for text in [&b"{"[..], b"\"\xFF\""] {
        let error = Json::parse(text).unwrap_err();
        assert_eq!(error.field(), "json");
        assert!(matches!(error.problem(), DecodeProblem::Json(_)), "{error}");
    }
    let error = Json::parse(br#"{"a":1,"a":1}"#).unwrap_err();
    assert!(error.to_string().contains("a name twice"), "{error}");
}

/// The same values by the way of serde, which hands strings over owned where they were escaped.
#[test]
fn serde_reads_what_the_parser_reads() {
    let text = r#"{"plain":"a","escaped":"a\n","n":[1,-1,2.5,true,null]}"#;
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let read: Json = serde_json::from_value(value.clone()).unwrap();
    let parsed = Json::parse(text.as_bytes()).unwrap();
    for name in ["plain", "escaped", "n"] {
        assert_eq!(read.get(name), parsed.get(name), "{name}");
    }
    assert_eq!(serde_json::to_value(&parsed).unwrap(), value);

    let large: serde_json::Value = serde_json::from_str("[18446744073709551615]").unwrap();
    let read: Json = serde_json::from_value(large).unwrap();
    assert_eq!(
        read,
        Json::List(vec![Json::Number(18_446_744_073_709_551_615.0)])
    );

    let text: JsonText = serde_json::from_str(r#""a\nb""#).unwrap();
    assert_eq!(text, "a\nb");
    let text: JsonText = serde_json::from_value(serde_json::Value::from("x")).unwrap();
    assert_eq!(text, "x");
    assert_eq!(serde_json::to_string(&text).unwrap(), "\"x\"");
    let error = serde_json::from_str::<JsonText>("5").unwrap_err();
    assert!(error.to_string().contains("expected a string"), "{error}");
}
