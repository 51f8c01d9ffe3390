//! What a check of a signature saw.

mod cause;

pub use cause::SignatureCause;

/// One signature of a request, whether it held, and what the check saw.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SignatureCheck {
    /// Which signature.
    pub kind: SignatureKind,
    /// Whether it held.
    pub held: bool,
    /// The text that had to be signed, with `***` for the key or the secret; empty if the request
    /// does not tell.
    pub text: String,
    /// The signature that came.
    pub received: Option<String>,
    /// The signature that had to come. APIv3 has none: only the merchant can make it.
    pub expected: Option<String>,
    /// Why it did not hold, from the deepest cause to the lightest; empty when it held.
    pub causes: Vec<SignatureCause>,
    /// The text that was signed in place of the right one, if the signature that came is one of a
    /// usual mistake.
    pub signed_text: Option<String>,
}

/// The signatures that requests carry.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SignatureKind {
    /// `sign` (签名) of APIv2.
    Sign,
    /// `workwx_sign` (企业微信签名).
    WorkwxSign,
    /// The `Authorization` header of APIv3.
    Authorization,
}

impl SignatureCheck {
    pub(crate) fn new(kind: SignatureKind) -> Self {
        Self {
            kind,
            held: false,
            text: String::new(),
            received: None,
            expected: None,
            causes: Vec::new(),
            signed_text: None,
        }
    }
}

impl SignatureKind {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::WorkwxSign => "workwx_sign",
            Self::Authorization => "Authorization",
        }
    }
}

/// What stands for a key or a secret in a text.
pub(crate) const MASK: &str = "***";
