//! What the values for front ends have in common: how they are shown, serialised, written into URLs
//! and checked.

#[cfg(feature = "apiv2")]
mod url;

use std::fmt;

use wxpay_core::InvalidInput;

/// `Debug` and `Serialize` of a type by its `fields()`.
macro_rules! handed_over {
    ($($name:ident),+) => {
        $(
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    $crate::handed_over::names(f, stringify!($name), &self.fields())
                }
            }

            /// The fields by their names on the wire.
            #[cfg(feature = "serde")]
            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_map(self.fields())
                }
            }
        )+
    };
}

pub(crate) use handed_over;
#[cfg(feature = "apiv2")]
pub(crate) use url::{encoded, query};

/// The names only: anyone who has the values can pay the order.
pub(crate) fn names(f: &mut fmt::Formatter<'_>, of: &str, fields: &[(&str, &str)]) -> fmt::Result {
    f.write_str(of)?;
    f.debug_set()
        .entries(fields.iter().map(|(name, _)| name))
        .finish()
}

/// Checks a value that is signed: 1 to `max` printable ASCII characters, and none that could move
/// the value's end.
pub(crate) fn check(field: &'static str, value: &str, max: usize) -> Result<(), InvalidInput> {
    if value.is_empty() {
        return Err(InvalidInput::new(field, "must not be empty", "不能为空"));
    }
    if !value.bytes().all(|b| b.is_ascii_graphic() && b != b'&') {
        return Err(InvalidInput::new(
            field,
            "must be printable ASCII characters without spaces and `&`",
            "只能是可打印的 ASCII 字符，不含空格和 `&`",
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

/// Checks the bare id of an order that is to be paid.
pub(crate) fn check_prepay_id(prepay_id: &str) -> Result<(), InvalidInput> {
    if prepay_id.starts_with("prepay_id=") {
        return Err(InvalidInput::new(
            "prepay_id",
            "must be the id alone: the `prepay_id=` before it is added here",
            "只需传入 prepay_id 的值：前面的 `prepay_id=` 会自动添加",
        ));
    }
    check("prepay_id", prepay_id, PREPAY_ID)
}

/// Checks a nonce.
pub(crate) fn check_nonce(nonce: &str) -> Result<(), InvalidInput> {
    check("nonce", nonce, NONCE)
}

/// In characters. The documents have 64, and the id is WeChat Pay's own.
const PREPAY_ID: usize = 128;

/// In characters.
const NONCE: usize = 32;
