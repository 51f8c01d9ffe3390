//! Querying one transfer of a batch by merchant batch and detail number.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};
use wxpay_api::core::{
    Certainty, Effect, Error, ErrorKind, Fen, OutBatchNo, OutDetailNo, Outcome, Progress,
    VerificationFailure,
};
use wxpay_api::sign::Proof;
use wxpay_api::transport::Hints;
use wxpay_api::v3::partner_transfer::{
    QueryDetailByOutDetailNo, QueryDetailByOutDetailNoResponse, query_detail_by_out_detail_no,
    types::AccountType, types::FailReason,
};
use wxpay_api::v3::{Call, Endpoint};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::vectors::{of_kind, text};
use wxpay_tests::{clients, replies};

fn request() -> QueryDetailByOutDetailNo {
    QueryDetailByOutDetailNo {
        out_batch_no: OutBatchNo::new("plfk2020042013").unwrap(),
        out_detail_no: OutDetailNo::new("x23zy545Bd5436").unwrap(),
        options: Default::default(),
    }
}

/// The document's own sample, which has a fail reason beside SUCCESS and a name that can't be
/// opened.
fn sample() -> Value {
    serde_json::from_str(text(&of_kind("v3_transfer_detail")[0]["input"]["body"])).unwrap()
}

fn changed(changes: Value) -> String {
    let mut body = sample();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    body.to_string()
}

async fn answered(response: Response<Bytes>) -> Result<QueryDetailByOutDetailNoResponse, Error> {
    let transport = Scripted::answering(response);
    let result = query_detail_by_out_detail_no(&clients::v3(transport.clone()), &request()).await;
    assert_eq!(transport.seen().len(), 1);
    result
}

async fn signed(body: &str) -> Result<QueryDetailByOutDetailNoResponse, Error> {
    answered(replies::v3_signed(200, body, clients::NOW)).await
}

#[tokio::test]
async fn the_request_is_signed_over_what_is_sent() {
    let transport = Scripted::answering(replies::v3_signed(200, &changed(json!({})), clients::NOW));
    query_detail_by_out_detail_no(&clients::v3(transport.clone()), &request())
        .await
        .unwrap();
    let seen = transport.seen();
    let sent = &seen[0];
    assert_eq!(sent.method(), "GET");
    let path = "/v3/partner-transfer/batches/out-batch-no/plfk2020042013/details/out-detail-no/x23zy545Bd5436";
    assert_eq!(
        sent.uri(),
        format!("https://api.mch.weixin.qq.com{path}").as_str()
    );
    assert!(sent.body().is_empty());
    assert_eq!(sent.headers()["accept"], "application/json");
    assert!(!sent.headers().contains_key("content-type"));
    assert_eq!(sent.headers()["wechatpay-serial"], replies::PLATFORM_KEY_ID);
    assert_eq!(
        sent.extensions().get(),
        Some(
            &Hints::new(
                "v3.partner_transfer.query_detail_by_out_detail_no",
                Effect::Read,
                false
            )
            .backup_host(true)
            .per_second(Some(50))
        )
    );
    let authorization = &sent.headers()["authorization"];
    assert!(authorization.is_sensitive());
    // PKCS#1 v1.5 is deterministic, so the other provider must come to the same signature.
    let message = format!("GET\n{path}\n{}\n{}\n\n", clients::NOW, clients::NONCE);
    let key = wxpay_api::sign::v3::PrivateKey::from_pem_with(
        wxpay_api::sign::provider::Provider::rust_crypto(),
        &wxpay_tests::vectors::key("mch"),
        clients::SERIAL_NO,
    )
    .unwrap();
    let signature = wxpay_api::sign::v3::MerchantKey::sign(&key, message.as_bytes())
        .await
        .unwrap();
    let expected = format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"{}\",signature=\"{}\",timestamp=\"{}\",serial_no=\"{}\"",
        clients::MCH_ID,
        clients::NONCE,
        STANDARD.encode(signature),
        clients::NOW,
        clients::SERIAL_NO,
    );
    assert_eq!(authorization.to_str().unwrap(), expected);
}

