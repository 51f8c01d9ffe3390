//! What a response of APIv3 proves, and what it means for a call that is a write.

use bytes::Bytes;
use futures_executor::block_on;
use http::Response;
use wxpay_client::core::{
    AppId, Certainty, Class, CodeFacts, DecodeError, Error, ErrorKind, InvalidInput, MchId,
    Outcome, Resolve, TransportError,
};
use wxpay_client::json::Json;
use wxpay_client::sign::{Proof, Verified};
use wxpay_client::v3::{Body, Call, Endpoint, Meta, Method};
use wxpay_test_support::clients;
use wxpay_test_support::replies::{plain, v3_signed};
use wxpay_test_support::scripted::Scripted;

const CODES: &[CodeFacts] = &[CodeFacts::new(
    "NO_AUTH",
    Outcome::NotExecuted,
    Class::new(Certainty::Definite),
)];

/// An endpoint with these facts, which answers with the JSON and its proof.
macro_rules! endpoint {
    ($name:ident, $meta:expr) => {
        struct $name;

        impl Endpoint for $name {
            type Response = (Json, Proof);
            const META: &'static Meta = &$meta;

            fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
                call.body(Body::new());
                Ok(())
            }

            fn decode(&self, reply: Verified<Json>) -> Result<(Json, Proof), DecodeError> {
                let proof = reply.proof().clone();
                Ok((reply.into_inner(), proof))
            }
        }
    };
}

const WRITE: Meta =
    Meta::write("my.pay", Method::Post, "/v3/my/pay", Resolve::Repeat).errors(CODES);

endpoint!(Pay, WRITE);
endpoint!(Accepted, WRITE.accepted_is_success());
endpoint!(Brand, Meta::read("my.brand", Method::Get, "/brand/my"));

fn of<E: Endpoint>(endpoint: &E, response: Response<Bytes>) -> Result<E::Response, Error> {
    block_on(clients::v3(Scripted::answering(response)).send(endpoint))
}

fn signed(status: u16, body: &str) -> Response<Bytes> {
    v3_signed(status, body, clients::NOW)
}

