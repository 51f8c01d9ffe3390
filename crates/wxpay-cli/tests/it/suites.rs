//! Set-ups other than a merchant's with RSA: a brand (品牌), and the national algorithms (国密).

use std::path::Path;
use std::process::{Command, Output};

use crate::sandbox::Running;

fn wxpay(config: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wxpay"))
        .args(arguments)
        .arg("--config")
        .arg(config)
        .env_clear()
        .output()
        .unwrap()
}

/// What `wxpay explain` says of a request that `wxpay sign` signed, sent as it was signed and with
/// another path.
fn explained(folder: &Path, config: &Path, path: &str) -> [(Option<i32>, String); 2] {
    let signed = wxpay(config, &["sign", "v3", "GET", path]);
    let header = text(&signed.stdout).lines().next().unwrap();
    [path, "/v3/another"].map(|sent| {
        let file = folder.join("request.txt");
        std::fs::write(&file, format!("GET {sent} HTTP/1.1\n{header}\n\n")).unwrap();
        let capture = format!("@{}", file.display());
        let said = wxpay(config, &["explain", &capture, "--json"]);
        (said.status.code(), text(&said.stdout).to_owned())
    })
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_brand_calls_and_signs_with_its_own_settings() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &[]);
    let (brand, merchant) = (
        folder.path().join("keys/brand/wxpay.toml"),
        folder.path().join("keys/wxpay.toml"),
    );
    let image = folder.path().join("card.png");
    std::fs::write(&image, b"\x89PNG\r\n\x1a\n").unwrap();
    let image = image.to_str().unwrap();
    let upload = [
        "call",
        "v3.brand_card_member.upload_image",
        "--yes",
        "--file",
        image,
    ];
    let said = wxpay(&brand, &upload);
    assert!(said.status.success(), "{said:?}");
    assert!(text(&said.stdout).contains("media_url"), "{said:?}");
    let refused = wxpay(&merchant, &upload);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("brand_id"), "{refused:?}");

    let path = "/brand/store/brandstores";
    let said = wxpay(&brand, &["sign", "v3", "GET", path]);
    let header = "Authorization: WECHATPAY-BRAND-SHA256-RSA2048 brand_id=";
    assert!(text(&said.stdout).starts_with(header), "{said:?}");
    let [held, broken] = explained(folder.path(), &brand, path);
    assert_eq!(held.0, Some(0), "{held:?}");
    assert_eq!(broken.0, Some(1), "{broken:?}");
    // Only a brand calls such paths, and a brand calls no others.
    assert!(broken.1.contains("v3.scheme-other"), "{broken:?}");
    let doctor = wxpay(&brand, &["doctor"]);
    assert!(doctor.status.success(), "{doctor:?}");
    let doctor = text(&doctor.stdout);
    assert!(
        doctor.contains("the signatures hold, both ways"),
        "{doctor}"
    );
    drop(running);
}

#[cfg(feature = "sm")]
#[test]
fn a_merchant_of_the_national_algorithms_calls_signs_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &["--sm"]);
    let config = folder.path().join("keys/wxpay.toml");
    let echo = [
        "call",
        "v3.security.echo",
        "--yes",
        "--echo-message",
        "你好",
    ];
    let said = wxpay(&config, &echo);
    assert!(said.status.success(), "{said:?}");
    assert!(text(&said.stdout).contains("你好"), "{said:?}");
    let doctor = wxpay(&config, &["doctor"]);
    let doctor = text(&doctor.stdout);
    assert!(doctor.contains("decrypt, both"), "{doctor}");

    let said = wxpay(&config, &["sign", "v3", "GET", "/v3/certificates"]);
    let header = "Authorization: WECHATPAY2-SM2-WITH-SM3 mchid=";
    assert!(text(&said.stdout).starts_with(header), "{said:?}");
    let [held, broken] = explained(folder.path(), &config, "/v3/certificates");
    assert_eq!(held.0, Some(0), "{held:?}");
    assert_eq!(broken.0, Some(1), "{broken:?}");
    assert!(broken.1.contains("v3.sm2-no-match"), "{broken:?}");
    drop(running);
    // The keys stay, and so do those of RSA.
    let again = Running::start(folder.path(), &["--sm"]);
    assert!(wxpay(&config, &echo).status.success());
    drop(again);
    let of_rsa = Running::start(folder.path(), &[]);
    assert!(wxpay(&config, &echo).status.success());
    drop(of_rsa);
}

#[cfg(not(feature = "sm"))]
#[test]
fn a_program_without_the_national_algorithms_says_so() {
    let said = Command::new(env!("CARGO_BIN_EXE_wxpay"))
        .args(["sandbox", "--sm"])
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("--features sm"), "{said:?}");
}
