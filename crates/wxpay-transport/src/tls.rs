use reqwest::{ClientBuilder, Identity, tls};

use crate::identity::IdentityPem;
use crate::roots::{Trust, TrustChoice};
use crate::{BuildError, ReqwestTransportBuilder, Roots};

impl ReqwestTransportBuilder {
    /// The merchant's client certificate (商户API证书): the contents of `apiclient_cert.pem` and `apiclient_key.pem`.
    ///
    /// APIv2 asks for it at refunds, reversals and payouts. The key is in PKCS#8 or PKCS#1 and not encrypted, as WeChat
    /// Pay hands it out. This builder's copies are wiped when it is dropped. The TLS library holds the key as long as
    /// the transport lives, and the caller's copies stay the caller's to wipe.
    #[must_use]
    pub fn identity_pem(mut self, cert_pem: &[u8], key_pem: &[u8]) -> Self {
        self.tls.identity = Some(IdentityPem::new(cert_pem, key_pem));
        self
    }

    /// Whom to trust to vouch for WeChat Pay's servers, beside what is added. [`Roots::WebPki`] by default.
    #[must_use]
    pub fn roots(mut self, roots: Roots) -> Self {
        self.tls.trust.known(roots);
        self
    }

    /// Trusts these certificate authorities too, in PEM.
    ///
    /// Whoever holds one of their keys can forge WeChat Pay's unsigned answers.
    #[must_use]
    pub fn add_root_pem(mut self, pem: &[u8]) -> Self {
        self.tls.trust.add(pem);
        self
    }

    /// Trusts only these certificate authorities, in PEM, and forgets those named before.
    ///
    /// Not for pinning WeChat Pay's own certificates: they change, and WeChat Pay asks not to pin them.
    #[must_use]
    pub fn only_root_pem(mut self, pem: &[u8]) -> Self {
        self.tls.trust.only(pem);
        self
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TlsChoice {
    identity: Option<IdentityPem>,
    trust: TrustChoice,
}

impl TlsChoice {
    pub(crate) fn load(&self) -> Result<Tls, BuildError> {
        Ok(Tls {
            identity: self.identity.as_ref().map(IdentityPem::load).transpose()?,
            trust: self.trust.load()?,
        })
    }

    pub(crate) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }
}

/// The parsed [`TlsChoice`].
pub(crate) struct Tls {
    identity: Option<Identity>,
    trust: Trust,
}

impl Tls {
    pub(crate) fn apply(&self, client: ClientBuilder) -> ClientBuilder {
        // By name, because another crate may turn on reqwest's other backend and its default with it.
        let client = client
            .tls_backend_rustls()
            .tls_version_min(tls::Version::TLS_1_2);
        let client = self.trust.apply(client);
        match &self.identity {
            Some(identity) => client.identity(identity.clone()),
            None => client,
        }
    }
}
