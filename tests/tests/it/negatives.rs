//! The corpus of messages that are not proven: none is accepted, and each is refused for its own
//! reason.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use wxpay_api::core::VerificationFailure as Failure;
use wxpay_api::sign::provider::Provider;
use wxpay_tests::runner::{Got, Refusal, evaluate};
use wxpay_tests::vectors::{self, text};

/// The name of a reason in the corpus.
fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Verification(error) => match error.failure() {
            Failure::Missing(part) => format!("missing {part}"),
            Failure::Repeated(part) => format!("repeated {part}"),
            Failure::Malformed(part) => format!("malformed {part}"),
            Failure::Message(error) => format!("message {error}"),
            Failure::Algorithm(_) => "other algorithm".to_owned(),
            Failure::Mismatch => "mismatch".to_owned(),
            Failure::Unopened(part) => format!("unopened {part}"),
            Failure::Probe => "probe".to_owned(),
            Failure::Stale(_) => "stale".to_owned(),
            Failure::UnknownSerial(_) => "unknown serial".to_owned(),
            Failure::Ambiguous(field) => format!("ambiguous {field}"),
            other => panic!("the corpus has no name for {other:?}"),
        },
        Refusal::Decode(error) => format!("unreadable {}", error.field()),
        Refusal::Unexpected(error) => format!("unexpected {}", error.field()),
        Refusal::Xml(error) => error.to_string(),
        Refusal::Other(words) => words.clone(),
    }
}

/// Changes members as a JSON merge patch (RFC 7396) does: null removes one.
fn merge(into: &mut Map<String, Value>, change: &Map<String, Value>) {
    for (name, change) in change {
        match (into.get_mut(name), change) {
            (_, Value::Null) => {
                into.remove(name);
            }
            (Some(Value::Object(inner)), Value::Object(change)) => merge(inner, change),
            _ => {
                into.insert(name.clone(), change.clone());
            }
        }
    }
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

#[test]
fn nothing_unproven_is_accepted() {
    let corpus = include_str!("../../vectors/signature_negatives.json");
    let corpus: Value = serde_json::from_str(corpus).unwrap();
    let keys = members(&vectors::file()["keys"]);
    let entries = corpus["entries"].as_array().unwrap();
    assert!(entries.len() >= 60, "{}", entries.len());
    for provider in [Provider::aws_lc(), Provider::rust_crypto()] {
        let run = |base: &Value, input: &Map<String, Value>| -> Got {
            let got = evaluate(text(&base["kind"]), input, &keys, provider);
            got.unwrap().expect("the runner knows the kind")
        };
        for (name, base) in members(&corpus["bases"]) {
            let got = run(&base, &members(&base["input"]));
            assert!(got.refusal().is_none(), "{name}: {:?}", got.refusal());
        }
        let mut wrong = Vec::new();
        let mut ids = BTreeSet::new();
        for entry in entries {
            let id = text(&entry["id"]);
            assert!(ids.insert(id), "{id} is there twice");
            let base = &corpus["bases"][text(&entry["base"])];
            let mut input = members(&base["input"]);
            merge(&mut input, &members(&entry["change"]));
            assert_ne!(
                Some(&input),
                base["input"].as_object(),
                "{id} changes nothing"
            );
            match run(base, &input).refusal().map(reason) {
                None => wrong.push(format!("{id}: accepted")),
                Some(reason) if reason == text(&entry["reason"]) => {}
                Some(reason) => wrong.push(format!("{id}: refused for {reason}")),
            }
        }
        assert!(wrong.is_empty(), "{provider:?}\n{}", wrong.join("\n"));
    }
}
