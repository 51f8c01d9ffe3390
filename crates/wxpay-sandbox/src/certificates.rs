//! The certificates and keys of one sandbox, made at its start.

use std::error::Error as StdError;
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use wxpay_core::{Secret, Timestamp};

use crate::merchant::Account;
use crate::platform::PlatformCertificate;
use crate::{Merchant, Trust, random};

/// Everything made at the start: what the server keeps and what the merchant is given.
pub(crate) struct Certificates {
    pub(crate) ca: CertificateDer<'static>,
    pub(crate) ca_pem: String,
    pub(crate) server: CertificateDer<'static>,
    pub(crate) server_key: PrivateKeyDer<'static>,
    pub(crate) merchant: Merchant,
    /// The merchant's public key, a SubjectPublicKeyInfo.
    pub(crate) merchant_public: Vec<u8>,
    /// The private key of the platform's public one, PKCS#8.
    pub(crate) platform_private: PrivatePkcs8KeyDer<'static>,
    /// The platform's first certificate, unless its public key is all there is.
    pub(crate) platform_certificate: Option<PlatformCertificate>,
}

impl Certificates {
    /// Makes new ones. It takes the time of two RSA keys, or of three with a platform certificate.
    pub(crate) fn generate(trust: Trust) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let platform = thread::spawn(rsa_key);
        let platform_certificate = match trust {
            Trust::PublicKey => None,
            Trust::Certificates | Trust::Both => {
                Some(PlatformCertificate::first(Timestamp::now())?)
            }
        };
        let merchant_key = rsa_key()?;
        let platform = platform.join().map_err(|_| "no platform key")??;

        let authority = authority()?;
        let server_key = KeyPair::generate()?;
        let server = server_certificate()?.signed_by(&server_key, &authority)?;
        let account = Account::generate()?;
        let serial = serial();
        let client = client_certificate(&account, serial).signed_by(&merchant_key, &authority)?;

        Ok(Self {
            ca: authority.der().clone(),
            ca_pem: authority.pem(),
            server: server.der().clone(),
            server_key: PrivatePkcs8KeyDer::from(server_key.serialize_der()).into(),
            merchant_public: merchant_key.subject_public_key_info(),
            platform_private: platform.serialize_der().into(),
            platform_certificate,
            merchant: Merchant {
                sp_mchid: account.mch_id.clone(),
                mch_id: account.mch_id,
                appid: account.appid,
                api_v2_key: account.api_v2_key,
                api_v3_key: account.api_v3_key,
                workwx_secret: account.workwx_secret,
                agentid: account.agentid,
                client_cert_pem: client.pem(),
                client_key_pem: Secret::new(merchant_key.serialize_pem()),
                serial_no: hex(&serial),
                platform_key_id: account.platform_key_id,
                platform_public_key_pem: platform.public_key_pem(),
            },
        })
    }
}

pub(crate) fn rsa_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = named("wxpay-sandbox CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn server_certificate() -> Result<CertificateParams, rcgen::Error> {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named("localhost").distinguished_name;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn client_certificate(account: &Account, serial: [u8; 20]) -> CertificateParams {
    let mut params = named(account.mch_id.as_str());
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "wxpay-sandbox");
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
}

/// Twenty bytes, the first of which needs no sign byte before it and has no leading zero digit.
pub(crate) fn serial() -> [u8; 20] {
    let mut serial = [0; 20];
    random::fill(&mut serial);
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x3F | 0x40;
    }
    serial
}

/// A serial number as WeChat Pay writes it.
pub(crate) fn hex(serial: &[u8]) -> String {
    serial.iter().map(|byte| format!("{byte:02X}")).collect()
}
