//! Bills: applied for, fetched in pieces, unpacked and compared with their digest.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Mutex;

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use async_trait::async_trait;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Request, Response};
use proptest::prelude::*;
use sha1::{Digest, Sha1};
use wxpay_api::core::{Date, Effect, ErrorKind, VerificationFailure};
use wxpay_api::sign::v2::SignType;
use wxpay_api::sign::v3::FileKey;
use wxpay_api::transport::{Chunks, Download, DownloadLimits, Transport, TransportError};
use wxpay_api::v2::pay::{DownloadBill, DownloadFundFlow, QueryOrder};
use wxpay_api::{Error, File, FileDigest, FileError, Secret};
use wxpay_tests::clients;
use wxpay_tests::scripted::Scripted;

const URL: &str = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=abc%2Bd&tartype=gzip";
const BILL: &str = "\u{feff}交易时间,公众账号ID\r\n`2018-06-08 10:34:56,`wx123\r\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha1::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn digest(bytes: impl AsRef<[u8]>) -> FileDigest {
    FileDigest::new("SHA1", &hex(bytes)).unwrap()
}

fn answering(status: u16, body: impl Into<Bytes>) -> Scripted {
    let response = Response::builder().status(status);
    Scripted::answering(response.body(body.into()).unwrap())
}

/// Answers a download with these pieces, the last of which may be a break.
#[derive(Debug)]
struct InPieces(Mutex<Option<Response<Pieces>>>);

#[derive(Debug)]
struct Pieces(VecDeque<Result<Bytes, TransportError>>);

impl InPieces {
    fn new(pieces: impl IntoIterator<Item = Vec<u8>>, header: Option<(&str, String)>) -> Self {
        let pieces = pieces.into_iter().map(|piece| Ok(piece.into()));
        let mut response = Response::builder();
        if let Some((name, value)) = header {
            response = response.header(name, value);
        }
        let body = Pieces(pieces.collect());
        Self(Mutex::new(Some(response.body(body).unwrap())))
    }

    fn then_broken(mut self) -> Self {
        let response = self.0.get_mut().unwrap().as_mut().unwrap();
        let broken = TransportError::maybe_sent("the connection was closed");
        response.body_mut().0.push_back(Err(broken));
        self
    }
}

#[async_trait]
impl Transport for InPieces {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        panic!("a file is downloaded")
    }

    async fn download(
        &self,
        _: Request<Bytes>,
        limits: DownloadLimits,
    ) -> Result<Response<Download>, TransportError> {
        let response = self.0.lock().unwrap().take().unwrap();
        Ok(response.map(|pieces| Download::new(pieces, limits)))
    }
}

#[async_trait]
impl Chunks for Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        self.0.pop_front().transpose()
    }
}

async fn fetched(transport: impl Transport, digest: FileDigest) -> Result<Vec<u8>, Error> {
    let client = clients::v3(transport);
    let file = client.download(URL, digest, DownloadLimits::DEFAULT).await;
    file?.read().await
}

fn is_other_digest(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Verification(failure)
        if *failure.failure() == VerificationFailure::OtherDigest)
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
        assert!(FileDigest::new("SHA1", hex).is_err());
    }
    for (hash_type, field) in [
        ("SM2", "hash_type"),
        ("", "hash_type"),
        ("SM3", "hash_value"),
    ] {
        let error = FileDigest::new(hash_type, "00").unwrap_err();
        assert_eq!(error.field(), field);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_file_with_one_bit_altered_is_never_taken(
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
        packed in any::<bool>(),
    ) {
        let mut body = if packed { gzip(BILL) } else { BILL.as_bytes().to_vec() };
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(fetched(answering(200, body), digest(BILL)));
        // The head of gzip has a time and flags, and its last byte has bits to fill it up, which
        // change nothing of the bill.
        match read {
            Ok(text) => prop_assert!(packed && text == BILL.as_bytes()),
            Err(error) => prop_assert!(packed || is_other_digest(&error), "{error}"),
        }
    }
}

