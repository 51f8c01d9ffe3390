//! RSA for finding mistakes: what a signature says about itself, and which padding an encrypted
//! text has.
//!
//! Nothing is signed or decrypted with this: it looks, on the user's own machine, where nobody
//! measures its time.

use num_bigint::BigUint;
use pkcs8::{PrivateKeyInfo, SubjectPublicKeyInfoRef};
use rustls_pki_types::PrivateKeyDer;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

#[derive(Clone, Eq, PartialEq)]
pub(crate) struct PublicKey {
    modulus: BigUint,
    exponent: BigUint,
}

#[derive(Clone)]
pub(crate) struct PrivateKey {
    /// RSAPrivateKey of PKCS#1.
    der: Zeroizing<Vec<u8>>,
    pub(crate) public: PublicKey,
}

/// What a signature shows under a public key.
pub(crate) enum Opened {
    /// It was made with the private key, over this SHA-256.
    Sha256([u8; 32]),
    /// It was made with the private key, over another digest.
    OtherDigest(&'static str),
    /// It was made with another key or in another way.
    Noise,
}

/// How a text is encrypted that the key can decrypt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Padding {
    OaepSha1,
    /// OAEP with SHA-256, and MGF1 with SHA-256 or SHA-1.
    OaepSha256(&'static str),
    Pkcs1,
}

impl PublicKey {
    /// From a SubjectPublicKeyInfo in DER, if it is one of RSA with 2048 to 8192 bits.
    pub(crate) fn read(spki: &[u8]) -> Option<Self> {
        let key = SubjectPublicKeyInfoRef::try_from(spki).ok()?;
        let key = pkcs1::RsaPublicKey::try_from(key.subject_public_key.as_bytes()?).ok()?;
        let key = Self::new(key.modulus, key.public_exponent);
        (256..=1024).contains(&key.size()).then_some(key)
    }

    /// The bytes of the modulus.
    pub(crate) fn size(&self) -> usize {
        usize::try_from(self.modulus.bits().div_ceil(8)).unwrap_or(0)
    }

    /// Whether the text can be one that this key encrypted: a number below its modulus.
    pub(crate) fn could_seal(&self, sealed: &[u8]) -> bool {
        sealed.len() == self.size() && BigUint::from_bytes_be(sealed) < self.modulus
    }

    /// Undoes the signature, which shows the digest that was signed.
    pub(crate) fn open(&self, signature: &[u8]) -> Opened {
        let block = self.block(signature);
        // 0, 1, at least eight 255, 0, and which digest it is.
        let Some([0, 1, rest @ ..]) = block.as_deref() else {
            return Opened::Noise;
        };
        let filled = rest.iter().take_while(|byte| **byte == 0xFF).count();
        let Some([0, info @ ..]) = rest.get(filled..).filter(|_| filled >= 8) else {
            return Opened::Noise;
        };
        for (name, prefix, length) in DIGESTS {
            let Some(digest) = info.strip_prefix(*prefix) else {
                continue;
            };
            return match <[u8; 32]>::try_from(digest) {
                Ok(digest) if *name == "SHA-256" => Opened::Sha256(digest),
                _ if digest.len() == *length => Opened::OtherDigest(name),
                _ => Opened::Noise,
            };
        }
        Opened::OtherDigest("unknown")
    }

    /// Whether it is an RSA-PSS signature over this message, with SHA-256 and any salt.
    pub(crate) fn is_pss(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some(block) = self.block(signature) else {
            return false;
        };
        let Some((0xBC, block)) = block.split_last() else {
            return false;
        };
        let Some((masked, digest)) = block.split_last_chunk::<32>() else {
            return false;
        };
        let mut text = masked.to_vec();
        unmask::<Sha256>(&mut text, digest);
        // The first bit stands above the modulus.
        if let Some(first) = text.first_mut() {
            *first &= 0x7F;
        }
        let zeros = text.iter().take_while(|byte| **byte == 0).count();
        let Some([1, salt @ ..]) = text.get(zeros..) else {
            return false;
        };
        let again = Sha256::new()
            .chain_update([0; 8])
            .chain_update(Sha256::digest(message))
            .chain_update(salt);
        again.finalize()[..] == digest[..]
    }

    fn new(modulus: pkcs1::UintRef<'_>, exponent: pkcs1::UintRef<'_>) -> Self {
        Self {
            modulus: BigUint::from_bytes_be(modulus.as_bytes()),
            exponent: BigUint::from_bytes_be(exponent.as_bytes()),
        }
    }

