//! Reading PEM texts, with errors that say what is wrong with the file.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use wxpay_core::InvalidInput;

/// The one private key of a PEM text.
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub(crate) fn private_key(text: &str) -> Result<PrivateKeyDer<'static>, InvalidInput> {
    if text.contains("ENCRYPTED") {
        return Err(InvalidInput::new(
            "private key",
            "must not be encrypted; WeChat Pay's apiclient_key.pem is not",
            "不能是加密的私钥；微信支付的 apiclient_key.pem 没有加密",
        ));
    }
    let mut keys = PrivateKeyDer::pem_slice_iter(text.as_bytes());
    let key = first(keys.next(), "private key", "BEGIN PRIVATE KEY")?;
    alone(keys.next().is_some(), "private key")?;
    Ok(key)
}

/// The one public key of a PEM text, as SubjectPublicKeyInfo.
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto"))]
pub(crate) fn public_key(text: &str) -> Result<Vec<u8>, InvalidInput> {
    let mut keys = SubjectPublicKeyInfoDer::pem_slice_iter(text.as_bytes());
    let key = first(keys.next(), "public key", "BEGIN PUBLIC KEY")?;
    alone(keys.next().is_some(), "public key")?;
    Ok(key.as_ref().to_vec())
}

/// The one certificate of a PEM text, in DER.
pub(crate) fn certificate(text: &str) -> Result<CertificateDer<'static>, InvalidInput> {
    let mut certificates = CertificateDer::pem_slice_iter(text.as_bytes());
    let certificate = first(certificates.next(), "certificate", "BEGIN CERTIFICATE")?;
    alone(certificates.next().is_some(), "certificate")?;
    Ok(certificate)
}

/// The first certificate of a PEM text, in DER.
pub(crate) fn first_certificate(text: &str) -> Result<CertificateDer<'static>, InvalidInput> {
    let mut certificates = CertificateDer::pem_slice_iter(text.as_bytes());
    first(certificates.next(), "certificate", "BEGIN CERTIFICATE")
}

fn first<T>(
    item: Option<Result<T, pem::Error>>,
    field: &'static str,
    section: &str,
) -> Result<T, InvalidInput> {
    match item {
        Some(Ok(item)) => Ok(item),
        Some(Err(_)) => Err(InvalidInput::new(
            field,
            "must be well-formed PEM",
            "PEM 格式有误",
        )),
        None => Err(InvalidInput::new(
            field,
            format!("must be PEM with a {section} section"),
            format!("必须是含有 {section} 段的 PEM"),
        )),
    }
}

fn alone(more: bool, field: &'static str) -> Result<(), InvalidInput> {
    if more {
        return Err(InvalidInput::new(
            field,
            "must be the only one in its file",
            "文件中只能有一个",
        ));
    }
    Ok(())
}
