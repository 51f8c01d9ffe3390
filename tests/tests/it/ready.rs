//! A request that can move money does not leave before there is a key to verify its reply with.

use wxpay_api::core::{DecodeError, ErrorKind, InvalidInput, MchId, Outcome, Resolve};
use wxpay_api::sign::Verified;
use wxpay_api::sign::v3::{ApiKey, PlatformKeys, PrivateKey, PublicKeys};
use wxpay_api::transport::TransportError;
use wxpay_api::v3::{Body, Call, Certificates, Client, Credentials, Endpoint, Json, Meta, Method};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, vectors};

/// A write with nothing to seal.
struct Close;

impl Endpoint for Close {
    type Response = ();
    const META: &'static Meta = &Meta::write(
        "my.close",
        Method::Post,
        "/v3/my/close",
        Resolve::Query("v3.my.query"),
    );

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        call.body(Body::new());
        Ok(())
    }

    fn decode(&self, _: Verified<Json>) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn key() -> PrivateKey {
    PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap()
}

fn client(keys: impl PlatformKeys, transport: Scripted) -> Client {
    let credentials = Credentials::new(key(), keys);
    Client::builder(MchId::new(clients::MCH_ID).unwrap(), credentials, transport)
        .build()
        .unwrap()
}

#[tokio::test]
async fn write_without_a_key_is_not_sent() {
    let writes = Scripted::default();
    let client_without = client(PublicKeys::new(), writes.clone());
    let error = client_without.send(&Close).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Signing(_)), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotExecuted);

    // The list of certificates can't be had.
    let lists = Scripted::new([Err(TransportError::not_sent("no network"))]);
    let certificates = Certificates::builder(
        MchId::new(clients::MCH_ID).unwrap(),
        key(),
        ApiKey::new("0123456789abcdef0123456789ABCDEF").unwrap(),
        lists.clone(),
    );
    let certificates = certificates.build().unwrap();
    let client_without = client(certificates, writes.clone());
    let error = client_without.send(&Close).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Signing(_)), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotExecuted);
    assert_eq!(lists.seen().len(), 1);
    assert_eq!(writes.seen().len(), 0);
}

#[tokio::test]
async fn write_with_a_key_is_sent() {
    let writes = Scripted::new([Err(TransportError::maybe_sent("cut"))]);
    let keys = PublicKeys::new()
        .with_public_key("PUB_KEY_ID_1", &wxpay_tests::replies::platform_public_key())
        .unwrap();
    let error = client(keys, writes.clone()).send(&Close).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(writes.seen().len(), 1);
}
