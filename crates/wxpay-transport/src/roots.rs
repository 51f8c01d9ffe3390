use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::BuildError;

/// Where the certificate authorities come from that may issue certificates of WeChat Pay's servers.
///
/// Some APIv2 responses are unsigned, payouts among them. For those the TLS connection is the only
/// proof that WeChat Pay wrote the response, so this choice decides who could forge one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Roots {
    /// Mozilla's set, compiled in.
    ///
    /// The default: it is the same on every machine. Neither an environment variable, nor a
    /// company's authority that is installed on the host, nor a container image without authorities
    /// changes who is trusted. It gets older with the program, so update the dependencies now and
    /// then.
    #[default]
    WebPki,
    /// What the operating system trusts, kept up to date by it.
    ///
    /// On Linux the environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR` can replace the set.
    Platform,
}

/// [`Roots`], and what was added to them or put in their place.
#[derive(Clone, Debug)]
pub(crate) struct TrustChoice {
    base: Option<Roots>,
    pem: Vec<Vec<u8>>,
}

impl TrustChoice {
    pub(crate) fn known(&mut self, roots: Roots) {
        self.base = Some(roots);
    }

    pub(crate) fn add(&mut self, pem: &[u8]) {
        self.pem.push(pem.to_vec());
    }

    pub(crate) fn only(&mut self, pem: &[u8]) {
        self.base = None;
        self.pem = vec![pem.to_vec()];
    }

    pub(crate) fn load(&self) -> Result<Trust, BuildError> {
        let mut certificates = Vec::new();
        if self.base == Some(Roots::WebPki) {
            for der in TLS_SERVER_ROOT_CERTS {
                certificates.push(certificate(der)?);
            }
        }
        for pem in &self.pem {
            certificates.extend(parse(pem)?);
        }
        Ok(Trust {
            platform: self.base == Some(Roots::Platform),
            certificates,
        })
    }
}

impl Default for TrustChoice {
    fn default() -> Self {
        Self {
            base: Some(Roots::default()),
            pem: Vec::new(),
        }
    }
}

/// The parsed [`TrustChoice`].
pub(crate) struct Trust {
    /// Whether the platform's authorities are trusted in addition to `certificates`.
    platform: bool,
    certificates: Vec<Certificate>,
}

impl Trust {
    pub(crate) fn apply(&self, client: ClientBuilder) -> ClientBuilder {
        let certificates = self.certificates.iter().cloned();
        if self.platform {
            client.tls_certs_merge(certificates)
        } else {
            client.tls_certs_only(certificates)
        }
    }
}

fn parse(pem: &[u8]) -> Result<Vec<Certificate>, BuildError> {
    let mut certificates = Vec::new();
    for der in CertificateDer::pem_slice_iter(pem) {
        let der = der.map_err(|_| refuse("are not in PEM form"))?;
        certificates.push(certificate(&der)?);
        RootCertStore::empty()
            .add(der)
            .map_err(|error| refuse("can't be read").with_source(error))?;
    }
    if certificates.is_empty() {
        return Err(refuse("hold no certificate (-----BEGIN CERTIFICATE-----)"));
    }
    Ok(certificates)
}

fn certificate(der: &[u8]) -> Result<Certificate, BuildError> {
    Certificate::from_der(der).map_err(|_| refuse("can't be read"))
}

fn refuse(problem: &'static str) -> BuildError {
    BuildError::new("root certificates", problem)
}

#[cfg(test)]
mod tests;
