//! Batches of transfers that the merchant pays with its own money (商家转账到零钱).

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::Fen;
use wxpay_sandbox::Sandbox;

use crate::batches;
use crate::bills::DAY;
use crate::client::Client;
use crate::fund_bills::at_noon;
use crate::v3::TrustedKey;

const OWN: &str = "/v3/transfer/batches";

#[tokio::test]
async fn an_own_batch_is_paid_once_from_the_operating_account() {
    let client = at_noon().await;
    let key = client.public_key();
    client.sandbox.set_balance(Fen::new(10_000));
    client.sandbox.register_name("o-2", "欧阳修");
    let (status, made) = create(&client, &key, &batch(&client, &key)).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["batch_status"], "ACCEPTED");
    // The same request again, before and after it is carried out.
    let again = create(&client, &key, &batch(&client, &key)).await;
    assert_eq!(again, (200, made.clone()));
    client.sandbox.advance(Duration::from_secs(1)).await;
    let again = create(&client, &key, &batch(&client, &key)).await;
    assert_eq!(again, (200, made.clone()));
    let mut other = batch(&client, &key);
    other["transfer_detail_list"][0]["openid"] = json!("o-3");
    let (status, refused) = create(&client, &key, &other).await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(client.sandbox.batches()[0].requests, 3);

    let id = made["batch_id"].as_str().unwrap();
    let (by_no, by_id) = (
        format!("{OWN}/out-batch-no/B1"),
        format!("{OWN}/batch-id/{id}"),
    );
    for path in [&by_no, &by_id] {
        let (_, found) = client
            .get_json(&format!("{path}?need_query_detail=true"))
            .await;
        let summary = &found["transfer_batch"];
        assert_eq!(summary["batch_status"], "FINISHED");
        assert_eq!(
            (&summary["success_num"], &summary["success_amount"]),
            (&json!(1), &json!(100))
        );
        assert_eq!(
            (&summary["fail_num"], &summary["fail_amount"]),
            (&json!(1), &json!(200))
        );
        let details = found["transfer_detail_list"].as_array().unwrap();
        assert_eq!(details.len(), 2);
        let detail = details[1]["detail_id"].as_str().unwrap();
        for target in [
            format!("{by_no}/details/out-detail-no/D2"),
            format!("{by_id}/details/detail-id/{detail}"),
        ] {
            let (_, found) = client.get_json(&target).await;
            assert_eq!(found["detail_status"], "FAIL", "{target}");
            assert_eq!(found["fail_reason"], "NAME_NOT_CORRECT");
            assert_eq!(found["transfer_amount"], 200);
        }
    }

    // What failed came back, in the account and in its bill.
    assert_eq!(client.sandbox.balance(), Some(Fen::new(9_900)));
    client.sandbox.advance(DAY).await;
    let (mut rows, sums) = client.flows("2026-11-25", "OPERATION").await;
    assert_eq!(rows[0][..4], ["充值", "收入", "100.00", "100.00"]);
    assert_eq!(rows.last().unwrap()[3], "99.00");
    rows.retain(|row| row[4] == "D2");
    let kinds: Vec<_> = rows.iter().map(|row| &row[..3]).collect();
    assert_eq!(
        kinds,
        [
            ["商家转账", "支出", "2.00"],
            ["商家转账退款", "收入", "2.00"]
        ]
    );
    assert_eq!(sums, ["4", "2", "102.00", "2", "3.00"]);
}

#[tokio::test]
async fn an_own_batch_without_enough_money_is_not_made() {
    let client = at_noon().await;
    let key = client.public_key();
    client.sandbox.set_balance(Fen::new(299));
    let (status, refused) = create(&client, &key, &batch(&client, &key)).await;
    assert_eq!((status, &refused["code"]), (403, &json!("NOT_ENOUGH")));
    assert!(client.sandbox.batches().is_empty());
    assert_eq!(client.sandbox.balance(), Some(Fen::new(299)));
    client.sandbox.set_balance(Fen::new(300));
    let (status, made) = create(&client, &key, &batch(&client, &key)).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(client.sandbox.balance(), Some(Fen::new(0)));
}

#[tokio::test]
async fn an_own_batch_that_breaks_a_rule_is_refused() {
    let client = at_noon().await;
    let key = client.public_key();
    let sealed = json!(key.seal("张三"));
    for (at, value, code) in [
        (
            "/appid",
            json!("wx0000000000000000"),
            "APPID_MCHID_NOT_MATCH",
        ),
        ("/sub_mchid", json!("1900000109"), "PARAM_ERROR"),
        ("/total_amount", json!(301), "PARAM_ERROR"),
        ("/total_num", json!(1), "PARAM_ERROR"),
        (
            "/notify_url",
            json!("https://a.example/?b=c"),
            "PARAM_ERROR",
        ),
        (
            "/transfer_detail_list/0/transfer_amount",
            json!(200_000),
            "PARAM_ERROR",
        ),
        (
            "/transfer_detail_list/0/user_name",
            json!("张三"),
            "PARAM_ERROR",
        ),
    ] {
        let mut broken = batch(&client, &key);
        let (parent, name) = at.rsplit_once('/').unwrap();
        broken.pointer_mut(parent).unwrap()[name] = value;
        let (_, refused) = create(&client, &key, &broken).await;
        assert_eq!(refused["code"], code, "{at}: {refused}");
    }
    let mut small = batch(&client, &key);
    small["transfer_detail_list"][0]["transfer_amount"] = json!(29);
    small["total_amount"] = json!(229);
    small["transfer_detail_list"][0]["user_name"] = sealed;
    let (_, refused) = create(&client, &key, &small).await;
    assert_eq!(refused["code"], "PARAM_ERROR");
    assert_eq!(
        refused["detail"]["field"],
        "/transfer_detail_list/0/user_name"
    );
    assert!(client.sandbox.batches().is_empty());
}

