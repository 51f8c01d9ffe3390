//! The settings of a `ReqwestTransportBuilder` that are about TLS.

use reqwest::{ClientBuilder, tls};

use crate::identity::{IdentityPem, LoadedIdentity, Validity};
use crate::roots::{Trust, TrustChoice};
use crate::{BuildError, ReqwestTransportBuilder, Roots};

impl ReqwestTransportBuilder {
    /// The merchant's client certificate (商户API证书): the contents of `apiclient_cert.pem` and
    /// `apiclient_key.pem`.
    ///
    /// APIv2 asks for it at refunds, reversals and payouts. The key is in PKCS#8 or PKCS#1 and not
    /// encrypted, as WeChat Pay hands it out. This builder's copies are wiped when it is dropped.
    /// The TLS library holds the key as long as the transport lives, and the caller's copies stay
    /// the caller's to wipe.
    #[must_use]
    pub fn identity_pem(mut self, cert_pem: &[u8], key_pem: &[u8]) -> Self {
        self.tls.identity = Some(IdentityChoice::Pem(IdentityPem::new(cert_pem, key_pem)));
        self
    }

    /// The merchant's client certificate (商户API证书) from the contents of `apiclient_cert.p12`, in
    /// place of the PEM files.
    ///
    /// The password of the file that WeChat Pay hands out is the merchant ID (商户号).
    #[cfg(feature = "p12")]
    #[must_use]
    pub fn identity_p12(mut self, p12: &[u8], password: impl Into<wxpay_core::Secret>) -> Self {
        self.tls.identity = Some(IdentityChoice::P12(crate::identity_p12::IdentityP12::new(
            p12,
            password.into(),
        )));
        self
    }

    /// Which certificate authorities to trust for WeChat Pay's servers, in addition to those that
    /// are added. [`Roots::WebPki`] by default.
    #[must_use]
    pub fn roots(mut self, roots: Roots) -> Self {
        self.tls.trust.known(roots);
        self
    }

    /// Trusts these certificate authorities too, in PEM.
    ///
    /// Anyone who holds one of their keys can forge WeChat Pay's unsigned responses.
    #[must_use]
    pub fn add_root_pem(mut self, pem: &[u8]) -> Self {
        self.tls.trust.add(pem);
        self
    }

    /// Trusts only these certificate authorities, in PEM, and forgets those named before.
    ///
    /// Not for pinning WeChat Pay's own certificates: they change, and WeChat Pay asks not to pin
    /// them.
    #[must_use]
    pub fn only_root_pem(mut self, pem: &[u8]) -> Self {
        self.tls.trust.only(pem);
        self
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TlsChoice {
    identity: Option<IdentityChoice>,
    trust: TrustChoice,
}

#[derive(Clone, Debug)]
enum IdentityChoice {
    Pem(IdentityPem),
    #[cfg(feature = "p12")]
    P12(crate::identity_p12::IdentityP12),
}

impl IdentityChoice {
    fn load(&self) -> Result<LoadedIdentity, BuildError> {
        match self {
            Self::Pem(pem) => pem.load(),
            #[cfg(feature = "p12")]
            Self::P12(p12) => p12.open()?.load(),
        }
    }
}

impl TlsChoice {
    pub(crate) fn load(&self) -> Result<Tls, BuildError> {
        Ok(Tls {
            identity: self
                .identity
                .as_ref()
                .map(IdentityChoice::load)
                .transpose()?,
            trust: self.trust.load()?,
        })
    }
}

/// The parsed [`TlsChoice`].
pub(crate) struct Tls {
    identity: Option<LoadedIdentity>,
    trust: Trust,
}

impl Tls {
    pub(crate) fn apply(&self, client: ClientBuilder) -> ClientBuilder {
        // By name, because another crate may turn on reqwest's other backend and its default with
        // it.
        let client = client
            .tls_backend_rustls()
            .tls_version_min(tls::Version::TLS_1_2);
        let client = self.trust.apply(client);
        match &self.identity {
            Some(loaded) => client.identity(loaded.identity.clone()),
            None => client,
        }
    }

    /// From when to when the client certificate is valid, if there is one.
    pub(crate) fn identity_validity(&self) -> Option<Validity> {
        Some(self.identity.as_ref()?.validity)
    }
}
