//! The golden vectors of `tests/vectors/public.json`.

use serde_json::Value;

/// The whole file.
pub fn file() -> Value {
    let text = include_str!("../../vectors/public.json");
    serde_json::from_str(text).expect("the vectors are JSON")
}

/// The vectors of one kind.
pub fn of_kind(kind: &str) -> Vec<Value> {
    let file = file();
    let all = file["vectors"].as_array().expect("a list of vectors");
    let vectors: Vec<Value> = all
        .iter()
        .filter(|vector| vector["kind"] == kind)
        .cloned()
        .collect();
    assert!(!vectors.is_empty(), "no vector of kind {kind}");
    vectors
}

/// A key's PEM by its name.
pub fn key(name: &str) -> String {
    text(&file()["keys"][name]["pem"]).to_owned()
}

/// A key's PEM of `tests/vectors/more.json` by its name.
pub fn more_key(name: &str) -> String {
    let more = include_str!("../../vectors/more.json");
    let file: Value = serde_json::from_str(more).expect("the vectors are JSON");
    text(&file["keys"][name]["pem"]).to_owned()
}

/// The text of a member.
pub fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
}

/// The members of an object as texts.
pub fn texts(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().expect("an object");
    members
        .iter()
        .map(|(name, value)| (name.clone(), text(value).to_owned()))
        .collect()
}
