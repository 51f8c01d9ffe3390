use std::fmt;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};
#[cfg(feature = "sm")]
use sm3::Sm3;
use wxpay_core::InvalidInput;

/// The digest that a signed response told of a file: the proof of a file that carries no signature.
///
/// By the documents it is that of the unpacked file for nearly every bill, and that of the file as
/// it is fetched for the withdrawals that failed (提现异常): say so with
/// [`as_fetched`](Self::as_fetched).
#[derive(Clone, Eq, PartialEq)]
pub struct FileDigest {
    value: Value,
    over: Over,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Value {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
    #[cfg(feature = "sm")]
    Sm3([u8; 32]),
}

/// Which bytes a digest is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Over {
    Unpacked,
    Fetched,
    /// A document does not say which.
    #[cfg(feature = "apiv2")]
    Either,
}

impl FileDigest {
    /// The digest of the unpacked file, as a response tells it: `hash_type` is `SHA1` or `SHA256`
    /// (or, with the feature `sm`, `SM3`), `hash_value` is in hexadecimal, in upper or lower case.
    ///
    /// # Errors
    /// The digest has another type, or an invalid format. Nothing was sent.
    pub fn new(hash_type: &str, hash_value: &str) -> Result<Self, InvalidInput> {
        let value = match hash_type {
            "SHA1" => Value::Sha1(bytes_of(hash_value)?),
            "SHA256" => Value::Sha256(bytes_of(hash_value)?),
            #[cfg(feature = "sm")]
            "SM3" => Value::Sm3(bytes_of(hash_value)?),
            _ => {
                return Err(InvalidInput::new(
                    "hash_type",
                    if cfg!(feature = "sm") {
                        "must be SHA1, SHA256 or SM3"
                    } else {
                        "must be SHA1 or SHA256; SM3 needs the feature `sm`"
                    },
                    if cfg!(feature = "sm") {
                        "必须是 SHA1、SHA256 或 SM3"
                    } else {
                        "必须是 SHA1 或 SHA256；SM3 需要启用 `sm` 特性"
                    },
                ));
            }
        };
        let over = Over::Unpacked;
        Ok(Self { value, over })
    }

    /// The same digest, where a document says that it is of the file as it is fetched, packed or
    /// not.
    #[must_use]
    pub fn as_fetched(mut self) -> Self {
        self.over = Over::Fetched;
        self
    }

    /// The header `Digest: SHA=…` of a bill of APIv2, whose document does not say whether the bytes
    /// are packed. A header in another form is no digest: nothing signs it, and the transport finds
    /// a file that was cut short.
    #[cfg(feature = "apiv2")]
    pub(crate) fn of_header(header: &str) -> Option<Self> {
        let value = Value::Sha1(bytes_of(header.trim().strip_prefix("SHA=")?).ok()?);
        let over = Over::Either;
        Some(Self { value, over })
    }
}

impl fmt::Debug for FileDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = match &self.value {
            Value::Sha1(value) => ("SHA1", &value[..]),
            Value::Sha256(value) => ("SHA256", &value[..]),
            #[cfg(feature = "sm")]
            Value::Sm3(value) => ("SM3", &value[..]),
        };
        write!(f, "{name}:")?;
        value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, " ({:?})", self.over)
    }
}

/// The bytes of a digest in hexadecimal.
fn bytes_of<const N: usize>(hex: &str) -> Result<[u8; N], InvalidInput> {
    let broken = || {
        InvalidInput::new(
            "hash_value",
            format!("must be {} hexadecimal digits", 2 * N),
            format!("必须是 {} 位十六进制数", 2 * N),
        )
    };
    let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits
        .filter(|digits| digits.len() == 2 * N)
        .ok_or_else(broken)?;
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let value = pair.iter().fold(0, |value, digit| value * 16 + digit);
        *byte = u8::try_from(value).map_err(|_| broken())?;
    }
    Ok(bytes)
}

/// The digests of a file as it arrives, as far as they are asked for.
pub(super) struct Digests {
    expected: FileDigest,
    fetched: Option<Hasher>,
    unpacked: Option<Hasher>,
}

enum Hasher {
    Sha1(Sha1),
    Sha256(Sha256),
    #[cfg(feature = "sm")]
    Sm3(Sm3),
}

impl Digests {
    pub(super) fn new(expected: FileDigest) -> Self {
        let hasher = || match expected.value {
            Value::Sha1(_) => Hasher::Sha1(Sha1::new()),
            Value::Sha256(_) => Hasher::Sha256(Sha256::new()),
            #[cfg(feature = "sm")]
            Value::Sm3(_) => Hasher::Sm3(sm3::Digest::new()),
        };
        Self {
            fetched: (expected.over != Over::Unpacked).then(hasher),
            unpacked: (expected.over != Over::Fetched).then(hasher),
            expected,
        }
    }

    pub(super) fn fetched(&mut self, piece: &[u8]) {
        if let Some(hasher) = &mut self.fetched {
            hasher.update(piece);
        }
    }

    pub(super) fn unpacked(&mut self, piece: &[u8]) {
        if let Some(hasher) = &mut self.unpacked {
            hasher.update(piece);
        }
    }

    /// Whether the whole file has the digest that was told.
    pub(super) fn agree(self) -> bool {
        let expected = self.expected.value;
        let made = [self.fetched, self.unpacked].into_iter().flatten();
        made.map(Hasher::end).any(|value| value == expected)
    }
}

impl Hasher {
    fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha1(hasher) => hasher.update(piece),
            Self::Sha256(hasher) => hasher.update(piece),
            #[cfg(feature = "sm")]
            Self::Sm3(hasher) => sm3::Digest::update(hasher, piece),
        }
    }

    fn end(self) -> Value {
        match self {
            Self::Sha1(hasher) => Value::Sha1(hasher.finalize().into()),
            Self::Sha256(hasher) => Value::Sha256(hasher.finalize().into()),
            #[cfg(feature = "sm")]
            Self::Sm3(hasher) => Value::Sm3(sm3::Digest::finalize(hasher).into()),
        }
    }
}
