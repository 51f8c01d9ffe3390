//! Money that goes to the bank.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::Fen;
use wxpay_sandbox::{NoticeKind, Sandbox};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::{FAIL, OK};
use crate::transfer_bills::noon;

pub(crate) const WITHDRAW: &str = "/v3/merchant/fund/withdraw";
const OF_SUB: &str = "/v3/ecommerce/fund/withdraw";

pub(crate) fn withdrawal(number: &str, fen: i64) -> Value {
    json!({
        "out_request_no": number,
        "amount": fen,
        "remark": "交易提现",
        "bank_memo": "平台提现",
        "account_type": "OPERATION",
    })
}

impl Client {
    async fn withdrawal_found(&self, number: &str) -> Value {
        let target = format!("{WITHDRAW}/out-request-no/{number}");
        let (status, found) = self.get_json(&target).await;
        assert_eq!(status, 200, "{found}");
        found
    }
}

#[tokio::test]
async fn a_withdrawal_arrives_on_the_next_day_and_is_told() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(3_000));
    let callback = Callback::answering(&[FAIL, OK, OK]);
    let mut asked = withdrawal("W1", 1_000);
    asked["notify_url"] = json!(callback.url);
    let (status, made) = client.post_json(WITHDRAW, &asked).await;
    assert_eq!((status, &made["out_request_no"]), (200, &json!("W1")));
    assert_eq!(client.post_json(WITHDRAW, &asked).await.1, made);
    let mut other = asked.clone();
    other["amount"] = json!(1_001);
    let (status, refused) = client.post_json(WITHDRAW, &other).await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(client.sandbox.balance(), Some(Fen::new(2_000)));
    assert_eq!(client.sandbox.withdrawals()[0].requests, 2);
    let (status, poor) = client.post_json(WITHDRAW, &withdrawal("W2", 2_001)).await;
    assert_eq!((status, &poor["code"]), (403, &json!("NOT_ENOUGH")));
    let found = client.withdrawal_found("W1").await;
    assert_eq!(found["status"], "CREATE_SUCCESS");
    assert_eq!(found["create_time"], "2026-11-25T12:00:00.000+08:00");
    assert_eq!(
        (&found["remark"], &found["reason"]),
        (&json!("交易提现"), &json!(""))
    );

    // Ten o'clock of the next day.
    client
        .sandbox
        .advance(Duration::from_secs(22 * 3600 - 1))
        .await;
    assert_eq!(
        client.withdrawal_found("W1").await["status"],
        "CREATE_SUCCESS"
    );
    client.sandbox.advance(Duration::from_secs(16)).await;
    let id = made["withdraw_id"].as_str().unwrap();
    let by_id = format!("{WITHDRAW}/withdraw-id/{id}");
    let (_, found) = client.get_json(&by_id).await;
    assert_eq!(found["status"], "SUCCESS");
    for _ in 0..2 {
        let seen = callback.next();
        assert!(client.public_key().signed(&seen.headers, &seen.body));
        let told: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(told["event_type"], "MCHWITHDRAW.CHANGE");
        assert_eq!(told["resource"]["original_type"], "mch_withdraw");
        let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
        assert_eq!(told, found);
    }
    assert_eq!(client.sandbox.deliveries()[0].kind, NoticeKind::Withdrawal);

    // The bank may still return it.
    let back = |id: &str| {
        client
            .sandbox
            .set_withdrawal_status(id, "REFUND", Some("卡号错误"))
    };
    assert!(back(id) && !back("1"));
    client.sandbox.advance(Duration::ZERO).await;
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
    assert_eq!(
        (&told["status"], &told["reason"]),
        (&json!("REFUND"), &json!("卡号错误"))
    );
    assert_ne!(told["solution"], "");
    assert_eq!(client.sandbox.balance(), Some(Fen::new(3_000)));
    client
        .sandbox
        .advance(Duration::from_secs(90 * 86_400))
        .await;
    let (status, old) = client.get_json(&by_id).await;
    assert_eq!((status, &old["code"]), (404, &json!("ORDER_NOT_EXIST")));
}

#[tokio::test]
async fn a_number_is_recognized_for_six_days_alone() {
    let client = noon().await;
    let asked = withdrawal("W1", 1_000);
    let (_, first) = client.post_json(WITHDRAW, &asked).await;
    client
        .sandbox
        .advance(Duration::from_secs(6 * 86_400))
        .await;
    assert_eq!(client.post_json(WITHDRAW, &asked).await.1, first);
    client.sandbox.advance(Duration::from_secs(1)).await;
    let (_, second) = client.post_json(WITHDRAW, &asked).await;
    assert_ne!(second["withdraw_id"], first["withdraw_id"]);
    assert_eq!(client.sandbox.withdrawals().len(), 2);
    let found = client.withdrawal_found("W1").await;
    assert_eq!(found["withdraw_id"], second["withdraw_id"]);
    // One that is not accepted yet is accepted when it is asked for again.
    let id = second["withdraw_id"].as_str().unwrap();
    assert!(client.sandbox.set_withdrawal_status(id, "INIT", None));
    assert_eq!(client.withdrawal_found("W1").await["status"], "INIT");
    client.post_json(WITHDRAW, &asked).await;
    assert_eq!(
        client.withdrawal_found("W1").await["status"],
        "CREATE_SUCCESS"
    );
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    next.sandbox.advance(Duration::from_secs(86_400)).await;
    assert_eq!(next.withdrawal_found("W1").await["status"], "SUCCESS");
}

#[tokio::test]
async fn a_sub_merchant_s_withdrawals_are_its_own() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::ZERO);
    let mut asked = withdrawal("W1", 1_000);
    asked["sub_mchid"] = json!("1900000109");
    let (status, made) = client.post_json(OF_SUB, &asked).await;
    assert_eq!((status, &made["sub_mchid"]), (200, &json!("1900000109")));
    let id = made["withdraw_id"].as_str().unwrap();
    let by_number = |sub: &str| format!("{OF_SUB}/out-request-no/W1?sub_mchid={sub}");
    let by_id = format!("{OF_SUB}/{id}?sub_mchid=1900000109");
    for target in [by_number("1900000109"), by_id] {
        let (_, found) = client.get_json(&target).await;
        assert_eq!(found["status"], "CREATE_SUCCESS");
        assert_eq!(found["sp_mchid"], client.sandbox.merchant().mch_id.as_str());
        assert_eq!(found["sub_mchid"], "1900000109");
    }
    let own = format!("{WITHDRAW}/out-request-no/W1");
    for target in [by_number("1900000110"), own] {
        let (status, missing) = client.get_json(&target).await;
        assert_eq!((status, &missing["code"]), (404, &json!("ORDER_NOT_EXIST")));
    }
    let too_much = withdrawal("W2", 80_000_000_001);
    assert_eq!(
        client.post_json(WITHDRAW, &too_much).await.1["code"],
        "PARAM_ERROR"
    );
    let mut unknown = withdrawal("W2", 1);
    unknown["account_type"] = json!("DEPOSIT");
    assert_eq!(
        client.post_json(WITHDRAW, &unknown).await.1["code"],
        "PARAM_ERROR"
    );
}
