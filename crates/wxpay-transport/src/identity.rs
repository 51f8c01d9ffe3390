//! The merchant's client certificate with its key, checked before TLS uses them.

use std::fmt;

use reqwest::Identity;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use wxpay_core::Timestamp;
use x509_cert::der::Decode;
use zeroize::Zeroizing;

use crate::BuildError;

const CERT: &str = "apiclient_cert.pem";
const KEY: &str = "apiclient_key.pem";

/// The merchant's client certificate and its key, as the two files hold them.
#[derive(Clone)]
pub(crate) struct IdentityPem {
    cert: Zeroizing<Vec<u8>>,
    key: Zeroizing<Vec<u8>>,
}

impl IdentityPem {
    pub(crate) fn new(cert: &[u8], key: &[u8]) -> Self {
        Self {
            cert: Zeroizing::new(cert.to_vec()),
            key: Zeroizing::new(key.to_vec()),
        }
    }

    /// Parses both files here, because reqwest would silently take the last key of several.
    pub(crate) fn load(&self) -> Result<LoadedIdentity, BuildError> {
        let chain = certificates(&self.cert)?;
        let validity = Validity::of(&chain)?;
        check_key(&self.key, chain)?;
        validity
            .check(Timestamp::now())
            .map_err(|problem| BuildError::new(CERT, problem))?;

        // reqwest wants both in one text. The exact capacity keeps the key from being copied by
        // growth.
        let mut pem = Zeroizing::new(Vec::with_capacity(self.cert.len() + 1 + self.key.len()));
        pem.extend_from_slice(&self.cert);
        pem.push(b'\n');
        pem.extend_from_slice(&self.key);
        let identity = Identity::from_pem(&pem)
            .map_err(|_| BuildError::new(CERT, "can't be used together with its key"))?;
        Ok(LoadedIdentity { identity, validity })
    }
}

impl fmt::Debug for IdentityPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The parsed [`IdentityPem`].
pub(crate) struct LoadedIdentity {
    pub(crate) identity: Identity,
    pub(crate) validity: Validity,
}

/// From when to when the client certificate is valid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Validity {
    fn of(chain: &[CertificateDer<'_>]) -> Result<Self, BuildError> {
        let broken = || BuildError::new(CERT, "holds a certificate that can't be read");
        let first = chain.first().ok_or_else(broken)?;
        let certificate = x509_cert::Certificate::from_der(first).map_err(|_| broken())?;
        let times = certificate.tbs_certificate().validity();
        let moment = |time: &x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok();
            seconds.and_then(Timestamp::from_unix).ok_or_else(broken)
        };
        Ok(Self {
            not_before: moment(&times.not_before)?,
            not_after: moment(&times.not_after)?,
        })
    }

    /// WeChat Pay refuses a certificate that is out of its time, in TLS 1.3 only when the request
    /// is on its way: every payment with it would read as unknown.
    pub(crate) fn check(self, now: Timestamp) -> Result<(), String> {
        if now.unix() > self.not_after.unix() {
            Err(format!("expired at {}; get a new one", self.not_after))
        } else if now.unix() < self.not_before.unix() {
            let from = self.not_before;
            Err(format!("is valid from {from} only; is the clock right?"))
        } else {
            Ok(())
        }
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BuildError> {
    let mut chain = Vec::new();
    for (kind, der) in sections(CERT, pem)? {
        match kind {
            SectionKind::Certificate => chain.push(CertificateDer::from(der.to_vec())),
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                let problem =
                    "holds a private key; give the certificate alone (are the two files swapped?)";
                return Err(BuildError::new(CERT, problem));
            }
            _ => {
                return Err(BuildError::new(
                    CERT,
                    "holds something else than certificates",
                ));
            }
        }
    }
    if chain.is_empty() {
        let problem = "holds no certificate (-----BEGIN CERTIFICATE-----)";
        return Err(BuildError::new(CERT, problem));
    }
    Ok(chain)
}

fn check_key(pem: &[u8], chain: Vec<CertificateDer<'static>>) -> Result<(), BuildError> {
    let encrypted = pem.windows(9).any(|window| window == b"ENCRYPTED");
    if encrypted {
        let problem =
            "is encrypted; give the key as it is, in PKCS#8 (-----BEGIN PRIVATE KEY-----)";
        return Err(BuildError::new(KEY, problem));
    }

    let sections = sections(KEY, pem)?;
    let key = match sections.as_slice() {
        [(SectionKind::PrivateKey, der)] => PrivateKeyDer::Pkcs8(der.as_slice().into()),
        [(SectionKind::RsaPrivateKey, der)] => PrivateKeyDer::Pkcs1(der.as_slice().into()),
        [] => {
            let problem = "holds no private key (-----BEGIN PRIVATE KEY-----)";
            return Err(BuildError::new(KEY, problem));
        }
        [(SectionKind::Certificate, _), ..] => {
            let problem =
                "holds a certificate; give the private key alone (are the two files swapped?)";
            return Err(BuildError::new(KEY, problem));
        }
        [_] => {
            return Err(BuildError::new(
                KEY,
                "holds a key that is neither PKCS#8 nor PKCS#1",
            ));
        }
        [_, _, ..] => {
            let problem =
                "holds more than one thing; it must hold one private key and nothing else";
            return Err(BuildError::new(KEY, problem));
        }
    };

    // No source below: it describes what is wrong inside a private key.
    let key = any_supported_type(&key)
        .map_err(|_| BuildError::new(KEY, "holds a private key that can't be read"))?;
    match CertifiedKey::new(chain, key).keys_match() {
        Ok(()) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => {
            let problem = "is not the key of the first certificate in apiclient_cert.pem";
            Err(BuildError::new(KEY, problem))
        }
        Err(error) => {
            Err(BuildError::new(CERT, "holds a certificate that can't be read").with_source(error))
        }
    }
}

type Section = (SectionKind, Zeroizing<Vec<u8>>);

fn sections(file: &'static str, pem: &[u8]) -> Result<Vec<Section>, BuildError> {
    // No source: a parse error may quote the file.
    <(SectionKind, Vec<u8>)>::pem_slice_iter(pem)
        .map(|section| section.map(|(kind, der)| (kind, Zeroizing::new(der))))
        .collect::<Result<_, _>>()
        .map_err(|_| BuildError::new(file, "is not in PEM form"))
}
