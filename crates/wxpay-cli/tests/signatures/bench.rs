//! A folder with keys, and the command run in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use toml::Table;

pub(crate) struct Bench {
    folder: tempfile::TempDir,
    environment: Vec<(&'static str, String)>,
}

/// What the command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A sample of `wxpay-explain`, with its keys in the bench's folder.
pub(crate) struct Sample {
    pub(crate) capture: String,
    pub(crate) bench: Bench,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// The merchant of the samples.
    pub(crate) fn merchant() -> Self {
        let bench = Self::new();
        let key = bench.pem("merchant_key.pem");
        let certificate = bench.pem("merchant_cert.pem");
        bench
            .with("WXPAY_V2_KEY", V2_KEY)
            .with("WXPAY_MCH_ID", "1900009191")
            .with("WXPAY_APP_ID", "wxd678efh567hg6787")
            .with("WXPAY_PRIVATE_KEY", key.to_str().unwrap())
            .with("WXPAY_CERTIFICATE", certificate.to_str().unwrap())
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        private(&path);
        path
    }

    /// A key of the samples, which its owner alone may read.
    fn pem(&self, name: &str) -> PathBuf {
        let text = fs::read_to_string(samples().join("keys").join(name)).unwrap();
        self.file(name, &text)
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Said {
        self.run_into(Stdio::piped(), arguments, input)
    }

    /// Runs a command whose standard output nobody reads, as that of `| head` once it has ended.
    pub(crate) fn run_unread(&self, arguments: &[&str], input: &str) -> Said {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.run_into(writer.into(), arguments, input)
    }

    fn run_into(&self, out: Stdio, arguments: &[&str], input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            command.env_remove(name);
        }
        let mut child = command
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output().unwrap();
        Said {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Sample {
    /// `broken/v2_gbk`, say.
    pub(crate) fn read(name: &str) -> Self {
        let path = samples().join(name).with_extension("toml");
        let table: Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let mut bench = Bench::new();
        for (name, key) in table["keys"].as_table().unwrap() {
            let text = key.as_str().unwrap_or_default();
            bench = match name.as_str() {
                "api_v2" => bench.with("WXPAY_V2_KEY", text),
                "api_v3" => bench.with("WXPAY_V3_KEY", text),
                "workwx" => bench.with("WXPAY_WECOM_SECRET", text),
                "merchant_key" => bench.with_file("WXPAY_PRIVATE_KEY", text),
                "merchant_cert" => bench.with_file("WXPAY_CERTIFICATE", text),
                "platform_public" => bench
                    .with("WXPAY_PUBLIC_KEY_ID", key[0].as_str().unwrap())
                    .with_file("WXPAY_PUBLIC_KEY", key[1].as_str().unwrap()),
                other => panic!("{other}"),
            };
        }
        Self {
            capture: table["capture"].as_str().unwrap().to_owned(),
            bench,
        }
    }

    /// Runs a command on the capture.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.bench.run(arguments, &self.capture)
    }
}

impl Bench {
    fn with_file(self, name: &'static str, pem: &str) -> Self {
        let path = self.pem(pem);
        self.with(name, path.to_str().unwrap())
    }
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}{}", self.out, self.err))
    }

    /// The ids of the findings.
    pub(crate) fn ids(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../wxpay-explain/tests/samples")
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}

/// The APIv2 key of the samples.
pub(crate) const V2_KEY: &str = "Ji6ihaif3eiyeipuhoy6eeMee1deiM4O";