#[tokio::test]
async fn a_file_is_written_with_its_progress_told() {
    let packed = gzip(BILL);
    let length = packed.len() as u64;
    let (head, tail) = packed.split_at(1);
    let header = ("content-length", length.to_string());
    let transport = InPieces::new([head.to_vec(), tail.to_vec()], Some(header));
    let client = clients::v3(transport);
    let file = client
        .download(URL, digest(BILL), DownloadLimits::DEFAULT)
        .await
        .unwrap();
    assert!(file.has_digest());
    assert_eq!(file.progress().fetched, 0);
    let (mut out, mut told) = (Vec::new(), Vec::new());
    let written = file.write_to(&mut out, |progress| told.push(progress));
    assert_eq!(written.await.unwrap(), BILL.len() as u64);
    assert_eq!(out, BILL.as_bytes());
    let last = told.last().unwrap();
    assert_eq!((last.fetched, last.total), (length, Some(length)));

    let client = clients::v3(answering(200, BILL));
    let file = client
        .download(URL, digest(BILL), DownloadLimits::DEFAULT)
        .await;
    let mut full = Full;
    let error = file.unwrap().write_to(&mut full, |_| {}).await.unwrap_err();
    assert!(matches!(error, FileError::Write(_)), "{error}");
}

/// A disk without room.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_transfer_that_breaks_off_is_an_error_and_stays_one() {
    let transport = InPieces::new([BILL.as_bytes().to_vec()], None).then_broken();
    let client = clients::v3(transport);
    let mut file = client
        .download(URL, digest(BILL), DownloadLimits::DEFAULT)
        .await
        .unwrap();
    // Even though all of it has come: nothing said that it was all.
    assert_eq!(file.chunk().await.unwrap().unwrap(), BILL.as_bytes());
    for _ in 0..3 {
        let error = file.chunk().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
    }
}

#[tokio::test]
async fn a_digest_can_be_that_of_the_file_as_it_is_fetched() {
    let packed = gzip(BILL);
    let fetched_one = digest(&packed).as_fetched();
    let read = fetched(answering(200, packed.clone()), fetched_one.clone()).await;
    assert_eq!(read.unwrap(), BILL.as_bytes());
    let unpacked_one = digest(BILL).as_fetched();
    let error = fetched(answering(200, packed.clone()), unpacked_one).await;
    assert!(is_other_digest(&error.unwrap_err()));
    let error = fetched(answering(200, packed), digest(gzip(BILL))).await;
    assert!(is_other_digest(&error.unwrap_err()));
    // SHA-256, as receipts have it: `sha256sum` of the empty file.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let empty = FileDigest::new("SHA256", empty).unwrap();
    let read = fetched(answering(200, ""), empty.clone()).await;
    assert_eq!(read.unwrap(), b"");
    let error = fetched(answering(200, "x"), empty).await;
    assert!(is_other_digest(&error.unwrap_err()));
}

const FILE_KEY: &str = "0123456789abcdefghijklmnopqrstuv";
const FILE_NONCE: &str = "a8607ef79034c49c";

fn encrypted(text: &[u8]) -> Vec<u8> {
    let cipher = AesGcm::<Aes256, U16>::new_from_slice(FILE_KEY.as_bytes()).unwrap();
    let mut file = text.to_vec();
    let nonce = Nonce::from_slice(FILE_NONCE.as_bytes());
    let tag = cipher.encrypt_in_place_detached(nonce, b"", &mut file);
    file.extend_from_slice(&tag.unwrap());
    file
}

async fn decrypted(body: Vec<u8>, digest: FileDigest) -> Result<Vec<u8>, Error> {
    let pieces: Vec<Vec<u8>> = body.chunks(7).map(<[u8]>::to_vec).collect();
    let client = clients::v3(InPieces::new(pieces, None));
    let key = FileKey::aes_256_gcm(&Secret::new(FILE_KEY), FILE_NONCE).unwrap();
    let limits = DownloadLimits::DEFAULT;
    let file = client.download_encrypted(URL, digest, &key, limits).await?;
    file.read().await
}

#[tokio::test]
async fn an_encrypted_bill_is_decrypted_and_unpacked_as_it_arrives() {
    for packed in [BILL.as_bytes().to_vec(), gzip(BILL)] {
        let file = encrypted(&packed);
        let read = decrypted(file.clone(), digest(BILL)).await;
        assert_eq!(read.unwrap(), BILL.as_bytes());
        let error = decrypted(file.clone(), digest("another")).await;
        assert!(is_other_digest(&error.unwrap_err()));
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(decrypted(changed, digest(BILL)).await.is_err(), "{at}");
            assert!(decrypted(file[..at].to_vec(), digest(BILL)).await.is_err());
        }
    }
}

fn trade_bill() -> DownloadBill {
    DownloadBill {
        bill_date: Date::new(2026, 11, 25).unwrap(),
        options: Default::default(),
    }
}

async fn v2_file(transport: impl Transport) -> Result<File, Error> {
    let client = clients::v2(SignType::HmacSha256, transport);
    client
        .download(&trade_bill(), DownloadLimits::DEFAULT)
        .await
}