#[tokio::test]
async fn the_documents_sample_is_a_success() {
    let client = clients::v3(Scripted::answering(replies::v3_signed(
        200,
        &changed(json!({})),
        clients::NOW,
    )));
    let detail = query_detail_by_out_detail_no(&client, &request())
        .await
        .unwrap();
    assert_eq!(detail.detail_status.progress(), Progress::Succeeded);
    assert_eq!(detail.fail_reason, Some(FailReason::AccountFrozen));
    assert_eq!(detail.amount, Fen::new(200_000));
    assert_eq!(detail.account_type, Some(AccountType::WechatPay));
    assert_eq!(detail.bank_name.as_deref(), Some("招商银行"));
    assert_eq!(
        detail
            .initiate_time
            .unwrap()
            .timestamp()
            .unwrap()
            .unix_millis(),
        1_432_099_775_120
    );
    assert_eq!(
        detail.reply.proof(),
        &Proof::Rsa {
            serial_no: replies::PLATFORM_KEY_ID.to_owned()
        }
    );
    // The name can't be opened; everything else stands.
    let username = detail.username.unwrap();
    assert!(username.as_str().starts_with("757b340b"));
    assert!(client.open(&username).await.is_err());
}

#[tokio::test]
async fn a_sealed_name_is_opened_on_demand() {
    let vector = &of_kind("oaep_decrypt")[0];
    let body = changed(json!({ "username": vector["input"]["ciphertext"] }));
    let client = clients::v3(Scripted::answering(replies::v3_signed(
        200,
        &body,
        clients::NOW,
    )));
    let detail = query_detail_by_out_detail_no(&client, &request())
        .await
        .unwrap();
    assert_eq!(format!("{:?}", detail.username), "Some([sealed])");
    let name = client.open(&detail.username.unwrap()).await.unwrap();
    assert_eq!(name.expose(), text(&vector["expected"]["plaintext"]));
}

