//! Endpoints written by hand, with what the typed ones do not have so far: headers of their own,
//! another `Accept`, a sealed member of the query, a success of 202, and a brand that asks.

use bytes::Bytes;
use http::{HeaderValue, Response};
use wxpay_api::Max;
use wxpay_api::core::{
    BrandId, DecodeError, Effect, Error, ErrorKind, InvalidInput, OutTradeNo, Outcome, Resolve,
    Secret, Timestamp, VerificationFailure,
};
use wxpay_api::sign::provider::Provider;
use wxpay_api::sign::v3::{Certificate, PrivateKey, PublicKeys};
use wxpay_api::sign::{Proof, Verified};
use wxpay_api::v3::security::{Echo, echo::EchoOptions};
use wxpay_api::v3::{Body, Call, Client, Credentials, Endpoint, Json, Meta, Method};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies, vectors};

/// What an endpoint below sends.
type Encode = fn(&mut Call) -> Result<(), InvalidInput>;

/// An endpoint whose request is a function, and whose reply is its JSON and what it rests on.
macro_rules! endpoint {
    ($name:ident, $meta:expr) => {
        struct $name(Encode);

        impl Endpoint for $name {
            type Response = (Json, Proof);
            const META: &'static Meta = &$meta;

            fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
                (self.0)(call)
            }

            fn decode(&self, reply: Verified<Json>) -> Result<(Json, Proof), DecodeError> {
                Ok((reply.get().clone(), reply.proof().clone()))
            }
        }
    };
}

endpoint!(
    Build,
    Meta::write(
        "my.build",
        Method::Post,
        "/v3/marketing/partnerships/build",
        Resolve::Query("my.query")
    )
);
endpoint!(
    Guides,
    Meta::read("my.guides", Method::Get, "/v3/smartguide/guides").serial_required()
);
endpoint!(
    Image,
    Meta::read("my.image", Method::Get, "/v3/merchant-service/images/1").accept("*/*")
);
endpoint!(
    Issue,
    Meta::write(
        "my.issue",
        Method::Post,
        "/v3/new-tax-control-fapiao/fapiao-applications",
        Resolve::Query("my.query")
    )
    .accepted_is_success()
);
endpoint!(
    UseFlow,
    Meta::read(
        "my.use_flow",
        Method::Get,
        "/v3/marketing/favor/stocks/{stock_id}/use-flow"
    )
);
endpoint!(
    Stores,
    Meta::read("my.stores", Method::Get, "/brand/store/brandstores")
);

fn signed(status: u16, body: &str) -> Response<Bytes> {
    replies::v3_signed(status, body, clients::NOW)
}

async fn sent(request: &impl Endpoint) -> http::Request<Bytes> {
    let (http, _) = clients::v3(Scripted::default())
        .prepare(request)
        .await
        .unwrap();
    http
}

async fn refused(encode: Encode) -> Error {
    let client = clients::v3(Scripted::default());
    client.send(&Build(encode)).await.unwrap_err()
}

#[tokio::test]
async fn a_header_of_the_endpoint_is_sent() {
    let request = sent(&Build(|call| {
        call.body(Body::new());
        call.header("Idempotency-Key", "12|34_*-x", Max::Chars(32))
    }))
    .await;
    assert_eq!(request.headers()["Idempotency-Key"], "12|34_*-x");
    assert_eq!(request.headers()["Accept"], "application/json");
}

#[tokio::test]
async fn what_is_no_header_of_the_endpoint_is_refused() {
    let cases: [Encode; 9] = [
        |call| call.header("Idempotency-Key", "", Max::Chars(32)),
        |call| call.header("Idempotency-Key", "a b", Max::Chars(32)),
        |call| call.header("Idempotency-Key", "a\r\nHost: x", Max::Chars(32)),
        |call| call.header("Idempotency-Key", "好", Max::Chars(32)),
        |call| call.header("Idempotency-Key", "12345", Max::Chars(4)),
        |call| call.header("Authorization", "x", Max::Chars(32)),
        |call| call.header("wechatpay-serial", "x", Max::Chars(32)),
        |call| call.header("Content-Type", "x", Max::Chars(32)),
        |call| {
            call.header("Idempotency-Key", "1", Max::Chars(32))?;
            call.header("idempotency-key", "2", Max::Chars(32))
        },
    ];
    for (n, case) in cases.into_iter().enumerate() {
        let error = refused(case).await;
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{n} {error}");
        assert_eq!(error.outcome(), Outcome::NotExecuted);
    }
}

