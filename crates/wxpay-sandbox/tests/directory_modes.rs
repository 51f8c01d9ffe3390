//! Who may read the files of a directory with keys.

#![cfg(all(unix, feature = "directory"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use wxpay_sandbox::{Sandbox, Trust};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn sandbox(dir: &Path) -> Sandbox {
    let sandbox = Sandbox::builder().trust(Trust::Both).directory(dir);
    sandbox.start().await.unwrap()
}

#[tokio::test]
async fn only_the_owner_reads_what_is_secret() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let serial_no = sandbox(&dir).await.rotate_certificate().await.unwrap();
    assert_eq!(mode(&dir.join("server")), 0o700);
    for name in [
        "apiclient_key.pem",
        "apiclient_cert.p12",
        "server/ca_key.pem",
        "server/pub_key_private.pem",
        "server/sandbox.json",
        &format!("server/wechatpay_{serial_no}_key.pem"),
    ] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
    // The same keys again.
    let again = sandbox(&dir).await;
    let key = fs::read_to_string(dir.join("apiclient_key.pem")).unwrap();
    assert_eq!(again.merchant().client_key_pem.expose(), key);
}

#[tokio::test]
async fn nothing_that_lies_in_the_way_is_written_into() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("keys");
    let sandbox = sandbox(&dir).await;
    let (kept, new) = (
        dir.join("server/sandbox.json"),
        dir.join("server/sandbox.json.new"),
    );

    fs::write(&new, "left over").unwrap();
    fs::set_permissions(&new, Permissions::from_mode(0o644)).unwrap();
    sandbox.rotate_certificate().await.unwrap();
    assert_eq!(mode(&kept), 0o600);

    let other = folder.path().join("other");
    fs::write(&other, "").unwrap();
    symlink(&other, &new).unwrap();
    sandbox.rotate_certificate().await.unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), "");
    assert!(!fs::symlink_metadata(&kept).unwrap().is_symlink());
    assert_eq!(mode(&kept), 0o600);
}
