//! A brand (品牌商家) against the sandbox, over real TLS: its own key, serial number, signature type
//! and notifications.

use std::sync::Arc;

use wxpay_api::core::{Error, ErrorKind, Outcome};
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::brand_card_member::{
    QueryUserCard, UploadImage, query_user_card::QueryUserCardOptions,
    upload_image::UploadImageOptions,
};
use wxpay_api::v3::{Client, Credentials, Notices};
use wxpay_api::{NoticeError, Upload};
use wxpay_sandbox::{Api, Brand, EventNotice, Fault, NoticeFault, NotifyError, Sandbox};

use crate::callback::Callback;

struct World {
    sandbox: Arc<Sandbox>,
    brand: Brand,
    transport: ReqwestTransport,
}

impl World {
    async fn new() -> Self {
        let sandbox = Arc::new(Sandbox::start().await.unwrap());
        let brand = sandbox.brand().await.unwrap().clone();
        let builder = ReqwestTransport::builder().only_root_pem(sandbox.ca_pem().as_bytes());
        let transport = builder.build().unwrap();
        Self {
            sandbox,
            brand,
            transport,
        }
    }

    fn client(&self, key: PrivateKey, platform: PublicKeys) -> Client {
        let credentials = Credentials::new(key, platform);
        let brand_id = self.brand.brand_id.clone();
        let builder = Client::brand(brand_id, credentials, self.transport.clone());
        builder.base_url(self.sandbox.base_url()).build().unwrap()
    }
}

fn key(brand: &Brand) -> PrivateKey {
    let key = PrivateKey::from_pem_for_certificate(brand.key_pem.expose(), &brand.cert_pem);
    key.unwrap()
}

fn platform(brand: &Brand) -> PublicKeys {
    let keys = PublicKeys::new();
    keys.with_public_key(&brand.platform_key_id, &brand.platform_public_key_pem)
        .unwrap()
}

fn image() -> UploadImage {
    UploadImage {
        file: Upload::new("会员卡.png", b"\x89PNG\r\n\x1a\n".to_vec()),
        options: UploadImageOptions::default(),
    }
}

