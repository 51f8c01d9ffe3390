use std::path::Path;
use std::str::FromStr;

use wxpay_api::core::{InvalidInput, Secret, Timestamp};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{ApiKey, Certificate, MerchantKey, P12, PrivateKey, PublicKeys, Suite};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::{ReqwestTransport, ReqwestTransportBuilder};
use wxpay_api::{v2, v3};

use super::names::{CERTIFICATE, PLATFORM, PUBLIC_KEY, PUBLIC_KEY_ID, missing};
use super::owner::{self, Role};
use super::{Certificates, Config, SignTypeName, secret_file};
use crate::fail::Fail;

/// Makes clients of what is configured, each over one transport.
pub(crate) struct Clients<'a> {
    config: &'a Config,
    transport: ReqwestTransport,
}

/// The merchant's certificate and its private key, as PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) private_key: Secret,
}

impl<'a> Clients<'a> {
    pub(crate) fn new(config: &'a Config) -> Result<Self, Fail> {
        Ok(Self::over(config, config.transport()?))
    }

    pub(crate) fn over(config: &'a Config, transport: ReqwestTransport) -> Self {
        Self { config, transport }
    }

    /// The same over a transport that shows no client certificate, for calls that need none.
    pub(crate) fn without_identity(config: &'a Config) -> Result<Self, Fail> {
        Ok(Self::over(config, config.transport_without_identity()?))
    }

    /// The transport that all of them use.
    pub(crate) fn transport(&self) -> &ReqwestTransport {
        &self.transport
    }

    /// A client of APIv2. The WeCom secret is taken if there is one.
    pub(crate) fn v2(&self) -> Result<v2::Client, Fail> {
        let config = self.config;
        let mut merchant = v2::Merchant::new(
            config.mch_id()?.parse().map_err(wrong("mch_id"))?,
            config.app_id()?.parse().map_err(wrong("app_id"))?,
        );
        merchant.sub_mch_id = parsed(config.sub_mch_id(), "sub_mch_id")?;
        merchant.sub_app_id = parsed(config.sub_app_id(), "sub_app_id")?;
        let key = Key::new(config.v2_key()?.0).map_err(wrong("[v2] key"))?;
        let mut credentials = v2::Credentials::new(key).sign_type(config.sign_type().into());
        if config.wecom_secret_source().is_some() {
            let secret =
                AppSecret::new(config.wecom_secret()?.0).map_err(wrong("[wecom] secret"))?;
            credentials = credentials.workwx(secret);
        }
        let mut client = v2::Client::builder(merchant, credentials, self.transport.clone());
        if let Some(base_url) = config.base_url() {
            client = client.base_url(base_url);
        }
        client.build().map_err(wrong("base_url"))
    }

    /// A client of APIv3.
    pub(crate) fn v3(&self) -> Result<v3::Client, Fail> {
        self.built(self.merchant()?)
    }

    /// A client of APIv3 that also has the IDs which it fills into requests: app, sub-merchant and
    /// its app.
    pub(crate) fn v3_with_ids(&self) -> Result<v3::Client, Fail> {
        let (config, mut client) = (self.config, self.merchant()?);
        if let Some(app_id) = parsed(config.app_id().ok(), "app_id")? {
            client = client.app_id(app_id);
        }
        if let Some(sub_mch_id) = parsed(config.sub_mch_id(), "sub_mch_id")? {
            client = client.sub_merchant(sub_mch_id);
        }
        if let Some(sub_app_id) = parsed(config.sub_app_id(), "sub_app_id")? {
            client = client.sub_app_id(sub_app_id);
        }
        self.built(client)
    }

    /// A client of APIv3 for a brand (品牌), whose keys are configured in the place of a merchant's.
    pub(crate) fn brand(&self) -> Result<v3::Client, Fail> {
        let config = self.config;
        let brand_id = config.brand_id()?.parse().map_err(wrong("brand_id"))?;
        let credentials = v3::Credentials::new(config.signing_key()?, config.public_keys()?);
        let mut client = v3::Client::brand(brand_id, credentials, self.transport.clone());
        if let Some(app_id) = parsed(config.app_id().ok(), "app_id")? {
            client = client.app_id(app_id);
        }
        self.built(client)
    }

    fn merchant(&self) -> Result<v3::ClientBuilder, Fail> {
        let config = self.config;
        let mch_id = config.v3_mch_id()?.parse().map_err(wrong("mch_id"))?;
        let private_key = config.signing_key()?;
        let credentials = if matches!(config.certificates(), Certificates::Fetch(_)) {
            v3::Credentials::new(private_key, self.fetched()?)
        } else {
            v3::Credentials::new(private_key, config.public_keys()?)
        };
        let transport = self.transport.clone();
        Ok(v3::Client::builder(mch_id, credentials, transport))
    }

