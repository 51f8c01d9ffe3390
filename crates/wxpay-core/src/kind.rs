use std::borrow::Cow;
use std::error::Error as StdError;

use thiserror::Error;

#[cfg(feature = "apiv2")]
use crate::XmlError;
use crate::{Class, CodeFacts, Outcome, Sent};

/// A key that could not sign, decrypt or be read. Nothing was sent.
#[derive(Debug, Error)]
#[error("{reason}")]
pub struct SigningError {
    reason: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SigningError {
    /// It failed because of `reason`, which must hold nothing secret.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
            source: None,
        }
    }

    /// The same, with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

/// No complete HTTP response arrived.
#[derive(Debug, Error)]
#[error("{}", match .sent { Sent::No => "the request was not sent", Sent::Maybe => "no complete response; the request may have been sent" })]
pub struct TransportError {
    sent: Sent,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// No byte of the request can have reached the server. When in doubt, use [`Self::maybe_sent`].
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            sent: Sent::No,
            source: source.into(),
        }
    }

    /// The request may have reached the server.
    pub fn maybe_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            sent: Sent::Maybe,
            source: source.into(),
        }
    }

    /// Whether the request may have reached the server.
    pub fn sent(&self) -> Sent {
        self.sent
    }
}

/// Something answered without saying anything trusted about the business.
///
/// Code and message are claims of an unsigned text: they help a person, and decide nothing about
/// money.
#[derive(Debug, Error)]
#[error("HTTP {status}: {}{}", .code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default(), said(.message))]
pub struct ProtocolError {
    status: u16,
    code: Option<String>,
    message: String,
    return_code_fail: bool,
}

impl ProtocolError {
    /// A protocol error with the HTTP status and the message, which may come from the server.
    pub fn new(status: u16, message: &str) -> Self {
        Self {
            status,
            code: None,
            message: printable(message),
            return_code_fail: false,
        }
    }

    /// The same, for an APIv2 response with `return_code=FAIL` (通信失败).
    #[must_use]
    pub fn with_return_code_fail(mut self) -> Self {
        self.return_code_fail = true;
        self
    }

    /// Whether it was an APIv2 response with `return_code=FAIL` (通信失败), as for a wrong key. It is
    /// unsigned and proves nothing.
    pub fn is_return_code_fail(&self) -> bool {
        self.return_code_fail
    }