/// The status and the code of a refusal that is not signed.
fn code(error: &Error) -> (u16, Option<&str>) {
    match error.kind() {
        ErrorKind::Protocol(refusal) => (refusal.status(), refusal.claimed_code()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_brand_calls_with_its_own_signature_type() {
    let world = World::new().await;
    let brand = &world.brand;
    let uploaded = world.client(key(brand), platform(brand));
    let uploaded = uploaded.send(&image()).await.unwrap();
    assert!(uploaded.media_url.starts_with("https://"));
    assert_eq!(world.sandbox.uploads().len(), 1);
    let seen = world.sandbox.requests().pop().unwrap();
    let header = |name: &str| seen.headers[name].to_str().unwrap();
    let (scheme, members) = header("authorization").split_once(' ').unwrap();
    assert_eq!(scheme, "WECHATPAY-BRAND-SHA256-RSA2048");
    assert!(members.contains(&format!("brand_id=\"{}\"", brand.brand_id)));
    assert!(members.contains(&brand.serial_no));
    assert_eq!(header("wechatpay-serial"), brand.platform_key_id);
    assert!(seen.signatures.iter().all(|signature| signature.held));
}

#[tokio::test]
async fn an_operation_without_behaviour_answers_with_the_brands_keys_too() {
    let world = World::new().await;
    let brand = &world.brand;
    let client = world.client(key(brand), platform(brand));
    let query = QueryUserCard {
        user_card_code: "478515832665".to_owned(),
        card_id: "pbLatjvWOibDc5-TBnbUk1pD12o0".to_owned(),
        openid: "obLatjnx9gnqzS4myYGmLZ7LgLBA".parse().unwrap(),
        options: QueryUserCardOptions::default(),
    };
    let found = client.send(&query).await.unwrap();
    assert_eq!(
        found.user_card.brand_id.as_deref(),
        Some(brand.brand_id.as_str())
    );
    // It is encrypted for the brand's certificate, not for the merchant's.
    let phone_number = found.user_card.phone_number.unwrap();
    assert!(client.open(&phone_number).await.is_ok());
    let merchant = world.sandbox.merchant();
    let of_merchant =
        PrivateKey::from_pem(merchant.client_key_pem.expose(), &merchant.serial_no).unwrap();
    assert!(phone_number.open(&of_merchant).await.is_err());

    let seen = world.sandbox.requests().pop().unwrap();
    assert!(!seen.api.unwrap().has_behaviour());
    assert!(seen.signatures.iter().all(|signature| signature.held));
    for fault in [Fault::WrongSignature, Fault::UnknownSerial] {
        world
            .sandbox
            .inject(seen.api.unwrap(), fault.clone())
            .unwrap();
        let error = client.send(&query).await.unwrap_err();
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Verification(_)), "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_not_the_brands_is_refused() {
    let world = World::new().await;
    let brand = &world.brand;
    let merchant = world.sandbox.merchant();
    // The merchant's key under the serial number of the brand's certificate, and under its own.
    let merchant_pem = merchant.client_key_pem.expose();
    for (serial_no, cause) in [
        (&brand.serial_no, "other_private_key"),
        (&merchant.serial_no, "other_serial"),
    ] {
        let key = PrivateKey::from_pem(merchant_pem, serial_no).unwrap();
        let error = world.client(key, platform(brand)).send(&image()).await;
        assert!(error.is_err());
        let seen = world.sandbox.requests().pop().unwrap();
        assert_eq!(seen.status, Some(401));
        assert_eq!(seen.signatures[0].causes[0].code(), cause);
    }
    // The merchant's key of WeChat Pay.
    let of_merchant = PublicKeys::new()
        .with_public_key(&merchant.platform_key_id, &merchant.platform_public_key_pem)
        .unwrap();
    let error = world.client(key(brand), of_merchant).send(&image()).await;
    let error = error.unwrap_err();
    assert_eq!(code(&error), (400, Some("INVALID_REQUEST")));
    assert!(world.sandbox.uploads().is_empty());
}

#[tokio::test]
async fn a_response_that_is_not_for_the_brand_proves_nothing() {
    let world = World::new().await;
    let brand = &world.brand;
    let client = world.client(key(brand), platform(brand));
    let upload: Api = "v3.brand_card_member.upload_image".parse().unwrap();
    for fault in [
        Fault::WrongSignature,
        Fault::TamperedBody,
        Fault::UnknownSerial,
        Fault::MissingSignature,
    ] {
        world.sandbox.inject(upload, fault.clone()).unwrap();
        let error = client.send(&image()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{fault:?}");
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Verification(_)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_brand_is_told_with_its_own_keys() {
    let world = World::new().await;
    let brand = &world.brand;
    let mut callback = Callback::of(&world.sandbox).await;
    let notices = |brand: &Brand| {
        let api_key = ApiKey::new(brand.api_key.clone()).unwrap();
        Notices::new(platform(brand), api_key)
    };
    let notices = notices(brand).brand();
    let told = r#"{"card_id":"C1","user_card_code":"478515832665"}"#;
    let notice = EventNotice::new("CARD_MEMBER.POINTS_SYNC", "card-member", told);
    let notice = notice.summary("积分同步").to_brand();
    let sent = world.sandbox.notify_event(&callback.url, notice.clone());
    assert!(sent.await.unwrap().acknowledged);
    let (headers, body) = callback.take();
    let signature_type = headers["wechatpay-signature-type"].to_str().unwrap();
    assert_eq!(signature_type, "WECHATPAY-BRAND-SHA256-RSA2048");
    let opened = notices.open(&headers, body.clone()).await.unwrap();
    assert_eq!(opened.plaintext(), told.as_bytes());

    let merchant = world.sandbox.merchant();
    let of_merchant = PublicKeys::new()
        .with_public_key(&merchant.platform_key_id, &merchant.platform_public_key_pem)
        .unwrap();
    let of_merchant = Notices::new(
        of_merchant,
        ApiKey::new(merchant.api_v3_key.clone()).unwrap(),
    );
    assert!(of_merchant.open(&headers, body).await.is_err());
    for fault in [
        NoticeFault::Forged,
        NoticeFault::WrongSignature,
        NoticeFault::MissingSignature,
        NoticeFault::Stale,
        NoticeFault::Probe,
        NoticeFault::UnknownSerial,
    ] {
        let wrong = notice.clone().fault(fault);
        let sent = world.sandbox.notify_event(&callback.url, wrong);
        sent.await.unwrap();
        let (headers, body) = callback.take();
        let error = notices.open(&headers, body).await.unwrap_err();
        assert!(matches!(error, NoticeError::Unverified(_)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_brand_is_there_when_it_is_first_asked_for() {
    let sandbox = Arc::new(Sandbox::start().await.unwrap());
    let builder = ReqwestTransport::builder().only_root_pem(sandbox.ca_pem().as_bytes());
    let transport = builder.build().unwrap();
    let world = |brand: Brand| World {
        sandbox: Arc::clone(&sandbox),
        transport: transport.clone(),
        brand,
    };
    // The brand of another sandbox is unknown to one that has none yet.
    let other = Sandbox::start().await.unwrap();
    let stranger = world(other.brand().await.unwrap().clone());
    let (key_of, platform_of) = (key(&stranger.brand), platform(&stranger.brand));
    let error = stranger.client(key_of, platform_of).send(&image()).await;
    assert_eq!(code(&error.unwrap_err()), (401, Some("SIGN_ERROR")));

    let mut callback = Callback::of(&sandbox).await;
    let notice = EventNotice::new("CARD_MEMBER.POINTS_SYNC", "card-member", "{}").to_brand();
    let sent = sandbox.notify_event(&callback.url, notice).await;
    assert!(sent.unwrap().acknowledged);
    let (headers, body) = callback.take();
    // What signed the notification is the brand that is there from then on.
    let own = world(sandbox.brand().await.unwrap().clone());
    let api_key = ApiKey::new(own.brand.api_key.clone()).unwrap();
    let notices = Notices::new(platform(&own.brand), api_key).brand();
    assert!(notices.open(&headers, body).await.is_ok());
    let uploaded = own.client(key(&own.brand), platform(&own.brand));
    uploaded.send(&image()).await.unwrap();
}

#[tokio::test]
async fn a_notification_without_an_amount_has_no_other_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let amount = NoticeFault::OtherAmount(wxpay_api::core::Fen::new(1));
    let notice = EventNotice::new("WITHDRAW.SUCCESS", "withdraw", "{}").fault(amount);
    let sent = sandbox.notify_event("http://localhost:1/", notice).await;
    assert!(matches!(sent, Err(NotifyError::Fault(_))));
}