#[tokio::test]
async fn a_member_of_the_query_is_sealed() {
    let secret = "13800138000";
    let request = sent(&Guides(|call| {
        call.query_set("store_id", 7);
        call.query_sealed("mobile", &Secret::new("13800138000"), Max::Bytes(214))?;
        call.query_set("limit", 5);
        Ok(())
    }))
    .await;
    let query = request.uri().query().unwrap();
    assert!(!query.contains(secret), "{query}");
    let (before, rest) = query.split_once("&mobile=").unwrap();
    let (sealed, after) = rest.split_once('&').unwrap();
    assert_eq!((before, after), ("store_id=7", "limit=5"));
    // 256 bytes in base64, whose signs are encoded.
    let text = sealed
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    assert_eq!(text.len(), 344, "{text}");
    assert_eq!(
        request.headers()["Wechatpay-Serial"],
        replies::PLATFORM_KEY_ID
    );
    let long = Guides(|call| call.query_sealed("mobile", &Secret::new("1234"), Max::Bytes(3)));
    let client = clients::v3(Scripted::default());
    let error = client.send(&long).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
}

/// A client of the certificate mode (平台证书模式): replies come signed with the certificate, and nothing
/// asks for a public key.
fn in_certificate_mode() -> (Client, String) {
    let certificate = Certificate::from_pem(&vectors::key("plat")).unwrap();
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap();
    let keys = PublicKeys::new().with_certificate(&certificate).unwrap();
    let client = Client::builder(
        clients::MCH_ID.parse().unwrap(),
        Credentials::new(key, keys),
        Scripted::default(),
    );
    (client.build().unwrap(), certificate.serial_no().to_owned())
}

#[tokio::test]
async fn the_serial_number_is_sent_where_the_document_wants_it() {
    let (client, serial_no) = in_certificate_mode();
    let echo = |options| Echo {
        echo_message: "hello".to_owned(),
        options,
    };
    let plain = echo(EchoOptions::default());
    let sealed = echo(EchoOptions::default().encrypted_echo_message("x"));
    for request in [&plain, &sealed] {
        let (http, _) = client.prepare(request).await.unwrap();
        assert_eq!(http.headers()["Wechatpay-Serial"], serial_no.as_str());
    }
    let (http, _) = client.prepare(&Guides(|_| Ok(()))).await.unwrap();
    assert_eq!(http.headers()["Wechatpay-Serial"], serial_no.as_str());
    // And nowhere else: the header would ask for nothing there.
    let (http, _) = client.prepare(&Image(|_| Ok(()))).await.unwrap();
    assert!(!http.headers().contains_key("Wechatpay-Serial"));
    // Without a key that could be named, the request is not sent.
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap();
    let client = Client::builder(
        clients::MCH_ID.parse().unwrap(),
        Credentials::new(key, PublicKeys::new()),
        Scripted::default(),
    );
    let error = client.build().unwrap().send(&plain).await.unwrap_err();
    assert!(error.to_string().contains("Wechatpay-Serial"), "{error}");
}

#[tokio::test]
async fn an_image_is_asked_for_as_anything() {
    let request = sent(&Image(|_| Ok(()))).await;
    assert_eq!(request.headers()["Accept"], "*/*");
    assert_eq!(request.headers().get_all("Accept").iter().count(), 1);
}

#[tokio::test]
async fn a_202_was_not_worked_on_yet() {
    let ask = async |response| {
        let client = clients::v3(Scripted::answering(response));
        client.send(&Build(|_| Ok(()))).await.unwrap_err()
    };
    for body in ["", "{}", r#"{"partner":{}}"#] {
        let error = ask(signed(202, body)).await;
        assert!(matches!(error.kind(), ErrorKind::NotProcessed), "{error:?}");
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(error.must_query());
        let said = error.to_string();
        assert!(
            said.contains("same number and the same parameters"),
            "{said}"
        );
    }
    // A code says more than the status.
    let error = ask(signed(202, r#"{"code":"USERPAYING","message":"x"}"#)).await;
    assert_eq!(error.business().unwrap().code(), "USERPAYING");
    assert_eq!(error.outcome(), Outcome::Unknown);
    // Unsigned, it says nothing.
    let error = ask(replies::plain(202, "")).await;
    assert!(
        matches!(error.kind(), ErrorKind::Verification(_)),
        "{error:?}"
    );
    assert_eq!(error.outcome(), Outcome::Unknown);
    // Nothing that was asked for is there, so a read has failed.
    let client = clients::v3(Scripted::answering(signed(202, "{}")));
    let error = client.send(&Image(|_| Ok(()))).await.unwrap_err();
    assert_eq!(
        (error.effect(), error.outcome()),
        (Effect::Read, Outcome::ReadFailed)
    );
    assert!(matches!(error.kind(), ErrorKind::NotProcessed), "{error:?}");
}

#[tokio::test]
async fn a_202_is_a_success_where_the_document_says_so() {
    let client = clients::v3(Scripted::answering(signed(202, "")));
    let (reply, _) = client.send(&Issue(|_| Ok(()))).await.unwrap();
    assert_eq!(reply, Json::Null);
    let client = clients::v3(Scripted::answering(replies::plain(202, "")));
    let error = client.send(&Issue(|_| Ok(()))).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Verification(_)),
        "{error:?}"
    );
}

