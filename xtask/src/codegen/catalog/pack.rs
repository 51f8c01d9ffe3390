//! Writes what occurs more than once a single time, and compresses. `wxpay-catalog` reads it back.

use std::collections::HashMap;
use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;

/// The shared lines, an empty line, and the entries: where a member of a list is a number, it is
/// the shared line of that number. Lines name earlier ones only.
pub(super) fn pack(entries: Vec<Value>) -> io::Result<Vec<u8>> {
    let mut shared = Shared::default();
    for entry in &entries {
        shared.count(entry)?;
    }
    let lines: Vec<String> = entries
        .into_iter()
        .map(|entry| shared.write(entry).to_string())
        .collect();
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    writeln!(encoder, "{}\n", shared.lines.join("\n"))?;
    for line in lines {
        writeln!(encoder, "{line}")?;
    }
    encoder.finish()
}

#[derive(Default)]
struct Shared {
    /// How often each object in a list occurs, by its JSON.
    occurs: HashMap<String, usize>,
    /// The line that an object has.
    numbers: HashMap<String, usize>,
    lines: Vec<String>,
}

impl Shared {
    fn count(&mut self, value: &Value) -> io::Result<()> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| {
                if item.is_number() {
                    return Err(io::Error::other(
                        "a number in a list stands for a shared line",
                    ));
                }
                if item.is_object() {
                    *self.occurs.entry(item.to_string()).or_default() += 1;
                }
                self.count(item)
            }),
            Value::Object(members) => members.values().try_for_each(|member| self.count(member)),
            _ => Ok(()),
        }
    }

    fn write(&mut self, value: Value) -> Value {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.item(item)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, member)| (name, self.write(member)))
                .collect(),
            other => other,
        }
    }

    fn item(&mut self, item: Value) -> Value {
        let key = item.to_string();
        if self.occurs.get(&key).is_none_or(|times| *times < 2) {
            return self.write(item);
        }
        if let Some(number) = self.numbers.get(&key) {
            return Value::from(*number);
        }
        let line = self.write(item).to_string();
        self.lines.push(line);
        let number = self.lines.len() - 1;
        self.numbers.insert(key, number);
        Value::from(number)
    }
}
