//! Starting a batch of transfers: nested JSON, a list, and sealed names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};
use wxpay_api::core::{Effect, Error, ErrorKind, Fen, Outcome, Secret};
use wxpay_api::sign::v3::{MerchantKey, PrivateKey};
use wxpay_api::transport::TransportError;
use wxpay_api::v3::Endpoint;
use wxpay_api::v3::partner_transfer::{
    CreateBatch, QueryBatchByOutBatchNo, QueryDetailById, create_batch::CreateBatchOptions,
    create_batch::Transfer, create_batch::TransferOptions,
    query_batch_by_out_batch_no::QueryBatchByOutBatchNoOptions, query_batch_by_out_batch_no::Which,
    types::AuthorizationType, types::BatchStatus, types::TransferPurpose,
};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies, vectors};

fn transfer(number: &str, name: &str) -> Transfer {
    Transfer {
        out_detail_no: number.parse().unwrap(),
        transfer_amount: Fen::new(200_000),
        transfer_remark: "2020年4月报销".to_owned(),
        openid: "o-MYE42l80oelYMDE34nYD456Xoy".parse().unwrap(),
        user_name: Secret::new(name),
        options: TransferOptions::default(),
    }
}

fn request() -> CreateBatch {
    let mut second = transfer("x23zy545Bd5437", "李四");
    second.options = second.options.user_id_card("11010119900307123X");
    CreateBatch {
        sub_mchid: "1900000109".parse().unwrap(),
        authorization_type: AuthorizationType::Information,
        out_batch_no: "plfk2020042013".parse().unwrap(),
        batch_name: "2019年1月深圳分部报销单".to_owned(),
        batch_remark: "2019年1月深圳分部报销单".to_owned(),
        total_amount: Fen::new(400_000),
        total_num: 2,
        transfer_detail_list: vec![transfer("x23zy545Bd5436", "张三"), second],
        options: CreateBatchOptions::default()
            .sub_appid(
                "wxf636efh567hg4356"
                    .parse::<wxpay_api::core::AppId>()
                    .unwrap(),
            )
            .transfer_purpose(TransferPurpose::Reimbursement),
    }
}

fn accepted() -> Response<Bytes> {
    let body = json!({
        "out_batch_no": "plfk2020042013",
        "batch_id": "1030000071100999991182020050700019480001",
        "create_time": "2015-05-20T13:29:35.120+08:00",
    });
    replies::v3_signed(200, &body.to_string(), clients::NOW)
}

/// What the platform's key opens.
async fn opened(sealed: &Value) -> String {
    let key = PrivateKey::from_pem(&vectors::key("plat_key"), "00").unwrap();
    let ciphertext = STANDARD.decode(sealed.as_str().unwrap()).unwrap();
    key.decrypt(&ciphertext).await.unwrap().expose().to_owned()
}

#[tokio::test]
async fn the_batch_is_sent_with_its_names_sealed() {
    let transport = Scripted::answering(accepted());
    let done = clients::v3(transport.clone())
        .send(&request())
        .await
        .unwrap();
    assert_eq!(
        done.batch_id.as_str(),
        "1030000071100999991182020050700019480001"
    );
    let seen = transport.seen();
    let sent = &seen[0];
    assert_eq!(
        (sent.method().as_str(), sent.uri().path()),
        ("POST", "/v3/partner-transfer/batches")
    );
    assert_eq!(sent.headers()["wechatpay-serial"], replies::PLATFORM_KEY_ID);
    assert_eq!(sent.headers()["content-type"], "application/json");
    let mut body: Value = serde_json::from_slice(sent.body()).unwrap();
    for (n, name) in ["张三", "李四"].into_iter().enumerate() {
        let member = &mut body["transfer_detail_list"][n]["user_name"];
        assert_eq!(opened(member).await, name);
        *member = json!("sealed");
    }
    let card = &mut body["transfer_detail_list"][1]["user_id_card"];
    assert_eq!(opened(card).await, "11010119900307123X");
    *card = json!("sealed");
    let detail = |number: &str| {
        json!({
            "out_detail_no": number, "transfer_amount": 200_000, "transfer_remark": "2020年4月报销",
            "openid": "o-MYE42l80oelYMDE34nYD456Xoy", "user_name": "sealed",
        })
    };
    let mut second = detail("x23zy545Bd5437");
    second["user_id_card"] = json!("sealed");
    assert_eq!(
        body,
        json!({
            "sub_mchid": "1900000109", "authorization_type": "INFORMATION_AUTHORIZATION_TYPE",
            "out_batch_no": "plfk2020042013", "batch_name": "2019年1月深圳分部报销单",
            "batch_remark": "2019年1月深圳分部报销单", "total_amount": 400_000, "total_num": 2,
            "transfer_detail_list": [detail("x23zy545Bd5436"), second],
            "sub_appid": "wxf636efh567hg4356", "transfer_purpose": "REIMBURSEMENT",
        })
    );
}

