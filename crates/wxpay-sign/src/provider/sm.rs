//! The national algorithms (国密), in pure Rust whatever the provider of RSA is: SM2 with SM3, SM2
//! encryption, SM4-GCM.

use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{AesGcm, Nonce, Tag};
use rustls_pki_types::PrivateKeyDer;
use sec1::{EcParameters, EcPrivateKey};
use sm2::dsa::signature::{RandomizedSigner, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::common::getrandom::SysRng;
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::pkcs8::{AssociatedOid, DecodePrivateKey, DecodePublicKey};
use sm2::pke::{DecryptingKey, EncryptingKey};
use sm2::{PublicKey, SecretKey, Sm2};
use sm4::Sm4;
use wxpay_core::SigningError;
use zeroize::Zeroizing;

use super::{PrivateHalf, PublicHalf, does_not_open, does_not_seal};
use crate::sm3::sm3;
use crate::v3::Suite;

/// An SM2 key, if it is one: PKCS#8, or SEC1 that names its curve.
pub(super) fn private(key: &PrivateKeyDer<'_>) -> Option<Box<dyn PrivateHalf>> {
    let key = match key {
        PrivateKeyDer::Pkcs8(der) => SecretKey::from_pkcs8_der(der.secret_pkcs8_der()).ok()?,
        PrivateKeyDer::Sec1(der) => {
            let key = EcPrivateKey::try_from(der.secret_sec1_der()).ok()?;
            // Without its name, a key of another curve would pass for one of this.
            match key.parameters {
                Some(EcParameters::NamedCurve(curve)) if curve == Sm2::OID => {
                    SecretKey::try_from(key).ok()?
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Box::new(Private(key)))
}

/// An SM2 key, if the SubjectPublicKeyInfo holds one whose point is on the curve.
pub(super) fn public(spki: &[u8]) -> Option<Box<dyn PublicHalf>> {
    let key = PublicKey::from_public_key_der(spki).ok()?;
    let verifying = VerifyingKey::new(SIGNER_ID, key).ok()?;
    let sealing = EncryptingKey::new(key);
    Some(Box::new(Public { verifying, sealing }))
}

/// The SM4 key that belongs to an APIv3 key: the first half of its SM3 digest.
pub(super) fn sm4_key(api_key: &[u8]) -> Zeroizing<[u8; 16]> {
    let digest = Zeroizing::new(sm3(api_key));
    let mut key = Zeroizing::new([0; 16]);
    let (half, _) = digest.split_at(16);
    key.copy_from_slice(half);
    key
}

/// Decrypts SM4-GCM whose tag is the last 16 bytes; `None` when it does not fit.
pub(super) fn open_gcm(
    key: &[u8; 16],
    nonce: &[u8; 12],
    associated_data: &[u8],
    ciphertext: Vec<u8>,
) -> Option<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(ciphertext);
    let tag: [u8; 16] = *text.last_chunk()?;
    let length = text.len() - tag.len();
    text.truncate(length);
    AesGcm::<Sm4, U12>::new(key.into())
        .decrypt_in_place_detached(
            Nonce::from_slice(nonce),
            associated_data,
            &mut text,
            Tag::from_slice(&tag),
        )
        .ok()?;
    Some(text)
}

/// The one form of the key that wipes its memory; what signs and decrypts is made of it for each
/// use.
struct Private(SecretKey);

impl PrivateHalf for Private {
    fn suite(&self) -> Suite {
        Suite::Sm
    }

    fn public_key(&self) -> Vec<u8> {
        let point = self.0.public_key().to_sec1_point(false);
        point.as_bytes().to_vec()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let signature: Signature = SigningKey::new(SIGNER_ID, &self.0)
            .and_then(|key| key.try_sign_with_rng(&mut SysRng, message))
            .map_err(|_| SigningError::new("the SM2 key could not sign"))?;
        Ok(signature.to_der().to_vec())
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        DecryptingKey::new(self.0.clone())
            .decrypt_der(ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| does_not_open())
    }
}

struct Public {
    verifying: VerifyingKey,
    sealing: EncryptingKey,
}

impl PublicHalf for Public {
    fn suite(&self) -> Suite {
        Suite::Sm
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature)
            .is_ok_and(|signature| self.verifying.verify(message, &signature).is_ok())
    }

    fn seal_limit(&self) -> Option<usize> {
        None
    }

    fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SigningError> {
        if plaintext.is_empty() {
            return Err(SigningError::new(
                "an empty text can't be encrypted with SM2: leave the field out",
            ));
        }
        self.sealing
            .encrypt_der(&mut SysRng, plaintext)
            .map_err(|_| does_not_seal())
    }
}

/// The signer's ID that the standard gives by default, and WeChat Pay uses.
const SIGNER_ID: &str = "1234567812345678";
