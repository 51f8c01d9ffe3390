//! Files on disk, sent to the sandbox while they are read.

use std::path::Path;
use std::process::Stdio;
use std::{env, fs};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::process::Command;
use wxpay_api::Upload;
use wxpay_api::core::{MchId, Outcome};
use wxpay_api::v3::marketing::UploadAgreementNumbers;
use wxpay_api::v3::merchant_service::UploadImage;

use super::*;

fn image(file: Upload) -> UploadImage {
    UploadImage {
        file,
        options: Default::default(),
    }
}

fn numbers(file: Upload) -> UploadAgreementNumbers {
    UploadAgreementNumbers {
        package_id: "8473295".to_owned(),
        file,
        bank_type: "ICBC_DEBIT".to_owned(),
        options: Default::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_on_disk_arrives_as_it_is() {
    let shop = Shop::new().await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("receipt.png");
    let mut image_bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    image_bytes.extend((0..1_500_000_u32).map(|n| n.to_le_bytes()[0]));
    fs::write(&path, &image_bytes).unwrap();
    let request = image(Upload::open(&path).await.unwrap());
    let uploaded = shop.v3.send(&request).await.unwrap();
    let uploads = shop.sandbox.uploads();
    let [media] = uploads.as_slice() else {
        panic!("{uploads:?}")
    };
    assert_eq!(media.media_id, uploaded.media_id);
    assert_eq!(
        (&*media.filename, media.size),
        ("receipt.png", image_bytes.len())
    );
    assert_eq!(media.sha256, request.file.sha256());
    assert_eq!(media.content.as_deref(), Some(&image_bytes[..]));
    let seen = shop.sandbox.requests();
    let headers = &seen.last().unwrap().headers;
    assert!(!headers.contains_key("transfer-encoding"));
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(length, seen.last().unwrap().body.len());
}

/// Of a file that turns out to be another, nothing ever takes effect.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_has_changed_does_not_arrive() {
    let shop = Shop::new().await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.csv");
    for (length, outcome) in [
        // It is known before the first byte leaves.
        (1_000, Outcome::NotExecuted),
        // Its beginning has left.
        (3_000_000, Outcome::Unknown),
    ] {
        let mut bytes = vec![b'1'; length];
        fs::write(&path, &bytes).unwrap();
        let request = numbers(Upload::open(&path).await.unwrap());
        bytes[length - 1] = b'2';
        fs::write(&path, &bytes).unwrap();
        let error = shop.v3.send(&request).await.unwrap_err();
        assert_eq!(error.outcome(), outcome, "{error:?}");
        fs::remove_file(&path).unwrap();
        let error = shop.v3.send(&request).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotExecuted, "{error:?}");
    }
    assert!(shop.sandbox.requests().is_empty());
}

/// What a client in another process has to know of the sandbox.
#[derive(Deserialize, Serialize)]
struct Account {
    base_url: String,
    ca_pem: String,
    mch_id: String,
    serial_no: String,
    key_pem: String,
    platform_key_id: String,
    platform_key_pem: String,
    file: String,
}

/// Memory is that of a whole process, so the client runs in one of its own.
#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn memory_stays_flat() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("numbers.csv");
    fs::File::create(&file).unwrap().set_len(LENGTH).unwrap();
    let merchant = sandbox.merchant();
    let account = Account {
        base_url: sandbox.base_url().to_owned(),
        ca_pem: sandbox.ca_pem().to_owned(),
        mch_id: merchant.mch_id.as_str().to_owned(),
        serial_no: merchant.serial_no.clone(),
        key_pem: merchant.client_key_pem.expose().to_owned(),
        platform_key_id: merchant.platform_key_id.clone(),
        platform_key_pem: merchant.platform_public_key_pem.clone(),
        file: file.to_str().unwrap().to_owned(),
    };
    let told = folder.path().join("account.json");
    fs::write(&told, serde_json::to_vec(&account).unwrap()).unwrap();
    let name = "shop::uploads::upload_in_child";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(ACCOUNT, &told)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let (out, err) = (output.stdout, output.stderr);
    let text = String::from_utf8_lossy(&out) + String::from_utf8_lossy(&err);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );

    let seen = sandbox.requests();
    let [small, large] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!((small.status, large.status), (Some(200), Some(200)));
    let length: u64 = large.headers["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(length > LENGTH, "{length}");
    assert_eq!(large.body.len(), 8 << 20, "no more of it is kept");
}

#[tokio::test]
#[ignore = "run by the test above, in a child process"]
async fn upload_in_child() {
    let told = fs::read(env::var_os(ACCOUNT).unwrap()).unwrap();
    let account: Account = serde_json::from_slice(&told).unwrap();
    let transport = ReqwestTransport::builder()
        .only_root_pem(account.ca_pem.as_bytes())
        .build()
        .unwrap();
    let key = PrivateKey::from_pem(&account.key_pem, &account.serial_no).unwrap();
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_key_pem)
        .unwrap();
    let mch_id = MchId::new(account.mch_id).unwrap();
    let client = v3::Client::builder(mch_id, v3::Credentials::new(key, platform), transport)
        .base_url(account.base_url)
        .build()
        .unwrap();
    let small = numbers(Upload::new("a.csv", "1"));
    client.send(&small).await.unwrap();

    let before = peak();
    let file = Upload::open(Path::new(&account.file)).await.unwrap();
    assert_eq!(file.length(), LENGTH);
    client.send(&numbers(file)).await.unwrap();
    let grown = peak() - before;
    assert!(grown < 16 * MIB, "{} MiB", grown / MIB);
}

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib * 1024
}

const ACCOUNT: &str = "WXPAY_TESTS_UPLOAD_ACCOUNT";
const MIB: u64 = 1 << 20;
const LENGTH: u64 = 64 * MIB;
