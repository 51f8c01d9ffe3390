//! A merchant of the national algorithms (国密): requests, responses, certificates, notifications,
//! and what is refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};
use wxpay_api::NoticeError;
use wxpay_api::core::{
    Effect, Error, ErrorKind, Fen, MchId, Outcome, Secret, Timestamp, VerificationFailure,
};
use wxpay_api::sign::Proof;
use wxpay_api::sign::v3::{ApiKey, MerchantKey, PlatformKeys, PublicKeys, Suite};
use wxpay_api::v3::partner_transfer::{
    CreateBatch, create_batch::CreateBatchOptions, create_batch::Transfer,
    create_batch::TransferOptions, types::AuthorizationType,
};
use wxpay_api::v3::{Certificates, Client, Credentials, Endpoint, Notices, RefreshError};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, notices, replies, sm};

const ACCEPTED: &str = r#"{"out_batch_no":"plfk2020042013","batch_id":"1030000071100999991182020050700019480001","create_time":"2015-05-20T13:29:35.120+08:00"}"#;

fn batch() -> CreateBatch {
    CreateBatch {
        sub_mchid: "1900000109".parse().unwrap(),
        authorization_type: AuthorizationType::Information,
        out_batch_no: "plfk2020042013".parse().unwrap(),
        batch_name: "报销单".to_owned(),
        batch_remark: "报销单".to_owned(),
        total_amount: Fen::new(200_000),
        total_num: 1,
        transfer_detail_list: vec![Transfer {
            out_detail_no: "x23zy545Bd5436".parse().unwrap(),
            transfer_amount: Fen::new(200_000),
            transfer_remark: "报销".to_owned(),
            openid: "o-MYE42l80oelYMDE34nYD456Xoy".parse().unwrap(),
            user_name: Secret::new("张三"),
            options: TransferOptions::default(),
        }],
        options: CreateBatchOptions::default(),
    }
}

async fn sent(response: Response<Bytes>) -> (Result<String, Error>, Request<Bytes>) {
    let transport = Scripted::answering(response);
    let client = sm::builder(sm::platform_keys(), transport.clone());
    let result = client.build().unwrap().send(&batch()).await;
    let result = result.map(|done| done.batch_id.as_str().to_owned());
    (result, transport.seen().remove(0))
}

#[tokio::test]
async fn a_request_is_signed_and_its_fields_are_encrypted_with_sm2() {
    let (result, request) = sent(sm::signed(200, ACCEPTED)).await;
    assert_eq!(result.unwrap(), "1030000071100999991182020050700019480001");
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!(header("Wechatpay-Serial"), sm::PLATFORM_SERIAL);
    assert_eq!(header("Accept"), "application/json");
    let authorization = header("Authorization");
    let (scheme, _) = authorization.split_once(' ').unwrap();
    assert_eq!(scheme, "WECHATPAY2-SM2-WITH-SM3");
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let sealed = body["transfer_detail_list"][0]["user_name"].as_str();
    let sealed = STANDARD.decode(sealed.unwrap()).unwrap();
    let opened = sm::platform_key().decrypt(&sealed).await.unwrap();
    assert_eq!(opened.expose(), "张三");
}

