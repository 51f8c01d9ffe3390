use std::path::{Path, PathBuf};

use clap::Args;

/// Settings that come before those of the file. Keys and secrets are never arguments, since other
/// users see those: they come from files or the environment.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ConfigArgs {
    /// The configuration file; `wxpay.toml` in the current folder if there is one that belongs to
    /// this user or root. A file that is named may be another user's, but others must not be able
    /// to write it
    #[arg(
        long,
        env = "WXPAY_CONFIG",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) config: Option<PathBuf>,
    /// The merchant ID (商户号)
    #[arg(
        long,
        env = "WXPAY_MCH_ID",
        value_name = "NUMBER",
        hide_env_values = true
    )]
    pub(super) mch_id: Option<String>,
    /// The app ID (公众账号ID), or the corpid for WeCom
    #[arg(long, env = "WXPAY_APP_ID", value_name = "ID", hide_env_values = true)]
    pub(super) app_id: Option<String>,
    /// The sub-merchant (子商户号) that a service provider calls for
    #[arg(
        long,
        env = "WXPAY_SUB_MCH_ID",
        value_name = "NUMBER",
        hide_env_values = true
    )]
    pub(super) sub_mch_id: Option<String>,
    /// The sub-merchant's app (子商户应用ID)
    #[arg(
        long,
        env = "WXPAY_SUB_APP_ID",
        value_name = "ID",
        hide_env_values = true
    )]
    pub(super) sub_app_id: Option<String>,
    /// The brand ID (品牌ID), for operations that a brand calls
    #[arg(
        long,
        env = "WXPAY_BRAND_ID",
        value_name = "ID",
        hide_env_values = true
    )]
    pub(super) brand_id: Option<String>,
    /// The host to use instead of api.mch.weixin.qq.com, such as a sandbox
    #[arg(
        long,
        env = "WXPAY_BASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(super) base_url: Option<String>,
    /// A file with the APIv2 key (APIv2密钥); or the key itself in WXPAY_V2_KEY
    #[arg(
        long,
        env = "WXPAY_V2_KEY_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) v2_key_file: Option<PathBuf>,
    /// A file with the APIv3 key (APIv3密钥); or the key itself in WXPAY_V3_KEY
    #[arg(
        long,
        env = "WXPAY_V3_KEY_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) v3_key_file: Option<PathBuf>,
    /// A file with the WeCom app's secret (自建应用secret); or the secret itself in WXPAY_WECOM_SECRET
    #[arg(
        long,
        env = "WXPAY_WECOM_SECRET_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) wecom_secret_file: Option<PathBuf>,
    /// The merchant's certificate (商户API证书), apiclient_cert.pem
    #[arg(
        long,
        env = "WXPAY_CERTIFICATE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) certificate: Option<PathBuf>,
    /// The merchant's private key (商户API私钥), apiclient_key.pem
    #[arg(
        long,
        env = "WXPAY_PRIVATE_KEY",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) private_key: Option<PathBuf>,
    /// Both in one file, apiclient_cert.p12
    #[arg(long, env = "WXPAY_P12", value_name = "FILE", hide_env_values = true)]
    pub(super) p12: Option<PathBuf>,
    /// The ID of WeChat Pay's public key (微信支付公钥ID), PUB_KEY_ID_…
    #[arg(
        long,
        env = "WXPAY_PUBLIC_KEY_ID",
        value_name = "ID",
        hide_env_values = true
    )]
    pub(super) public_key_id: Option<String>,
    /// WeChat Pay's public key (微信支付公钥), pub_key.pem
    #[arg(
        long,
        env = "WXPAY_PUBLIC_KEY",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(super) public_key: Option<PathBuf>,
    /// The certificate authority to trust instead of the public ones, as a sandbox needs
    #[arg(long, env = "WXPAY_ROOT", value_name = "FILE", hide_env_values = true)]
    pub(super) root: Option<PathBuf>,
}

impl ConfigArgs {
    /// The file that was named.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// Who asks and where, as far as the arguments say it: another command about the same call has
    /// to say it too.
    pub(crate) fn of_identity(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let given = [
            ("mch-id", &self.mch_id),
            ("app-id", &self.app_id),
            ("sub-mch-id", &self.sub_mch_id),
            ("sub-app-id", &self.sub_app_id),
            ("brand-id", &self.brand_id),
            ("base-url", &self.base_url),
        ];
        given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}
