//! The certificates and keys of one sandbox.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::thread;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData, RsaKeySize, SerialNumber,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use wxpay_core::{Secret, Timestamp};

use crate::brand::BrandKeys;
use crate::merchant::Account;
use crate::platform::{PlatformCertificate, Suite};
#[cfg(feature = "sm")]
use crate::sm_identity::SmIdentity;
use crate::{CallbackCertificate, Merchant, Trust, random};

/// What the server keeps and what the merchant is given.
pub(crate) struct Certificates {
    pub(crate) ca_pem: String,
    pub(crate) ca_key: KeyPair,
    /// What the merchant's callbacks are to show.
    pub(crate) callback: CallbackCertificate,
    pub(crate) merchant: Merchant,
    /// The merchant's public key, a SubjectPublicKeyInfo.
    pub(crate) merchant_public: Vec<u8>,
    /// The private key of the platform's public one.
    pub(crate) platform_key: KeyPair,
    /// The brand, if it was kept from an earlier start.
    pub(crate) brand: Option<BrandKeys>,
    /// The platform's certificates, from the oldest to the newest; none if its public key is all
    /// there is.
    pub(crate) platform_certificates: Vec<PlatformCertificate>,
}

/// The certificate that the server shows, and its key.
pub(crate) struct ServerCertificate {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: PrivateKeyDer<'static>,
}

impl Certificates {
    /// Makes new ones. It takes the time of two RSA keys, or of three with a platform certificate.
    pub(crate) fn generate(
        trust: Trust,
        suite: Suite,
    ) -> Result<Self, Box<dyn StdError + Send + Sync>> {
        let platform = thread::spawn(rsa_key);
        let platform_certificate = match trust {
            Trust::PublicKey => None,
            Trust::Certificates | Trust::Both => {
                Some(PlatformCertificate::first(suite, Timestamp::now())?)
            }
        };
        let merchant_key = rsa_key()?;
        let platform_key = platform.join().map_err(|_| "no platform key")??;

        let ca_key = KeyPair::generate()?;
        let ca_pem = authority().self_signed(&ca_key)?.pem();
        let account = Account::generate()?;
        let serial = serial();
        let client = client_certificate(account.mch_id.as_str(), serial)
            .signed_by(&merchant_key, &Issuer::from_params(&authority(), &ca_key))?;
        Ok(Self {
            ca_pem,
            callback: callback_certificate(&ca_key)?,
            merchant_public: merchant_key.subject_public_key_info(),
            merchant: Merchant {
                #[cfg(feature = "sm")]
                sm: match suite {
                    Suite::Sm => Some(SmIdentity::generate(account.mch_id.as_str())?),
                    Suite::Rsa => None,
                },
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
                platform_public_key_pem: platform_key.public_key_pem(),
            },
            ca_key,
            platform_key,
            brand: None,
            platform_certificates: platform_certificate.into_iter().collect(),
        })
    }

    pub(crate) fn ca(&self) -> Result<CertificateDer<'static>, Box<dyn StdError + Send + Sync>> {
        Ok(CertificateDer::from_pem_slice(self.ca_pem.as_bytes())?)
    }

    /// Makes the server's certificate, for loopback, for WeChat Pay's hosts and for the names
    /// given.
    pub(crate) fn server(
        &self,
        names: &[String],
    ) -> Result<ServerCertificate, Box<dyn StdError + Send + Sync>> {
        let mut names = names.to_vec();
        names.extend(HERE.map(str::to_owned));
        names.extend(WECHAT_PAY.map(str::to_owned));
        names.sort_unstable();
        names.dedup();
        let (certificate, key) = issue(names, &self.ca_key)?;
        Ok(ServerCertificate {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }
}

/// Makes an RSA key and an API certificate of it for a number: the key, the certificate as PEM and
/// its serial number.
pub(crate) fn api_certificate(
    number: &str,
    ca_key: &KeyPair,
) -> Result<(KeyPair, String, String), rcgen::Error> {
    let (key, serial) = (rsa_key()?, serial());
    let issuer = authority();
    let issuer = Issuer::from_params(&issuer, ca_key);
    let certificate = client_certificate(number, serial).signed_by(&key, &issuer)?;
    Ok((key, certificate.pem(), hex(&serial)))
}

/// Makes the certificate that callbacks are to show.
pub(crate) fn callback_certificate(ca_key: &KeyPair) -> Result<CallbackCertificate, rcgen::Error> {
    let (certificate, key) = issue(HERE.map(str::to_owned).to_vec(), ca_key)?;
    Ok(CallbackCertificate {
        certificate_pem: certificate.pem(),
        key_pem: Secret::new(key.serialize_pem()),
    })
}

/// Makes the certificate of a server of these names, and its key.
fn issue(names: Vec<String>, ca_key: &KeyPair) -> Result<(Certificate, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let authority = authority();
    let issuer = Issuer::from_params(&authority, ca_key);
    let certificate = server_certificate(names)?.signed_by(&key, &issuer)?;
    Ok((certificate, key))
}

pub(crate) fn rsa_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)
}

/// The same at every start, so that the authority's key is all that has to be kept.
fn authority() -> CertificateParams {
    let mut params = named("wxpay-sandbox CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server_certificate(names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named("localhost").distinguished_name;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Strict clients, such as Python's since 3.13, refuse a certificate without it.
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// The certificate of the merchant or of a brand, by its number.
fn client_certificate(number: &str, serial: [u8; 20]) -> CertificateParams {
    let mut params = named(number);
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

/// The name of an address in a certificate, unless it stands for all addresses.
pub(crate) fn name_of(address: IpAddr) -> Option<String> {
    (!address.is_unspecified()).then(|| address.to_string())
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

/// What this machine calls itself.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// WeChat Pay's own hosts, for clients that know no other and are led here by a hosts file.
const WECHAT_PAY: [&str; 5] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "apihk.mch.weixin.qq.com",
    "fraud.mch.weixin.qq.com",
    "payapp.weixin.qq.com",
];
