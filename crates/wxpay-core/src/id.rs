use std::fmt;
use std::str::FromStr;

use crate::{FromWire, InvalidInput};

/// A checked identifier.
pub trait Identifier: AsRef<str> {
    /// Checks the documented form, naming `field` if it is broken.
    ///
    /// # Errors
    /// The value is empty, too long or holds a character that is not allowed.
    fn check(&self, field: &'static str) -> Result<(), InvalidInput>;
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $max:literal, ($alphabet:literal, $alphabet_zh:literal), $allowed:expr $(, $personal:ident)?) => {
        $(#[$doc])*
        #[doc = concat!("\n1 to ", $max, " characters: ", $alphabet, ". Checked when made with [`new`](Self::new) and again before it is sent;")]
        #[doc = "taken as it comes when WeChat Pay sends it."]
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// The most characters that it may have.
            pub const MAX_CHARS: usize = $max;

            /// Checks and wraps a value.
            ///
            /// # Errors
            /// The value is empty, too long or holds another character.
            pub fn new(value: impl Into<String>) -> Result<Self, InvalidInput> {
                let id = Self(value.into());
                id.check($field)?;
                Ok(id)
            }

            /// The value as it goes on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Identifier for $name {
            fn check(&self, field: &'static str) -> Result<(), InvalidInput> {
                check(&self.0, field, $max, ($alphabet, $alphabet_zh), $allowed)
            }
        }

        impl FromStr for $name {
            type Err = InvalidInput;

            fn from_str(value: &str) -> Result<Self, InvalidInput> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidInput;

            fn try_from(value: String) -> Result<Self, InvalidInput> {
                Self::new(value)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let shown = &self.0;
                $(let shown = $personal(shown);)?
                write!(f, "{}({shown:?})", stringify!($name))
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }

        impl FromWire for $name {
            fn from_wire(text: &str) -> Option<Self> {
                Some(Self(text.to_owned()))
            }
        }
    };
}

id!(/// A merchant ID (商户号).
    MchId, "mch_id", 32, ("digits", "数字"), |b| b.is_ascii_digit());
id!(/// A brand's number (品牌ID).
    BrandId, "brand_id", 32, ("digits", "数字"), |b| b.is_ascii_digit());
id!(/// An app id (公众账号ID) or the corpid of a WeCom company.
    AppId, "appid", 128, ("letters, digits, `_` and `-`", "字母、数字、`_` 和 `-`"), |b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
id!(/// A user as one app knows them (用户标识). `Debug` shows the first four characters only.
    OpenId, "openid", 128, ("letters, digits, `_` and `-`", "字母、数字、`_` 和 `-`"), |b| b.is_ascii_alphanumeric() || b"_-".contains(&b), masked);
id!(/// The merchant order number (商户订单号), unique under one merchant ID.
    OutTradeNo, "out_trade_no", 32, ("letters, digits and `_-|*@`", "字母、数字和 `_-|*@`"), |b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b));
id!(/// The merchant refund number (商户退款单号), unique under one merchant ID.
    OutRefundNo, "out_refund_no", 64, ("letters, digits and `_-|*@`", "字母、数字和 `_-|*@`"), |b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b));
id!(/// The WeChat Pay refund number (微信支付退款单号).
    RefundId, "refund_id", 32, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The WeChat Pay order number (微信支付订单号).
    TransactionId, "transaction_id", 32, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The merchant order number of a payment to an employee (商户订单号), unique under one merchant ID.
    ///
    /// The documents allow 32 characters when paying but only 28 when querying. A payment that
    /// can't be queried can't be settled, so the shorter limit holds for both.
    PartnerTradeNo, "partner_trade_no", 28, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The WeChat Pay order number of a payment to an employee (微信订单号).
    PaymentNo, "payment_no", 64, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The merchant batch number (商家批次单号).
    OutBatchNo, "out_batch_no", 64, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The WeChat Pay batch number (微信支付批次单号).
    BatchId, "batch_id", 64, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The merchant detail number of one transfer in a batch (商家明细单号).
    OutDetailNo, "out_detail_no", 64, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());
id!(/// The WeChat Pay detail number of one transfer (微信支付明细单号, 付款单号).
    DetailId, "detail_id", 64, ("letters and digits", "字母和数字"), |b| b.is_ascii_alphanumeric());

/// A personal value as it may be shown.
fn masked(value: &str) -> String {
    value.chars().take(4).chain(std::iter::once('…')).collect()
}

fn check(
    value: &str,
    field: &'static str,
    max: usize,
    (alphabet, alphabet_zh): (&str, &str),
    allowed: fn(u8) -> bool,
) -> Result<(), InvalidInput> {
    if value.is_empty() {
        return Err(InvalidInput::new(field, "must not be empty", "不能为空"));
    }
    if !value.bytes().all(allowed) {
        return Err(InvalidInput::new(
            field,
            format!("must be made of {alphabet} only"),
            format!("只能由{alphabet_zh}组成"),
        ));
    }
    if value.len() > max {
        let has = value.len();
        return Err(InvalidInput::new(
            field,
            format!("must have at most {max} characters, has {has}"),
            format!("最多 {max} 个字符，现有 {has} 个"),
        ));
    }
    Ok(())
}
