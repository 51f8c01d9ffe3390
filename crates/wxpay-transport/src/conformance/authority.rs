use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, date_time_ymd,
};

use super::Identity;
use super::fault::ServerCertificate;

/// A certificate authority for one scene.
pub(super) struct Authority {
    pub(super) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = params("authority.invalid");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = key();
        let pem = params.self_signed(&key).expect(MADE).pem();
        let issuer = Issuer::new(params, key);
        Self { pem, issuer }
    }

    /// A certificate for `localhost`, right or wrong.
    pub(super) fn server(&self, kind: ServerCertificate) -> Identity {
        let mut params = params("localhost");
        match kind {
            ServerCertificate::Good
            | ServerCertificate::UnknownRoot
            | ServerCertificate::SelfSigned => {}
            ServerCertificate::WrongName => {
                params = self::params("wrong.invalid");
            }
            ServerCertificate::Expired => {
                params.not_before = date_time_ymd(2020, 1, 1);
                params.not_after = date_time_ymd(2021, 1, 1);
            }
            ServerCertificate::NotYetValid => {
                params.not_before = date_time_ymd(3000, 1, 1);
                params.not_after = date_time_ymd(3001, 1, 1);
            }
            ServerCertificate::ForClients => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }
        }
        let key = key();
        let cert = match kind {
            ServerCertificate::SelfSigned => params.self_signed(&key),
            ServerCertificate::UnknownRoot => {
                params.signed_by(&key, &Self::new("someone else").issuer)
            }
            _ => params.signed_by(&key, &self.issuer),
        };
        Identity {
            cert_pem: cert.expect(MADE).pem(),
            key_pem: key.serialize_pem(),
        }
    }

    pub(super) fn client(&self) -> Identity {
        let key = key();
        let cert = params("merchant").signed_by(&key, &self.issuer);
        Identity {
            cert_pem: cert.expect(MADE).pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).expect(MADE);
    params.distinguished_name = DistinguishedName::new();
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect(MADE)
}

const MADE: &str = "a certificate of the suite can be made";