#[tokio::test]
async fn a_response_in_another_suite_leaves_the_outcome_unknown() {
    let failure = |error: Error| {
        let meta = CreateBatch::META;
        assert_eq!(
            (meta.effect, error.outcome()),
            (Effect::Write, Outcome::Unknown)
        );
        match error.kind() {
            ErrorKind::Verification(error) => error.failure().clone(),
            other => panic!("{other:?}"),
        }
    };
    let other_suite = VerificationFailure::Algorithm("WECHATPAY2-SM2-WITH-SM3");
    // WeChat Pay's own RSA key, without a type and with one.
    let rsa = replies::v3_signed(200, ACCEPTED, clients::NOW);
    assert_eq!(failure(sent(rsa).await.0.unwrap_err()), other_suite);
    let mut named = replies::v3_signed(200, ACCEPTED, clients::NOW);
    let rsa = "WECHATPAY2-SHA256-RSA2048".parse().unwrap();
    named.headers_mut().insert("Wechatpay-Signature-Type", rsa);
    assert_eq!(failure(sent(named).await.0.unwrap_err()), other_suite);
    // An SM2 signature whose type is left out or changed on the way.
    let mut unnamed = sm::signed(200, ACCEPTED);
    unnamed.headers_mut().remove("Wechatpay-Signature-Type");
    assert_eq!(failure(sent(unnamed).await.0.unwrap_err()), other_suite);
    // An RSA signature under the number of the SM2 key and with its type.
    let rsa = replies::v3_signed(200, ACCEPTED, clients::NOW);
    let mut disguised = sm::signed(200, ACCEPTED);
    for name in ["Wechatpay-Signature", "Wechatpay-Nonce"] {
        let value = rsa.headers()[name].clone();
        disguised.headers_mut().insert(name, value);
    }
    let mismatch = VerificationFailure::Mismatch;
    assert_eq!(failure(sent(disguised).await.0.unwrap_err()), mismatch);
    // And a client of RSA takes no SM2.
    let transport = Scripted::answering(sm::signed(200, ACCEPTED));
    let error = clients::v3(transport).send(&batch()).await.unwrap_err();
    let rsa_only = VerificationFailure::Algorithm("WECHATPAY2-SHA256-RSA2048");
    assert_eq!(failure(error), rsa_only);
}

#[test]
fn a_client_has_keys_of_one_suite() {
    let none = Scripted::new([]);
    let error = sm::builder(PublicKeys::new(), none.clone()).build();
    let error = error.unwrap_err();
    assert_eq!(error.field(), "platform keys");
    assert!(error.rule().contains("WECHATPAY2-SM2-WITH-SM3"), "{error}");
    let credentials = Credentials::new(sm::merchant_key(), sm::platform_keys());
    let brand = Client::brand("40014".parse().unwrap(), credentials, none);
    assert!(brand.build().unwrap_err().rule().contains("RSA"));
}

fn entry(serial_no: &str, certificate: Value) -> Value {
    json!({
        "serial_no": serial_no,
        "effective_time": "2026-11-20T10:34:56+08:00",
        "expire_time": "2036-11-20T10:34:56+08:00",
        "encrypt_certificate": certificate,
    })
}

fn certificates(transport: Scripted) -> Certificates {
    let builder = Certificates::builder(
        MchId::new(clients::MCH_ID).unwrap(),
        sm::merchant_key(),
        ApiKey::new(notices::API_KEY).unwrap(),
        transport,
    );
    let certificates = builder.clock(|| Timestamp::from_unix(clients::NOW).unwrap());
    certificates.build().unwrap()
}

#[tokio::test]
async fn certificates_of_sm2_are_asked_for_and_believed() {
    let good = entry(
        sm::PLATFORM_SERIAL,
        sm::encrypted(&sm::pem("sm_plat"), "certificate"),
    );
    let rsa = entry(
        "50062CE505775F070CAB06E697F1BBD1AD4F4D87",
        sm::encrypted(&sm::pem("plat"), "certificate"),
    );
    let list = json!({ "data": [rsa, good] }).to_string();
    let transport = Scripted::new([Ok(sm::signed(200, &list)), Ok(sm::signed(200, ACCEPTED))]);
    let certificates = certificates(transport.clone());
    certificates.refresh().await.unwrap();
    assert_eq!(certificates.serial_numbers(), [sm::PLATFORM_SERIAL]);
    assert_eq!(certificates.suite(), Suite::Sm);
    let client = sm::builder(certificates, transport.clone())
        .build()
        .unwrap();
    client.send(&batch()).await.unwrap();
    let seen = transport.seen();
    let asked = seen[0].uri().path_and_query().unwrap().as_str();
    assert_eq!(asked, "/v3/certificates?algorithm_type=SM2");
    assert_eq!(seen[1].headers()["Wechatpay-Serial"], sm::PLATFORM_SERIAL);
}

