use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use wxpay_core::InvalidInput;

/// The one private key of a PEM text.
pub(crate) fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>, InvalidInput> {
    let broken = |rule| InvalidInput::new("private key", rule);
    if pem.contains("ENCRYPTED") {
        return Err(broken(
            "must not be encrypted; WeChat Pay's apiclient_key.pem is not",
        ));
    }
    let mut keys = PrivateKeyDer::pem_slice_iter(pem.as_bytes());
    let key = match keys.next() {
        Some(Ok(key)) => key,
        Some(Err(_)) => return Err(broken("must be well-formed PEM")),
        None => return Err(broken("must be PEM with a BEGIN PRIVATE KEY section")),
    };
    match keys.next() {
        None => Ok(key),
        Some(_) => Err(broken("must be the only one in its file")),
    }
}

/// The one public key of a PEM text, as SubjectPublicKeyInfo.
pub(crate) fn public_key(pem: &str) -> Result<Vec<u8>, InvalidInput> {
    let broken = |rule| InvalidInput::new("public key", rule);
    let mut keys = SubjectPublicKeyInfoDer::pem_slice_iter(pem.as_bytes());
    let key = match keys.next() {
        Some(Ok(key)) => key,
        Some(Err(_)) => return Err(broken("must be well-formed PEM")),
        None => return Err(broken("must be PEM with a BEGIN PUBLIC KEY section")),
    };
    match keys.next() {
        None => Ok(key.as_ref().to_vec()),
        Some(_) => Err(broken("must be the only one in its file")),
    }
}