#[tokio::test]
async fn every_failure_after_sending_is_unknown() {
    let ask = async |answer| {
        let transport = Scripted::new([answer]);
        let error = clients::v3(transport).send(&request()).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Write);
        error
    };
    let codes: Vec<&str> = CreateBatch::META
        .errors
        .iter()
        .map(|facts| facts.code)
        .collect();
    assert_eq!(codes.len(), 7);
    for code in codes.into_iter().chain(["SOMETHING_NEW"]) {
        let body = json!({ "code": code, "message": "why" }).to_string();
        let signed = ask(Ok(replies::v3_signed(400, &body, clients::NOW))).await;
        assert_eq!(
            (signed.outcome(), signed.business().unwrap().code()),
            (Outcome::Unknown, code)
        );
        let unsigned = ask(Ok(replies::plain(400, body))).await;
        assert_eq!(unsigned.outcome(), Outcome::Unknown);
    }
    for answer in [
        Ok(replies::plain(502, "<html>")),
        Ok(replies::plain(200, "{}")),
        Ok(replies::v3_signed(200, "{}", clients::NOW)),
        Ok(replies::v3_signed(
            200,
            r#"{"out_batch_no":"other","batch_id":"1"}"#,
            clients::NOW,
        )),
        Err(TransportError::maybe_sent("reset")),
    ] {
        assert_eq!(ask(answer).await.outcome(), Outcome::Unknown);
    }
    assert_eq!(
        ask(Err(TransportError::not_sent("refused")))
            .await
            .outcome(),
        Outcome::NotExecuted
    );
}

#[tokio::test]
async fn a_broken_rule_is_named_with_its_place() {
    let check = async |change: fn(&mut CreateBatch)| {
        let mut request = request();
        change(&mut request);
        let error: Error = clients::v3(Scripted::default())
            .send(&request)
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotExecuted);
        match error.kind() {
            ErrorKind::Invalid(invalid) => invalid.field().to_owned(),
            ErrorKind::Signing(signing) => signing.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        check(|r| r.transfer_detail_list[1].transfer_amount = Fen::ZERO).await,
        "transfer_detail_list[1].transfer_amount"
    );
    assert_eq!(
        check(|r| r.transfer_detail_list[0].transfer_remark = "字".repeat(33)).await,
        "transfer_detail_list[0].transfer_remark"
    );
    assert_eq!(
        check(|r| r.transfer_detail_list[0].user_name = "好".repeat(72).as_str().into()).await,
        "transfer_detail_list[0].user_name"
    );
    assert_eq!(
        check(|r| r.transfer_detail_list[0].user_name = "".into()).await,
        "transfer_detail_list[0].user_name"
    );
    assert_eq!(
        check(|r| r.transfer_detail_list.clear()).await,
        "transfer_detail_list"
    );
    assert_eq!(
        check(|r| r.batch_name = "早安😀".to_owned()).await,
        "batch_name"
    );
    assert_eq!(
        check(|r| r.total_amount = Fen::new(-1)).await,
        "total_amount"
    );
}