#[tokio::test]
async fn a_list_in_another_suite_is_not_believed() {
    let sealed = sm::encrypted(&sm::pem("sm_plat"), "certificate");
    let refused = async |certificate: Value, signed: fn(&str) -> Response<Bytes>| {
        let list = json!({ "data": [entry(sm::PLATFORM_SERIAL, certificate)] });
        let answer = signed(&list.to_string());
        let certificates = certificates(Scripted::answering(answer));
        let error = certificates.refresh().await.unwrap_err();
        assert!(certificates.serial_numbers().is_empty());
        error
    };
    let by_sm2 = |list: &str| sm::signed(200, list);
    let by_rsa = |list: &str| replies::v3_signed(200, list, clients::NOW);
    let mut as_aes = sealed.clone();
    as_aes["algorithm"] = "AEAD_AES_256_GCM".into();
    for error in [
        refused(as_aes, by_sm2).await,
        refused(sealed.clone(), by_rsa).await,
    ] {
        let RefreshError::Unverified(error) = error else {
            panic!("{error:?}");
        };
        assert!(matches!(error.failure(), VerificationFailure::Algorithm(_)));
    }
    let rsa = sm::encrypted(&sm::pem("plat"), "certificate");
    let error = refused(rsa, by_sm2).await;
    assert!(matches!(error, RefreshError::Certificate(_)), "{error:?}");
}

fn notice(resource: &Value, signed: fn(&str) -> Response<Bytes>) -> (HeaderMap, Bytes) {
    let mut resource = resource.clone();
    resource["original_type"] = "withdraw".into();
    let body = json!({ "id": "EV-1", "event_type": "WITHDRAW.SUCCESS", "resource": resource });
    let (head, body) = signed(&body.to_string()).into_parts();
    (head.headers, body)
}

fn of_sm2() -> Notices {
    receiving(sm::platform_keys())
}

fn receiving(keys: impl PlatformKeys) -> Notices {
    Notices::new(keys, ApiKey::new(notices::API_KEY).unwrap())
        .clock(|| Timestamp::from_unix(clients::NOW).unwrap())
}

#[tokio::test]
async fn a_withdrawal_is_decrypted_as_its_request_was_signed() {
    let resource = sm::encrypted(r#"{"mchid":"1900009191"}"#, "withdraw");
    let by_sm2 = |body: &str| sm::signed(200, body);
    let by_rsa = |body: &str| replies::v3_signed(200, body, clients::NOW);
    let (headers, body) = notice(&resource, by_sm2);
    let told = of_sm2().open(&headers, body.clone()).await.unwrap();
    assert_eq!(told.plaintext(), br#"{"mchid":"1900009191"}"#);
    let serial_no = sm::PLATFORM_SERIAL.to_owned();
    assert_eq!(told.resource().proof(), &Proof::Sm2 { serial_no });
    // Keys of RSA alone refuse it; with those of SM2 beside them both suites are taken.
    let error = notices::notices().open(&headers, body.clone()).await;
    assert!(matches!(error, Err(NoticeError::Unverified(_))));
    let both = notices::notices().sm_keys(sm::platform_keys()).unwrap();
    assert!(both.open(&headers, body.clone()).await.is_ok());
    let (rsa_headers, rsa_body) = notice(&resource, by_rsa);
    let told = both.open(&rsa_headers, rsa_body.clone()).await.unwrap();
    assert!(matches!(told.resource().proof(), Proof::Rsa { .. }));
    assert!(of_sm2().open(&rsa_headers, rsa_body).await.is_err());
    // The header chooses between the two, and proves nothing.
    for signature_type in [None, Some("WECHATPAY2-SHA256-RSA2048"), Some("x")] {
        let mut other = headers.clone();
        other.remove("Wechatpay-Signature-Type");
        if let Some(signature_type) = signature_type {
            let value = signature_type.parse().unwrap();
            other.insert("Wechatpay-Signature-Type", value);
        }
        assert!(both.open(&other, body.clone()).await.is_err());
    }
    let brand = both.clone().brand();
    assert!(brand.open(&headers, body).await.is_err());
}

#[test]
fn keys_of_rsa_are_none_of_sm2() {
    let error = of_sm2().sm_keys(PublicKeys::new()).unwrap_err();
    assert_eq!(error.field(), "platform keys");
}
