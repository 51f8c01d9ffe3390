//! The certificate of a PostgreSQL server.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// A certificate for a host, and what is needed to use and to trust it, as PEM.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Certificate {
    /// The root that it is from, which has made no other.
    pub root: String,
    /// The certificate.
    pub pem: String,
    /// Its key.
    pub key: String,
}

impl Certificate {
    /// A new one for this host.
    pub fn of(host: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &root).unwrap();
        Self {
            root: root.pem(),
            pem: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}
