//! Whole requests in, notifications or refusals out: for any server, and for axum. The shop's log
//! learns why, the sender not.

use std::error::Error;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequest;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde_json::json;
use wxpay_api::core::VerificationFailure;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::{NoticeError, Refusal, v2, v3};
use wxpay_tests::clients::{self, MCH_ID, NOW};
use wxpay_tests::notices::{Told, notices};
use wxpay_tests::replies;

fn told() -> Told<'static> {
    let payment = json!({
        "mchid": MCH_ID, "appid": "wx1", "out_trade_no": "T12345", "transaction_id": "4200001",
        "trade_state": "SUCCESS", "amount": { "total": 100, "currency": "CNY" },
    });
    Told::new("TRANSACTION.SUCCESS", Some("transaction"), &payment)
}

fn altered() -> Request<Bytes> {
    let (head, body) = told().request().into_parts();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Request::from_parts(head, body.replace("EV-1", "EV-2").into())
}

/// Requests that must be refused, and why.
fn refused() -> Vec<(Request<Bytes>, &'static str)> {
    let header = |name: &'static str, value: Option<&str>| {
        let mut request = told().request();
        match value {
            Some(value) => request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).unwrap()),
            None => request.headers_mut().remove(name),
        };
        request
    };
    vec![
        (altered(), "not verified: the signature does not match"),
        (
            told().request_at(NOW - 301),
            "not verified: the timestamp is 301 s away from this clock, more than 300 s",
        ),
        (
            header(
                "Wechatpay-Serial",
                Some("PUB_KEY_ID_0114232134912410000000000001"),
            ),
            "not verified: no key is known for serial PUB_KEY_ID_0114232134912410000000000001",
        ),
        (
            header("Wechatpay-Signature", None),
            "not verified: Wechatpay-Signature is missing",
        ),
        (
            header("Wechatpay-Signature", Some("WECHATPAY/SIGNTEST/x")),
            "not verified: a signature probe, refused like any wrong signature",
        ),
    ]
}

/// That the sender learns nothing but a no.
fn is_uninformative(status: StatusCode, body: &[u8]) -> bool {
    status == 401 && body == r#"{"code":"FAIL","message":"not verified"}"#.as_bytes()
}

#[tokio::test]
async fn any_server_hands_in_a_request_and_gets_a_notice_or_an_answer() {
    let notice = notices().receive(told().request()).await.unwrap();
    assert_eq!(notice.kind(), v3::NoticeKind::Payment);
    for (request, why) in refused() {
        let refusal = notices().receive(request).await.unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("the notification was refused: {why}")
        );
        assert!(matches!(refusal.error(), NoticeError::Unverified(_)));
        let error: &dyn Error = &refusal;
        assert!(!format!("{error:?}").contains(MCH_ID));
        let answer = refusal.into_response();
        assert!(
            is_uninformative(answer.status(), answer.body()),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn axum_extracts_what_is_proven_and_says_why_not() {
    let state = Arc::new(notices());
    let extract = async |request: Request<Bytes>| {
        v3::Notice::from_request(request.map(Body::from), &state).await
    };
    let notice = extract(told().request()).await.unwrap();
    assert_eq!(
        v3::PaymentNotice::read(&notice)
            .unwrap()
            .out_trade_no()
            .as_str(),
        "T12345"
    );
    for (request, why) in refused() {
        let refusal: Refusal = extract(request).await.unwrap_err();
        assert!(refusal.to_string().ends_with(why), "{refusal}");
        let answer = IntoResponse::into_response(refusal);
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 1024)
            .await
            .unwrap();
        assert!(is_uninformative(status, &body), "{status} {body:?}");
    }
    // A body beyond the router's limit is not read, and not called forged.
    let long = Request::post("/")
        .body(Bytes::from(vec![b' '; 3 << 20]))
        .unwrap();
    let refusal = extract(long).await.unwrap_err();
    assert!(
        matches!(refusal.error(), NoticeError::Body(_)),
        "{refusal:?}"
    );
    let answer = refusal.into_response();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        answer.body(),
        r#"{"code":"FAIL","message":"not understood"}"#
    );
}

