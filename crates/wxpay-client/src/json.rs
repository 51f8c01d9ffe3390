//! JSON as it is written into requests and read from responses.

mod body;
mod embedded;
mod given;
mod lists;
mod members;
mod object;
mod text;
mod value;

pub use body::Body;
pub use object::Object;
pub use text::JsonText;
pub use value::Json;

pub(crate) use body::check_text;
pub(crate) use members::json_text;
#[cfg(feature = "apiv2")]
pub(crate) use members::{json_list_text, url_encoded_text};
pub(crate) use value::check_characters;

/// The members of a request, or of a part of it, in JSON.
#[cfg(feature = "serde")]
pub type Members<'a> = Object<'a>;

/// A request read from JSON, or why it can't be.
#[cfg(feature = "serde")]
pub type Reading<T> = Result<T, wxpay_core::DecodeError>;

/// Reads a request from JSON by its own reader.
///
/// # Errors
/// It is not JSON, or not what `read` takes.
#[cfg(feature = "serde")]
pub fn deserialize<'de, T, D: serde::Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(&Object<'_>) -> Result<T, wxpay_core::DecodeError>,
) -> Result<T, D::Error> {
    use serde::Deserialize as _;
    use serde::de::Error as _;

    let json = Json::deserialize(deserializer)?;
    let object = Object::of(&json).map_err(D::Error::custom)?;
    read(&object).map_err(D::Error::custom)
}
