//! What WeChat Pay's list says of its certificates: from when to when each is used, which one
//! seals, and how long one that is no longer listed still verifies.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wxpay_api::core::{TimeFormat, Timestamp, VerificationFailure};
use wxpay_api::sign::v3::{ApiKey, Certificate, MerchantKey, PlatformKeys, PrivateKey};
use wxpay_api::v3::{Certificates, CertificatesBuilder, RefreshError};
use wxpay_tests::scripted::{Answer, Scripted};
use wxpay_tests::{clients, replies, vectors};

const API_KEY: &str = "ExampleApiV3Key0123456789abcdefg";
const DAY: i64 = 86_400;

/// A certificate of a list, and what the list says of its time.
pub(crate) struct Entry {
    pem: String,
    times: String,
}

/// The one that signs the list.
pub(crate) fn signer(times: &str) -> Entry {
    Entry {
        pem: vectors::key("plat"),
        times: times.to_owned(),
    }
}

/// Another one, whose private key the tests have too.
pub(crate) fn other(times: &str) -> Entry {
    Entry {
        pem: vectors::key("mch_cert"),
        times: times.to_owned(),
    }
}

/// One that opens and is none.
fn broken() -> Entry {
    Entry {
        pem: "a certificate of tomorrow".to_owned(),
        times: String::new(),
    }
}

fn serial_no(pem: &str) -> String {
    Certificate::from_pem(pem).map_or("00".to_owned(), |read| read.serial_no().to_owned())
}

fn signer_no() -> String {
    serial_no(&vectors::key("plat"))
}

fn other_no() -> String {
    serial_no(&vectors::key("mch_cert"))
}

