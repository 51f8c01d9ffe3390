//! A directory that keeps the keys of a sandbox, and holds the files that a client needs.

mod brand;
mod files;
#[cfg(feature = "sm")]
mod sm;

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

use rcgen::{KeyPair, PublicKeyData};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{AppId, MchId, Secret};

use self::files::{read, write};
use crate::certificates::{Certificates, callback_certificate};
use crate::platform::{KeptCertificate, PlatformCertificate, Suite};
use crate::whole_file::Mode;
use crate::{CallbackCertificate, Merchant, Trust};

/// Why a directory can't be a sandbox's.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The directory holds other files: nothing was written.
    #[error("{} holds {found} but no keys of a sandbox; choose a directory that is empty or new", dir.display())]
    Foreign {
        /// The directory.
        dir: PathBuf,
        /// One of the files in it.
        found: String,
    },
    /// A file that belongs there is missing.
    #[error("{} is missing; put it back, or remove the whole directory to make new keys", .0.display())]
    Incomplete(PathBuf),
    /// A file holds something else than it should.
    #[error("{}: {reason}; put the right file back, or remove the whole directory to make new keys", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("can't read or write {}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The keys or a file of them could not be made.
    #[error("can't make keys")]
    Keys(#[source] Box<dyn StdError + Send + Sync>),
}

/// A directory of this layout. Files that hold secrets can be read by their owner only.
///
/// For the client: `ca.pem`, `apiclient_cert.pem`, `apiclient_key.pem`, `apiclient_cert.p12`,
/// `pub_key.pem` and `wechatpay_{serial_no}.pem`; with the national algorithms (国密) also
/// `sm_cert.pem` and `sm_key.pem`. For its callbacks: `callback_cert.pem` and `callback_key.pem`.
/// In `brand/`, the same for a client of the brand (品牌商家). In `server/`, what only the sandbox may
/// know.
#[derive(Clone, Debug)]
pub(crate) struct Directory(PathBuf);

/// `server/sandbox.json`, written last: a directory without it is not a sandbox's.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    mch_id: String,
    appid: String,
    api_v2_key: String,
    api_v3_key: String,
    workwx_secret: String,
    agentid: u32,
    serial_no: String,
    platform_key_id: String,
    platform_certificates: Vec<KeptCertificate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sm: Option<KeptSm>,
}

/// What is kept of the national algorithms (国密). A sandbox without them keeps it too.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct KeptSm {
    serial_no: String,
    platform_certificates: Vec<KeptCertificate>,
}

impl Directory {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Reads the keys, or makes them if the directory is new or empty.
    pub(crate) fn open(&self, suite: Suite) -> Result<Certificates, DirectoryError> {
        let certificates = self.open_rsa()?;
        match suite {
            Suite::Rsa => Ok(certificates),
            #[cfg(feature = "sm")]
            Suite::Sm => self.open_sm(certificates),
        }
    }

    fn open_rsa(&self) -> Result<Certificates, DirectoryError> {
        let kept = self.path(STATE_FILE);
        if kept.exists() {
            return self.load(&kept);
        }
        if let Some(found) = files::any_in(&self.0)? {
            return Err(DirectoryError::Foreign {
                dir: self.0.clone(),
                found,
            });
        }
        // With a platform certificate in any case, so that the mode can be another one next time.
        let mut certificates =
            Certificates::generate(Trust::Both, Suite::Rsa).map_err(DirectoryError::Keys)?;
        certificates.brand = Some(self.create_brand(&certificates.ca_key)?);
        self.create(&certificates)?;
        Ok(certificates)
    }

    /// Keeps a platform certificate that was added.
    pub(crate) fn add(&self, added: &PlatformCertificate) -> Result<(), DirectoryError> {
        let file = self.path(STATE_FILE);
        let mut kept = parse(&file, &read(&file)?)?;
        self.write_platform_certificate(added)?;
        let certificates = match added.suite() {
            Suite::Rsa => &mut kept.platform_certificates,
            #[cfg(feature = "sm")]
            Suite::Sm => {
                let sm = kept
                    .sm
                    .as_mut()
                    .ok_or_else(|| damaged(&file, "no keys of the national algorithms"))?;
                &mut sm.platform_certificates
            }
        };
        certificates.push(added.kept());
        self.write_kept(&kept)
    }

