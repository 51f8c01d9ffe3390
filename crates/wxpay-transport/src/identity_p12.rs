use std::fmt;

use wxpay_core::Secret;
use wxpay_sign::v3::P12;
use zeroize::Zeroizing;

use crate::BuildError;
use crate::identity::IdentityPem;

/// The merchant's client certificate and its key, as one PKCS#12 file holds them.
#[derive(Clone)]
pub(crate) struct IdentityP12 {
    file: Zeroizing<Vec<u8>>,
    password: Secret,
}

impl IdentityP12 {
    pub(crate) fn new(file: &[u8], password: Secret) -> Self {
        Self {
            file: Zeroizing::new(file.to_vec()),
            password,
        }
    }

    pub(crate) fn open(&self) -> Result<IdentityPem, BuildError> {
        let opened = P12::open(&self.file, &self.password)
            .map_err(|error| BuildError::new("apiclient_cert.p12", error.rule().to_owned()))?;
        Ok(IdentityPem::new(
            opened.certificate_pem.as_bytes(),
            opened.key_pem.expose().as_bytes(),
        ))
    }
}

impl fmt::Debug for IdentityP12 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
