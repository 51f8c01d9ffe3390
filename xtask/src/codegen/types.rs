use super::spec::Field;

/// A type that a spec may name.
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) rust: &'static str,
    /// How a request writes it.
    pub(crate) written: Written,
}

/// How a request writes a value.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Written {
    /// An identifier, which knows its own form.
    Id,
    /// A text with a maximum.
    Text,
    /// A secret text with a maximum.
    Secret,
    /// An amount with a minimum.
    Fen,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Integer,
    /// An address, which has 32 characters at most in every document.
    Ip,
    /// Replies only.
    Never,
}

const fn ty(name: &'static str, rust: &'static str, written: Written) -> Type {
    Type {
        name,
        rust,
        written,
    }
}

const fn id(name: &'static str) -> Type {
    ty(name, name, Written::Id)
}

/// Every type, in the order of the names.
pub(crate) const TYPES: &[Type] = &[
    id("AppId"),
    id("BatchId"),
    ty("Boolean", "bool", Written::Boolean),
    id("DetailId"),
    ty("Fen", "Fen", Written::Fen),
    ty("Integer", "u32", Written::Integer),
    ty("Ip", "IpAddr", Written::Ip),
    id("MchId"),
    id("OpenId"),
    id("OutBatchNo"),
    id("OutDetailNo"),
    id("OutTradeNo"),
    id("PartnerTradeNo"),
    id("PaymentNo"),
    ty("Sealed", "Sealed", Written::Never),
    ty("Secret", "Secret", Written::Secret),
    ty("String", "String", Written::Text),
    ty("Time", "WireTime", Written::Never),
    id("TransactionId"),
];

/// The type of a name.
pub(crate) fn find(name: &str) -> Option<&'static Type> {
    TYPES.iter().find(|ty| ty.name == name)
}

/// How a request writes a field; an enum is written as a text.
pub(crate) fn written(field: &Field) -> Written {
    field
        .ty
        .as_deref()
        .and_then(find)
        .map_or(Written::Text, |ty| ty.written)
}