    fn create(&self, certificates: &Certificates) -> Result<(), DirectoryError> {
        let merchant = &certificates.merchant;
        files::create_dir(&self.0, Mode::Public)?;
        files::create_dir(&self.path("server"), Mode::Secret)?;
        let key_pem = merchant.client_key_pem.expose();
        let p12 = files::p12(merchant).map_err(DirectoryError::Keys)?;
        let public = |name, text: &str| write(&self.path(name), text.as_bytes(), Mode::Public);
        let secret = |name, bytes: &[u8]| write(&self.path(name), bytes, Mode::Secret);
        public(CA, &certificates.ca_pem)?;
        public(CLIENT_CERTIFICATE, &merchant.client_cert_pem)?;
        public(PUBLIC_KEY, &merchant.platform_public_key_pem)?;
        secret(CLIENT_KEY, key_pem.as_bytes())?;
        self.write_callback(&certificates.callback)?;
        secret(CLIENT_P12, &p12)?;
        secret(CA_KEY, certificates.ca_key.serialize_pem().as_bytes())?;
        let platform_key = certificates.platform_key.serialize_pem();
        secret(PLATFORM_KEY, platform_key.as_bytes())?;
        for certificate in &certificates.platform_certificates {
            self.write_platform_certificate(certificate)?;
        }
        self.write_kept(&Kept::new(certificates))
    }

