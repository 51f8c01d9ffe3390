//! Bills: applied for, fetched in pieces, unpacked and compared with their digest.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha1::{Digest, Sha1};
use wxpay_api::core::{ErrorKind, VerificationFailure};
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v3::FileDigest;
use wxpay_tests::clients;
use wxpay_tests::scripted::Scripted;

const URL: &str = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=abc%2Bd&tartype=gzip";
const BILL: &str = "\u{feff}交易时间,公众账号ID\r\n`2018-06-08 10:34:56,`wx123\r\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn digest(text: &str) -> FileDigest {
    let digest = Sha1::digest(text);
    let hex: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    FileDigest::sha1(&hex).unwrap()
}

fn answering(status: u16, body: impl Into<bytes::Bytes>) -> Scripted {
    let response = http::Response::builder().status(status);
    Scripted::answering(response.body(body.into()).unwrap())
}

#[tokio::test]
async fn a_file_is_fetched_by_a_signed_request_and_read_plain_or_packed() {
    for body in [BILL.as_bytes().to_vec(), gzip(BILL)] {
        let transport = answering(200, body);
        let client = clients::v3(transport.clone());
        let file = client
            .download(URL, digest(BILL), DownloadLimits::DEFAULT)
            .await
            .unwrap();
        assert_eq!(file.read().await.unwrap(), BILL.as_bytes());
        let [request] = &transport.seen()[..] else {
            panic!("one request")
        };
        assert_eq!(request.uri(), URL);
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("WECHATPAY2-SHA256-RSA2048 mchid="));
    }
}

#[tokio::test]
async fn a_file_with_another_digest_is_not_taken() {
    let client = clients::v3(answering(200, gzip(BILL)));
    let mut file = client
        .download(URL, digest("another"), DownloadLimits::DEFAULT)
        .await
        .unwrap();
    let mut errors = 0;
    for _ in 0..4 {
        if let Err(error) = file.chunk().await {
            errors += 1;
            if errors == 1 {
                let ErrorKind::Verification(failure) = error.kind() else {
                    panic!("{error}")
                };
                assert_eq!(*failure.failure(), VerificationFailure::OtherDigest);
            }
        }
    }
    assert!(errors >= 2, "after an error every call is one");
}

#[tokio::test]
async fn a_file_that_unpacks_beyond_the_limit_is_cut_off() {
    let long = "0".repeat(5_000_000);
    let client = clients::v3(answering(200, gzip(&long)));
    let limits = DownloadLimits::DEFAULT.max_bytes(100_000);
    let file = client.download(URL, digest(&long), limits).await.unwrap();
    let error = file.read().await.unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
}

#[tokio::test]
async fn broken_gzip_is_refused() {
    let mut broken = gzip(BILL);
    broken.truncate(20);
    let client = clients::v3(answering(200, broken));
    let file = client
        .download(URL, digest(BILL), DownloadLimits::DEFAULT)
        .await
        .unwrap();
    assert!(file.read().await.is_err());
}

#[tokio::test]
async fn a_refusal_is_read_and_other_hosts_are_not_asked() {
    let refused = r#"{"code":"INVALID_REQUEST","message":"token已过期"}"#;
    let client = clients::v3(answering(400, refused));
    let error = client
        .download(URL, digest(BILL), DownloadLimits::DEFAULT)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("INVALID_REQUEST"), "{error}");

    let transport = answering(200, BILL);
    let client = clients::v3(transport.clone());
    for url in [
        "https://example.com/v3/billdownload/file?token=a",
        "https://mch.weixin.qq.com.example.com/file",
        "not a url",
        "/v3/billdownload/file",
    ] {
        let error = client
            .download(url, digest(BILL), DownloadLimits::DEFAULT)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("download_url"), "{url}: {error}");
    }
    assert!(transport.seen().is_empty());
    for hex in ["", "12", "zz".repeat(20).as_str(), "é".repeat(40).as_str()] {
        assert!(FileDigest::sha1(hex).is_err());
    }
}
