//! `AEAD_SM4_GCM`, from the document of the national algorithms (国密).

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sm3::{Digest, Sm3};
use sm4::Sm4;

/// Encrypts a text with the first half of the SM3 digest of the APIv3 key; `None` when the nonce is
/// not one of 12 bytes.
pub(crate) fn encrypt(key: &str, nonce: &str, associated_data: &str, text: &str) -> Option<String> {
    let digest = Sm3::digest(key.as_bytes());
    let cipher = AesGcm::<Sm4, U12>::new_from_slice(digest.get(..16)?).ok()?;
    let nonce: [u8; 12] = nonce.as_bytes().try_into().ok()?;
    let mut sealed = text.as_bytes().to_vec();
    let tag = cipher
        .encrypt_in_place_detached(
            Nonce::from_slice(&nonce),
            associated_data.as_bytes(),
            &mut sealed,
        )
        .ok()?;
    sealed.extend_from_slice(&tag);
    Some(STANDARD.encode(sealed))
}
