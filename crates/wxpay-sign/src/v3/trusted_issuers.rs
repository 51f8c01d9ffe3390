use std::fmt;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use wxpay_core::{InvalidInput, Timestamp, VerificationError, VerificationFailure};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::{Certificate, Suite};
use crate::provider::{Provider, PublicHalf};

/// The certificate authorities that may issue platform certificates (平台证书信任链), such as those of
/// WeChat Pay's `CertTrustChain.p7b`, for a check that WeChat Pay recommends and that is off unless
/// you ask for it.
///
/// A platform certificate is proven without it: it comes encrypted with the APIv3 key in a list
/// that its own key signed. With it, someone who knows the APIv3 key and can answer in WeChat Pay's
/// place still can't bring in a certificate of their own.
///
/// `openssl pkcs7 -print_certs -inform der -in CertTrustChain.p7b -out CertTrustChain.pem` makes
/// the PEM text.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012069411>
#[derive(Clone)]
pub struct TrustedIssuers(Vec<Issuer>);

#[derive(Clone)]
struct Issuer {
    certificate: Certificate,
    /// Its subject in DER, which the certificates that it issues repeat.
    name: Vec<u8>,
    key: Arc<dyn PublicHalf>,
}

impl TrustedIssuers {
    /// Reads the certificates of a PEM text, each of which is trusted to issue, with the default
    /// provider.
    ///
    /// # Errors
    /// There is none, one is broken or may not issue certificates, or a key is neither RSA of at
    /// least 2048 bits nor (with the feature `sm`) SM2.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidInput> {
        Self::from_pem_with(Provider::default(), pem)
    }

    /// The same with a named provider.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem).
    pub fn from_pem_with(provider: Provider, pem: &str) -> Result<Self, InvalidInput> {
        let broken = |rule, rule_zh| InvalidInput::new("trusted issuers", rule, rule_zh);
        let issuers: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .map(|der| {
                let der = der.map_err(|_| broken("must be well-formed PEM", "PEM 格式有误"))?;
                Issuer::from_der(provider, &der)
            })
            .collect();
        let issuers = issuers?;
        if issuers.is_empty() {
            return Err(broken(
                "must be PEM with a BEGIN CERTIFICATE section",
                "必须是含有 BEGIN CERTIFICATE 段的 PEM",
            ));
        }
        Ok(Self(issuers))
    }

    /// Checks that one of them issued this certificate, and is valid itself at this moment.
    ///
    /// # Errors
    /// None of them did, or its signature is neither RSA with SHA-256 nor (with the feature `sm`)
    /// SM2 with SM3. The certificate is not to be used.
    pub fn check(
        &self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(), VerificationError> {
        let unknown = VerificationFailure::Key(
            "its certificate was issued by none of the trusted certificate authorities",
        );
        let issued = Issued::read(certificate.der()).ok_or_else(|| unknown.clone())?;
        let by = |issuer: &Issuer| {
            issuer.name == issued.by
                && issuer.key.suite() == issued.suite
                && issuer.certificate.is_valid_at(now)
                && issuer.key.verify(issued.signed, &issued.signature)
        };
        if self.0.iter().any(by) {
            Ok(())
        } else {
            Err(unknown.into())
        }
    }
}

impl fmt::Debug for TrustedIssuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let serials = self.0.iter().map(|issuer| issuer.certificate.serial_no());
        f.debug_set().entries(serials).finish()
    }
}

impl Issuer {
    fn from_der(provider: Provider, der: &[u8]) -> Result<Self, InvalidInput> {
        let broken = |rule, rule_zh| InvalidInput::new("trusted issuers", rule, rule_zh);
        let certificate = Certificate::from_der(der)?;
        let parsed = x509_cert::Certificate::from_der(der)
            .map_err(|_| broken("must be X.509", "必须是 X.509 证书"))?;
        let inner = parsed.tbs_certificate();
        let constraints = inner.get_extension::<BasicConstraints>();
        let usage = inner.get_extension::<KeyUsage>();
        let (Ok(constraints), Ok(usage)) = (constraints, usage) else {
            return Err(broken(
                "must have extensions that can be read",
                "证书扩展无法读取",
            ));
        };
        let may_issue = constraints.is_some_and(|(_, constraints)| constraints.ca)
            && usage.is_none_or(|(_, usage)| usage.key_cert_sign());
        if !may_issue {
            return Err(broken(
                "must be certificates of authorities (CA), not of the owner of a key",
                "必须是证书颁发机构（CA）的证书，而不是终端证书",
            ));
        }
        Ok(Self {
            name: inner
                .subject()
                .to_der()
                .map_err(|_| broken("must be X.509", "必须是 X.509 证书"))?,
            key: provider.public(certificate.public_key_der())?.into(),
            certificate,
        })
    }
}

/// What says who issued a certificate.
struct Issued<'a> {
    by: Vec<u8>,
    suite: Suite,
    /// The bytes that the signature covers, as they came.
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Issued<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let parsed = x509_cert::Certificate::from_der(der).ok()?;
        let inner = parsed.tbs_certificate();
        let algorithm = parsed.signature_algorithm();
        if inner.signature() != algorithm {
            return None;
        }
        let suite = match algorithm.oid {
            SHA256_WITH_RSA => Suite::Rsa,
            #[cfg(feature = "sm")]
            SM2_WITH_SM3 => Suite::Sm,
            _ => return None,
        };
        let (header, _) = element(der)?;
        let content = der.get(header..)?;
        let (inner_header, inner_length) = element(content)?;
        Some(Self {
            suite,
            by: inner.issuer().to_der().ok()?,
            signed: content.get(..inner_header.checked_add(inner_length)?)?,
            signature: parsed.signature().as_bytes()?.to_vec(),
        })
    }
}

/// The lengths of header and content of the DER element at the start.
fn element(der: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*der.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let count = first
        .checked_sub(0x80)
        .filter(|count| (1..=4).contains(count))?;
    let header = count.checked_add(2)?;
    let length = der
        .get(2..header)?
        .iter()
        .try_fold(0_usize, |length, byte| {
            length.checked_mul(256)?.checked_add(usize::from(*byte))
        })?;
    Some((header, length))
}

const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
#[cfg(feature = "sm")]
const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
