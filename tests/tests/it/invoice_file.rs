//! Invoices as files: from a host of their own, without `Authorization`, compared with the digest
//! in their header.

use http::Response;
use wxpay_api::core::{Effect, ErrorKind, MchId, Outcome, VerificationFailure};
use wxpay_api::sign::sm3;
use wxpay_api::transport::DownloadLimits;
use wxpay_api::v3::{Client, InvoiceFile};
use wxpay_api::{Error, File};
use wxpay_tests::clients;
use wxpay_tests::scripted::Scripted;

const URL: &str = "https://pay.wechatpay.cn/invoicing/fapiao/fapiao-file?token=abc%2Bd";
const PDF: &[u8] = b"%PDF-1.5\n1 0 obj<</Nums[ 0 2 0 R]>>\nendobj\n";

fn client(transport: Scripted) -> Client {
    let sub_mch_id = MchId::new("1900000110").unwrap();
    clients::v3(transport).sub_merchant(sub_mch_id, None)
}

fn invoice() -> InvoiceFile {
    InvoiceFile::new("o3v4BuMFNejs-gAOfXgS", "0923", "fapiao-id-14")
}

async fn fetch(transport: &Scripted, url: &str, invoice: &InvoiceFile) -> Result<File, Error> {
    let client = client(transport.clone());
    client
        .download_invoice(url, invoice, DownloadLimits::DEFAULT)
        .await
}

fn served(digest: Option<&[u8]>) -> Scripted {
    let mut response = Response::builder().header("Content-Type", "application/octet-stream");
    if let Some(of) = digest {
        let hex: String = sm3(of).iter().map(|byte| format!("{byte:02X}")).collect();
        response = response.header("SM3-Digest", hex);
    }
    Scripted::answering(response.body(PDF.into()).unwrap())
}

fn field(error: &Error) -> &str {
    match error.kind() {
        ErrorKind::Invalid(invalid) => invalid.field(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_invoice_is_asked_for_without_a_signature() {
    let transport = served(Some(PDF));
    let file = fetch(&transport, URL, &invoice()).await.unwrap();
    assert!(file.has_digest());
    assert_eq!(file.read().await.unwrap(), PDF);
    let [request] = &transport.seen()[..] else {
        panic!("one request")
    };
    let expected = format!(
        "{URL}&mchid={}&sub_mchid=1900000110&openid=o3v4BuMFNejs-gAOfXgS&invoice_no=0923&fapiao_id=fapiao-id-14",
        clients::MCH_ID
    );
    assert_eq!(request.uri().to_string(), expected);
    assert_eq!(request.method(), "GET");
    assert_eq!(request.headers()["accept"], "*/*");
    let secret = |name: &str| name == "authorization" || name.starts_with("wechatpay-");
    let names = request.headers().keys();
    assert!(names.map(|name| name.as_str()).all(|name| !secret(name)));
}

#[tokio::test]
async fn code_and_format_are_sent_when_they_are_given() {
    let transport = served(None);
    let asked = invoice().invoice_code("14403220").format("OFD");
    let file = fetch(&transport, URL, &asked).await.unwrap();
    assert!(!file.has_digest());
    let sent = transport.seen().remove(0).uri().to_string();
    assert!(sent.contains("&invoice_code=14403220&"), "{sent}");
    assert!(sent.ends_with("&file_format=OFD"), "{sent}");
}

#[tokio::test]
async fn a_file_with_another_digest_is_not_taken() {
    let transport = served(Some(b"another"));
    let file = fetch(&transport, URL, &invoice()).await.unwrap();
    let error = file.read().await.unwrap_err();
    let ErrorKind::Verification(failure) = error.kind() else {
        panic!("{error}")
    };
    assert_eq!(*failure.failure(), VerificationFailure::OtherDigest);
}

#[tokio::test]
async fn other_hosts_are_not_asked() {
    let none = Scripted::new([]);
    for url in [
        "http://pay.wechatpay.cn/invoicing/fapiao/fapiao-file?token=a",
        "https://pay.wechatpay.cn.evil.example/invoicing/fapiao/fapiao-file?token=a",
        "https://pay.wechatpay.cn@evil.example/f?token=a",
        "https://name:word@pay.wechatpay.cn/f?token=a",
        "https://name:word@api.mch.weixin.qq.com/f?token=a",
        "https://pay.wechatpay.cn:444/f?token=a",
        "https://pay.wechatpay.cn/invoicing/fapiao/fapiao-file",
        "/invoicing/fapiao/fapiao-file?token=a",
        "",
    ] {
        let error = fetch(&none, url, &invoice()).await.unwrap_err();
        assert_eq!(field(&error), "download_url", "{url}");
        assert_eq!(error.outcome(), Outcome::ReadFailed, "{url}");
    }
    // What stands after a # is never sent, and hides no parameter.
    let transport = served(None);
    let marked = format!("{URL}#here");
    fetch(&transport, &marked, &invoice()).await.unwrap();
    let sent = transport.seen().remove(0).uri().to_string();
    assert!(sent.contains("token=abc%2Bd&mchid="), "{sent}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let none = Scripted::new([]);
    for (asked, name) in [
        (InvoiceFile::new("", "0923", "f"), "openid"),
        (InvoiceFile::new("o", "", "f"), "invoice_no"),
        (InvoiceFile::new("o", "1".repeat(21), "f"), "invoice_no"),
        (InvoiceFile::new("o", "0923", ""), "fapiao_id"),
        (invoice().invoice_code(""), "invoice_code"),
    ] {
        let error = fetch(&none, URL, &asked).await.unwrap_err();
        assert_eq!(field(&error), name);
    }
    let (merchant, asked) = (clients::v3(none), invoice());
    let fetched = merchant.download_invoice(URL, &asked, DownloadLimits::DEFAULT);
    assert_eq!(field(&fetched.await.unwrap_err()), "sub_mchid");
}

#[tokio::test]
async fn a_refusal_is_no_invoice() {
    for status in [200, 403] {
        let response = Response::builder()
            .status(status)
            .header("Content-Type", "application/json; charset=utf-8");
        let body = r#"{"code":"INVALID_REQUEST","message":"token已过期"}"#;
        let transport = Scripted::answering(response.body(body.into()).unwrap());
        let error = fetch(&transport, URL, &invoice()).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Read, "{error}");
        assert_eq!(error.raw_reply().unwrap(), body.as_bytes());
    }
}
