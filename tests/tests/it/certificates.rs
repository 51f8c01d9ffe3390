//! Platform certificates: believed only when proven, never dropped for a failure, refreshed once
//! however many ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::{Response, header::HeaderName};
use serde_json::Value;
use wxpay_api::core::{MchId, Timestamp, VerificationFailure};
use wxpay_api::sign::v3::{ApiKey, MerchantKey, PlatformKeys, PrivateKey};
use wxpay_api::transport::TransportError;
use wxpay_api::v3::{Certificates, CertificatesBuilder, RefreshError};
use wxpay_tests::scripted::{Answer, Scripted};
use wxpay_tests::vectors::{of_kind, text, texts};
use wxpay_tests::{clients, replies, vectors};

struct Golden {
    input: Value,
    serial_no: String,
}

impl Golden {
    fn new() -> Self {
        let vector = of_kind("v3_certificates").remove(0);
        let serial_no = text(&vector["expected"]["serials"][0]).to_owned();
        Self {
            input: vector["input"].clone(),
            serial_no,
        }
    }

    fn reply(&self, change: impl Fn(&str) -> String) -> Answer {
        let mut response = Response::new(Bytes::from(change(text(&self.input["body"]))));
        for (name, value) in texts(&self.input["headers"]) {
            response
                .headers_mut()
                .insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        Ok(response)
    }

    fn good(&self) -> Answer {
        self.reply(str::to_owned)
    }

    /// A client of the certificates, with a clock that can be moved.
    fn certificates(&self, transport: Scripted) -> (CertificatesBuilder, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(self.input["now"].as_i64().unwrap()));
        let clock = Arc::clone(&now);
        let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap();
        let api_key = ApiKey::new(text(&self.input["api_v3_key"])).unwrap();
        let builder = Certificates::builder(
            MchId::new(clients::MCH_ID).unwrap(),
            key,
            api_key,
            transport,
        )
        .clock(move || Timestamp::from_unix(clock.load(Ordering::SeqCst)).unwrap());
        (builder, now)
    }
}

/// Something that the platform's key signed, and its signature.
async fn signed() -> (&'static [u8], Vec<u8>) {
    let key = PrivateKey::from_pem(&vectors::key("plat_key"), "00").unwrap();
    (b"message", key.sign(b"message").await.unwrap())
}

#[tokio::test]
async fn certificates_are_fetched_once_and_then_known() {
    let golden = Golden::new();
    let transport = Scripted::new([golden.good()]);
    let certificates = golden.certificates(transport.clone()).0.build().unwrap();
    assert!(certificates.serial_numbers().is_empty());
    let (message, signature) = signed().await;
    let lower = golden.serial_no.to_lowercase();
    for serial_no in [&golden.serial_no, &lower, &format!("00{lower}")] {
        certificates
            .verify(serial_no, message, &signature)
            .await
            .unwrap();
    }
    assert!(
        certificates
            .verify(&golden.serial_no, b"other", &signature)
            .await
            .is_err()
    );
    assert_eq!(certificates.serial_numbers(), [golden.serial_no.as_str()]);
    let listed = certificates.certificates();
    let listed: Vec<&str> = listed.iter().map(|listed| listed.serial_no()).collect();
    assert_eq!(listed, [golden.serial_no.as_str()]);
    assert_eq!(transport.seen().len(), 1);
    assert_eq!(transport.seen()[0].uri().path(), "/v3/certificates");
    let sealed = certificates.seal(&["张三"]).await.unwrap();
    assert_eq!(sealed.serial_no, golden.serial_no);
    assert_eq!(certificates.requested_serial(), None);
}

#[tokio::test]
async fn an_unproven_list_is_not_believed() {
    let golden = Golden::new();
    let refresh = async |answer: Answer| {
        let certificates = golden
            .certificates(Scripted::new([answer]))
            .0
            .build()
            .unwrap();
        let error = certificates.refresh().await.unwrap_err();
        assert!(certificates.serial_numbers().is_empty());
        error
    };
    let tampered = golden.reply(|body| body.replacen("effective_time", "effective_time ", 1));
    assert!(matches!(
        refresh(tampered).await,
        RefreshError::Unverified(_)
    ));
    let other = golden.reply(|body| {
        body.replacen(
            &golden.serial_no,
            "7D4AE5A2C5AC7061FCCAB6BF3E254DCF98995B8C",
            1,
        )
    });
    assert!(matches!(refresh(other).await, RefreshError::Certificate(_)));
    let empty = golden.reply(|_| r#"{"data":[]}"#.to_owned());
    assert!(matches!(refresh(empty).await, RefreshError::Unverified(_)));
    let garbage = golden.reply(|_| "<html>".to_owned());
    assert!(matches!(
        refresh(garbage).await,
        RefreshError::Unreadable(_)
    ));
    assert!(matches!(
        refresh(Ok(replies::plain(502, "<html>"))).await,
        RefreshError::Status(502)
    ));
    assert!(matches!(
        refresh(Err(TransportError::not_sent("refused"))).await,
        RefreshError::Call(_)
    ));
    let mut unsigned = golden.good().unwrap();
    unsigned.headers_mut().remove("Wechatpay-Signature");
    assert!(matches!(
        refresh(Ok(unsigned)).await,
        RefreshError::Unverified(_)
    ));
}

#[tokio::test]
async fn another_api_key_opens_nothing() {
    let golden = Golden::new();
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap();
    let now = golden.input["now"].as_i64().unwrap();
    let certificates = Certificates::builder(
        MchId::new("1").unwrap(),
        key,
        ApiKey::new("0".repeat(32)).unwrap(),
        Scripted::new([golden.good()]),
    )
    .clock(move || Timestamp::from_unix(now).unwrap())
    .build()
    .unwrap();
    assert!(matches!(
        certificates.refresh().await,
        Err(RefreshError::Unverified(_))
    ));
}

#[tokio::test]
async fn a_merchant_of_the_public_key_is_told_so() {
    let golden = Golden::new();
    let missing = replies::plain(
        404,
        r#"{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}"#,
    );
    let certificates = golden
        .certificates(Scripted::new([Ok(missing)]))
        .0
        .build()
        .unwrap();
    let error = certificates.refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::NoCertificates));
    assert!(error.to_string().contains("PUB_KEY_ID_"));
}