    fn built(&self, mut client: v3::ClientBuilder) -> Result<v3::Client, Fail> {
        if let Some(base_url) = self.config.base_url() {
            client = client.base_url(base_url);
        }
        client.build().map_err(wrong("base_url"))
    }

    /// The platform certificates (平台证书), fetched, and the public key beside them if there is one.
    pub(crate) fn fetched(&self) -> Result<v3::Certificates, Fail> {
        let config = self.config;
        let mut builder = v3::Certificates::builder(
            config.v3_mch_id()?.parse().map_err(wrong("mch_id"))?,
            config.signing_key()?,
            ApiKey::new(config.v3_key()?.0).map_err(wrong("[v3] key"))?,
            self.transport.clone(),
        );
        if let Some((id, pem)) = config.public_key_pem()? {
            builder = if config.public_key_only_verifies() {
                builder.public_key_to_verify(&id, &pem)
            } else {
                builder.public_key(&id, &pem)
            }
            .map_err(wrong("[platform] public_key"))?;
        }
        if let Some(base_url) = config.base_url() {
            builder = builder.base_url(base_url);
        }
        builder.build().map_err(wrong("base_url"))
    }
}

impl Config {
    /// The merchant's certificate and key, from PEM files or from `apiclient_cert.p12`, if they are
    /// configured.
    pub(crate) fn identity(&self) -> Result<Option<Identity>, Fail> {
        if let (Some(certificate), Some(private_key)) = (self.certificate(), self.private_key()) {
            return Ok(Some(Identity {
                certificate: read(&certificate)?,
                private_key: secret_file::text(&private_key)?,
            }));
        }
        let Some(path) = self.p12() else {
            return Ok(None);
        };
        let bytes = owner::bytes(&path, &owner::open(&path, Role::Secret)?)?;
        let p12 = P12::open(&bytes, &Secret::new(self.mch_id()?.to_owned()))
            .map_err(wrong("[certificate] p12"))?;
        Ok(Some(Identity {
            certificate: p12.certificate_pem,
            private_key: p12.key_pem,
        }))
    }

    /// The key that signs requests of APIv3, with the serial number of its certificate.
    pub(crate) fn signing_key(&self) -> Result<PrivateKey, Fail> {
        let identity = self.required_identity()?;
        let certificate = Certificate::first_from_pem(&identity.certificate)
            .map_err(wrong("[certificate] certificate"))?;
        certificate
            .check_valid_at(Timestamp::now())
            .map_err(wrong("[certificate] certificate"))?;
        self.signing_key_at_any_time()
    }

    /// The same, be its certificate expired: to look at it.
    pub(crate) fn signing_key_at_any_time(&self) -> Result<PrivateKey, Fail> {
        let identity = self.required_identity()?;
        let private_key = identity.private_key.expose();
        PrivateKey::from_pem_for_certificate(private_key, &identity.certificate)
            .map_err(wrong("[certificate] private_key"))
    }

    /// What the merchant signs with, and WeChat Pay therefore too; RSA as long as there is no key
    /// that can be read.
    pub(crate) fn suite(&self) -> Suite {
        let key = match (self.identity(), self.private_key()) {
            (Ok(Some(identity)), _) => Some(identity.private_key),
            (_, Some(path)) => secret_file::text(&path).ok(),
            _ => None,
        };
        key.map(|pem| suite_of(&pem)).unwrap_or_default()
    }

    /// The client certificate and its key, which must be there.
    pub(crate) fn required_identity(&self) -> Result<Identity, Fail> {
        self.identity()?.ok_or_else(|| missing(&CERTIFICATE))
    }

    /// WeChat Pay's public key alone, with its id.
    pub(crate) fn public_key_only(&self) -> Result<Option<(String, PublicKeys)>, Fail> {
        let Some((id, pem)) = self.public_key_pem()? else {
            return Ok(None);
        };
        let keys = PublicKeys::for_suite(self.suite())
            .with_public_key(&id, &pem)
            .map_err(wrong("[platform] public_key"))?;
        Ok(Some((id, keys)))
    }

