use serde_json::{Map, Value};

use super::got::{Got, Member};

/// How what was got differs from what was expected, a line for each member.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) differences: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Compares every member that the vector expects. What was got may have more.
pub(super) fn compare(got: &Got, expected: &Map<String, Value>) -> Comparison {
    let mut comparison = Comparison::default();
    if expected.is_empty() {
        comparison
            .differences
            .push("the vector expects nothing".to_owned());
    }
    for (name, expected) in expected {
        let (name, member) = match name.as_str() {
            // Either is right, as long as the library returns.
            "plaintext_or_error" if got.member("error").is_some() => continue,
            "plaintext_or_error" if !expected.is_string() => continue,
            "plaintext_or_error" => ("plaintext", got.member("plaintext")),
            name => (name, got.member(name)),
        };
        let Some(member) = member else {
            // An absent member and null are the same.
            if !expected.is_null() {
                let why = got
                    .refusal()
                    .map(|refusal| format!(" ({refusal})"))
                    .unwrap_or_default();
                comparison
                    .differences
                    .push(format!("{name}: got none{why}, expected {expected}"));
            }
            continue;
        };
        let shown = match member {
            Member::Is(value) | Member::Holds(value) | Member::Advice(value) => value.clone(),
            Member::OneOf(forms) => Value::Array(forms.clone()),
        };
        let line = || format!("{name}: got {shown}, expected {expected}");
        match member {
            Member::Is(value) if value == expected => {}
            Member::OneOf(forms) if forms.contains(expected) => {}
            Member::Holds(whole) if is_part(expected, whole) => {}
            Member::Advice(value) if value == expected => {}
            Member::Advice(_) => comparison.notes.push(line()),
            _ => comparison.differences.push(line()),
        }
    }
    comparison
}

fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            let mut part = part.iter();
            part.all(|(name, value)| whole.get(name) == Some(value))
        }
        _ => part == whole,
    }
}
