//! The runner of golden vectors: the library meets them all, and the runner tells when it does not.

use serde_json::{Value, json};
use wxpay_api::sign::provider::Provider;
use wxpay_tests::runner::{Report, run};

const PUBLIC: &str = include_str!("../../vectors/public.json");
const MORE: &str = include_str!("../../vectors/more.json");

fn providers() -> [Provider; 2] {
    [Provider::aws_lc(), Provider::rust_crypto()]
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn ran(file: &Value, provider: Provider) -> Report {
    run(&serde_json::to_vec(file).unwrap(), provider).unwrap()
}

fn only(file: &Value, vectors: Vec<Value>) -> Value {
    json!({ "keys": file["keys"], "vectors": vectors })
}

fn vectors(file: &Value) -> Vec<Value> {
    file["vectors"].as_array().unwrap().clone()
}

#[test]
fn every_vector_passes_on_both_providers_and_none_is_left_out() {
    for provider in providers() {
        let report = run(PUBLIC.as_bytes(), provider).unwrap();
        assert!(report.failed().is_empty(), "{provider:?}\n{report}");
        assert_eq!(report.passed(), 55);
        assert!(report.skipped().is_empty());
        let report = run(MORE.as_bytes(), provider).unwrap();
        assert!(report.failed().is_empty(), "{provider:?}\n{report}");
        assert!(report.skipped().is_empty());
        assert!(report.passed() > 100);
        assert!(!report.to_string().contains("note:"), "{report}");
    }
}

#[test]
fn an_expectation_that_is_altered_anywhere_fails_on_both_providers() {
    for text in [PUBLIC, MORE] {
        let file = parsed(text);
        let mut altered = Vec::new();
        for vector in vectors(&file) {
            for (path, expected) in alterations(&vector["expected"]) {
                let mut vector = vector.clone();
                vector["id"] = json!(format!("{} {path}", vector["id"]));
                vector["expected"] = expected;
                altered.push(vector);
            }
        }
        assert!(altered.len() > 100, "{}", altered.len());
        let ids: Vec<String> = altered
            .iter()
            .map(|vector| vector["id"].as_str().unwrap().to_owned())
            .collect();
        let file = only(&file, altered);
        for provider in providers() {
            assert_eq!(ran(&file, provider).failed(), ids, "{provider:?}");
        }
    }
}

/// A copy of the expectation for each of its values, with that one altered.
///
/// `reason` is advice, whose difference is noted and fails nothing.
fn alterations(expected: &Value) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    leaves(expected, String::new(), &mut paths);
    paths.retain(|path| path != "/reason");
    let alter = |path: String| {
        let mut copy = expected.clone();
        let leaf = copy.pointer_mut(&path).unwrap();
        *leaf = match leaf.take() {
            Value::Bool(value) => json!(!value),
            Value::Number(number) => json!(number.as_i64().map_or(0, |number| number + 1)),
            Value::String(text) => json!(format!("{text}x")),
            _ => json!("x"),
        };
        (path, copy)
    };
    paths.into_iter().map(alter).collect()
}

fn leaves(value: &Value, path: String, into: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(member, format!("{path}/{name}"), into);
            }
        }
        Value::Array(members) if !members.is_empty() => {
            for (n, member) in members.iter().enumerate() {
                leaves(member, format!("{path}/{n}"), into);
            }
        }
        _ => into.push(path),
    }
}

#[test]
fn inputs_that_lack_a_member_or_have_another_type_fail_without_a_panic() {
    for text in [PUBLIC, MORE] {
        let file = parsed(text);
        let mut twisted = Vec::new();
        for vector in vectors(&file) {
            for name in vector["input"].as_object().unwrap().keys() {
                // The one kind that has this member without using it.
                if name == "sign_type" && vector["kind"] == "v2_auto_verify" {
                    continue;
                }
                let mut copy = vector.clone();
                if name != "associated_data" {
                    copy["input"].as_object_mut().unwrap().remove(name);
                    copy["id"] = json!(format!("{} without {name}", vector["id"]));
                    twisted.push(copy.clone());
                }
                for value in [json!([7]), json!({ "a": [null] }), json!(true)] {
                    if vector["input"][name].is_boolean() && value.is_boolean() {
                        continue;
                    }
                    copy["id"] = json!(format!("{} with {name} {value}", vector["id"]));
                    copy["input"][name] = value;
                    twisted.push(copy.clone());
                }
            }
        }
        let wanted = twisted.len();
        let report = ran(&only(&file, twisted), Provider::default());
        assert_eq!(report.failed().len(), wanted, "{report}");
        assert!(!report.to_string().contains("panicked"), "{report}");
    }
}

#[test]
fn what_is_not_a_vector_fails_with_a_message() {
    let vectors = json!([
        7,
        { "id": "kind" },
        { "id": "input", "kind": "serial_match" },
        { "id": "expected", "kind": "serial_match", "input": { "a": "1", "b": "1" } },
        { "id": "nothing", "kind": "serial_match", "input": { "a": "1", "b": "1" }, "expected": {} },
        { "id": "more", "kind": "serial_match", "input": { "a": "1", "b": "1" }, "expected": { "equal": true, "new": 1 } },
        { "id": "key", "kind": "oaep_decrypt", "input": { "private_key": "none", "ciphertext": "" }, "expected": { "error": true } },
        { "id": "fine", "kind": "serial_match", "input": { "a": "1", "b": "1" }, "expected": { "equal": true } },
        { "id": "new", "kind": "of_tomorrow" },
    ]);
    let report = ran(&json!({ "vectors": vectors }), Provider::default());
    assert_eq!(
        report.to_string(),
        "vector 0: the vector has no text `kind`
kind: the vector has no text `kind`
input: the vector has no object `input`
expected: the vector has no object `expected`
nothing: the vector expects nothing
more: new: got none, expected 1
key: the file has no key `none`
skipped of_tomorrow: 1
1 passed, 7 failed, 1 skipped"
    );
    for broken in ["", "{", "[]", "{}", "{\"vectors\":{}}"] {
        assert!(
            run(broken.as_bytes(), Provider::default()).is_err(),
            "{broken}"
        );
    }
}

#[test]
fn either_of_two_answers_is_right_where_a_vector_says_so() {
    let of = |ciphertext: &str, expected: Value| {
        let mut vector = vectors(&parsed(PUBLIC))
            .into_iter()
            .find(|vector| vector["kind"] == "v3_aead_decrypt")
            .unwrap();
        vector["expected"] = json!({ "plaintext_or_error": expected });
        if !ciphertext.is_empty() {
            vector["input"]["ciphertext"] = json!(ciphertext);
        }
        let report = ran(&json!({ "vectors": [vector] }), Provider::default());
        report.failed().is_empty()
    };
    assert!(of("AAAA", json!("")));
    assert!(of("", json!("{\"a\":1}")));
    assert!(of("", json!(true)));
    assert!(!of("", json!("{\"a\":2}")));
}

#[test]
fn a_brand_is_not_signed_for_as_a_merchant() {
    let file = parsed(PUBLIC);
    let mut vectors = vectors(&file);
    vectors.retain(|vector| vector["kind"] == "v3_request_sign");
    vectors.truncate(1);
    let input = vectors[0]["input"].as_object_mut().unwrap();
    let mch_id = input.remove("mchid").unwrap();
    input.insert("brand_id".to_owned(), mch_id);
    let report = ran(&only(&file, vectors), Provider::default()).to_string();
    assert!(
        report.contains("WECHATPAY-BRAND-SHA256-RSA2048"),
        "{report}"
    );
    assert!(report.contains("brand_id"), "{report}");
}
