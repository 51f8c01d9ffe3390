use std::net::IpAddr;

use crate::Secret;

/// A value read from a string that WeChat Pay sent.
///
/// Reading is lenient where a shape does not matter (an identifier may grow a letter) and strict
/// where a misreading costs money (an amount is digits and nothing else).
pub trait FromWire: Sized {
    /// The value, or `None` when the text has an invalid format. Never called with an empty text.
    fn from_wire(text: &str) -> Option<Self>;

    /// The value of an integer in JSON: what [`from_wire`](Self::from_wire) makes of its digits.
    fn from_integer(integer: i64) -> Option<Self> {
        Self::from_wire(&integer.to_string())
    }
}

impl FromWire for bool {
    fn from_wire(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromWire for Secret {
    fn from_wire(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }
}

impl FromWire for String {
    fn from_wire(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

macro_rules! integer {
    ($($type:ty),+) => {$(
        impl FromWire for $type {
            fn from_wire(text: &str) -> Option<Self> {
                // `parse` would also take a leading plus sign.
                text.starts_with(|c: char| c.is_ascii_digit() || c == '-').then(|| text.parse().ok())?
            }

            fn from_integer(integer: i64) -> Option<Self> {
                integer.try_into().ok()
            }
        }
    )+};
}

integer!(i64, u64, u32);

impl FromWire for IpAddr {
    fn from_wire(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