#[test]
fn a_signed_success_is_read() {
    let (json, proof) = of(&Pay, signed(200, r#"{"a":1}"#)).unwrap();
    assert_eq!(json, Json::object([("a", Json::from(1))]));
    assert_ne!(proof, Proof::TlsAlone);
    assert_eq!(of(&Pay, signed(204, "")).unwrap().0, Json::Null);
    assert_eq!(
        of(&Accepted, signed(202, "{}")).unwrap().0,
        Json::Object(Vec::new())
    );
}

#[test]
fn what_was_not_proven_is_unknown_after_a_write() {
    let refusal = r#"{"code":"NO_AUTH","message":"x"}"#;
    for (n, response) in [
        plain(200, "{}"),
        plain(500, ""),
        plain(403, refusal),
        signed(200, "{}").map(|_| Bytes::from("{\"a\":1}")),
        v3_signed(200, "{}", clients::NOW - 301),
        v3_signed(200, "{}", clients::NOW + 301),
        signed(202, "{}"),
        signed(202, ""),
        signed(403, "not JSON"),
        signed(403, r#"{"message":"x"}"#),
        signed(500, r#"{"code":"SYSTEM_ERROR","message":"x"}"#),
        signed(200, "not JSON"),
    ]
    .into_iter()
    .enumerate()
    {
        let error = of(&Pay, response).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{n}: {error}");
        assert_eq!(error.endpoint(), "my.pay");
    }
    of(&Pay, v3_signed(200, "{}", clients::NOW - 299)).unwrap();
}

#[test]
fn a_signed_refusal_with_a_final_code_is_not_executed() {
    let mut response = signed(403, r#"{"code":"NO_AUTH","message":"无权限"}"#);
    let headers = response.headers_mut();
    headers.insert("Request-ID", "08F78B-268522089".parse().unwrap());
    let error = of(&Pay, response).unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotExecuted);
    assert_eq!(error.request_id(), Some("08F78B-268522089"));
    let refusal = error.business().unwrap();
    assert_eq!(
        (refusal.status(), refusal.code(), refusal.message()),
        (403, "NO_AUTH", "无权限")
    );
    assert!(error.raw_reply().unwrap().starts_with(b"{\"code\""));
    // A state that waits may name a code, too.
    let error = of(&Pay, signed(202, r#"{"code":"USER_PAYING"}"#)).unwrap_err();
    assert_eq!(error.business().unwrap().code(), "USER_PAYING");
    let error = of(&Pay, signed(202, "{}")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotProcessed), "{error}");
}

#[test]
fn an_unsigned_refusal_is_told_as_it_is_claimed() {
    let claimed = |body: &str| match of(&Pay, plain(401, body.to_owned())).unwrap_err().kind() {
        ErrorKind::Protocol(claimed) => (
            claimed.status(),
            claimed.claimed_code().map(str::to_owned),
            claimed.claimed_message().to_owned(),
        ),
        other => panic!("{other}"),
    };
    let (status, code, message) = claimed(r#"{"code":"SIGN_ERROR","message":"错误的签名"}"#);
    assert_eq!((status, code.as_deref()), (401, Some("SIGN_ERROR")));
    assert_eq!(message, "错误的签名");
    assert_eq!(claimed("<html>").1, None);
}

#[test]
fn what_a_transport_did_not_send_was_not_executed() {
    for (error, outcome) in [
        (TransportError::not_sent("refused"), Outcome::NotExecuted),
        (TransportError::maybe_sent("reset"), Outcome::Unknown),
    ] {
        let client = clients::v3(Scripted::new([Err(error)]));
        let error = block_on(client.send(&Pay)).err().unwrap();
        assert_eq!(error.outcome(), outcome);
        assert_eq!(error.endpoint(), "my.pay");
    }
}

#[test]
fn a_merchant_calls_no_endpoint_of_a_brand() {
    let error = of(&Brand, signed(200, "{}")).unwrap_err();
    let ErrorKind::Invalid(invalid) = error.kind() else {
        panic!("{error}");
    };
    assert_eq!(invalid.field(), "path");
}

#[test]
fn a_client_keeps_its_ids_and_changes_those_of_its_copies() {
    let client = clients::v3(Scripted::default());
    let (sub, app) = (
        MchId::new("1900000110").unwrap(),
        AppId::new("wx8888888888888888").unwrap(),
    );
    let copy = client
        .sub_merchant(sub.clone(), Some(app.clone()))
        .app_id(app.clone());
    assert_eq!(client.mch_id().map(MchId::as_str), Some(clients::MCH_ID));
    assert_eq!((client.sub_mch_id(), copy.sub_mch_id()), (None, Some(&sub)));
    assert_eq!(copy.mch_id(), client.mch_id());
    let built = clients::v3_builder(Default::default(), Scripted::default())
        .app_id(app.clone())
        .sub_merchant(sub)
        .sub_app_id(app)
        .build()
        .unwrap();
    for client in [copy, built] {
        let (_, body) = crate::asked::called_by(&client, |call| {
            call.path_integer("id", 1, ..)?;
            let mut body = Body::new();
            for name in ["appid", "mchid", "sub_appid", "sub_mchid"] {
                body.own(name, call, true)?;
            }
            call.body(body);
            Ok(())
        })
        .unwrap();
        assert_eq!(
            body,
            r#"{"appid":"wx8888888888888888","mchid":"1900000109","sub_appid":"wx8888888888888888","sub_mchid":"1900000110"}"#
        );
    }
}

#[test]
fn debug_of_a_call_under_way_names_its_endpoint() {
    let client = clients::v3(Scripted::default());
    let (_, pending) = block_on(client.prepare(&Pay)).unwrap();
    assert_eq!(
        format!("{pending:?}"),
        r#"Pending { endpoint: "my.pay", .. }"#
    );
}
