//! Whose types the public signatures mention: std's, `http`, `bytes` and our own, so that no other
//! crate's next major version is ours. Read from the JSON that rustdoc writes, without what it
//! derives by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::cargo;
use crate::files;

/// The public items of a library that mention another crate's types.
pub(crate) fn problems(root: &Path, package: &str) -> Result<Vec<String>, String> {
    // In a folder of its own: with the variable set, many crates are built again.
    let target = root.join("target/release-check");
    let mut command = cargo::cargo(root);
    command.env("RUSTC_BOOTSTRAP", "1");
    command.args(["rustdoc", "--locked", "--quiet", "--package", package]);
    command.args(["--lib", "--all-features", "--target-dir"]);
    command.arg(&target);
    cargo::run(command.args(["--", "-Zunstable-options", "--output-format", "json"]))?;
    let library = package.replace('-', "_");
    let path = target.join("doc").join(format!("{library}.json"));
    let json = serde_json::from_str(&files::read(&path)?)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(foreign(package, &json))
}

fn foreign(package: &str, json: &Value) -> Vec<String> {
    let crates = crates_of_paths(json);
    let mut problems = Vec::new();
    for item in items(json) {
        let mut mentioned = BTreeSet::new();
        if let Some(inner) = item.get("inner") {
            mentions(inner, &crates, &mut mentioned);
        }
        let unwanted = mentioned.iter().filter(|name| !is_allowed(package, name));
        for name in unwanted {
            problems.push(format!("{package}: {} mentions {name}", place(item)));
        }
    }
    problems.sort();
    problems.dedup();
    problems
}

/// Items of this crate that a user can see.
fn items(json: &Value) -> impl Iterator<Item = &Value> {
    let index = json.get("index").and_then(Value::as_object);
    let ours = index.into_iter().flat_map(|index| index.values());
    ours.filter(|item| item.get("crate_id") == Some(&Value::from(0)))
}

/// The name of the crate behind each identifier.
fn crates_of_paths(json: &Value) -> BTreeMap<&str, &str> {
    let externals = json.get("external_crates");
    let name = |number: u64| match number {
        0 => Some("crate"),
        _ => externals?.get(number.to_string())?.get("name")?.as_str(),
    };
    let paths = json
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    paths
        .filter_map(|(id, path)| Some((id.as_str(), name(path.get("crate_id")?.as_u64()?)?)))
        .collect()
}

/// Every `{path, id}` below an item: types, traits, what is exported again.
fn mentions<'a>(value: &Value, crates: &BTreeMap<&str, &'a str>, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            // Blanket and automatic implementations are not ours to choose.
            if is_derived_by_rustdoc(value) {
                return;
            }
            let named = object.contains_key("path") || object.contains_key("source");
            if let Some(id) = object.get("id").and_then(Value::as_u64).filter(|_| named)
                && let Some(name) = crates.get(id.to_string().as_str())
            {
                found.insert(name);
            }
            for inner in object.values() {
                mentions(inner, crates, found);
            }
        }
        Value::Array(values) => {
            for inner in values {
                mentions(inner, crates, found);
            }
        }
        _ => {}
    }
}

fn is_derived_by_rustdoc(value: &Value) -> bool {
    let blanket = value.get("blanket_impl").is_some_and(|of| !of.is_null());
    blanket || value.get("is_synthetic") == Some(&Value::Bool(true))
}

fn is_allowed(package: &str, name: &str) -> bool {
    ALLOWED.contains(&name) || name.starts_with("wxpay_") || EXCEPTED.contains(&(package, name))
}

const ALLOWED: [&str; 6] = ["crate", "std", "core", "alloc", "http", "bytes"];

/// Traits alone, which our types implement: axum's behind the feature `axum`, and those of serde 1.
const EXCEPTED: [(&str, &str); 7] = [
    ("wxpay-api", "serde_core"),
    ("wxpay-catalog", "serde_core"),
    ("wxpay-client", "axum_core"),
    ("wxpay-client", "serde_core"),
    ("wxpay-core", "serde_core"),
    ("wxpay-sandbox", "serde_core"),
    ("wxpay-sign", "serde_core"),
];

/// Where an item stands, for the eyes of a person.
fn place(item: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let span = item.get("span");
    let file = text(span.and_then(|span| span.get("filename"))).unwrap_or_default();
    let line = span.and_then(|span| span.get("begin")?.get(0)?.as_u64());
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    let name = text(item.get("name")).unwrap_or_else(|| "an implementation".to_owned());
    format!("{name} ({file}{line})")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::foreign;

    /// A function whose one argument is a type of crate `number`.
    fn crate_with(number: u64, inner: Value) -> Value {
        json!({
            "index": {
                "1": { "crate_id": 0, "name": "pay", "inner": inner,
                       "span": { "filename": "src/lib.rs", "begin": [7, 0] } },
                "2": { "crate_id": 5, "name": "theirs",
                       "inner": { "resolved_path": { "path": "Client", "id": 9 } } },
            },
            "paths": { "9": { "crate_id": number, "path": ["x", "Client"] } },
            "external_crates": {
                "2": { "name": "http" },
                "5": { "name": "reqwest" },
                "6": { "name": "axum_core" },
            },
        })
    }

    fn argument() -> Value {
        json!({ "function": { "sig": { "inputs":
            [["client", { "borrowed_ref": { "type": { "resolved_path": { "path": "Client", "id": 9 } } } }]] } } })
    }

    #[test]
    fn another_crates_type_is_found() {
        assert_eq!(
            foreign("wxpay-api", &crate_with(5, argument())),
            ["wxpay-api: pay (src/lib.rs:7) mentions reqwest"]
        );
    }

    #[test]
    fn what_is_exported_again_is_found() {
        let again = json!({ "use": { "source": "reqwest::Client", "name": "Client", "id": 9 } });
        assert_eq!(foreign("wxpay-api", &crate_with(5, again)).len(), 1);
    }

    #[test]
    fn http_and_our_own_are_fine() {
        for number in [0, 2] {
            let json = crate_with(number, argument());
            assert_eq!(foreign("wxpay-api", &json), Vec::<String>::new());
        }
    }

    #[test]
    fn axum_is_excepted_for_one_crate() {
        let json = crate_with(6, argument());
        assert_eq!(foreign("wxpay-client", &json), Vec::<String>::new());
        assert_eq!(foreign("wxpay-core", &json).len(), 1);
    }

    #[test]
    fn implementations_that_nobody_wrote_do_not_count() {
        let of = |synthetic: bool, blanket: Value| {
            json!({ "impl": { "is_synthetic": synthetic, "blanket_impl": blanket,
                              "trait": { "path": "Erased", "id": 9 } } })
        };
        let blanket = json!({ "generic": "T" });
        for derived in [of(true, Value::Null), of(false, blanket)] {
            assert_eq!(
                foreign("wxpay-api", &crate_with(5, derived)),
                Vec::<String>::new()
            );
        }
        assert_eq!(
            foreign("wxpay-api", &crate_with(5, of(false, Value::Null))).len(),
            1
        );
    }
}
