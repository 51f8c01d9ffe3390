use std::fmt;

use serde_json::{Value, json};
use wxpay_api::core::{DecodeError, InvalidInput, SigningError, VerificationError, XmlError};
use wxpay_api::v3::RefreshError;
use wxpay_api::{NoticeError, Unexpected};

/// What the library made of an input.
#[derive(Clone, Debug, Default)]
pub struct Got {
    members: Vec<(&'static str, Member)>,
    refusal: Option<Refusal>,
}

/// How a member is compared with the expected one.
#[derive(Clone, Debug)]
pub(super) enum Member {
    /// Both must be equal.
    Is(Value),
    /// One of these must be equal.
    OneOf(Vec<Value>),
    /// The expected one may have fewer members.
    Holds(Value),
    /// A difference is noted, and fails nothing.
    Advice(Value),
}

impl Got {
    /// The library refused the input.
    pub fn error(refusal: impl Into<Refusal>) -> Self {
        Self::default().is("error", true).refused(refusal)
    }

    /// A member that must be equal to the expected one.
    #[must_use]
    pub fn is(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, Member::Is(value.into()))
    }

    /// A member of which one form must be equal to the expected one.
    #[must_use]
    pub fn is_one_of(self, name: &'static str, forms: impl IntoIterator<Item = Value>) -> Self {
        self.with(name, Member::OneOf(forms.into_iter().collect()))
    }

    /// An object of which the expected one may be a part.
    #[must_use]
    pub fn holds(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, Member::Holds(value.into()))
    }

    /// A member whose difference from the expected one fails nothing.
    #[must_use]
    pub fn advises(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, Member::Advice(value.into()))
    }

    /// The same, with why the library refused the input.
    #[must_use]
    pub fn refused(mut self, refusal: impl Into<Refusal>) -> Self {
        self.refusal = Some(refusal.into());
        self
    }

    /// Why the library refused the input, if it did.
    pub const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        let mut members = self.members.iter();
        members
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    fn with(mut self, name: &'static str, member: Member) -> Self {
        self.members.push((name, member));
        self
    }
}

/// The fields of a message as an object of texts.
pub(super) fn object<N: Into<String>, V: Into<Value>>(
    fields: impl IntoIterator<Item = (N, V)>,
) -> Value {
    let fields = fields.into_iter();
    Value::Object(
        fields
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
    )
}

/// A text, or null.
pub(super) fn text_or_null(text: Option<&str>) -> Value {
    json!(text)
}

/// Why the library refused an input.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// It is not proven to be WeChat Pay's.
    Verification(VerificationError),
    /// It is not a message of APIv2.
    Xml(XmlError),
    /// It is proven, and lacks what it must have.
    Decode(DecodeError),
    /// A payment notification is about something else than what was expected.
    Unexpected(Unexpected),
    /// Anything else, in words.
    Other(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verification(error) => error.fmt(f),
            Self::Xml(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Unexpected(error) => error.fmt(f),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl From<VerificationError> for Refusal {
    fn from(error: VerificationError) -> Self {
        Self::Verification(error)
    }
}

impl From<XmlError> for Refusal {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}

impl From<Unexpected> for Refusal {
    fn from(error: Unexpected) -> Self {
        Self::Unexpected(error)
    }
}

impl From<InvalidInput> for Refusal {
    fn from(error: InvalidInput) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<SigningError> for Refusal {
    fn from(error: SigningError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<NoticeError> for Refusal {
    fn from(error: NoticeError) -> Self {
        match error {
            NoticeError::Unverified(error) => Self::Verification(error),
            NoticeError::Unreadable(error) => Self::Decode(error),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<RefreshError> for Refusal {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Unverified(error) => Self::Verification(error),
            RefreshError::Unreadable(error) => Self::Decode(error),
            RefreshError::Certificate(error) => error.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<&str> for Refusal {
    fn from(words: &str) -> Self {
        Self::Other(words.to_owned())
    }
}

impl From<String> for Refusal {
    fn from(words: String) -> Self {
        Self::Other(words)
    }
}