/// The list as WeChat Pay writes and signs it, `after` seconds after the start of the test.
pub(crate) fn list(after: i64, entries: &[Entry]) -> Answer {
    let entry = |Entry { pem, times }: &Entry| {
        let mut sealed = pem.clone().into_bytes();
        let key = UnboundKey::new(&AES_256_GCM, API_KEY.as_bytes()).unwrap();
        let nonce = Nonce::assume_unique_for_key(*b"a1b2c3d4e5f0");
        LessSafeKey::new(key)
            .seal_in_place_append_tag(nonce, Aad::from(b"certificate"), &mut sealed)
            .unwrap();
        format!(
            r#"{{"serial_no":"{}",{times}"encrypt_certificate":{{"algorithm":"AEAD_AES_256_GCM","nonce":"a1b2c3d4e5f0","associated_data":"certificate","ciphertext":"{}"}}}}"#,
            serial_no(pem),
            STANDARD.encode(sealed)
        )
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    let body = format!(r#"{{"data":[{}]}}"#, entries.join(","));
    let mut response = replies::v3_signed(200, &body, clients::NOW + after);
    let number = signer_no().parse().unwrap();
    response.headers_mut().insert("Wechatpay-Serial", number);
    Ok(response)
}

/// `"name":"…",`, with a moment relative to the start of the test.
fn time(name: &str, after: i64) -> String {
    let moment = Timestamp::from_unix(clients::NOW + after).unwrap();
    format!(r#""{name}":"{}","#, moment.format(TimeFormat::Rfc3339))
}

pub(crate) fn builder(transport: &Scripted) -> (CertificatesBuilder, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(clients::NOW));
    let clock = Arc::clone(&now);
    let builder = Certificates::builder(
        clients::MCH_ID.parse().unwrap(),
        PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap(),
        ApiKey::new(API_KEY).unwrap(),
        transport.clone(),
    )
    .clock(move || Timestamp::from_unix(clock.load(Ordering::SeqCst)).unwrap())
    .cool_down(Duration::ZERO)
    .refresh_every(Duration::from_secs(365 * 86_400));
    (builder, now)
}

async fn known(answers: impl IntoIterator<Item = Answer>) -> (Certificates, Arc<AtomicI64>) {
    let (builder, now) = builder(&Scripted::new(answers));
    let certificates = builder.build().unwrap();
    certificates.refresh().await.unwrap();
    (certificates, now)
}

async fn sealing(certificates: &Certificates) -> String {
    certificates.seal(&["x"]).await.unwrap().serial_no
}

/// Whether a message that the other certificate's key signed verifies.
async fn verifies(certificates: &Certificates) -> Result<(), VerificationFailure> {
    let key = PrivateKey::from_pem(&vectors::key("mch"), "00").unwrap();
    let signature = key.sign(b"m").await.unwrap();
    let verified = certificates.verify(&other_no(), b"m", &signature).await;
    verified.map_err(|error| error.failure().clone())
}

#[tokio::test]
async fn the_certificate_with_the_latest_moment_of_use_seals() {
    // Both certificates have the same first date of their own.
    for (first, second, sealed) in [(-2 * DAY, -DAY, other_no()), (-DAY, -2 * DAY, signer_no())] {
        for name in ["effective_time", "effective_time "] {
            let entries = [signer(&time(name, first)), other(&time(name, second))];
            let (certificates, _) = known([list(0, &entries)]).await;
            assert_eq!(certificates.serial_numbers().len(), 2);
            assert_eq!(sealing(&certificates).await, sealed, "{name:?}");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_can_not_be_used_keeps_none_of_the_others_from_being_used() {
    for entries in [[broken(), signer("")], [signer(""), broken()]] {
        let (certificates, _) = known([list(0, &entries)]).await;
        assert_eq!(certificates.serial_numbers(), [signer_no()]);
    }
    let certificates = builder(&Scripted::new([list(0, &[broken()])])).0.build();
    let error = certificates.unwrap().refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::Certificate(_)), "{error:?}");
}

#[tokio::test]
async fn times_are_texts_or_integers() {
    let seconds = |after: i64| format!(r#""effective_time":{},"#, clients::NOW + after);
    let entries = [signer(&seconds(-2 * DAY)), other(&seconds(-DAY))];
    let (certificates, _) = known([list(0, &entries)]).await;
    assert_eq!(sealing(&certificates).await, other_no());
    // What is no time leaves the certificate's own dates.
    let entries = [
        signer(r#""effective_time":"soon","expire_time":"later","#),
        other(&time("effective_time", -DAY)),
    ];
    let (certificates, _) = known([list(0, &entries)]).await;
    assert_eq!(certificates.serial_numbers().len(), 2);
}

#[tokio::test]
async fn a_certificate_is_used_when_the_list_says_so() {
    let entries = [
        signer(&time("effective_time", -DAY)),
        other(&time("effective_time", 3600)),
    ];
    let transport = Scripted::new([list(0, &entries), list(0, &entries)]);
    let (builder, now) = builder(&transport);
    let certificates = builder.build().unwrap();
    certificates.refresh().await.unwrap();
    assert_eq!(certificates.serial_numbers(), [signer_no()]);
    let unknown = verifies(&certificates).await.unwrap_err();
    assert!(matches!(unknown, VerificationFailure::UnknownSerial(_)));
    assert_eq!(transport.seen().len(), 2, "asked once more for it");
    assert_eq!(sealing(&certificates).await, signer_no());
    // Its moment comes without another list.
    now.fetch_add(3600, Ordering::SeqCst);
    verifies(&certificates).await.unwrap();
    assert_eq!(sealing(&certificates).await, other_no());
    assert_eq!(transport.seen().len(), 2);
}

#[tokio::test]
async fn a_certificate_is_no_longer_used_after_its_end() {
    let ends = |after: i64| {
        [
            signer(""),
            other(&(time("effective_time", -DAY) + &time("expire_time ", after))),
        ]
    };
    let (certificates, now) = known([list(0, &ends(3600)), list(3601, &ends(3600))]).await;
    verifies(&certificates).await.unwrap();
    now.fetch_add(3600, Ordering::SeqCst);
    verifies(&certificates).await.unwrap();
    now.fetch_add(1, Ordering::SeqCst);
    assert!(verifies(&certificates).await.is_err());
    assert_eq!(certificates.serial_numbers(), [signer_no()]);
    assert_eq!(sealing(&certificates).await, signer_no());
    // The list can't prolong the certificate's own time.
    let (certificates, now) = known([list(0, &ends(20 * 365 * DAY))]).await;
    now.fetch_add(10 * 365 * DAY, Ordering::SeqCst);
    assert!(certificates.certificates().is_empty());
}

#[tokio::test]
async fn a_list_that_an_ended_certificate_signed_is_not_believed() {
    let entries = [signer(&time("expire_time", -1)), other("")];
    let certificates = builder(&Scripted::new([list(0, &entries)])).0.build();
    let error = certificates.unwrap().refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::Unverified(_)), "{error:?}");
}

#[tokio::test]
async fn a_certificate_that_is_no_longer_listed_verifies_for_a_day() {
    let both = [signer(""), other(&time("effective_time", -DAY))];
    let one = || list(60, &[signer("")]);
    let later = list(60 + DAY, &[signer("")]);
    let (certificates, now) = known([list(0, &both), one(), later]).await;
    assert_eq!(sealing(&certificates).await, other_no());
    now.fetch_add(60, Ordering::SeqCst);
    certificates.refresh().await.unwrap();
    assert_eq!(sealing(&certificates).await, signer_no(), "at once");
    verifies(&certificates).await.unwrap();
    now.fetch_add(DAY - 1, Ordering::SeqCst);
    verifies(&certificates).await.unwrap();
    now.fetch_add(1, Ordering::SeqCst);
    let refused = verifies(&certificates).await.unwrap_err();
    assert!(matches!(refused, VerificationFailure::UnknownSerial(_)));
    assert_eq!(certificates.serial_numbers(), [signer_no()]);
}

/// Missing is one thing: the list that names an end in the past has ended the certificate, so the
/// day does not hold for it.
#[tokio::test]
async fn an_end_that_a_list_moves_into_the_past_holds_at_once() {
    let both = [signer(""), other("")];
    let ended = || [signer(""), other(&time("expire_time", -1))];
    let (certificates, _) = known([list(0, &both), list(0, &ended()), list(0, &ended())]).await;
    verifies(&certificates).await.unwrap();
    certificates.refresh().await.unwrap();
    let refused = verifies(&certificates).await.unwrap_err();
    assert!(matches!(refused, VerificationFailure::UnknownSerial(_)));
    assert_eq!(certificates.serial_numbers(), [signer_no()]);
}

#[tokio::test]
async fn the_day_can_be_set_and_a_new_listing_ends_it() {
    let both = || [signer(""), other("")];
    let lists = [list(0, &both()), list(0, &[signer("")]), list(0, &both())];
    let transport = Scripted::new(lists);
    let (kept, now) = builder(&transport);
    let kept = kept.keep_missing(Duration::from_secs(120)).build().unwrap();
    for _ in 0..3 {
        kept.refresh().await.unwrap();
        now.fetch_add(60, Ordering::SeqCst);
    }
    now.fetch_add(120, Ordering::SeqCst);
    verifies(&kept).await.unwrap();

    let lists = [
        list(0, &both()),
        list(0, &[signer("")]),
        list(0, &[signer("")]),
    ];
    let at_once = builder(&Scripted::new(lists)).0;
    let at_once = at_once.keep_missing(Duration::ZERO).build().unwrap();
    at_once.refresh().await.unwrap();
    at_once.refresh().await.unwrap();
    assert!(verifies(&at_once).await.is_err());
}

#[tokio::test]
async fn a_list_that_is_not_believed_drops_nothing() {
    let both = [signer(""), other("")];
    let forged = list(0, &[signer("")]).map(|mut forged| {
        let headers = forged.headers_mut();
        headers.insert("Wechatpay-Nonce", "another".parse().unwrap());
        forged
    });
    let (certificates, now) = known([list(0, &both), forged, Ok(replies::plain(502, ""))]).await;
    assert!(certificates.refresh().await.is_err());
    now.fetch_add(2 * DAY, Ordering::SeqCst);
    verifies(&certificates).await.unwrap();
}

#[tokio::test]
async fn certificates_are_fetched_again_in_less_than_twelve_hours() {
    let transport = Scripted::new([list(0, &[signer("")]), list(11 * 3600, &[signer("")])]);
    let now = Arc::new(AtomicI64::new(clients::NOW));
    let clock = Arc::clone(&now);
    let certificates = Certificates::builder(
        clients::MCH_ID.parse().unwrap(),
        PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap(),
        ApiKey::new(API_KEY).unwrap(),
        transport.clone(),
    )
    .clock(move || Timestamp::from_unix(clock.load(Ordering::SeqCst)).unwrap())
    .build()
    .unwrap();
    certificates.refresh().await.unwrap();
    now.fetch_add(11 * 3600 - 1, Ordering::SeqCst);
    certificates.seal(&["x"]).await.unwrap();
    assert_eq!(transport.seen().len(), 1);
    now.fetch_add(1, Ordering::SeqCst);
    // Each call moves the refresh on. Its signature may be made on another thread, when other tests
    // sign at once.
    for _ in 0..500 {
        certificates.seal(&["x"]).await.unwrap();
        if transport.seen().len() == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the list is not fetched again");
}

#[tokio::test]
async fn certificates_that_have_all_expired_are_told_so() {
    let ended = || {
        let body =
            r#"{"code":"NOT_ENOUGH","message":"平台证书已过期失效，请联系微信支付技术支持。"}"#;
        Ok(replies::plain(403, body))
    };
    let certificates = builder(&Scripted::new([ended(), ended(), ended()])).0;
    let certificates = certificates.build().unwrap();
    let error = certificates.refresh().await.unwrap_err();
    assert!(matches!(error, RefreshError::Expired), "{error:?}");
    let said = error.to_string();
    assert!(
        said.contains("expired") && said.contains("PUB_KEY_ID_"),
        "{said}"
    );
    let error = verifies(&certificates).await.unwrap_err().to_string();
    assert!(error.contains("have expired"), "{error}");
    let error = certificates.seal(&["x"]).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("have expired"), "{source}");
}

/// Before the switch is begun on the merchant platform, WeChat Pay opens nothing that is sealed
/// with the public key.
#[tokio::test]
async fn a_public_key_that_is_not_switched_on_only_verifies() {
    let transport = Scripted::new([list(0, &[signer("")])]);
    let certificates = builder(&transport).0;
    let certificates = certificates
        .public_key_to_verify(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(certificates.requested_serial(), None);
    let key = PrivateKey::from_pem(&vectors::key("plat_key"), "00").unwrap();
    let signature = key.sign(b"m").await.unwrap();
    certificates
        .verify(replies::PLATFORM_KEY_ID, b"m", &signature)
        .await
        .unwrap();
    // A write waits for a certificate, which will sign its reply.
    certificates.ready().await.unwrap();
    assert_eq!(transport.seen().len(), 1);
    assert_eq!(sealing(&certificates).await, signer_no());
    let numbers = certificates.serial_numbers();
    assert_eq!(numbers, [replies::PLATFORM_KEY_ID.to_owned(), signer_no()]);

    // Without one, nothing can be sealed and nothing that moves money is sent.
    let none = Scripted::new([Ok(replies::plain(502, "")), Ok(replies::plain(502, ""))]);
    let certificates = builder(&none).0;
    let certificates = certificates
        .public_key_to_verify(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap()
        .build()
        .unwrap();
    assert!(certificates.ready().await.is_err());
    assert!(certificates.seal(&["x"]).await.is_err());
    let bare = replies::PLATFORM_KEY_ID.trim_start_matches("PUB_KEY_ID_");
    let refused = builder(&none)
        .0
        .public_key_to_verify(bare, &replies::platform_public_key());
    assert!(refused.is_err());
}
