//! What both sides are brought to before they are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::difference::Doubt;

/// Operations by method and path.
pub(super) type Operations = BTreeMap<String, Operation>;

pub(super) struct Operation {
    pub(super) effect: Effect,
    pub(super) reply: Reply,
    /// By place and name, such as `body.amount.total` or `response.status`.
    pub(super) fields: BTreeMap<String, Field>,
    /// What other sources have beside the fields of a description.
    pub(super) elsewhere: BTreeSet<String>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) serial: Serial,
    pub(super) doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effect {
    Read,
    Write,
    Page,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reply {
    Message,
    File,
    Empty,
    /// A page has none.
    None,
}

/// Which requests name a key of WeChat Pay, in `Wechatpay-Serial`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Serial {
    Unsaid,
    /// At most those in which something is encrypted.
    WithSealed,
    All,
}

#[derive(Clone, Default)]
pub(super) struct Field {
    /// What may stand on the wire; nothing where anything may.
    pub(super) types: BTreeSet<Type>,
    /// The same of the members of a list.
    pub(super) items: BTreeSet<Type>,
    pub(super) required: Required,
    pub(super) text: Option<Length>,
    /// The shortest text, in characters.
    pub(super) min_text: Option<usize>,
    /// The characters of a text, as `0-9A-Za-z_-`.
    pub(super) alphabet: Option<String>,
    /// The type knows a limit of its own, the same in all operations.
    pub(super) is_identifier: bool,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
    pub(super) values: Option<BTreeSet<String>>,
    pub(super) amount: Amount,
    pub(super) format: Option<&'static str>,
    pub(super) is_sealed: bool,
    /// One of several names for the same, so it need not be there.
    pub(super) is_optional_name: bool,
    /// The client adds or reads it without a line in the spec.
    pub(super) is_implied: bool,
    pub(super) doubts: Vec<Doubt>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Object,
    List,
    File,
    /// A text that holds JSON.
    Json,
    /// A text such as `a=1&b=2`.
    UrlEncoded,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Required {
    #[default]
    No,
    /// In some cases, or for some callers.
    Sometimes,
    Yes,
    /// It is sent without the caller.
    Always,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Amount {
    #[default]
    Unsaid,
    Fen,
    /// In another unit.
    Other,
}

/// The longest text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Length {
    Chars(usize),
    Bytes(usize),
}

#[derive(Clone, Default)]
pub(super) struct Code {
    /// The HTTP statuses that it comes with.
    pub(super) statuses: BTreeSet<u16>,
    /// Whether it leaves open what happened, or means that the thing exists.
    pub(super) leaves_open: bool,
    /// Whether it is taken to prove that nothing happened.
    pub(super) not_executed: bool,
    /// It stands in a set that many operations have.
    pub(super) is_common: bool,
    pub(super) doubts: Vec<Doubt>,
}

impl Operation {
    /// Adds a field; one that is there already becomes what either of the two may be.
    pub(super) fn add(&mut self, place: String, field: Field) {
        match self.fields.get_mut(&place) {
            None => {
                self.fields.insert(place, field);
            }
            Some(there) => {
                there.types.extend(field.types);
                there.items.extend(field.items);
                there.is_implied |= field.is_implied;
                if there.required != field.required {
                    there.required = Required::Sometimes;
                }
                if let (Some(there), Some(more)) = (&mut there.values, field.values) {
                    there.extend(more);
                }
            }
        }
    }
}

impl Length {
    pub(super) fn number(self) -> usize {
        match self {
            Self::Chars(number) | Self::Bytes(number) => number,
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chars(number) => write!(f, "{number} characters"),
            Self::Bytes(number) => write!(f, "{number} bytes"),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::List => "array",
            Self::File => "file",
            Self::Json => "JSON text",
            Self::UrlEncoded => "URL-encoded text",
        })
    }
}

/// Method and path, as a difference names an operation.
pub(super) fn label(method: &str, path: &str) -> String {
    format!("{method} {path}")
}