#[tokio::test]
async fn a_flood_of_unknown_numbers_causes_one_refresh() {
    let golden = Golden::new();
    let transport = Scripted::new([golden.good(), Ok(replies::plain(502, "")), golden.good()]);
    let (builder, now) = golden.certificates(transport.clone());
    let certificates = Arc::new(builder.build().unwrap());
    certificates.refresh().await.unwrap();
    now.fetch_add(61, Ordering::SeqCst);
    let mut calls = Vec::new();
    for n in 0..1000 {
        let certificates = Arc::clone(&certificates);
        calls.push(tokio::spawn(async move {
            let error = certificates
                .verify(&format!("AB{n:04X}"), b"m", b"s")
                .await
                .unwrap_err();
            assert!(matches!(
                error.failure(),
                VerificationFailure::UnknownSerial(_)
            ));
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(
        transport.seen().len(),
        2,
        "one at the start and one for the flood, which failed"
    );
    // The good key is still there.
    let (message, signature) = signed().await;
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    // What can't be a certificate's number asks nobody.
    now.fetch_add(61, Ordering::SeqCst);
    for serial_no in [
        "PUB_KEY_ID_0114232134912410000000000000",
        "not hexadecimal",
        &"A".repeat(65),
    ] {
        assert!(
            certificates
                .verify(serial_no, message, &signature)
                .await
                .is_err()
        );
    }
    assert_eq!(transport.seen().len(), 2);
}

#[tokio::test]
async fn an_old_list_is_fetched_again_and_an_expired_certificate_is_refused() {
    let golden = Golden::new();
    let transport = Scripted::new([
        golden.good(),
        Ok(replies::plain(500, "")),
        Ok(replies::plain(500, "")),
    ]);
    let (builder, now) = golden.certificates(transport.clone());
    let certificates = builder.build().unwrap();
    let (message, signature) = signed().await;
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    now.fetch_add(12 * 3600, Ordering::SeqCst);
    // The refresh fails, the key stays.
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    assert_eq!(transport.seen().len(), 2);
    now.fetch_add(30 * 365 * 86_400, Ordering::SeqCst);
    let error = certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap_err();
    assert!(matches!(
        error.failure(),
        VerificationFailure::UnknownSerial(_)
    ));
}

#[tokio::test]
async fn both_kinds_of_key_are_trusted_during_the_migration() {
    let golden = Golden::new();
    let transport = Scripted::new([golden.good()]);
    let builder = golden.certificates(transport).0;
    let certificates = builder
        .public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap()
        .build()
        .unwrap();
    let (message, signature) = signed().await;
    assert_eq!(
        certificates.requested_serial(),
        Some(replies::PLATFORM_KEY_ID)
    );
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    certificates
        .verify(replies::PLATFORM_KEY_ID, message, &signature)
        .await
        .unwrap();
    assert!(
        certificates
            .verify(
                &replies::PLATFORM_KEY_ID.to_lowercase(),
                message,
                &signature
            )
            .await
            .is_err()
    );
    assert_eq!(
        certificates.seal(&["x"]).await.unwrap().serial_no,
        replies::PLATFORM_KEY_ID
    );
}

/// A transport whose answers come only when the test lets them.
#[derive(Clone, Debug)]
struct Slow {
    script: Scripted,
    gate: Arc<tokio::sync::Semaphore>,
}

#[async_trait::async_trait]
impl wxpay_api::transport::Transport for Slow {
    async fn send(&self, request: http::Request<Bytes>) -> Answer {
        let answer = self.script.send(request).await;
        self.gate.acquire().await.unwrap().forget();
        answer
    }
}

fn slow(
    golden: &Golden,
    script: &Scripted,
) -> (Certificates, Arc<tokio::sync::Semaphore>, Arc<AtomicI64>) {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let now = Arc::new(AtomicI64::new(golden.input["now"].as_i64().unwrap()));
    let clock = Arc::clone(&now);
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap();
    let api_key = ApiKey::new(text(&golden.input["api_v3_key"])).unwrap();
    let transport = Slow {
        script: script.clone(),
        gate: Arc::clone(&gate),
    };
    let certificates = Certificates::builder(
        MchId::new(clients::MCH_ID).unwrap(),
        key,
        api_key,
        transport,
    )
    .clock(move || Timestamp::from_unix(clock.load(Ordering::SeqCst)).unwrap())
    .build()
    .unwrap();
    (certificates, gate, now)
}

#[tokio::test]
async fn a_refresh_outlives_the_call_that_began_it() {
    let golden = Golden::new();
    let script = Scripted::new([golden.good()]);
    let (certificates, gate, _) = slow(&golden, &script);
    let (message, signature) = signed().await;
    let first = tokio::time::timeout(
        std::time::Duration::from_millis(20),
        certificates.verify(&golden.serial_no, message, &signature),
    );
    assert!(
        first.await.is_err(),
        "the first call goes away while it waits"
    );
    gate.add_permits(1);
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn nobody_waits_for_a_list_that_is_merely_old() {
    let golden = Golden::new();
    let script = Scripted::new([golden.good(), golden.good()]);
    let (certificates, gate, now) = slow(&golden, &script);
    let (message, signature) = signed().await;
    gate.add_permits(1);
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    now.fetch_add(12 * 3600, Ordering::SeqCst);
    for _ in 0..3 {
        certificates
            .verify(&golden.serial_no, message, &signature)
            .await
            .unwrap();
    }
    assert_eq!(
        script.seen().len(),
        2,
        "one refresh hangs, and the known key serves on"
    );
}

#[tokio::test]
async fn a_refresh_that_stood_still_is_begun_anew() {
    let golden = Golden::new();
    let script = Scripted::new([golden.good(), golden.good(), golden.good()]);
    let (certificates, gate, now) = slow(&golden, &script);
    let (message, signature) = signed().await;
    gate.add_permits(1);
    certificates.refresh().await.unwrap();
    now.fetch_add(12 * 3600, Ordering::SeqCst);
    certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap();
    assert_eq!(script.seen().len(), 2, "begun beside the call, and left");
    now.fetch_add(3600, Ordering::SeqCst);
    gate.add_permits(1);
    let unknown = certificates.verify("AB01", message, &signature).await;
    assert!(unknown.is_err());
    assert_eq!(script.seen().len(), 3);
}

#[tokio::test]
async fn a_failure_is_told_where_it_hurts() {
    let golden = Golden::new();
    let missing = || {
        Ok(replies::plain(
            404,
            r#"{"code":"RESOURCE_NOT_EXISTS","message":"x"}"#,
        ))
    };
    let transport = Scripted::new([missing()]);
    let (builder, now) = golden.certificates(transport.clone());
    let certificates = builder.build().unwrap();
    let (message, signature) = signed().await;
    let error = certificates
        .verify(&golden.serial_no, message, &signature)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("use the WeChat Pay public key"),
        "{error}"
    );
    let error = certificates.seal(&["x"]).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("PUB_KEY_ID_"));
    assert!(matches!(
        certificates.last_failure().as_deref(),
        Some(RefreshError::NoCertificates)
    ));
    // An old certificate seals nothing.
    let transport = Scripted::new([golden.good(), missing()]);
    let (builder, moved) = golden.certificates(transport);
    let certificates = builder.build().unwrap();
    certificates.seal(&["x"]).await.unwrap();
    moved.fetch_add(30 * 365 * 86_400, Ordering::SeqCst);
    assert!(certificates.seal(&["x"]).await.is_err());
    drop(now);
}

#[tokio::test]
async fn the_id_of_the_public_key_has_its_prefix() {
    let golden = Golden::new();
    let builder = golden.certificates(Scripted::default()).0;
    let bare = replies::PLATFORM_KEY_ID.trim_start_matches("PUB_KEY_ID_");
    assert!(
        builder
            .public_key(bare, &replies::platform_public_key())
            .is_err()
    );
}

#[test]
fn an_expired_certificate_is_told() {
    use wxpay_api::sign::v3::Certificate;
    let certificate = Certificate::from_pem(&vectors::key("mch_cert")).unwrap();
    let at = |moment: Timestamp, by: i64| Timestamp::from_unix(moment.unix() + by).unwrap();
    assert!(certificate.check_valid_at(certificate.not_after()).is_ok());
    let error = certificate
        .check_valid_at(at(certificate.not_after(), 1))
        .unwrap_err();
    assert!(error.rule().contains("expired at"), "{error}");
    assert!(
        certificate
            .check_valid_at(at(certificate.not_before(), -1))
            .is_err()
    );
}