#[tokio::test]
async fn axum_extracts_the_notifications_of_apiv2() {
    let key = Key::new(clients::API_KEY).unwrap();
    let state = Arc::new(v2::Notices::new(key, SignType::Md5));
    let fields = [
        ("return_code", "SUCCESS"),
        ("result_code", "SUCCESS"),
        ("appid", "wx1"),
        ("mch_id", MCH_ID),
        ("out_trade_no", "T1"),
        ("transaction_id", "4200000001"),
        ("total_fee", "100"),
    ];
    let good = replies::v2_signed(&fields, SignType::Md5).into_body();
    let request = |body: Bytes| Request::post("/").body(Body::from(body)).unwrap();
    let notice = v2::PaymentNotice::from_request(request(good.clone()), &state).await;
    assert_eq!(notice.unwrap().out_trade_no().as_str(), "T1");
    let altered = String::from_utf8(good.to_vec())
        .unwrap()
        .replace("[100]", "[1]");
    let refusal = v2::PaymentNotice::from_request(request(altered.into()), &state).await;
    let refusal = refusal.unwrap_err();
    assert!(
        refusal
            .to_string()
            .ends_with("the signature does not match"),
        "{refusal}"
    );
    let answer = refusal.into_response();
    assert_eq!(answer.headers()["Content-Type"], "text/xml; charset=utf-8");
    // A payment is no refund.
    let refusal = v2::RefundNotice::from_request(request(good), &state).await;
    assert!(
        refusal
            .unwrap_err()
            .to_string()
            .ends_with("req_info is missing")
    );
    let long = request(Bytes::from(vec![b' '; 3 << 20]));
    let refusal = v2::RefundNotice::from_request(long, &state)
        .await
        .unwrap_err();
    let answer = refusal.into_response();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

/// An error of a handler's own is answered as a refusal.
#[tokio::test]
async fn what_a_handler_refuses_is_answered_alike() {
    let notice = told().opened().await;
    let error = v3::RefundNotice::read(&notice).unwrap_err();
    assert_eq!(IntoResponse::into_response(error).status(), 400);
    let payment = v3::PaymentNotice::read(&notice).unwrap();
    let number = payment.out_trade_no().clone();
    let (mch_id, app_id) = (MCH_ID.parse().unwrap(), "wx1".parse().unwrap());
    let unexpected = payment.expect(&number, wxpay_api::Fen::new(101), &mch_id, &app_id);
    let error = NoticeError::from(unexpected.unwrap_err());
    assert_eq!(error.to_string(), "amount.total is not what was expected");
    let answer = v3::refuse(&error);
    assert_eq!(answer.status(), 400);
    assert_eq!(
        answer.body(),
        r#"{"code":"FAIL","message":"not understood"}"#
    );
}

/// A notification that WeChat Pay signed for another merchant has that one's key, or names that one
/// in it.
#[tokio::test]
async fn another_merchants_notification_is_refused() {
    let mut other = told();
    other.resource["mchid"] = "1900000111".into();
    let payment = v3::PaymentNotice::read(&other.opened().await).unwrap();
    let number = payment.out_trade_no().clone();
    let (mch_id, app_id) = (MCH_ID.parse().unwrap(), "wx1".parse().unwrap());
    let unexpected = payment.expect(&number, wxpay_api::Fen::new(100), &mch_id, &app_id);
    assert_eq!(unexpected.unwrap_err().field(), "mchid");
    // The other merchant's APIv3 key sealed it, although this merchant's platform key signed it.
    let keys = wxpay_api::sign::v3::PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap();
    let api_key = wxpay_api::sign::v3::ApiKey::new("0".repeat(32)).unwrap();
    let notices =
        v3::Notices::new(keys, api_key).clock(|| wxpay_api::Timestamp::from_unix(NOW).unwrap());
    let refusal = notices.receive(told().request()).await.unwrap_err();
    let NoticeError::Unverified(error) = refusal.error() else {
        panic!("{refusal:?}");
    };
    assert!(matches!(error.failure(), VerificationFailure::Unopened(_)));
    let empty: HeaderMap = HeaderMap::new();
    assert!(notices.open(&empty, Bytes::new()).await.is_err());
}