#[tokio::test]
async fn a_state_is_asked_for_with_the_transfers_and_not_without() {
    let client = clients::v3(Scripted::answering(replies::plain(404, "")));
    let prepared = async |need_query_detail, options| {
        let request = QueryBatchByOutBatchNo {
            out_batch_no: "plfk2020042013".parse().unwrap(),
            need_query_detail,
            options,
        };
        let prepared = client.prepare(&request).await;
        prepared.map(drop).map_err(|error| error.to_string())
    };
    let all = || QueryBatchByOutBatchNoOptions::default().detail_status(Which::All);
    assert_eq!(prepared(true, all()).await, Ok(()));
    assert_eq!(
        prepared(false, QueryBatchByOutBatchNoOptions::default()).await,
        Ok(())
    );
    let rule = |rule: &str| {
        Err(format!(
            "v3.partner_transfer.query_batch_by_out_batch_no: detail_status: {rule}"
        ))
    };
    assert_eq!(
        prepared(false, all()).await,
        rule("must be left out unless need_query_detail is true")
    );
    assert_eq!(
        prepared(true, QueryBatchByOutBatchNoOptions::default()).await,
        rule("is required when need_query_detail is true")
    );
}

#[tokio::test]
async fn a_batch_is_queried_with_its_transfers() {
    let body = json!({
        "sp_mchid": "1900001109", "out_batch_no": "plfk2020042013", "batch_id": "103", "batch_status": "FINISHED",
        "total_amount": 4_000_000, "total_num": 200, "success_num": 199, "close_reason": "NEW_REASON",
        "transfer_detail_list": [
            { "detail_id": "1040", "out_detail_no": "x1", "detail_status": "SUCCESS" },
            { "detail_id": "1041", "out_detail_no": "x2", "detail_status": "NEW_STATE" },
        ],
    });
    let transport = Scripted::answering(replies::v3_signed(200, &body.to_string(), clients::NOW));
    let request = QueryBatchByOutBatchNo {
        out_batch_no: "plfk2020042013".parse().unwrap(),
        need_query_detail: true,
        options: QueryBatchByOutBatchNoOptions::default()
            .offset(0_u32)
            .limit(20_u32)
            .detail_status(Which::All),
    };
    let found = clients::v3(transport.clone()).send(&request).await.unwrap();
    assert_eq!(
        transport.seen()[0].uri().path_and_query().unwrap(),
        "/v3/partner-transfer/batches/out-batch-no/plfk2020042013?need_query_detail=true&offset=0&limit=20&detail_status=ALL"
    );
    assert_eq!(
        (found.batch_status, found.total_num, found.success_num),
        (BatchStatus::Finished, 200, Some(199))
    );
    let states: Vec<&str> = found
        .transfer_detail_list
        .iter()
        .map(|detail| detail.detail_status.as_str())
        .collect();
    assert_eq!(states, ["SUCCESS", "NEW_STATE"]);
}

#[tokio::test]
async fn a_transfer_is_found_by_wechat_pays_numbers() {
    let body = json!({ "batch_id": "103", "detail_id": "1040", "detail_status": "INIT", "transfer_amount": 5 });
    let transport = Scripted::answering(replies::v3_signed(200, &body.to_string(), clients::NOW));
    let request = QueryDetailById {
        batch_id: "103".parse().unwrap(),
        detail_id: "1040".parse().unwrap(),
        options: Default::default(),
    };
    let found = clients::v3(transport.clone()).send(&request).await.unwrap();
    assert_eq!(
        transport.seen()[0].uri().path(),
        "/v3/partner-transfer/batches/batch-id/103/details/detail-id/1040"
    );
    assert_eq!(found.amount, Fen::new(5));
}

#[test]
fn nothing_personal_shows() {
    let shown = format!("{:?}", request());
    for hidden in [
        "张三",
        "李四",
        "11010119900307123X",
        "MYE42l80oelYMDE34nYD456Xoy",
    ] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
