//! Which certificate a client shows on its connection.

use std::error::Error as StdError;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConnection,
    SignatureScheme,
};

/// Asks for the merchant's certificate, and lets any other one and none pass too: `orderquery` and
/// APIv3 need none, and endpoints that need it answer `CA_ERROR` in words. That the client has the
/// key of what it shows is checked.
#[derive(Debug)]
pub(crate) struct Asking(Arc<dyn ClientCertVerifier>);

impl Asking {
    /// Asks for a certificate of this authority.
    pub(crate) fn for_one_of(
        authority: CertificateDer<'static>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let mut roots = RootCertStore::empty();
        roots.add(authority)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .allow_unauthenticated()
            .build()?;
        Ok(Self(verifier))
    }
}

/// Whether the certificate that was shown is this one.
pub(crate) fn is(merchants: &CertificateDer<'_>, connection: &ServerConnection) -> bool {
    let shown = connection.peer_certificates();
    shown.and_then(<[_]>::first) == Some(merchants)
}

impl ClientCertVerifier for Asking {
    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
