//! A folder with a configuration for a sandbox, and the program run on it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;
use toml::Table;
use wxpay_sandbox::Sandbox;

pub(crate) struct Setup {
    folder: TempDir,
    pub(crate) settings: Table,
    pub(crate) env: Vec<(String, String)>,
}

impl Setup {
    /// Everything that a merchant of the public key mode (微信支付公钥) has.
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let merchant = sandbox.merchant();
        let mut setup = Self {
            folder: tempfile::tempdir().unwrap(),
            settings: Table::new(),
            env: Vec::new(),
        };
        setup.set("mch_id", merchant.mch_id.as_str());
        setup.set("app_id", merchant.appid.as_str());
        setup.set("base_url", sandbox.base_url());
        for (setting, file, text) in [
            ("v2.key_file", "v2_key", merchant.api_v2_key.expose()),
            ("v3.key_file", "v3_key", merchant.api_v3_key.expose()),
            (
                "wecom.secret_file",
                "wecom",
                merchant.workwx_secret.expose(),
            ),
            (
                "certificate.certificate",
                "apiclient_cert.pem",
                &merchant.client_cert_pem,
            ),
            (
                "certificate.private_key",
                "apiclient_key.pem",
                merchant.client_key_pem.expose(),
            ),
            (
                "platform.public_key",
                "pub_key.pem",
                &merchant.platform_public_key_pem,
            ),
            ("tls.root", "ca.pem", sandbox.ca_pem()),
        ] {
            setup.file(file, text);
            setup.set(setting, file);
        }
        setup.set("platform.public_key_id", merchant.platform_key_id.as_str());
        setup
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn file(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(file), bytes).unwrap();
        self.mode(file, 0o600);
    }

    pub(crate) fn mode(&self, file: &str, mode: u32) {
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Sets `name` or `section.name`.
    pub(crate) fn set(&mut self, setting: &str, value: impl Into<toml::Value>) {
        let (table, name) = self.place(setting);
        table.insert(name, value.into());
    }

    pub(crate) fn unset(&mut self, setting: &str) {
        let (table, name) = self.place(setting);
        table.remove(&name);
    }

    /// The command with its configuration and nothing of this process's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.file("wxpay.toml", self.settings.to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn place(&mut self, setting: &str) -> (&mut Table, String) {
        match setting.split_once('.') {
            None => (&mut self.settings, setting.to_owned()),
            Some((section, name)) => {
                let section = self
                    .settings
                    .entry(section)
                    .or_insert_with(|| Table::new().into());
                (section.as_table_mut().unwrap(), name.to_owned())
            }
        }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
