//! The catalogue as it stands in the binary: compressed, and what several operations have in common
//! written once.

use std::io::Read as _;

use flate2::read::DeflateDecoder;
use serde_json::Value;

use crate::Operation;

/// A test reads every operation.
pub(crate) const SOUND: &str = "the catalogue is written and checked by the generator";

/// The lines of the catalogue.
#[derive(Debug)]
pub(crate) struct Packed {
    /// Fields, error codes and other members of lists that occur more than once.
    shared: Vec<&'static str>,
    /// One operation each.
    pub(crate) operations: Vec<&'static str>,
}

impl Packed {
    pub(crate) fn unpack() -> Self {
        let mut text = String::new();
        let packed: &[u8] = include_bytes!("catalog.bin");
        DeflateDecoder::new(packed)
            .read_to_string(&mut text)
            .expect(SOUND);
        // It is there as long as the program is.
        let text: &'static str = text.leak();
        let (shared, operations) = text.split_once("\n\n").expect(SOUND);
        Self {
            shared: shared.lines().collect(),
            operations: operations.lines().collect(),
        }
    }

    /// Reads one of [`operations`](Self::operations).
    pub(crate) fn read(&self, line: &str) -> Operation {
        serde_json::from_value(self.whole(line)).expect(SOUND)
    }

    fn whole(&self, line: &str) -> Value {
        let mut value = serde_json::from_str(line).expect(SOUND);
        self.fill_in(&mut value);
        value
    }

    /// Replaces each number in a list by the shared line that it counts, which names earlier ones
    /// only.
    fn fill_in(&self, value: &mut Value) {
        match value {
            Value::Array(items) => {
                for item in items {
                    match item.as_u64() {
                        Some(number) => {
                            let number = usize::try_from(number).expect(SOUND);
                            *item = self.whole(self.shared.get(number).expect(SOUND));
                        }
                        None => self.fill_in(item),
                    }
                }
            }
            Value::Object(members) => members.values_mut().for_each(|value| self.fill_in(value)),
            _ => {}
        }
    }
}
