//! The configuration: arguments before environment before `wxpay.toml`.

mod args;
mod clients;
mod file;
mod host_note;
mod names;
mod own;
mod owner;
mod secret_file;
mod words;

use std::path::{Path, PathBuf};
use std::{fs, io};

use wxpay_api::core::Secret;

pub(crate) use self::args::ConfigArgs;
pub(crate) use self::clients::{Clients, Identity, read as certificate_text};
use self::file::File;
pub(crate) use self::file::{Certificates, SignTypeName};
pub(crate) use self::host_note::is_wechat_pay;
use self::names::{APP_ID, MCH_ID, Names, V2_KEY, V3_KEY, WECOM_SECRET, missing, nothing_set};
pub(crate) use self::owner::Role;
pub(crate) use self::secret_file::text as secret_text;
pub(crate) use self::words::chinese as setting_in_chinese;
use crate::fail::{Fail, unreadable};

/// The merchant, its credentials and the host. Each part is read when it is first needed, so that a
/// command wants no more than it uses.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file, if there is one.
    pub(crate) path: Option<PathBuf>,
    /// It is kept open: who may read it is asked again if it holds a secret.
    opened: Option<fs::File>,
    args: ConfigArgs,
    file: File,
}

/// Where a secret comes from.
#[derive(Clone, Debug)]
pub(crate) enum SecretSource {
    Environment(&'static str),
    File(PathBuf),
    /// Within `wxpay.toml`.
    Inline,
}

impl Config {
    /// Reads the file that the arguments or `WXPAY_CONFIG` name, or `wxpay.toml` in the current
    /// folder if it is there.
    ///
    /// A file that others can write is refused. One that was not named must also belong to this
    /// user or to root, because what it says decides where payments go.
    pub(crate) fn load(args: ConfigArgs) -> Result<Self, Fail> {
        let (path, role) = match &args.config {
            Some(path) => (path.clone(), Role::Named),
            None => (PathBuf::from(DEFAULT), Role::Found),
        };
        let opened = match fs::File::open(&path) {
            Ok(opened) => opened,
            Err(error) if role == Role::Found && error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    path: None,
                    opened: None,
                    args,
                    file: File::default(),
                });
            }
            Err(error) => return Err(unreadable(&path, error)),
        };
        owner::check(&path, &opened, role)?;
        let file = File::parse(&path, &owner::text(&path, &opened)?)?;
        Ok(Self {
            path: Some(path),
            opened: Some(opened),
            args,
            file,
        })
    }

    /// Checks a secret's place for rights that others must not have.
    pub(crate) fn check_secret(&self, source: &SecretSource) -> Result<(), Fail> {
        match (source, &self.path, &self.opened) {
            (SecretSource::File(path), _, _) => owner::open(path, Role::Secret).map(|_| ()),
            (SecretSource::Inline, Some(path), Some(opened)) => {
                owner::check(path, opened, Role::Inline)
            }
            _ => Ok(()),
        }
    }

    /// The merchant ID (商户号).
    pub(crate) fn mch_id(&self) -> Result<&str, Fail> {
        let value = self.args.mch_id.as_deref().or(self.file.mch_id.as_deref());
        value.ok_or_else(|| match self.path {
            Some(_) => missing(&MCH_ID),
            None => nothing_set(&MCH_ID),
        })
    }

    /// The merchant ID that APIv3 is asked with: that of the service provider (服务商商户号), if it is
    /// another.
    pub(crate) fn v3_mch_id(&self) -> Result<&str, Fail> {
        self.file
            .v3
            .mch_id
            .as_deref()
            .map_or_else(|| self.mch_id(), Ok)
    }

    /// The app id, or the corpid for WeCom.
    pub(crate) fn app_id(&self) -> Result<&str, Fail> {
        let value = self.args.app_id.as_deref().or(self.file.app_id.as_deref());
        value.ok_or_else(|| missing(&APP_ID))
    }

    /// The host to ask, if it is not WeChat Pay's own.
    pub(crate) fn base_url(&self) -> Option<&str> {
        self.args
            .base_url
            .as_deref()
            .or(self.file.base_url.as_deref())
    }

    /// The digest for APIv2, where an endpoint leaves the choice.
    pub(crate) fn sign_type(&self) -> SignTypeName {
        self.file.v2.sign_type.unwrap_or(SignTypeName::HmacSha256)
    }

    /// The APIv2 key (APIv2密钥) and where it comes from.
    pub(crate) fn v2_key(&self) -> Result<(Secret, SecretSource), Fail> {
        let (argument, section) = (self.args.v2_key_file.as_deref(), &self.file.v2);
        self.secret(
            &V2_KEY,
            argument,
            section.key.as_ref(),
            section.key_file.as_deref(),
        )
    }

    /// The APIv3 key (APIv3密钥) and where it comes from.
    pub(crate) fn v3_key(&self) -> Result<(Secret, SecretSource), Fail> {
        let (argument, section) = (self.args.v3_key_file.as_deref(), &self.file.v3);
        self.secret(
            &V3_KEY,
            argument,
            section.key.as_ref(),
            section.key_file.as_deref(),
        )
    }

    /// The secret of the WeCom app (自建应用secret) and where it comes from.
    pub(crate) fn wecom_secret(&self) -> Result<(Secret, SecretSource), Fail> {
        let (argument, section) = (self.args.wecom_secret_file.as_deref(), &self.file.wecom);
        self.secret(
            &WECOM_SECRET,
            argument,
            section.secret.as_ref(),
            section.secret_file.as_deref(),
        )
    }

    /// Where the APIv2 key is, if it is anywhere.
    pub(crate) fn v2_key_source(&self) -> Option<SecretSource> {
        let (argument, section) = (self.args.v2_key_file.as_deref(), &self.file.v2);
        let file = section.key_file.as_deref();
        self.source(&V2_KEY, argument, section.key.as_ref(), file)
    }

    /// Where the APIv3 key is, if it is anywhere.
    pub(crate) fn v3_key_source(&self) -> Option<SecretSource> {
        let (argument, section) = (self.args.v3_key_file.as_deref(), &self.file.v3);
        let file = section.key_file.as_deref();
        self.source(&V3_KEY, argument, section.key.as_ref(), file)
    }

    /// Where the WeCom secret is, if it is anywhere.
    pub(crate) fn wecom_secret_source(&self) -> Option<SecretSource> {
        let (argument, section) = (self.args.wecom_secret_file.as_deref(), &self.file.wecom);
        let file = section.secret_file.as_deref();
        self.source(&WECOM_SECRET, argument, section.secret.as_ref(), file)
    }

    /// The WeCom app that the secret belongs to (应用id).
    pub(crate) fn agent_id(&self) -> Option<u32> {
        self.file.wecom.agent_id
    }

    /// The merchant's certificate (商户API证书).
    pub(crate) fn certificate(&self) -> Option<PathBuf> {
        let from_file = self.file.certificate.certificate.as_deref();
        self.path_of(self.args.certificate.as_deref(), from_file)
    }

    /// The merchant's private key (商户API私钥).
    pub(crate) fn private_key(&self) -> Option<PathBuf> {
        let from_file = self.file.certificate.private_key.as_deref();
        self.path_of(self.args.private_key.as_deref(), from_file)
    }

    /// Both of them in one `apiclient_cert.p12`.
    pub(crate) fn p12(&self) -> Option<PathBuf> {
        self.path_of(
            self.args.p12.as_deref(),
            self.file.certificate.p12.as_deref(),
        )
    }

    /// The ID of WeChat Pay's public key (微信支付公钥ID).
    pub(crate) fn public_key_id(&self) -> Option<&str> {
        let from_file = self.file.platform.public_key_id.as_deref();
        self.args.public_key_id.as_deref().or(from_file)
    }

    /// WeChat Pay's public key (微信支付公钥).
    pub(crate) fn public_key(&self) -> Option<PathBuf> {
        let from_file = self.file.platform.public_key.as_deref();
        self.path_of(self.args.public_key.as_deref(), from_file)
    }

    /// Whether WeChat Pay's public key is not switched on yet, so that it verifies and nothing
    /// more.
    pub(crate) fn public_key_only_verifies(&self) -> bool {
        self.file.platform.public_key_only_verifies
    }

    /// The platform certificates (平台证书): none, files, or to be fetched.
    pub(crate) fn certificates(&self) -> Certificates {
        let folder = self.folder();
        match &self.file.platform.certificates {
            Certificates::Files(files) => {
                Certificates::Files(files.iter().map(|file| folder.join(file)).collect())
            }
            other => other.clone(),
        }
    }

    /// The authority that alone is trusted, instead of those of the web: for a sandbox or a
    /// gateway.
    pub(crate) fn root(&self) -> Option<PathBuf> {
        self.path_of(self.args.root.as_deref(), self.file.tls.root.as_deref())
    }

    /// The HTTP proxy.
    pub(crate) fn proxy(&self) -> Option<&Secret> {
        self.file.tls.proxy.as_ref()
    }

    /// The section `[payout]`, as it was written.
    pub(crate) fn payout(&self) -> &toml::Table {
        &self.file.payout
    }

    /// A path as an argument gives it, or as the file does, seen from the file's folder.
    fn path_of(&self, argument: Option<&Path>, file: Option<&Path>) -> Option<PathBuf> {
        let file = || Some(self.folder().join(file?));
        argument.map(Path::to_path_buf).or_else(file)
    }

    fn folder(&self) -> &Path {
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.unwrap_or_else(|| Path::new(""))
    }

    /// A secret: an argument's file, the environment, a file that `wxpay.toml` names, or what it
    /// holds itself.
    fn secret(
        &self,
        names: &Names,
        argument: Option<&Path>,
        inline: Option<&Secret>,
        file: Option<&Path>,
    ) -> Result<(Secret, SecretSource), Fail> {
        let source = self
            .source(names, argument, inline, file)
            .ok_or_else(|| missing(names))?;
        let secret = match &source {
            SecretSource::File(path) => secret_file::read(path)?,
            SecretSource::Environment(variable) => {
                secret_file::from_environment(variable)?.ok_or_else(|| missing(names))?
            }
            SecretSource::Inline => {
                self.check_secret(&source)?;
                inline.ok_or_else(|| missing(names))?.clone()
            }
        };
        Ok((secret, source))
    }

    /// Where a secret is, without reading it.
    fn source(
        &self,
        names: &Names,
        argument: Option<&Path>,
        inline: Option<&Secret>,
        file: Option<&Path>,
    ) -> Option<SecretSource> {
        let is_set = |variable: &&&'static str| {
            std::env::var_os(variable).is_some_and(|value| !value.is_empty())
        };
        if let Some(path) = argument {
            return Some(SecretSource::File(path.into()));
        }
        if let Some(variable) = names.variables.iter().find(is_set) {
            return Some(SecretSource::Environment(variable));
        }
        if let Some(path) = file {
            return Some(SecretSource::File(self.folder().join(path)));
        }
        inline.map(|_| SecretSource::Inline)
    }
}

const DEFAULT: &str = "wxpay.toml";
