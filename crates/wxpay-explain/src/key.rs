//! The keys of signatures and encrypted fields, of RSA or of SM2 (国密).

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use sha2::{Digest as _, Sha256};
use wxpay_core::InvalidInput;
use wxpay_sign::v3::Suite;

use crate::finding::Finding;
use crate::rsa_key::{self, Padding};
#[cfg(feature = "sm")]
use crate::sm_key::{self, Sealing};

#[derive(Clone, Eq, PartialEq)]
pub(crate) enum PublicKey {
    Rsa(rsa_key::PublicKey),
    #[cfg(feature = "sm")]
    Sm(sm_key::PublicKey),
}

#[derive(Clone)]
pub(crate) enum PrivateKey {
    Rsa(rsa_key::PrivateKey),
    #[cfg(feature = "sm")]
    Sm(sm_key::PrivateKey),
}

/// What a signature shows under a public key.
pub(crate) enum Opened {
    /// What may have been signed, the likeliest first.
    Signed(Vec<Candidate>),
    /// It was made with the private key, over another digest.
    OtherDigest(&'static str),
    /// It was made with another key or in another way.
    Noise,
}

/// What a signature may be over.
pub(crate) struct Candidate {
    pub(crate) digest: Digest,
    /// What is wrong if it is over this.
    pub(crate) why: Vec<Finding>,
    /// It is what another key than the named one may have signed.
    pub(crate) other_key: bool,
    /// The key made the signature, whatever the message is. A signature of SM2 does not tell.
    pub(crate) proven: bool,
}

/// The digest of a text that was signed.
pub(crate) enum Digest {
    Sha256([u8; 32]),
    #[cfg(feature = "sm")]
    Sm2(sm_key::Digest),
}

/// How an encrypted field is encrypted that the private key decrypts.
#[derive(Clone, Copy)]
pub(crate) enum Encryption {
    Rsa(Padding),
    #[cfg(feature = "sm")]
    Sm(Sealing),
}

impl PublicKey {
    /// From a SubjectPublicKeyInfo in DER.
    pub(crate) fn read(spki: &[u8]) -> Result<Self, InvalidInput> {
        #[cfg(feature = "sm")]
        if let Some(key) = sm_key::PublicKey::read(spki) {
            return Ok(Self::Sm(key));
        }
        let key = rsa_key::PublicKey::read(spki).map(Self::Rsa);
        key.ok_or_else(|| InvalidInput::new("public key", PUBLIC, PUBLIC_ZH))
    }

    pub(crate) fn read_pem(pem: &str) -> Result<Self, InvalidInput> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
            InvalidInput::new(
                "public key",
                "must be PEM with a BEGIN PUBLIC KEY section",
                "必须是含有 BEGIN PUBLIC KEY 段的 PEM",
            )
        })?;
        Self::read(der.as_ref())
    }

    pub(crate) const fn suite(&self) -> Suite {
        match self {
            Self::Rsa(_) => Suite::Rsa,
            #[cfg(feature = "sm")]
            Self::Sm(_) => Suite::Sm,
        }
    }

    /// Whether these can be the bytes of a signature by such a key.
    pub(crate) fn fits(&self, signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => signature.len() == key.size(),
            #[cfg(feature = "sm")]
            Self::Sm(_) => sm_key::is_der(signature) || sm_key::is_raw(signature),
        }
    }

    /// Undoes the signature, which shows what was signed.
    pub(crate) fn open(&self, signature: &[u8]) -> Opened {
        match self {
            Self::Rsa(key) => match key.open(signature) {
                rsa_key::Opened::Sha256(digest) => Opened::Signed(vec![Candidate {
                    digest: Digest::Sha256(digest),
                    why: Vec::new(),
                    other_key: false,
                    proven: true,
                }]),
                rsa_key::Opened::OtherDigest(name) => Opened::OtherDigest(name),
                rsa_key::Opened::Noise => Opened::Noise,
            },
            #[cfg(feature = "sm")]
            Self::Sm(key) => {
                let candidates = key.open(signature).into_iter().map(|(digest, cause)| {
                    let why = cause.map(|cause| Finding::new(cause, []));
                    Candidate {
                        digest: Digest::Sm2(digest),
                        why: why.into_iter().collect(),
                        other_key: false,
                        proven: false,
                    }
                });
                let candidates: Vec<_> = candidates.collect();
                if candidates.is_empty() {
                    Opened::Noise
                } else {
                    Opened::Signed(candidates)
                }
            }
        }
    }

    /// Whether the text can be one that this key encrypted.
    pub(crate) fn could_seal(&self, sealed: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => key.could_seal(sealed),
            #[cfg(feature = "sm")]
            Self::Sm(_) => sm_key::sealing(sealed).is_some(),
        }
    }
}

impl PrivateKey {
    pub(crate) fn read_pem(pem: &str) -> Result<Self, InvalidInput> {
        if pem.contains("ENCRYPTED") {
            return Err(InvalidInput::new(
                "private key",
                "must not be encrypted",
                "不能是加密的私钥",
            ));
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
            InvalidInput::new(
                "private key",
                "must be PEM with a BEGIN PRIVATE KEY section",
                "必须是含有 BEGIN PRIVATE KEY 段的 PEM",
            )
        })?;
        #[cfg(feature = "sm")]
        if let Some(key) = sm_key::PrivateKey::read(&der) {
            return Ok(Self::Sm(key));
        }
        let key = rsa_key::PrivateKey::read(&der).map(Self::Rsa);
        key.ok_or_else(|| InvalidInput::new("private key", PRIVATE, PRIVATE_ZH))
    }

    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::Rsa(key) => PublicKey::Rsa(key.public.clone()),
            #[cfg(feature = "sm")]
            Self::Sm(key) => PublicKey::Sm(key.public()),
        }
    }

    /// How the text is encrypted, if it can be decrypted with this key.
    pub(crate) fn encryption(&self, sealed: &[u8]) -> Option<Encryption> {
        match self {
            Self::Rsa(key) => key.padding(sealed).map(Encryption::Rsa),
            #[cfg(feature = "sm")]
            Self::Sm(key) => key.sealing(sealed).map(Encryption::Sm),
        }
    }
}

impl Candidate {
    /// The same by another key than the named one, which is what is wrong.
    pub(crate) fn by_other_key(mut self, why: Finding) -> Self {
        self.other_key = true;
        self.why.push(why);
        self
    }
}

impl Digest {
    pub(crate) fn is_of(&self, message: &[u8]) -> bool {
        match self {
            Self::Sha256(digest) => Sha256::digest(message)[..] == digest[..],
            #[cfg(feature = "sm")]
            Self::Sm2(digest) => digest.is_of(message),
        }
    }
}

const PUBLIC: &str = if cfg!(feature = "sm") {
    "must be RSA of 2048 to 8192 bits, or SM2"
} else {
    "must be RSA of 2048 to 8192 bits"
};
const PUBLIC_ZH: &str = if cfg!(feature = "sm") {
    "必须是 2048 至 8192 位的 RSA 公钥，或 SM2 公钥"
} else {
    "必须是 2048 至 8192 位的 RSA 公钥"
};
const PRIVATE: &str = if cfg!(feature = "sm") {
    "must be RSA of 2048 to 8192 bits, or SM2"
} else {
    "must be RSA of 2048 to 8192 bits"
};
const PRIVATE_ZH: &str = if cfg!(feature = "sm") {
    "必须是 2048 至 8192 位的 RSA 私钥，或 SM2 私钥"
} else {
    "必须是 2048 至 8192 位的 RSA 私钥"
};
