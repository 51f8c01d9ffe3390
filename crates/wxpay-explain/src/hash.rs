use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

/// A digest in upper-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hash {
    Md5,
    HmacSha256,
    /// Without a key; nobody asks for it.
    Sha256,
}

impl Hash {
    pub(crate) const fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::HmacSha256 | Self::Sha256 => 64,
        }
    }

    pub(crate) fn of(self, text: &[u8], key: &[u8]) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
            Self::HmacSha256 => {
                let mut hmac =
                    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
                hmac.update(text);
                hex(&hmac.finalize().into_bytes())
            }
        }
    }
}

/// Upper-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
