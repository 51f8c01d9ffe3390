use md5::{Digest, Md5};
use serde_json::{Map, Value};

/// The digest of a request's members, whatever their order.
pub(crate) fn of(members: &Map<String, Value>) -> [u8; 16] {
    let mut digest = Md5::new();
    object(members, &mut digest);
    digest.finalize().into()
}

fn object(members: &Map<String, Value>, digest: &mut Md5) {
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_unstable();
    digest.update("{");
    for name in names {
        text(name, digest);
        if let Some(member) = members.get(name) {
            value(member, digest);
        }
    }
    digest.update("}");
}

fn value(value: &Value, digest: &mut Md5) {
    match value {
        Value::Object(members) => object(members, digest),
        Value::Array(items) => {
            digest.update("[");
            items.iter().for_each(|item| self::value(item, digest));
            digest.update("]");
        }
        Value::String(content) => text(content, digest),
        other => text(&other.to_string(), digest),
    }
}

fn text(text: &str, digest: &mut Md5) {
    digest.update(text.len().to_be_bytes());
    digest.update(text);
}