/// Neither finds what the other has asked for.
#[tokio::test]
async fn own_batches_and_those_of_service_providers_are_apart() {
    let client = at_noon().await;
    let key = client.public_key();
    let (_, own) = create(&client, &key, &batch(&client, &key)).await;
    let (_, other) = batches::create(&client, &key, &batches::batch(&key)).await;
    client.sandbox.advance(Duration::from_secs(1)).await;
    for (path, number, made, detail) in [
        (OWN, "plfk2020042013", &other, "D1"),
        (batches::BATCHES, "B1", &own, "D2"),
    ] {
        let id = made["batch_id"].as_str().unwrap();
        for target in [
            format!("{path}/out-batch-no/{number}?need_query_detail=false"),
            format!("{path}/batch-id/{id}?need_query_detail=false"),
            format!("{path}/out-batch-no/{number}/details/out-detail-no/{detail}"),
        ] {
            let (status, said) = client.get_json(&target).await;
            assert_eq!(
                (status, &said["code"]),
                (404, &json!("NOT_FOUND")),
                "{target}"
            );
        }
    }
}

/// What must be approved waits, across a restart, and pays nobody.
#[tokio::test]
async fn an_own_batch_waits_for_its_approver_across_a_restart() {
    let client = at_noon().await;
    let key = client.public_key();
    client.sandbox.set_batch_approval(true);
    create(&client, &key, &batch(&client, &key)).await;
    client.sandbox.advance(DAY).await;
    let snapshot = client.sandbox.snapshot();
    let client = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(client.sandbox.snapshot(), snapshot);
    let by_no = format!("{OWN}/out-batch-no/B1?need_query_detail=true");
    let (_, found) = client.get_json(&by_no).await;
    assert_eq!(found["transfer_batch"]["batch_status"], "WAIT_PAY");
    assert_eq!(found.get("transfer_detail_list"), None);
    assert!(client.sandbox.settle_batch("B1"));
    let (_, found) = client.get_json(&by_no).await;
    assert_eq!(found["transfer_batch"]["batch_status"], "FINISHED");
    assert_eq!(found["transfer_batch"]["success_num"], 2);
}

/// As it was written before there were batches of a merchant's own.
#[tokio::test]
async fn an_earlier_snapshot_with_batches_is_read() {
    let client = at_noon().await;
    let key = client.public_key();
    batches::create(&client, &key, &batches::batch(&key)).await;
    let mut earlier: Value = serde_json::from_str(&client.sandbox.snapshot()).unwrap();
    earlier
        .as_object_mut()
        .unwrap()
        .remove("batch_approval")
        .unwrap();
    let terms = earlier["batches"][0]["terms"].as_object_mut().unwrap();
    for later in ["appid", "transfer_scene_id", "notify_url"] {
        assert_eq!(terms.remove(later), Some(Value::Null), "{later}");
    }
    let earlier = earlier.to_string();
    let client = Client::start_built(Sandbox::builder().snapshot(earlier)).await;
    let target = format!(
        "{}/out-batch-no/plfk2020042013?need_query_detail=false",
        batches::BATCHES
    );
    let (status, found) = client.get_json(&target).await;
    assert_eq!((status, &found["sub_mchid"]), (200, &json!("1900000109")));
    assert_eq!(found["batch_status"], "PROCESSING");
    assert!(client.sandbox.settle_batch("plfk2020042013"));
}

async fn create(client: &Client, key: &TrustedKey, batch: &Value) -> (u16, Value) {
    let body = batch.to_string();
    let reply = client.send(OWN, Some(&key.serial), Some(&body)).await;
    client.read_signed(reply, key).await
}

/// Two transfers of three yuan in all. The second is to somebody of another name.
fn batch(client: &Client, key: &TrustedKey) -> Value {
    json!({
        "appid": client.sandbox.merchant().appid.as_str(),
        "out_batch_no": "B1",
        "batch_name": "十一月",
        "batch_remark": "报销",
        "total_amount": 300,
        "total_num": 2,
        "transfer_scene_id": "1000",
        "transfer_detail_list": [
            {
                "out_detail_no": "D1",
                "transfer_amount": 100,
                "transfer_remark": "报销",
                "openid": "o-1",
            },
            {
                "out_detail_no": "D2",
                "transfer_amount": 200,
                "transfer_remark": "报销",
                "openid": "o-2",
                "user_name": key.seal("张三"),
            },
        ],
    })
}
