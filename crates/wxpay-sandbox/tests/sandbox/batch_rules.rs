use serde_json::{Value, json};

use crate::batches::{BATCHES, batch, create};
use crate::client::Client;
use crate::v3::TrustedKey;

#[tokio::test]
async fn a_batch_that_breaks_a_rule_is_refused() {
    let client = Client::start().await;
    let key = client.public_key();
    let long = "名".repeat(33);
    let mixed = TrustedKey {
        serial: key.serial.clone(),
        ..Client::start().await.public_key()
    };
    for (at, value) in [
        ("/out_batch_no", json!("plfk-2020")),
        ("/out_batch_no", json!("")),
        ("/out_batch_no", json!("1".repeat(33))),
        ("/authorization_type", json!("ANY")),
        ("/authorization_type", json!("FUND_AUTHORIZATION_TYPE")),
        ("/sub_mchid", json!("a")),
        ("/batch_name", json!(long)),
        ("/batch_remark", json!(1)),
        ("/total_amount", json!(301)),
        ("/total_amount", json!(300.0)),
        ("/total_amount", json!("300")),
        ("/total_num", json!(3)),
        ("/transfer_purpose", json!("GIFT")),
        ("/transfer_scene", Value::Null),
        ("/transfer_detail_list", json!([])),
        ("/transfer_detail_list/0", json!("D1")),
        ("/transfer_detail_list/1/out_detail_no", json!("D1")),
        ("/transfer_detail_list/0/transfer_amount", json!(-100)),
        ("/transfer_detail_list/0/transfer_amount", json!(i64::MAX)),
        ("/transfer_detail_list/0/transfer_remark", json!(long)),
        ("/transfer_detail_list/0/openid", json!("")),
        ("/transfer_detail_list/0/user_name", json!("张三")),
        (
            "/transfer_detail_list/0/user_name",
            json!(mixed.seal("张三")),
        ),
        ("/transfer_detail_list/0/user_id_card", json!("MTIz")),
    ] {
        let mut broken = batch(&key);
        match broken.pointer_mut(at) {
            Some(place) => *place = value.clone(),
            None => {
                let (parent, name) = at.rsplit_once('/').unwrap();
                broken.pointer_mut(parent).unwrap()[name] = value.clone();
            }
        }
        let (status, refused) = create(&client, &key, &broken).await;
        assert_eq!(
            (status, &refused["code"]),
            (400, &json!("PARAM_ERROR")),
            "{at}"
        );
        let blamed = match &value {
            value if value == "FUND_AUTHORIZATION_TYPE" => "/sp_appid",
            value if *value == json!(i64::MAX) => "/total_amount",
            _ => at,
        };
        assert_eq!(refused["detail"]["field"], blamed);
    }

    let body = batch(&key).to_string();
    for serial in [
        None,
        Some(""),
        Some("PUB_KEY_ID_01"),
        Some(&*client.sandbox.merchant().serial_no),
    ] {
        let reply = client.send(BATCHES, serial, Some(&body)).await;
        let (status, refused) = client.read_signed(reply, &key).await;
        assert_eq!((status, &refused["code"]), (400, &json!("PARAM_ERROR")));
    }
    assert!(client.sandbox.batches().is_empty());
    assert!(client.sandbox.transfers().is_empty());
}

#[tokio::test]
async fn queries_of_batches_are_held_to_the_rules() {
    let client = Client::start().await;
    let key = client.public_key();
    let (_, made) = create(&client, &key, &batch(&key)).await;
    let id = made["batch_id"].as_str().unwrap();
    let by_out_no = |rest: &str| format!("{BATCHES}/out-batch-no/plfk2020042013{rest}");
    let by_id = |rest: &str| format!("{BATCHES}/batch-id/{id}{rest}");
    for (target, status) in [
        (by_out_no(""), 400),
        (by_out_no("?need_query_detail=1"), 400),
        (by_out_no("?need_query_detail=true&limit=19"), 400),
        (by_out_no("?need_query_detail=true&limit=101"), 400),
        (by_out_no("?need_query_detail=true&offset=-1"), 400),
        (
            by_out_no("?need_query_detail=true&detail_status=-a-l-l"),
            400,
        ),
        (
            by_out_no("?need_query_detail=true&detail_status=REFUND"),
            200,
        ),
        (
            by_out_no("?need_query_detail=false&detail_status=REFUND"),
            400,
        ),
        (by_id("?need_query_detail=false&detail_status=REFUND"), 400),
        (by_id("?need_query_detail=false&detail_status=ALL"), 400),
        (by_out_no("?need_query_detail=false&detail_status=ALL"), 400),
        (by_out_no("?need_query_detail=false"), 200),
        (by_id("?need_query_detail=false"), 200),
        (by_id("0?need_query_detail=false"), 404),
        (by_out_no("0?need_query_detail=false"), 404),
        (by_out_no("-?need_query_detail=false"), 400),
        (by_id("/details/detail-id/1"), 404),
        (by_id("/details/detail-id/%31"), 400),
    ] {
        let reply = client.send(&target, None, None).await;
        let (found, body) = client.read_signed(reply, &key).await;
        assert_eq!(found, status, "{target}");
        // A state of transfers that are not asked for.
        if target.contains("false&detail_status=ALL") {
            assert_eq!(body["code"], "PARAM_ERROR");
            assert_eq!(body["message"], "传入的转账明细状态无效");
        }
    }
    for target in [
        by_out_no("/details"),
        by_out_no("/details/detail-id/1"),
        by_id("/details/detail-id/"),
        by_id("/details/detail-id/1/2"),
        format!("{BATCHES}/batch-id/"),
    ] {
        let reply = client.get_signed(&target).await.unwrap();
        assert_eq!(reply.status(), 404, "{target}");
    }
    assert_eq!(client.get_signed(BATCHES).await.unwrap().status(), 405);
}