    /// The same, with the error code that the text claims.
    #[must_use]
    pub fn with_code(mut self, code: Option<&str>) -> Self {
        self.code = code.map(printable);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The error code that the unsigned text claims, such as `SYSTEMERROR`.
    pub fn claimed_code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The message that the unsigned text claims; empty if it has none.
    pub fn claimed_message(&self) -> &str {
        &self.message
    }
}

/// A response or notification that is not proven to be WeChat Pay's.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("not verified: {failure}")]
pub struct VerificationError {
    failure: VerificationFailure,
}

impl VerificationError {
    /// The failure.
    pub fn failure(&self) -> &VerificationFailure {
        &self.failure
    }
}

impl From<VerificationFailure> for VerificationError {
    fn from(failure: VerificationFailure) -> Self {
        Self { failure }
    }
}

/// Why something is not verified.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum VerificationFailure {
    /// A part that carries the proof is missing: `sign`, or one of the four headers.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part that carries the proof occurs more than once.
    #[error("{0} occurs more than once")]
    Repeated(&'static str),
    /// A part that carries the proof has an invalid format.
    #[error("{0} has an invalid format")]
    Malformed(&'static str),
    /// The text is not a message of APIv2.
    #[cfg(feature = "apiv2")]
    #[error("not a message of APIv2: {0}")]
    Message(XmlError),
    /// The signature or the ciphertext was made with another algorithm than the configured one.
    #[error("made with another algorithm than the configured {0}")]
    Algorithm(&'static str),
    /// The signature does not match the message and the key.
    #[error("the signature does not match")]
    Mismatch,
    /// The ciphertext was changed, or was made with another key.
    #[error("{0} cannot be decrypted with this key")]
    Unopened(&'static str),
    /// A signature probe (签名探测): WeChat Pay tests whether a wrong signature is refused, and sends
    /// again.
    #[error("a signature probe, refused like any wrong signature")]
    Probe,
    /// The timestamp is more than 300 seconds away from the clock.
    #[error("the timestamp is {0} s away from this clock, more than 300 s")]
    Stale(u64),
    /// No key is known under this serial number.
    #[error("no key is known for serial {0}")]
    UnknownSerial(String),
    /// The signature matches, but would match other fields as well: another field could begin
    /// within this one's value ([`Params::ambiguous`](crate::Params::ambiguous)).
    #[error("another field could begin within the value of {0}, so the signature proves neither")]
    Ambiguous(String),
    /// A file does not have the digest that a signed response gave.
    #[error("the file does not have the digest that WeChat Pay gave")]
    OtherDigest,
    /// The keys could not be reached or are broken.
    #[error("the key cannot be used: {0}")]
    Key(&'static str),
}

/// An accepted response refuses the business.
#[derive(Debug, Error)]
#[error("{}: {}", if code.is_empty() { "no error code" } else { code.as_str() }, said(.message))]
pub struct BusinessError {
    status: u16,
    code: String,
    message: String,
    outcome: Outcome,
    class: Class,
}

impl BusinessError {
    /// A refusal with `code`, whose meaning is looked up in the endpoint's sorted table.
    ///
    /// A code that is not in the table is [`Outcome::Unknown`] and [`Class::UNLISTED`].
    pub fn new(status: u16, code: &str, message: &str, table: &[CodeFacts]) -> Self {
        let facts = table
            .binary_search_by(|facts| facts.code.cmp(code))
            .ok()
            .and_then(|at| table.get(at));
        Self {
            status,
            code: printable(code),
            message: printable(message),
            outcome: facts.map_or(Outcome::Unknown, |facts| facts.outcome),
            class: facts.map_or(Class::UNLISTED, |facts| facts.class),
        }
    }

    /// The HTTP status; always 200 in APIv2.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The error code, such as `NOTENOUGH`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The server's words. For people: they change without notice and decide nothing.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the code says about the effect, if the endpoint is one that writes.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// What else the documents say of the code.
    pub fn class(&self) -> Class {
        self.class
    }
}

/// An accepted response that is not understood, or that answers something else.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{field}: {problem}")]
pub struct DecodeError {
    field: String,
    problem: DecodeProblem,
}

impl DecodeError {
    /// `field` has this problem.
    pub fn new(field: impl Into<String>, problem: DecodeProblem) -> Self {
        Self {
            field: printable(&field.into()),
            problem,
        }
    }

    /// `field` is missing or empty.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::new(field, DecodeProblem::Missing)
    }

    /// `field` has an invalid format.
    pub fn malformed(field: impl Into<String>) -> Self {
        Self::new(field, DecodeProblem::Malformed)
    }

    /// `field` is not what was asked for.
    pub fn mismatch(field: impl Into<String>) -> Self {
        Self::new(field, DecodeProblem::Mismatch)
    }

    /// The field's name on the wire, or `json` for the whole message.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &DecodeProblem {
        &self.problem
    }
}

/// What is wrong with a response's field.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum DecodeProblem {
    /// It is missing or empty.
    #[error("missing")]
    Missing,
    /// It has an invalid format.
    #[error("has an invalid format")]
    Malformed,
    /// It is not what was asked for: the response answers another request.
    #[error("is not what was asked for")]
    Mismatch,
    /// It is not a field of this request.
    #[error("is not a field of this request; there are {0}")]
    Unknown(String),
    /// It always has this value, which is sent for the caller.
    #[error("is always {0}; leave it out, or give exactly that")]
    Fixed(String),
    /// Exactly one of several fields must be there.
    #[error("needs exactly one of {0}")]
    OneOf(String),
    /// The message is not JSON that can be read without doubt.
    #[error("{0}")]
    Json(String),
}

/// The server's words, or that there are none.
fn said(message: &str) -> &str {
    if message.is_empty() {
        "no error text"
    } else {
        message
    }
}

/// Server text as it may be shown: not too long, and without characters that steer a terminal or
/// forge a log line.
fn printable(text: &str) -> String {
    const LONGEST: usize = 256;
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
    };
    let mut out = String::new();
    for c in text.chars().take(LONGEST) {
        if steers(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}
