//! SM2 for finding mistakes: what a signature can be over, and how a text is encrypted.
//!
//! Nothing is signed with this: it looks, on the user's own machine, where nobody measures its
//! time.

use num_bigint::BigUint;
use rustls_pki_types::PrivateKeyDer;
use sec1::{EcParameters, EcPrivateKey};
use sha2::Sha256;
use sm2::dsa::Signature;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::pkcs8::der::Decode;
use sm2::pkcs8::{AssociatedOid, DecodePrivateKey, DecodePublicKey};
use sm2::pke::{Cipher, DecryptingKey, Mode};
use sm2::{FieldBytes, ProjectivePoint, Scalar, SecretKey, Sm2};
use sm3::{Digest as _, Sm3};

use crate::causes::{Cause, sm as causes};

#[derive(Clone, Eq, PartialEq)]
pub(crate) struct PublicKey(sm2::PublicKey);

#[derive(Clone)]
pub(crate) struct PrivateKey(SecretKey);

/// The number that a signature is over if a key made it, and how that is made of a message.
pub(crate) struct Digest {
    number: Scalar,
    hash: Hash,
}

enum Hash {
    /// SM3 of this and the message: a digest of the signer's ID and key (Z) in the standard.
    Sm3(Vec<u8>),
    Sha256,
}

/// The form of an encrypted text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sealing {
    Der,
    /// Its parts one after the other: `C1C3C2` or `C1C2C3`.
    Raw(&'static str),
}

impl PublicKey {
    /// From a SubjectPublicKeyInfo in DER, if it is one of SM2 whose point is on the curve.
    pub(crate) fn read(spki: &[u8]) -> Option<Self> {
        sm2::PublicKey::from_public_key_der(spki).ok().map(Self)
    }

    /// What the signature can be over if this key made it, and what is wrong then; empty if it is
    /// no signature.
    ///
    /// Any signature is over some number under any key, so that only a message that fits proves
    /// anything.
    pub(crate) fn open(&self, signature: &[u8]) -> Vec<(Digest, Option<&'static Cause>)> {
        let parsed = Signature::from_der(signature).or_else(|_| Signature::from_slice(signature));
        let Ok(signature) = parsed else {
            return Vec::new();
        };
        let (r, s) = (*signature.r(), *signature.s());
        let point =
            ProjectivePoint::GENERATOR * s + ProjectivePoint::from(*self.0.as_affine()) * (r + s);
        let number = r - Scalar::reduce(&point.to_affine().x());
        let with = |hash| Digest { number, hash };
        vec![
            (with(Hash::Sm3(self.z(SIGNER_ID))), None),
            (with(Hash::Sm3(self.z(""))), Some(&causes::NO_ID)),
            (with(Hash::Sm3(Vec::new())), Some(&causes::NO_Z)),
            (with(Hash::Sha256), Some(&causes::SHA_256)),
        ]
    }

    /// The digest of a signer's ID and key.
    fn z(&self, id: &str) -> Vec<u8> {
        let bits = u16::try_from(id.len() * 8).unwrap_or(u16::MAX);
        let curve = BigUint::parse_bytes(CURVE.as_bytes(), 16).unwrap_or_default();
        let point = self.0.to_sec1_point(false);
        // The first byte of the point says only that both numbers follow.
        let numbers = point.as_bytes().get(1..).unwrap_or_default();
        let mut hash = Sm3::new();
        hash.update(bits.to_be_bytes());
        hash.update(id);
        hash.update(curve.to_bytes_be());
        hash.update(numbers);
        hash.finalize().to_vec()
    }
}

impl PrivateKey {
    /// PKCS#8, or SEC1 that names its curve, if it is one of SM2.
    pub(crate) fn read(key: &PrivateKeyDer<'_>) -> Option<Self> {
        let key = match key {
            PrivateKeyDer::Pkcs8(der) => SecretKey::from_pkcs8_der(der.secret_pkcs8_der()).ok()?,
            PrivateKeyDer::Sec1(der) => {
                let key = EcPrivateKey::try_from(der.secret_sec1_der()).ok()?;
                match key.parameters {
                    Some(EcParameters::NamedCurve(curve)) if curve == Sm2::OID => {
                        SecretKey::try_from(key).ok()?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        Some(Self(key))
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key())
    }

    /// The form of the text, if it can be decrypted with this key.
    pub(crate) fn sealing(&self, sealed: &[u8]) -> Option<Sealing> {
        let key = |mode| DecryptingKey::new_with_mode(self.0.to_nonzero_scalar(), mode);
        if key(Mode::C1C3C2).decrypt_der(sealed).is_ok() {
            return Some(Sealing::Der);
        }
        let mut forms = [(Mode::C1C3C2, "C1C3C2"), (Mode::C1C2C3, "C1C2C3")].into_iter();
        let (_, name) = forms.find(|(mode, _)| key(*mode).decrypt(sealed).is_ok())?;
        Some(Sealing::Raw(name))
    }
}

impl Digest {
    pub(crate) fn is_of(&self, message: &[u8]) -> bool {
        let bytes: [u8; 32] = match &self.hash {
            Hash::Sm3(before) => Sm3::new()
                .chain_update(before)
                .chain_update(message)
                .finalize()
                .into(),
            Hash::Sha256 => sha2::Digest::finalize(sha2::Digest::chain_update(
                <Sha256 as sha2::Digest>::new(),
                message,
            ))
            .into(),
        };
        Scalar::reduce(&FieldBytes::from(bytes)) == self.number
    }
}

/// Whether it is a signature as it should be written.
pub(crate) fn is_der(signature: &[u8]) -> bool {
    Signature::from_der(signature).is_ok()
}

/// Whether the two numbers of a signature stand one after the other.
pub(crate) fn is_raw(signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok()
}

/// The form of a text that SM2 may have encrypted, for whatever key.
pub(crate) fn sealing(sealed: &[u8]) -> Option<Sealing> {
    type Parts<'a> = Cipher<'a, Sm2, Sm3>;
    if Parts::from_der(sealed).is_ok() {
        return Some(Sealing::Der);
    }
    let uncompressed = sealed.first() == Some(&4);
    let is_raw = uncompressed && Parts::from_slice(sealed, Mode::C1C3C2).is_ok();
    is_raw.then_some(Sealing::Raw("C1C3C2"))
}

/// The signer's ID that the standard gives by default, and WeChat Pay uses.
const SIGNER_ID: &str = "1234567812345678";

/// The numbers a and b of the curve, and its generator, from GB/T 32918.5.
const CURVE: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC\
    28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93\
    32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7\
    BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";
