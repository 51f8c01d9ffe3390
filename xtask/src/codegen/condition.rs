//! What a field depends on: the value of another field beside it.

use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;

/// `{ other_field = "VALUE" }` or `{ other_field = true }`, with one member.
pub(crate) type Condition = IndexMap<String, Asked>;

/// The value that the other field must have.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Asked {
    Flag(bool),
    Value(String),
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Value(value) => f.write_str(value),
        }
    }
}