#[tokio::test]
async fn either_name_of_the_amount_is_read() {
    let amount = async |changes: Value| {
        signed(&changed(changes))
            .await
            .map(|detail| detail.amount.get())
    };
    assert_eq!(amount(json!({})).await.unwrap(), 200_000);
    assert_eq!(
        amount(json!({ "total_amount": null, "transfer_amount": 7 }))
            .await
            .unwrap(),
        7
    );
    assert_eq!(amount(json!({ "total_amount": "7" })).await.unwrap(), 7);
    assert_eq!(
        amount(json!({ "total_amount": 7, "transfer_amount": 7 }))
            .await
            .unwrap(),
        7
    );
    for wrong in [
        json!({ "total_amount": null }),
        json!({ "total_amount": 7, "transfer_amount": 8 }),
        json!({ "total_amount": 7.5 }),
        json!({ "total_amount": 7.0 }),
        json!({ "total_amount": "7.00" }),
        json!({ "total_amount": "" }),
        json!({ "total_amount": [7] }),
        json!({ "total_amount": true }),
        json!({ "total_amount": 18_446_744_073_709_551_615_u64 }),
    ] {
        assert!(
            matches!(
                amount(wrong.clone()).await.unwrap_err().kind(),
                ErrorKind::Decode(_)
            ),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn states_and_reasons_are_open() {
    for (status, progress) in [
        ("INIT", Progress::Pending),
        ("PROCESSING", Progress::Pending),
        ("SUCCESS", Progress::Succeeded),
        ("FAIL", Progress::Failed),
        ("REFUND", Progress::Returned),
        ("NEW", Progress::Unknown),
    ] {
        let detail = signed(&changed(json!({ "detail_status": status })))
            .await
            .unwrap();
        assert_eq!(detail.detail_status.progress(), progress);
    }
    let reasons = [
        "ACCOUNT_FROZEN",
        "REAL_NAME_CHECK_FAIL",
        "NAME_NOT_CORRECT",
        "OPENID_INVALID",
        "TRANSFER_QUOTA_EXCEED",
        "DAY_RECEIVED_QUOTA_EXCEED",
        "MONTH_RECEIVED_QUOTA_EXCEED",
        "DAY_RECEIVED_COUNT_EXCEED",
        "PRODUCT_AUTH_CHECK_FAIL",
        "OVERDUE_CLOSE",
        "ID_CARD_NOT_CORRECT",
        "ACCOUNT_NOT_EXIST",
        "TRANSFER_RISK",
        "PAYROLL_CARD_ALREADY_LOGOUT",
        "PAYROLL_CARD_ALREADY_FROZEN",
        "PAYROLL_CARD_UNAUTHORIZED",
        "PAYROLL_CARD_USER_NOT_OPEN",
        "REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED",
        "BANK_CARD_COLLECTIONS_ABOVE_QUOTA",
        "BANK_CARD_ACCOUNT_ABNORMAL",
        "BANK_CARD_STATUS_ABNORMAL",
        "BANK_CARD_BANK_INFO_WRONG",
    ];
    assert_eq!(reasons.len(), 22);
    for reason in reasons {
        let detail = signed(&changed(
            json!({ "detail_status": "FAIL", "fail_reason": reason }),
        ))
        .await
        .unwrap();
        let got = detail.fail_reason.unwrap();
        assert!(!matches!(got, FailReason::Other(_)), "{reason}");
        assert_eq!(got.as_str(), reason);
    }
    let detail = signed(&changed(json!({ "fail_reason": "PAY_ROLL_CARD_NEW" })))
        .await
        .unwrap();
    assert_eq!(
        detail.fail_reason,
        Some(FailReason::Other("PAY_ROLL_CARD_NEW".to_owned()))
    );
}

#[tokio::test]
async fn what_is_optional_may_be_missing() {
    let few = json!({
        "out_batch_no": "plfk2020042013", "out_detail_no": "x23zy545Bd5436", "detail_status": "INIT",
        "total_amount": 1, "fail_reason": null, "username": "", "added_later": { "a": [1, 2.5] },
    });
    let detail = signed(&few.to_string()).await.unwrap();
    assert!(detail.username.is_none() && detail.fail_reason.is_none() && detail.batch_id.is_none());
    assert!(detail.reply.get().get("added_later").is_some());
}

#[tokio::test]
async fn an_authentic_answer_to_another_question_is_refused() {
    for name in ["out_batch_no", "out_detail_no"] {
        for value in [json!("other"), json!(null), json!("")] {
            let error = signed(&changed(json!({ name: value }))).await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Decode(decode) if decode.field() == name),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_unproven_answer_is_refused() {
    let failure =
        async |response: Response<Bytes>| match answered(response).await.unwrap_err().kind() {
            ErrorKind::Verification(verification) => verification.failure().clone(),
            other => panic!("{other:?}"),
        };
    let body = changed(json!({}));
    let good = replies::v3_signed(200, &body, clients::NOW);
    assert_eq!(
        failure(replies::plain(200, body.clone())).await,
        VerificationFailure::Missing("Wechatpay-Timestamp")
    );
    assert_eq!(
        failure(replies::v3_signed(200, &body, clients::NOW - 301)).await,
        VerificationFailure::Stale(301)
    );
    let tampered = good
        .clone()
        .map(|_| Bytes::from(body.replace("200000", "200001")));
    assert_eq!(failure(tampered).await, VerificationFailure::Mismatch);
    let mut unsigned = good.clone();
    unsigned.headers_mut().remove("Wechatpay-Signature");
    assert_eq!(
        failure(unsigned).await,
        VerificationFailure::Missing("Wechatpay-Signature")
    );
    // A refusal with a wrong signature is not even a claim.
    let refusal = replies::v3_signed(404, r#"{"code":"NOT_FOUND","message":"x"}"#, clients::NOW);
    let tampered = refusal.map(|_| Bytes::from(r#"{"code":"NOT_FOUND","message":"y"}"#));
    assert_eq!(failure(tampered).await, VerificationFailure::Mismatch);
}

#[tokio::test]
async fn no_code_says_that_the_transfer_failed() {
    use Certainty::{Ambiguous as A, QueryFailed as Q};
    let table = [
        (429, "FREQUENCY_LIMITED", Q),
        (400, "INVALID_REQUEST", Q),
        (404, "NOT_FOUND", A),
        (400, "PARAM_ERROR", Q),
        (401, "SIGN_ERROR", Q),
        (500, "SYSTEM_ERROR", Q),
    ];
    let documented: Vec<&str> = QueryDetailByOutDetailNo::META
        .errors
        .iter()
        .map(|facts| facts.code)
        .collect();
    assert_eq!(documented, table.map(|row| row.1));
    for (status, code, certainty) in table {
        let body =
            json!({ "code": code, "message": "why", "detail": { "field": "x" } }).to_string();
        let error = answered(replies::v3_signed(status, &body, clients::NOW))
            .await
            .unwrap_err();
        let business = error.business().unwrap();
        assert_eq!(
            (business.status(), business.code(), business.message()),
            (status, code, "why")
        );
        assert_eq!(business.class().certainty, certainty);
        assert_eq!(
            (error.outcome(), error.must_query()),
            (Outcome::ReadFailed, true)
        );
        // The same, unsigned, is a claim.
        let error = answered(replies::plain(status, body)).await.unwrap_err();
        let ErrorKind::Protocol(protocol) = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!(
            (protocol.status(), protocol.claimed_code()),
            (status, Some(code))
        );
        assert_eq!(
            (error.outcome(), error.must_query()),
            (Outcome::ReadFailed, true)
        );
    }
}

#[tokio::test]
async fn what_is_no_reply_says_nothing() {
    for (response, kind) in [
        (replies::plain(502, "<html>502</html>"), "protocol"),
        (replies::plain(200, ""), "verification"),
        (replies::plain(200, "<html>502</html>"), "verification"),
        (replies::plain(301, ""), "protocol"),
        (replies::v3_signed(200, "", clients::NOW), "decode"),
        (replies::v3_signed(200, "{", clients::NOW), "decode"),
        (replies::v3_signed(200, "[]", clients::NOW), "decode"),
        (
            replies::v3_signed(200, "{\"a\":1,\"a\":1}", clients::NOW),
            "decode",
        ),
        (
            replies::v3_signed(200, &"[".repeat(500), clients::NOW),
            "decode",
        ),
        (
            replies::v3_signed(502, "<html>502</html>", clients::NOW),
            "protocol",
        ),
    ] {
        let error = answered(response).await.unwrap_err();
        let got = match error.kind() {
            ErrorKind::Protocol(_) => "protocol",
            ErrorKind::Verification(_) => "verification",
            ErrorKind::Decode(_) => "decode",
            other => panic!("{other:?}"),
        };
        assert_eq!(got, kind, "{error}");
        assert_eq!(error.outcome(), Outcome::ReadFailed);
    }
}

#[tokio::test]
async fn an_error_has_the_id_of_its_request() {
    for (mut response, id) in [
        (
            replies::plain(404, "{}"),
            Some("08F78BB5AF0610D302D9-268435462"),
        ),
        (replies::plain(502, ""), None),
    ] {
        if let Some(id) = id {
            response
                .headers_mut()
                .insert("Request-ID", id.parse().unwrap());
        }
        assert_eq!(answered(response).await.unwrap_err().request_id(), id);
    }
}

#[test]
fn numbers_have_their_documented_form() {
    assert!(OutBatchNo::new("a".repeat(64)).is_ok());
    for bad in ["", "a/b", "a.b", "..", "a b", "批次", &"a".repeat(65)] {
        assert!(
            OutBatchNo::new(bad).is_err() && OutDetailNo::new(bad).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn a_request_shows_names_and_no_values() {
    let mut call = Call::default();
    request().encode(&mut call).unwrap();
    let shown = format!("{call:?}");
    assert!(shown.contains("out_detail_no"), "{shown}");
    assert!(!shown.contains("x23zy545Bd5436"), "{shown}");
}
