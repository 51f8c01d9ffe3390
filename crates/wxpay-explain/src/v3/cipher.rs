use aes::cipher::{BlockEncrypt, KeyInit};
use aes_gcm::aead::AeadInPlace;
#[cfg(feature = "sm")]
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{Aes256Gcm, Nonce, Tag};
#[cfg(feature = "sm")]
use sm3::{Digest, Sm3};

/// What encrypts resources with the APIv3 key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cipher {
    Aes,
    /// SM4 (国密), whose key is the first half of the SM3 digest of the APIv3 key.
    #[cfg(feature = "sm")]
    Sm4,
}

impl Cipher {
    pub(super) const ALL: &[Self] = &[
        Self::Aes,
        #[cfg(feature = "sm")]
        Self::Sm4,
    ];

    /// What a message calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Aes => "AEAD_AES_256_GCM",
            #[cfg(feature = "sm")]
            Self::Sm4 => "AEAD_SM4_GCM",
        }
    }

    /// Whether a text whose tag is the last 16 bytes can be decrypted.
    pub(super) fn opens(self, key: &[u8], nonce: &[u8; 12], data: &str, ciphertext: &[u8]) -> bool {
        let Some((text, tag)) = ciphertext.split_last_chunk::<16>() else {
            return false;
        };
        let (mut text, data) = (text.to_vec(), data.as_bytes());
        let (nonce, tag) = (Nonce::from_slice(nonce), Tag::from_slice(tag));
        match self {
            Self::Aes => Aes256Gcm::new_from_slice(key).is_ok_and(|cipher| {
                let opened = cipher.decrypt_in_place_detached(nonce, data, &mut text, tag);
                opened.is_ok()
            }),
            #[cfg(feature = "sm")]
            Self::Sm4 => {
                let cipher = aes_gcm::AesGcm::<sm4::Sm4, U12>::new(&sm4_key(key).into());
                let opened = cipher.decrypt_in_place_detached(nonce, data, &mut text, tag);
                opened.is_ok()
            }
        }
    }

    /// Whether the first bytes become JSON or PEM with this key, whatever the tag says: then the
    /// key is right.
    pub(super) fn is_text(self, key: &[u8], nonce: &[u8; 12], ciphertext: &[u8]) -> bool {
        let Some(first) = ciphertext.get(..16) else {
            return false;
        };
        // GCM is counter mode, and its text begins at the counter 2.
        let mut block = [0_u8; 16];
        for (to, from) in block.iter_mut().zip(nonce.iter().chain(&[0, 0, 0, 2])) {
            *to = *from;
        }
        let mut block = block.into();
        match self {
            Self::Aes => match aes::Aes256::new_from_slice(key) {
                Ok(cipher) => cipher.encrypt_block(&mut block),
                Err(_) => return false,
            },
            #[cfg(feature = "sm")]
            Self::Sm4 => sm4::Sm4::new(&sm4_key(key).into()).encrypt_block(&mut block),
        }
        let text: Vec<u8> = block.iter().zip(first).map(|(a, b)| a ^ b).collect();
        let begins = text.starts_with(b"{") || text.starts_with(b"-----BEGIN");
        begins
            && text
                .iter()
                .all(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..))
    }
}

/// The SM4 key that belongs to an APIv3 key.
#[cfg(feature = "sm")]
fn sm4_key(api_key: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sm3::digest(api_key).into();
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(digest) {
        *to = from;
    }
    key
}
