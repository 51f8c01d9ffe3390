//! RSA and AES by aws-lc.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use rustls_pki_types::PrivateKeyDer;
use wxpay_core::{InvalidInput, SigningError};
use zeroize::Zeroizing;

use super::{
    Crypto, Gcm, PrivateHalf, PublicHalf, broken_private, broken_public, does_not_open,
    does_not_seal,
};

#[derive(Debug)]
pub(super) struct AwsLc;

impl Crypto for AwsLc {
    fn private(&self, key: &PrivateKeyDer<'_>) -> Result<Box<dyn PrivateHalf>, InvalidInput> {
        let pair = match key {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()).ok(),
            _ => None,
        };
        let signing = pair.ok_or_else(broken_private)?;
        let der: Pkcs8V1Der<'_> = signing.as_der().map_err(|_| broken_private())?;
        let opening = PrivateDecryptingKey::from_pkcs8(der.as_ref())
            .and_then(|key| OaepPrivateDecryptingKey::new(key).map_err(Into::into))
            .map_err(|_| broken_private())?;
        Ok(Box::new(Private { signing, opening }))
    }

    fn public(&self, spki: &[u8]) -> Result<Box<dyn PublicHalf>, InvalidInput> {
        let verifying =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki).map_err(|_| broken_public())?;
        let sealing = PublicEncryptingKey::from_der(spki)
            .and_then(|key| OaepPublicEncryptingKey::new(key).map_err(Into::into))
            .map_err(|_| broken_public())?;
        Ok(Box::new(Public { verifying, sealing }))
    }

    fn gcm(&self, key: &[u8; 32]) -> Option<Box<dyn Gcm>> {
        let key = UnboundKey::new(&AES_256_GCM, key).ok()?;
        Some(Box::new(LessSafeKey::new(key)))
    }
}

impl Gcm for LessSafeKey {
    fn open(
        &self,
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: Vec<u8>,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(ciphertext);
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self
            .open_in_place(nonce, Aad::from(associated_data), &mut text)
            .ok()?
            .len();
        text.truncate(length);
        Some(text)
    }
}

struct Private {
    signing: KeyPair,
    opening: OaepPrivateDecryptingKey,
}

impl PrivateHalf for Private {
    fn public_key(&self) -> Vec<u8> {
        self.signing.public_key().as_ref().to_vec()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| SigningError::new("aws-lc could not sign"))?;
        Ok(signature)
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let mut plaintext = Zeroizing::new(vec![0; self.opening.min_output_size()]);
        let length = self
            .opening
            .decrypt(&OAEP_SHA1_MGF1SHA1, ciphertext, &mut plaintext, None)
            .map_err(|_| does_not_open())?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }
}

struct Public {
    verifying: ParsedPublicKey,
    sealing: OaepPublicEncryptingKey,
}

impl PublicHalf for Public {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifying.verify_sig(message, signature).is_ok()
    }

    fn seal_limit(&self) -> Option<usize> {
        Some(self.sealing.max_plaintext_size(&OAEP_SHA1_MGF1SHA1))
    }

    fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SigningError> {
        let mut ciphertext = vec![0; self.sealing.ciphertext_size()];
        let length = self
            .sealing
            .encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None)
            .map_err(|_| does_not_seal())?
            .len();
        ciphertext.truncate(length);
        Ok(ciphertext)
    }
}
