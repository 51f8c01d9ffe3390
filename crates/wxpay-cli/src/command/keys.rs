//! The keys that are configured, whichever they are.

use std::path::{Path, PathBuf};

use wxpay_api::core::{InvalidInput, Timestamp};
use wxpay_api::sign::v2::SignType;
use wxpay_explain::{Context, Keys, Language};

use crate::config::{Certificates, Config, ConfigArgs, certificate_text, secret_text};
use crate::fail::Fail;
use crate::lang::Lang;

/// What the commands that look at messages know beside the configuration.
#[derive(clap::Args)]
pub(crate) struct KnownArgs {
    /// A platform certificate (平台证书); may be given several times
    #[arg(long, value_name = "FILE")]
    platform_certificate: Vec<PathBuf>,
    /// When the message came: seconds since 1970, or `now`; without it no clock is compared
    #[arg(long, value_name = "SECONDS")]
    now: Option<String>,
    /// The digest of APIv2 that was configured or asked for: MD5 or HMAC-SHA256; by default the one
    /// that the message suggests
    #[arg(long, value_name = "NAME", value_parser = sign_type)]
    sign_type: Option<SignType>,
    #[command(flatten)]
    config: ConfigArgs,
}

/// A configuration and the keys of it that are there.
pub(crate) struct Known {
    pub(crate) config: Config,
    pub(crate) keys: Keys,
    pub(crate) context: Context,
    pub(crate) now: Option<Timestamp>,
    pub(crate) sign_type: Option<SignType>,
    pub(crate) platform_certificates: Vec<String>,
}

impl KnownArgs {
    pub(crate) fn load(self) -> Result<Known, Fail> {
        let config = Config::load(self.config)?;
        let now = self.now.as_deref().map(moment).transpose()?;
        let mut context = Context::new();
        if let Some(now) = now {
            context = context.now(now);
        }
        if let Some(sign_type) = self.sign_type {
            context = context.sign_type(sign_type);
        }
        if config.is_of_brand() {
            context = context.brand();
        }
        let mut files = self.platform_certificate;
        if let Certificates::Files(more) = config.certificates() {
            files.extend(more);
        }
        let platform_certificates = files
            .iter()
            .map(|file| read(file))
            .collect::<Result<Vec<_>, _>>()?;
        let keys = keys(&config, &platform_certificates)?;
        Ok(Known {
            config,
            keys,
            context,
            now,
            sign_type: self.sign_type,
            platform_certificates,
        })
    }
}

pub(crate) const fn language(lang: Lang) -> Language {
    match lang {
        Lang::En => Language::English,
        Lang::Zh => Language::Chinese,
    }
}

/// The digest of this name.
pub(crate) fn sign_type(name: &str) -> Result<SignType, String> {
    match name {
        "MD5" => Ok(SignType::Md5),
        "HMAC-SHA256" => Ok(SignType::HmacSha256),
        _ => Err("must be MD5 or HMAC-SHA256".to_owned()),
    }
}

pub(crate) fn moment(text: &str) -> Result<Timestamp, Fail> {
    if text == "now" {
        return Ok(Timestamp::now());
    }
    let seconds = text.parse().ok().and_then(Timestamp::from_unix);
    seconds.ok_or_else(|| {
        Fail::usage(
            format!("a time must be seconds since 1970 or `now`, and is {text:?}"),
            format!("时间应为 1970 年以来的秒数或 `now`，实际为 {text:?}"),
        )
    })
}

/// The text of a certificate or a public key.
pub(crate) fn read(path: &Path) -> Result<String, Fail> {
    certificate_text(path)
}

fn keys(config: &Config, platform_certificates: &[String]) -> Result<Keys, Fail> {
    let mut keys = Keys::new();
    if config.v2_key_source().is_some() {
        keys = keys.api_v2_key(config.v2_key()?.0);
    }
    if config.v3_key_source().is_some() {
        keys = keys.api_v3_key(config.v3_key()?.0);
    }
    if config.wecom_secret_source().is_some() {
        keys = keys.workwx_secret(config.wecom_secret()?.0);
    }
    if let Some(identity) = config.identity()? {
        keys = keys
            .merchant_key_pem(identity.private_key.expose())
            .map_err(broken)?;
        keys = keys
            .merchant_certificate_pem(&identity.certificate)
            .map_err(broken)?;
    } else if let Some(path) = config.certificate() {
        keys = keys
            .merchant_certificate_pem(&read(&path)?)
            .map_err(broken)?;
    } else if let Some(path) = config.private_key() {
        let pem = secret_text(&path)?;
        keys = keys.merchant_key_pem(pem.expose()).map_err(broken)?;
    }
    if let Some((id, pem)) = config.public_key_pem()? {
        keys = keys.platform_public_key_pem(&id, &pem).map_err(broken)?;
    }
    for pem in platform_certificates {
        keys = keys.platform_certificate_pem(pem).map_err(broken)?;
    }
    Ok(keys)
}

fn broken(error: InvalidInput) -> Fail {
    Fail::usage("a key can't be read", "无法读取密钥").because(error)
}
