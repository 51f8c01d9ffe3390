//! The corpus of malformed messages: each is refused, and for its own reason.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use wxpay_core::{Params, XmlError};

/// The name of a reason in the corpus, and the element that it names.
fn reason(error: &XmlError) -> (&'static str, Option<&str>) {
    match error {
        XmlError::Empty => ("empty", None),
        XmlError::TooLarge { .. } => ("too large", None),
        XmlError::Encoding => ("encoding", None),
        XmlError::Syntax(_) => ("syntax", None),
        XmlError::Truncated => ("truncated", None),
        XmlError::Root => ("root", None),
        XmlError::Declaration => ("declaration", None),
        XmlError::Doctype => ("doctype", None),
        XmlError::Comment => ("comment", None),
        XmlError::Attribute(name) => ("attribute", Some(name)),
        XmlError::Name => ("name", None),
        XmlError::Nested(name) => ("nested", Some(name)),
        XmlError::Text => ("text", None),
        XmlError::Duplicate(name) => ("duplicate", Some(name)),
        XmlError::Entity(name) => ("entity", Some(name)),
        XmlError::Character(name) => ("character", Some(name)),
        other => panic!("the corpus has no name for {other:?}"),
    }
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
}

fn message(entry: &Value) -> Vec<u8> {
    if let Some(xml) = entry["xml"].as_str() {
        return xml.as_bytes().to_vec();
    }
    if let Some(xml) = entry["xml_b64"].as_str() {
        return STANDARD.decode(xml).unwrap();
    }
    let pieces = entry["pieces"].as_array().unwrap().iter();
    let pieces = pieces.map(|piece| match piece.as_str() {
        Some(piece) => piece.to_owned(),
        None => {
            let times = piece["times"].as_u64().unwrap();
            text(&piece["repeat"]).repeat(usize::try_from(times).unwrap())
        }
    });
    pieces.collect::<String>().into_bytes()
}

#[test]
fn malformed_messages_are_refused_for_their_reason() {
    let corpus = include_str!("../../../../tests/vectors/malformed_xml.json");
    let corpus: Value = serde_json::from_str(corpus).unwrap();
    let entries = corpus["entries"].as_array().unwrap();
    assert!(entries.len() >= 60, "{}", entries.len());
    let mut wrong = Vec::new();
    let (mut ids, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let id = text(&entry["id"]);
        assert!(ids.insert(id), "{id} is there twice");
        let wanted = (text(&entry["reason"]), entry["at"].as_str());
        reasons.insert(wanted.0);
        match Params::from_xml(&message(entry)) {
            Ok(_) => wrong.push(format!("{id}: accepted")),
            Err(error) if reason(&error) == wanted => {}
            Err(error) => wrong.push(format!("{id}: refused for {:?}", reason(&error))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(reasons.len(), 16, "every reason has its messages");
}
