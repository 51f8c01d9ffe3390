//! The generator as its user meets it: through the command, on a copy of the specs and of the generated files.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

mod refusals;

/// A copy of what the generator reads and writes.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let copy = Self(tempfile::tempdir().unwrap());
        for part in [
            "xtask/spec/v2",
            "xtask/spec/v3",
            "crates/wxpay-api/src/generated",
            "crates/wxpay-api/src/generated.rs",
            "crates/wxpay-api/Cargo.toml",
            "crates/wxpay-cli/src/generated",
            "crates/wxpay-cli/src/generated.rs",
        ] {
            copy_all(&root.join(part), &copy.path(part));
        }
        copy
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("codegen")
            .args(arguments)
            .arg("--root")
            .arg(self.0.path())
            .output()
            .unwrap()
    }

    /// What the generator says to a changed spec.
    fn refusal(&self, spec: &str, change: impl Fn(&str) -> String) -> String {
        let path = self.path(spec);
        let before = fs::read_to_string(&path).unwrap();
        let after = change(&before);
        assert_ne!(before, after, "the change changes nothing");
        fs::write(&path, after).unwrap();
        let output = self.run(&[]);
        fs::write(&path, before).unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    }
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_all(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

const PAY: &str = "xtask/spec/v2/wecom/pay_employee.toml";
const ORDER: &str = "xtask/spec/v2/pay/order_query.toml";
const BATCH: &str = "xtask/spec/v3/partner_transfer/batch_by_out_no.toml";
const ECHO: &str = "xtask/spec/v3/security/echo.toml";
const DETAIL: &str = "xtask/spec/v3/partner_transfer/detail_by_out_no.toml";

#[test]
fn the_committed_code_is_what_the_specs_say() {
    let output = Copy::new().run(&["--check"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_touched_file_is_found_and_mended() {
    let copy = Copy::new();
    for file in [
        "crates/wxpay-api/src/generated/v2/pay/order_query.rs",
        "crates/wxpay-api/src/generated/v2.rs",
        "crates/wxpay-api/src/generated.rs",
        "crates/wxpay-api/Cargo.toml",
        "crates/wxpay-cli/src/generated/v2/pay/order_query.rs",
        "crates/wxpay-cli/src/generated.rs",
    ] {
        let path = copy.path(file);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, before.replacen("v2", "v9", 1)).unwrap();
        let check = copy.run(&["--check"]);
        assert!(!check.status.success(), "{file}");
        assert!(String::from_utf8_lossy(&check.stderr).contains(file));
        assert!(copy.run(&[]).status.success());
        assert_eq!(fs::read_to_string(&path).unwrap(), before, "{file}");
    }
    for package in ["wxpay-api", "wxpay-cli"] {
        let stray = copy.path(&format!("crates/{package}/src/generated/v2/pay/stray.rs"));
        fs::write(&stray, "").unwrap();
        assert!(!copy.run(&["--check"]).status.success());
        assert!(copy.run(&[]).status.success());
        assert!(!stray.exists());
    }
}

#[test]
fn a_removed_spec_takes_its_code_along() {
    let copy = Copy::new();
    fs::remove_file(copy.path("xtask/spec/v3/security/echo.toml")).unwrap();
    fs::remove_dir(copy.path("xtask/spec/v3/security")).unwrap();
    assert!(copy.run(&[]).status.success());
    for package in ["wxpay-api", "wxpay-cli"] {
        let file = format!("crates/{package}/src/generated/v3/security/echo.rs");
        assert!(!copy.path(&file).exists());
    }
    assert!(
        !fs::read_to_string(copy.path("crates/wxpay-api/Cargo.toml"))
            .unwrap()
            .contains("v3-security = ")
    );
}

/// What a request may have beside path, query and body: headers of its own, another `Accept`, a sealed member of the query.
#[test]
fn headers_and_sealed_queries_are_written() {
    let copy = Copy::new();
    let path = copy.path(ECHO);
    let spec = fs::read_to_string(&path).unwrap();
    let spec = spec
        .replace(
            "serial      = \"required\"",
            "accept      = \"*/*\"\nserial      = \"required\"",
        )
        .replace(
            "encrypted = true, in = \"body\"",
            "encrypted = true, in = \"query\"",
        )
        .replace(
            "in = \"body\", max_chars = 256",
            "in = \"header\", wire = \"Idempotency-Key\", max_chars = 256",
        );
    fs::write(&path, spec).unwrap();
    let output = copy.run(&[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let file = copy.path("crates/wxpay-api/src/generated/v3/security/echo.rs");
    let written = fs::read_to_string(file).unwrap();
    for call in [
        r#"call.query_sealed("encrypted_echo_message", value, Max::Bytes(214))?"#,
        r#"call.header("Idempotency-Key", value, Max::Chars(256))?"#,
        r#".accept("*/*")"#,
        ".serial_required()",
    ] {
        assert!(written.contains(call), "{call}: {written}");
    }
}
