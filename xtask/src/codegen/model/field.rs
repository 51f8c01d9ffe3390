//! What a spec says of one field.

use std::fmt;
use std::ops::Range;

use super::TypeRef;
use crate::codegen::spec::{Echo, Fixed, Place};
use crate::codegen::types::{Form, Scalar};

/// A field of a request, a response or a part of them.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) at: Range<usize>,
    /// The name in Rust.
    pub(crate) name: String,
    /// The name on the wire.
    pub(crate) wire: String,
    /// Further names on the wire, where documents disagree.
    pub(crate) also: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) place: Option<Place>,
    pub(crate) required: bool,
    pub(crate) required_if: Option<Condition>,
    pub(crate) only_if: Option<Condition>,
    pub(crate) when: Option<Condition>,
    pub(crate) echo: Option<Echo>,
    pub(crate) count: Option<String>,
    /// The elements of a list in XML.
    pub(crate) element: Option<String>,
    /// The endings that the name of a file may have.
    pub(crate) extensions: Vec<String>,
    pub(crate) limits: Limits,
    /// The characters that a text may have, such as `0-9A-Za-z_-`.
    pub(crate) alphabet: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) encrypted: bool,
    pub(crate) en: String,
    pub(crate) zh: String,
    pub(crate) note: Option<String>,
    pub(crate) example: Option<String>,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Limits {
    pub(crate) min_chars: Option<usize>,
    pub(crate) max_chars: Option<usize>,
    pub(crate) max_bytes: Option<usize>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
}

/// What a field is.
#[derive(Clone)]
pub(crate) enum Kind {
    Scalar(&'static Scalar),
    Enum(TypeRef),
    /// An enum whose values are numbers.
    NumberEnum(TypeRef),
    Object(TypeRef),
    /// A list of scalars, enum values or objects.
    List(Box<Self>),
    /// An object or a list of objects, written as a string.
    Embedded(Text, Box<Self>),
    Numbered(TypeRef),
    Choice(TypeRef),
    Group(TypeRef),
    /// Filled by the client.
    Client,
    /// What follows from the file in the request.
    OfFile(OfFile),
    Fixed(Fixed),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OfFile {
    Name,
    Sha256,
}

/// How something with members is written as a string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Text {
    Json,
    UrlEncoded,
    /// As elements of XML.
    Xml,
}

/// What a field depends on: the value of another field beside it.
#[derive(Clone)]
pub(crate) struct Condition {
    /// How many fields it names; one that names none or several is refused.
    pub(crate) names: usize,
    pub(crate) wire: String,
    pub(crate) asked: Vec<Asked>,
}

#[derive(Clone, PartialEq)]
pub(crate) enum Asked {
    Flag(bool),
    Value(String),
}

impl Field {
    /// Whether a request can't do without the field.
    pub(crate) fn is_required(&self) -> bool {
        self.required || matches!(self.kind, Kind::Choice(_))
    }

    /// Whether the caller gives it.
    pub(crate) fn is_given(&self) -> bool {
        !matches!(self.kind, Kind::Client | Kind::OfFile(_) | Kind::Fixed(_))
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self.kind, Kind::Scalar(scalar) if scalar.form == Form::File)
    }
}

impl Kind {
    /// The types that it names.
    pub(crate) fn types(&self) -> Option<&TypeRef> {
        match self {
            Self::Enum(ty)
            | Self::NumberEnum(ty)
            | Self::Object(ty)
            | Self::Numbered(ty)
            | Self::Choice(ty)
            | Self::Group(ty) => Some(ty),
            Self::List(item) | Self::Embedded(_, item) => item.types(),
            Self::Scalar(_) | Self::Client | Self::OfFile(_) | Self::Fixed(_) => None,
        }
    }

    pub(crate) fn scalar(&self) -> Option<&'static Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Value(value) => f.write_str(value),
        }
    }
}
