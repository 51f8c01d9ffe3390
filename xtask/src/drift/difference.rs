//! One thing in which a description and a spec differ.

use std::fmt;

use serde::Deserialize;

/// A difference, in the order in which they are printed.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Difference {
    /// Method and path.
    pub(super) operation: String,
    /// `body.amount.total`, `errors.SYSTEM_ERROR`, or nothing for the operation itself.
    pub(super) field: String,
    pub(super) kind: Kind,
    pub(super) says: String,
    pub(super) doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The description has it and the specs do not.
    New,
    /// The specs have it and the description does not.
    Gone,
    Effect,
    Reply,
    Type,
    Amount,
    Format,
    Required,
    Limit,
    Value,
    Sealed,
    Serial,
    Code,
    Outcome,
}

/// What speaks against believing the description.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub(super) enum Doubt {
    /// No page of WeChat Pay has it.
    ThirdParty,
    /// Of the other sources, one alone has it.
    OneWitness,
    /// The sources say different things of it.
    Disputed,
}

impl Kind {
    pub(super) const ALL: [Self; 14] = [
        Self::New,
        Self::Gone,
        Self::Effect,
        Self::Reply,
        Self::Type,
        Self::Amount,
        Self::Format,
        Self::Required,
        Self::Limit,
        Self::Value,
        Self::Sealed,
        Self::Serial,
        Self::Code,
        Self::Outcome,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Effect => "effect",
            Self::Reply => "reply",
            Self::Type => "type",
            Self::Amount => "amount",
            Self::Format => "format",
            Self::Required => "required",
            Self::Limit => "limit",
            Self::Value => "value",
            Self::Sealed => "sealed",
            Self::Serial => "serial",
            Self::Code => "code",
            Self::Outcome => "outcome",
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        if !self.field.is_empty() {
            write!(f, " {}", self.field)?;
        }
        write!(f, ": {}", self.kind)?;
        if !self.says.is_empty() {
            write!(f, ": {}", self.says)?;
        }
        Ok(())
    }
}
