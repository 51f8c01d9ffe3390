use sm3::{Digest, Sm3};

/// The SM3 digest (国密摘要) of some bytes, which a few operations ask for in hexadecimal digits: that
/// of a file, or of a mobile number.
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}
