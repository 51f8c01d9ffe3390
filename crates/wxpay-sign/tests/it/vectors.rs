use serde_json::Value;

/// The vectors of one kind.
pub(crate) fn of_kind(kind: &str) -> Vec<Value> {
    let file = file();
    let all = file["vectors"].as_array().unwrap();
    let vectors: Vec<Value> = all
        .iter()
        .filter(|vector| vector["kind"] == kind)
        .cloned()
        .collect();
    assert!(!vectors.is_empty(), "no vector of kind {kind}");
    vectors
}

/// A key's PEM by its name.
pub(crate) fn key(name: &str) -> String {
    text(&file()["keys"][name]["pem"]).to_owned()
}

pub(crate) fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("not a text: {value}"))
}

/// The members of an object, sorted by name.
pub(crate) fn texts(value: &Value) -> Vec<(&str, &str)> {
    let members = value.as_object().unwrap().iter();
    let mut texts: Vec<_> = members
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect();
    texts.sort_unstable();
    texts
}

/// A file of `tests/data`.
pub(crate) fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(crate) fn pem(name: &str) -> String {
    String::from_utf8(data(name)).unwrap()
}

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub(crate) fn providers() -> Vec<wxpay_sign::provider::Provider> {
    let all = [
        #[cfg(feature = "aws-lc-rs")]
        wxpay_sign::provider::Provider::aws_lc(),
        #[cfg(feature = "rust-crypto")]
        wxpay_sign::provider::Provider::rust_crypto(),
    ];
    all.to_vec()
}

fn file() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/public.json")).unwrap()
}
