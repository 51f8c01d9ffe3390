//! The scalar types that a spec may name.

/// A scalar type.
#[derive(Debug)]
pub(crate) struct Scalar {
    /// Its name in a spec.
    pub(crate) name: &'static str,
    /// Its Rust type.
    pub(crate) rust: &'static str,
    /// Where that comes from; `None` for what needs no import.
    pub(crate) path: Option<&'static str>,
    /// How it is written.
    pub(crate) form: Form,
}

/// How a value is written in a request and read from a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// An identifier, which knows its own form.
    Id,
    /// A string with a maximum.
    Text,
    /// A secret text with a maximum.
    Secret,
    /// An amount in fen.
    Fen,
    Boolean,
    Integer,
    /// A decimal number with exact digits.
    Decimal,
    Ip,
    Time,
    Date,
    /// JSON of any form.
    Raw,
    /// Responses only.
    Sealed,
    /// A file to upload, in requests only.
    File,
}

const fn scalar(
    name: &'static str,
    rust: &'static str,
    path: Option<&'static str>,
    form: Form,
) -> Scalar {
    Scalar {
        name,
        rust,
        path,
        form,
    }
}

const fn core(name: &'static str, form: Form) -> Scalar {
    scalar(name, name, Some(CORE), form)
}

const CORE: &str = "wxpay_core";

const SCALARS: &[Scalar] = &[
    core("AppId", Form::Id),
    core("BatchId", Form::Id),
    scalar("Boolean", "bool", None, Form::Boolean),
    core("Date", Form::Date),
    core("Decimal", Form::Decimal),
    core("DetailId", Form::Id),
    core("Fen", Form::Fen),
    scalar("File", "Upload", Some("wxpay_client"), Form::File),
    scalar("Integer", "i64", None, Form::Integer),
    scalar("Ip", "IpAddr", Some("std::net"), Form::Ip),
    core("MchId", Form::Id),
    core("OpenId", Form::Id),
    core("OutBatchNo", Form::Id),
    core("OutDetailNo", Form::Id),
    core("OutRefundNo", Form::Id),
    core("OutTradeNo", Form::Id),
    core("PartnerTradeNo", Form::Id),
    core("PaymentNo", Form::Id),
    scalar("Raw", "Json", Some("wxpay_client::json"), Form::Raw),
    core("RefundId", Form::Id),
    scalar("Sealed", "Sealed", Some("wxpay_sign::v3"), Form::Sealed),
    core("Secret", Form::Secret),
    scalar("String", "String", None, Form::Text),
    scalar("Time", "WireTime", Some(CORE), Form::Time),
    core("TransactionId", Form::Id),
];

/// The type of a name.
pub(crate) fn find(name: &str) -> Option<&'static Scalar> {
    SCALARS.iter().find(|scalar| scalar.name == name)
}

/// The way a time or date is written, as a variant of `TimeFormat` or `DateFormat`.
pub(crate) fn format(form: Form, format: Option<&str>) -> Option<&'static str> {
    match (form, format) {
        (Form::Time, Some("rfc3339")) => Some("Rfc3339"),
        (Form::Time, Some("yyyyMMddHHmmss")) => Some("Compact"),
        (Form::Time, Some("yyyy-MM-dd HH:mm:ss")) => Some("DateTime"),
        (Form::Time, Some("unix")) => Some("Unix"),
        (Form::Date, None | Some("yyyy-MM-dd")) => Some("Dashed"),
        (Form::Date, Some("yyyyMMdd")) => Some("Compact"),
        _ => None,
    }
}