    fn block(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let number = BigUint::from_bytes_be(signature);
        self.could_seal(signature)
            .then(|| self.padded(&number.modpow(&self.exponent, &self.modulus)))
    }

    /// The bytes of a number, as many as the modulus has.
    fn padded(&self, number: &BigUint) -> Vec<u8> {
        let bytes = number.to_bytes_be();
        let mut padded = vec![0; self.size().saturating_sub(bytes.len())];
        padded.extend(bytes);
        padded
    }
}

impl PrivateKey {
    /// PKCS#8 or PKCS#1, if it is one of RSA with 2048 to 8192 bits.
    pub(crate) fn read(key: &PrivateKeyDer<'_>) -> Option<Self> {
        let inner = match key {
            PrivateKeyDer::Pkcs8(der) => {
                let info = PrivateKeyInfo::try_from(der.secret_pkcs8_der()).ok()?;
                info.private_key
            }
            PrivateKeyDer::Pkcs1(der) => der.secret_pkcs1_der(),
            _ => return None,
        };
        let key = pkcs1::RsaPrivateKey::try_from(inner).ok()?;
        let key = Self {
            der: Zeroizing::new(inner.to_vec()),
            public: PublicKey::new(key.modulus, key.public_exponent),
        };
        (256..=1024).contains(&key.public.size()).then_some(key)
    }

    /// How the text is encrypted, if it can be decrypted with this key.
    pub(crate) fn padding(&self, sealed: &[u8]) -> Option<Padding> {
        if !self.public.could_seal(sealed) {
            return None;
        }
        let key = pkcs1::RsaPrivateKey::try_from(self.der.as_slice()).ok()?;
        let exponent = BigUint::from_bytes_be(key.private_exponent.as_bytes());
        let number = BigUint::from_bytes_be(sealed).modpow(&exponent, &self.public.modulus);
        let block = self.public.padded(&number);
        if is_oaep::<Sha1, Sha1>(&block) {
            Some(Padding::OaepSha1)
        } else if is_oaep::<Sha256, Sha256>(&block) {
            Some(Padding::OaepSha256("SHA-256 and MGF1-SHA-256"))
        } else if is_oaep::<Sha256, Sha1>(&block) {
            Some(Padding::OaepSha256("SHA-256 and MGF1-SHA-1"))
        } else {
            is_pkcs1(&block).then_some(Padding::Pkcs1)
        }
    }
}

/// Whether a block is padded by OAEP with this hash, this hash in its mask, and no label.
fn is_oaep<H: Digest, M: Digest>(block: &[u8]) -> bool {
    let length = <H as Digest>::output_size();
    let Some((seed, text)) = block
        .strip_prefix(&[0])
        .and_then(|rest| rest.split_at_checked(length))
    else {
        return false;
    };
    let (mut seed, mut text) = (seed.to_vec(), text.to_vec());
    unmask::<M>(&mut seed, &text);
    unmask::<M>(&mut text, &seed);
    text.strip_prefix(&H::digest(b"")[..])
        .and_then(|rest| rest.iter().find(|byte| **byte != 0))
        == Some(&1)
}

/// Bytes that are no padding look like one in 65,536 cases, and then hold no text.
fn is_pkcs1(block: &[u8]) -> bool {
    let Some([0, 2, rest @ ..]) = Some(block) else {
        return false;
    };
    let filled = rest.iter().take_while(|byte| **byte != 0).count();
    filled >= 8
        && rest
            .get(filled + 1..)
            .is_some_and(|text| std::str::from_utf8(text).is_ok())
}

/// Takes off the mask that MGF1 makes of a seed.
fn unmask<H: Digest>(text: &mut [u8], seed: &[u8]) {
    let chunks = text.chunks_mut(<H as Digest>::output_size());
    for (counter, chunk) in (0_u32..).zip(chunks) {
        let mask = H::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (byte, mask) in chunk.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

/// Name, what stands before the digest in PKCS#1 v1.5, and the digest's length.
const DIGESTS: &[(&str, &[u8], usize)] = &[
    (
        "SHA-256",
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        32,
    ),
    (
        "SHA-1",
        b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        20,
    ),
    (
        "MD5",
        b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10",
        16,
    ),
    (
        "SHA-512",
        b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
        64,
    ),
];