#[tokio::test]
async fn a_bill_of_apiv2_is_asked_for_by_a_signed_post_and_arrives_in_pieces() {
    let transport = answering(200, gzip(BILL));
    let file = v2_file(transport.clone()).await.unwrap();
    assert!(!file.has_digest());
    assert_eq!(file.read().await.unwrap(), BILL.as_bytes());
    let [request] = &transport.seen()[..] else {
        panic!("one request")
    };
    assert_eq!(
        (request.method().as_str(), request.uri().path()),
        ("POST", "/pay/downloadbill")
    );
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    assert!(
        body.contains("20261125") && body.contains("<sign>"),
        "{body}"
    );

    let pieces = BILL.as_bytes().chunks(1).map(<[u8]>::to_vec);
    let file = v2_file(InPieces::new(pieces, None)).await.unwrap();
    assert_eq!(file.read().await.unwrap(), BILL.as_bytes());
    let broken = InPieces::new([BILL.as_bytes().to_vec()], None).then_broken();
    let error = v2_file(broken).await.unwrap().read().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
}

#[tokio::test]
async fn the_digest_beside_a_fund_bill_of_apiv2_is_compared() {
    let request = DownloadFundFlow {
        bill_date: Date::new(2026, 11, 25).unwrap(),
        account_type: "Basic".into(),
        options: Default::default(),
    };
    let packed = gzip(BILL);
    for (body, of, fits) in [
        (BILL.as_bytes().to_vec(), hex(BILL), true),
        (packed.clone(), hex(BILL), true),
        (packed.clone(), hex(&packed), true),
        (packed.clone(), hex("another"), false),
        (BILL.as_bytes().to_vec(), hex("another"), false),
    ] {
        let header = ("digest", format!("SHA={of}"));
        let transport = InPieces::new([body], Some(header));
        let client = clients::v2(SignType::HmacSha256, transport);
        let file = client.download(&request, DownloadLimits::DEFAULT).await;
        let file = file.unwrap();
        assert!(file.has_digest());
        match file.read().await {
            Ok(text) => assert!(fits && text == BILL.as_bytes()),
            Err(error) => assert!(!fits && is_other_digest(&error), "{error}"),
        }
    }
    let header = ("digest", "SHA-256=something".to_owned());
    let transport = InPieces::new([BILL.as_bytes().to_vec()], Some(header));
    assert!(!v2_file(transport).await.unwrap().has_digest());
}

#[tokio::test]
async fn an_error_in_the_place_of_a_bill_of_apiv2_is_told_with_its_code() {
    let refused = "<xml><return_code><![CDATA[FAIL]]></return_code>\
        <return_msg><![CDATA[No Bill Exist]]></return_msg><error_code><![CDATA[20002]]></error_code></xml>";
    let business = "<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg>\
        <result_code>FAIL</result_code><err_code>NO_BILL_EXIST</err_code>\
        <err_code_des>商户查询账户当日无资金账单</err_code_des></xml>";
    for (text, parts) in [
        (refused, &["20002", "No Bill Exist"][..]),
        (business, &["NO_BILL_EXIST", "无资金账单"]),
        ("<html>busy</html>", &["not a message of APIv2"]),
        ("", &["empty"]),
        (
            "<xml><return_code>SUCCESS</return_code></xml>",
            &["result_code"],
        ),
    ] {
        for size in [1, 4, 4096] {
            let mut pieces = vec![b"\xEF\xBB\xBF".to_vec(), b" \n".to_vec()];
            pieces.extend(text.as_bytes().chunks(size).map(<[u8]>::to_vec));
            if text.is_empty() {
                pieces.clear();
            }
            let error = v2_file(InPieces::new(pieces, None)).await.unwrap_err();
            let said = error.to_string();
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
            assert_eq!(error.effect(), Effect::Read);
        }
    }
    let error = v2_file(answering(502, BILL)).await.unwrap_err();
    assert!(error.to_string().contains("502"), "{error}");
}

#[tokio::test]
async fn an_operation_without_a_file_is_not_sent_for_one() {
    let transport = Scripted::new([]);
    let client = clients::v2(SignType::Md5, transport.clone());
    let request = QueryOrder {
        order: wxpay_api::v2::pay::query_order::Order::OutTradeNo(
            "20150806125346".parse().unwrap(),
        ),
        options: Default::default(),
    };
    let error = client
        .download(&request, DownloadLimits::DEFAULT)
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
    assert!(transport.seen().is_empty());
}