fn of_stock(call: &mut Call) -> Result<(), InvalidInput> {
    let stock_id: OutTradeNo = "12345678".parse()?;
    call.path("stock_id", &stock_id)
}

#[tokio::test]
async fn the_flows_of_coupons_come_unsigned() {
    let body = r#"{"url":"https://api.mch.weixin.qq.com/v3/billdownload/file?token=x","hash_value":"8a","hash_type":"SHA1"}"#;
    let client = clients::v3(Scripted::answering(replies::plain(200, body)));
    let (reply, proof) = client.send(&UseFlow(of_stock)).await.unwrap();
    assert_eq!(reply.get("hash_type").and_then(Json::as_str), Some("SHA1"));
    assert_eq!(proof, Proof::TlsAlone);
    // 202 is not an answer there either.
    let client = clients::v3(Scripted::answering(replies::plain(202, body)));
    let error = client.send(&UseFlow(of_stock)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Verification(_)),
        "{error:?}"
    );
}

const BRAND: &str = "WECHATPAY-BRAND-SHA256-RSA2048";

fn typed(mut response: Response<Bytes>, signature_type: &'static str) -> Response<Bytes> {
    let name = "Wechatpay-Signature-Type";
    let value = HeaderValue::from_static(signature_type);
    response.headers_mut().insert(name, value);
    response
}

fn brand(transport: Scripted) -> Client {
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).unwrap();
    let keys = PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap();
    let credentials = Credentials::new(key, keys);
    Client::brand(BrandId::new("1004").unwrap(), credentials, transport)
        .nonce(|| Ok(clients::NONCE.to_owned()))
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_brand_asks_as_a_brand() {
    let transport = Scripted::answering(typed(signed(200, r#"{"a":1}"#), BRAND));
    let (reply, proof) = brand(transport.clone())
        .send(&Stores(|_| Ok(())))
        .await
        .unwrap();
    assert_eq!(reply.get("a"), Some(&Json::Integer(1)));
    assert!(matches!(proof, Proof::Rsa { .. }));
    let request = &transport.seen()[0];
    let authorization = request.headers()["Authorization"].to_str().unwrap();
    let head = format!(r#"{BRAND} brand_id="1004","#);
    assert!(authorization.starts_with(&head), "{authorization}");
    assert_eq!(
        request.headers()["Wechatpay-Serial"],
        replies::PLATFORM_KEY_ID
    );
}

#[tokio::test]
async fn replies_of_brands_and_merchants_are_not_taken_for_each_other() {
    let merchant = "WECHATPAY2-SHA256-RSA2048";
    let transport = Scripted::answering(typed(signed(200, "{}"), merchant));
    let error = brand(transport).send(&Stores(|_| Ok(()))).await;
    let error = error.unwrap_err();
    let ErrorKind::Verification(verification) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        verification.failure(),
        &VerificationFailure::Algorithm(BRAND)
    );

    let transport = Scripted::answering(typed(signed(200, "{}"), BRAND));
    let client = clients::v3_builder(Provider::default(), transport);
    let error = client.build().unwrap().send(&Image(|_| Ok(()))).await;
    let error = error.unwrap_err();
    let ErrorKind::Verification(verification) = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        verification.failure(),
        &VerificationFailure::Algorithm(merchant)
    );
}

#[tokio::test]
async fn each_caller_has_paths_of_its_own() {
    let merchant = clients::v3(Scripted::default());
    let errors = [
        merchant.send(&Stores(|_| Ok(()))).await.unwrap_err(),
        brand(Scripted::default())
            .send(&Image(|_| Ok(())))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        let ErrorKind::Invalid(invalid) = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!(invalid.field(), "path");
        assert!(invalid.rule().contains("/brand/"), "{invalid}");
    }
}
