//! TLS as it must be: the certificate is for the host's name, from a root that is trusted.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{PostgresError, PostgresErrorKind};

pub(super) fn connect(root: Option<&Path>) -> Result<MakeRustlsConnect, PostgresError> {
    let unusable = |problem: String| PostgresError::new(PostgresErrorKind::Roots { problem });
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    let config = match root {
        Some(path) => builder
            .with_root_certificates(roots(path).map_err(unusable)?)
            .with_no_client_auth(),
        None => builder
            .with_platform_verifier()
            .map_err(|error| unusable(error.to_string()))?
            .with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}

fn roots(path: &Path) -> Result<RootCertStore, String> {
    let shown = path.display();
    let unreadable = |error: &dyn std::fmt::Display| format!("{shown}: {error}");
    let pem = std::fs::read(path).map_err(|error| unreadable(&error))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        store.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if store.is_empty() {
        return Err(format!("{shown} has no certificate (PEM)"));
    }
    Ok(store)
}