    /// WeChat Pay's public key and the platform certificates that are in files.
    pub(crate) fn public_keys(&self) -> Result<PublicKeys, Fail> {
        let mut keys = PublicKeys::for_suite(self.suite());
        if let Some((id, pem)) = self.public_key_pem()? {
            keys = keys
                .with_public_key(&id, &pem)
                .map_err(wrong("[platform] public_key"))?;
            if self.public_key_only_verifies() {
                keys = keys
                    .only_verifying(&id)
                    .map_err(wrong("[platform] public_key"))?;
            }
        }
        if let Certificates::Files(files) = self.certificates() {
            for file in files {
                let certificate = Certificate::from_pem(&read(&file)?)
                    .map_err(wrong("[platform] certificates"))?;
                keys = keys
                    .with_certificate(&certificate)
                    .map_err(wrong("[platform] certificates"))?;
            }
        }
        if keys.is_empty() {
            return Err(missing(&PLATFORM));
        }
        Ok(keys)
    }

    /// The ID of WeChat Pay's public key, and the key as PEM.
    pub(crate) fn public_key_pem(&self) -> Result<Option<(String, String)>, Fail> {
        match (self.public_key_id(), self.public_key()) {
            (Some(id), Some(path)) => Ok(Some((id.to_owned(), read(&path)?))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing(&PUBLIC_KEY)),
            (None, Some(_)) => Err(missing(&PUBLIC_KEY_ID)),
        }
    }

    /// The transport that everything goes through.
    pub(crate) fn transport(&self) -> Result<ReqwestTransport, Fail> {
        self.build_transport(self.identity()?, |builder| builder)
    }

    /// A transport that shows no client certificate.
    pub(crate) fn transport_without_identity(&self) -> Result<ReqwestTransport, Fail> {
        self.build_transport(None, |builder| builder)
    }

    /// The transport with settings of a command's own.
    pub(crate) fn transport_with(
        &self,
        set: impl FnOnce(ReqwestTransportBuilder) -> ReqwestTransportBuilder,
    ) -> Result<ReqwestTransport, Fail> {
        self.build_transport(self.identity()?, set)
    }

    fn build_transport(
        &self,
        identity: Option<Identity>,
        set: impl FnOnce(ReqwestTransportBuilder) -> ReqwestTransportBuilder,
    ) -> Result<ReqwestTransport, Fail> {
        let mut builder = ReqwestTransport::builder();
        // The connection itself has RSA: a certificate of SM2 is none that it could show.
        if let Some(identity) = identity
            .as_ref()
            .filter(|identity| identity.suite() == Suite::Rsa)
        {
            let key = identity.private_key.expose().as_bytes();
            builder = builder.identity_pem(identity.certificate.as_bytes(), key);
        }
        if let Some(root) = self.root() {
            builder = builder.only_root_pem(read(&root)?.as_bytes());
        }
        if let Some(proxy) = self.proxy() {
            builder = builder.proxy(proxy.clone());
        }
        set(builder).build().map_err(|error| {
            let fail = Fail::usage("can't set up the connection", "无法建立连接配置");
            // The words of our own reader are in both languages.
            match identity.and_then(|identity| broken(&identity)) {
                Some(invalid) => fail.because(invalid),
                None => fail.because(error),
            }
        })
    }
}

impl Identity {
    fn suite(&self) -> Suite {
        suite_of(&self.private_key)
    }
}

/// What a private key signs with; RSA if it can't be read.
fn suite_of(pem: &Secret) -> Suite {
    // Nothing is signed here, so the certificate's serial number does not matter.
    let key = PrivateKey::from_pem(pem.expose(), "00").ok();
    key.map(|key| key.suite()).unwrap_or_default()
}

impl From<SignTypeName> for SignType {
    fn from(name: SignTypeName) -> Self {
        match name {
            SignTypeName::Md5 => Self::Md5,
            SignTypeName::HmacSha256 => Self::HmacSha256,
        }
    }
}

/// A setting that may be missing.
fn parsed<T: FromStr<Err = InvalidInput>>(
    value: Option<&str>,
    name: &'static str,
) -> Result<Option<T>, Fail> {
    value
        .map(|text| text.parse().map_err(wrong(name)))
        .transpose()
}

/// What is wrong with a certificate and its key, if that can be seen in them alone.
fn broken(identity: &Identity) -> Option<InvalidInput> {
    let (certificate, private_key) = (&identity.certificate, identity.private_key.expose());
    PrivateKey::from_pem_for_certificate(private_key, certificate).err()
}

/// The text of a certificate or a public key.
pub(crate) fn read(path: &Path) -> Result<String, Fail> {
    owner::text(path, &owner::open(path, Role::Certificate)?)
}

/// A setting that is not what it should be; the cause names the rule.
fn wrong<E: std::error::Error + Send + Sync + 'static>(name: &'static str) -> impl Fn(E) -> Fail {
    move |error| Fail::usage(format!("invalid {name}"), format!("{name} 有误")).because(error)
}