    fn load(&self, file: &Path) -> Result<Certificates, DirectoryError> {
        let kept = parse(file, &read(file)?)?;
        if !self.path(CLIENT_P12).exists() {
            return Err(DirectoryError::Incomplete(self.path(CLIENT_P12)));
        }
        let ca_pem = self.pair(CA, CA_KEY)?;
        let client_cert_pem = self.pair(CLIENT_CERTIFICATE, CLIENT_KEY)?;
        let client_key = self.key(CLIENT_KEY)?;
        let platform_key = self.key(PLATFORM_KEY)?;
        if read(&self.path(PUBLIC_KEY))? != platform_key.public_key_pem() {
            return Err(damaged(
                &self.path(PUBLIC_KEY),
                "not the platform's public key",
            ));
        }
        let wrong = |name| damaged(file, &format!("{name} is not of its form"));
        let merchant = Merchant {
            mch_id: MchId::new(&*kept.mch_id).map_err(|_| wrong("mch_id"))?,
            sp_mchid: MchId::new(&*kept.mch_id).map_err(|_| wrong("mch_id"))?,
            appid: AppId::new(&*kept.appid).map_err(|_| wrong("appid"))?,
            api_v2_key: Secret::new(kept.api_v2_key),
            api_v3_key: Secret::new(kept.api_v3_key),
            workwx_secret: Secret::new(kept.workwx_secret),
            agentid: kept.agentid,
            client_cert_pem,
            client_key_pem: Secret::new(read(&self.path(CLIENT_KEY))?),
            serial_no: kept.serial_no,
            platform_key_id: kept.platform_key_id,
            platform_public_key_pem: platform_key.public_key_pem(),
            #[cfg(feature = "sm")]
            sm: None,
        };
        let certificates = kept.platform_certificates.into_iter();
        let ca_key = self.key(CA_KEY)?;
        Ok(Certificates {
            callback: self.load_callback(&ca_key)?,
            brand: Some(self.open_brand(&ca_key)?),
            ca_key,
            ca_pem,
            merchant_public: client_key.subject_public_key_info(),
            merchant,
            platform_key,
            platform_certificates: certificates
                .map(|kept| self.load_platform_certificate(kept, file))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Reads the certificate for callbacks, or makes it in a directory that has none yet.
    fn load_callback(&self, ca_key: &KeyPair) -> Result<CallbackCertificate, DirectoryError> {
        let [certificate, key] = [CALLBACK_CERTIFICATE, CALLBACK_KEY].map(|name| self.path(name));
        if certificate.exists() || key.exists() {
            return Ok(CallbackCertificate {
                certificate_pem: self.pair(CALLBACK_CERTIFICATE, CALLBACK_KEY)?,
                key_pem: Secret::new(read(&key)?),
            });
        }
        let made =
            callback_certificate(ca_key).map_err(|error| DirectoryError::Keys(error.into()))?;
        self.write_callback(&made)?;
        Ok(made)
    }

    fn write_callback(&self, made: &CallbackCertificate) -> Result<(), DirectoryError> {
        let key_pem = made.key_pem.expose().as_bytes();
        write(&self.path(CALLBACK_KEY), key_pem, Mode::Secret)?;
        let pem = made.certificate_pem.as_bytes();
        write(&self.path(CALLBACK_CERTIFICATE), pem, Mode::Public)
    }

    fn load_platform_certificate(
        &self,
        kept: KeptCertificate,
        list: &Path,
    ) -> Result<PlatformCertificate, DirectoryError> {
        if !kept.serial_no.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(damaged(list, "a serial number that is not hexadecimal"));
        }
        let [certificate, key] = platform_files(&kept.serial_no);
        let pem = self.pair(&certificate, &key)?;
        let key_pem = read(&self.path(&key))?;
        PlatformCertificate::load(Suite::Rsa, kept, pem, key_pem)
            .map_err(|error| damaged(&self.path(&key), &error.to_string()))
    }

    /// A certificate that has to be one of the key.
    fn pair(&self, certificate: &str, key: &str) -> Result<String, DirectoryError> {
        let (file, key_file) = (self.path(certificate), self.path(key));
        let pem = read(&file)?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| damaged(&file, "no certificate in PEM"))?;
        let key = PrivateKeyDer::from_pem_slice(read(&key_file)?.as_bytes())
            .map_err(|_| damaged(&key_file, "no private key in PEM"))?;
        CertifiedKey::from_der(vec![der], key, &aws_lc_rs::default_provider())
            .map_err(|_| damaged(&file, "not the certificate of the key beside it"))?;
        Ok(pem)
    }

    fn key(&self, name: &str) -> Result<KeyPair, DirectoryError> {
        let file = self.path(name);
        KeyPair::from_pem(&read(&file)?).map_err(|_| damaged(&file, "no private key in PEM"))
    }

    fn write_platform_certificate(
        &self,
        certificate: &PlatformCertificate,
    ) -> Result<(), DirectoryError> {
        let [file, key] = platform_files(certificate.key.serial());
        let key_pem = certificate.key_pem.expose();
        write(&self.path(&key), key_pem.as_bytes(), Mode::Secret)?;
        write(&self.path(&file), certificate.pem.as_bytes(), Mode::Public)
    }

    fn write_kept(&self, kept: &Kept) -> Result<(), DirectoryError> {
        let json = serde_json::to_vec_pretty(kept).expect("texts and numbers are JSON");
        write(&self.path(STATE_FILE), &json, Mode::Secret)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Kept {
    fn new(certificates: &Certificates) -> Self {
        let merchant = &certificates.merchant;
        let list = certificates.platform_certificates.iter();
        Self {
            version: VERSION,
            mch_id: merchant.mch_id.to_string(),
            appid: merchant.appid.to_string(),
            api_v2_key: merchant.api_v2_key.expose().to_owned(),
            api_v3_key: merchant.api_v3_key.expose().to_owned(),
            workwx_secret: merchant.workwx_secret.expose().to_owned(),
            agentid: merchant.agentid,
            serial_no: merchant.serial_no.clone(),
            platform_key_id: merchant.platform_key_id.clone(),
            platform_certificates: list.map(PlatformCertificate::kept).collect(),
            sm: None,
        }
    }
}

fn parse(file: &Path, json: &str) -> Result<Kept, DirectoryError> {
    let kept: Kept =
        serde_json::from_str(json).map_err(|error| damaged(file, &error.to_string()))?;
    if kept.version != VERSION {
        let reason = format!(
            "version {} is not one that this sandbox knows",
            kept.version
        );
        return Err(damaged(file, &reason));
    }
    Ok(kept)
}

fn damaged(file: &Path, reason: &str) -> DirectoryError {
    DirectoryError::Damaged {
        file: file.to_owned(),
        reason: reason.to_owned(),
    }
}

/// A platform certificate and its key.
fn platform_files(serial_no: &str) -> [String; 2] {
    [
        format!("wechatpay_{serial_no}.pem"),
        format!("server/wechatpay_{serial_no}_key.pem"),
    ]
}

const VERSION: u32 = 1;
const STATE_FILE: &str = "server/sandbox.json";
const CA: &str = "ca.pem";
const CA_KEY: &str = "server/ca_key.pem";
const CLIENT_CERTIFICATE: &str = "apiclient_cert.pem";
const CLIENT_KEY: &str = "apiclient_key.pem";
const CLIENT_P12: &str = "apiclient_cert.p12";
const CALLBACK_CERTIFICATE: &str = "callback_cert.pem";
const CALLBACK_KEY: &str = "callback_key.pem";
const PUBLIC_KEY: &str = "pub_key.pem";
const PLATFORM_KEY: &str = "server/pub_key_private.pem";
