//! The configuration: arguments before environment before `wxpay.toml`.

mod args;
mod clients;
mod file;
mod secret_file;

use std::path::{Path, PathBuf};

use wxpay_api::core::Secret;

pub(crate) use self::args::ConfigArgs;
pub(crate) use self::clients::{Clients, Identity};
use self::file::File;
pub(crate) use self::file::{Certificates, SignTypeName};
pub(crate) use self::secret_file::check_mode;
use crate::fail::Fail;

/// What is known of who asks, what proves it and whom to ask. Each part is read when it is first needed, so that a
/// command wants no more than it uses.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file, if there is one.
    pub(crate) path: Option<PathBuf>,
    args: ConfigArgs,
    file: File,
}

/// Where a secret comes from.
#[derive(Debug)]
pub(crate) enum SecretSource {
    Environment(&'static str),
    File(PathBuf),
    /// Within `wxpay.toml`.
    Inline,
}

impl Config {
    /// Reads the file that the arguments or `WXPAY_CONFIG` name, or `wxpay.toml` in the current folder if it is there.
    pub(crate) fn load(args: ConfigArgs) -> Result<Self, Fail> {
        let path = match &args.config {
            Some(path) => Some(path.clone()),
            None => Some(PathBuf::from(DEFAULT)).filter(|path| path.exists()),
        };
        let file = match &path {
            Some(path) => File::read(path)?,
            None => File::default(),
        };
        Ok(Self { path, args, file })
    }

    /// The merchant number (商户号).
    pub(crate) fn mch_id(&self) -> Result<&str, Fail> {
        let value = self.args.mch_id.as_deref().or(self.file.mch_id.as_deref());
        value.ok_or_else(|| missing("mch_id", "--mch-id", "WXPAY_MCH_ID"))
    }

    /// The merchant number that APIv3 is asked with: that of the service provider (服务商商户号), if it is another.
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
        value.ok_or_else(|| missing("app_id", "--app-id", "WXPAY_APP_ID"))
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
        self.source(V2_KEY.variable, argument, section.key.as_ref(), file)
    }

    /// Where the APIv3 key is, if it is anywhere.
    pub(crate) fn v3_key_source(&self) -> Option<SecretSource> {
        let (argument, section) = (self.args.v3_key_file.as_deref(), &self.file.v3);
        let file = section.key_file.as_deref();
        self.source(V3_KEY.variable, argument, section.key.as_ref(), file)
    }

    /// Where the WeCom secret is, if it is anywhere.
    pub(crate) fn wecom_secret_source(&self) -> Option<SecretSource> {
        let (argument, section) = (self.args.wecom_secret_file.as_deref(), &self.file.wecom);
        let file = section.secret_file.as_deref();
        self.source(
            WECOM_SECRET.variable,
            argument,
            section.secret.as_ref(),
            file,
        )
    }

    /// The WeCom app that the secret belongs to (应用id).
    #[allow(dead_code)] // the payouts send it
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

    /// The id of WeChat Pay's public key (微信支付公钥ID).
    pub(crate) fn public_key_id(&self) -> Option<&str> {
        let from_file = self.file.platform.public_key_id.as_deref();
        self.args.public_key_id.as_deref().or(from_file)
    }

    /// WeChat Pay's public key (微信支付公钥).
    pub(crate) fn public_key(&self) -> Option<PathBuf> {
        let from_file = self.file.platform.public_key.as_deref();
        self.path_of(self.args.public_key.as_deref(), from_file)
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

    /// The authority that alone is trusted, instead of those of the web: for a sandbox or a gateway.
    pub(crate) fn root(&self) -> Option<PathBuf> {
        self.path_of(self.args.root.as_deref(), self.file.tls.root.as_deref())
    }

    /// The HTTP proxy.
    pub(crate) fn proxy(&self) -> Option<&Secret> {
        self.file.tls.proxy.as_ref()
    }

    /// The section `[payout]`, as it was written.
    #[allow(dead_code)] // the payouts read it
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

    /// A secret: an argument's file, the environment, a file that `wxpay.toml` names, or what it holds itself.
    fn secret(
        &self,
        names: &SecretNames,
        argument: Option<&Path>,
        inline: Option<&Secret>,
        file: Option<&Path>,
    ) -> Result<(Secret, SecretSource), Fail> {
        let source = self
            .source(names.variable, argument, inline, file)
            .ok_or_else(|| missing(names.setting, "a `…_file` option", names.variable))?;
        let secret = match &source {
            SecretSource::File(path) => secret_file::read(path)?,
            SecretSource::Environment(variable) => secret_file::from_environment(variable)?
                .ok_or_else(|| missing(names.setting, "a `…_file` option", variable))?,
            SecretSource::Inline => {
                if let Some(path) = &self.path {
                    check_mode(path)?;
                }
                let missing = || missing(names.setting, "a `…_file` option", names.variable);
                inline.ok_or_else(missing)?.clone()
            }
        };
        Ok((secret, source))
    }

    /// Where a secret is, without reading it.
    fn source(
        &self,
        variable: &'static str,
        argument: Option<&Path>,
        inline: Option<&Secret>,
        file: Option<&Path>,
    ) -> Option<SecretSource> {
        let is_set = || std::env::var_os(variable).is_some_and(|value| !value.is_empty());
        if let Some(path) = argument {
            return Some(SecretSource::File(path.into()));
        }
        if is_set() {
            return Some(SecretSource::Environment(variable));
        }
        if let Some(path) = file {
            return Some(SecretSource::File(self.folder().join(path)));
        }
        inline.map(|_| SecretSource::Inline)
    }
}

/// How a secret is called in the file and in the environment.
struct SecretNames {
    setting: &'static str,
    variable: &'static str,
}

/// A setting that is nowhere.
fn missing(name: &str, argument: &str, variable: &str) -> Fail {
    Fail::usage(
        format!("{name} is missing: set it in {DEFAULT}, by {argument} or in {variable}"),
        format!("缺少 {name}：请在 {DEFAULT}、参数 {argument} 或环境变量 {variable} 中设置"),
    )
}

const V2_KEY: SecretNames = SecretNames {
    setting: "[v2] key",
    variable: "WXPAY_V2_KEY",
};
const V3_KEY: SecretNames = SecretNames {
    setting: "[v3] key",
    variable: "WXPAY_V3_KEY",
};
const WECOM_SECRET: SecretNames = SecretNames {
    setting: "[wecom] secret",
    variable: "WXPAY_WECOM_SECRET",
};
const DEFAULT: &str = "wxpay.toml";
