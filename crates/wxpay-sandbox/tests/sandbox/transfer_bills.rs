//! Transfers that users confirm.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_core::{Fen, Timestamp};
use wxpay_sandbox::{ConfirmTransferError, NoticeKind, Sandbox};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::{FAIL, OK};

pub(crate) const BILLS: &str = "/v3/fund-app/mch-transfer/transfer-bills";
pub(crate) const PARTNER: &str = "/v3/fund-app/mch-transfer/partner/transfer-bills";
const OPENID: &str = "o-MYE42l80oelYMDE34nYD456Xoy";

/// A sandbox whose clock stands at noon.
pub(crate) async fn noon() -> Client {
    let client = Client::start().await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    client
}

impl Client {
    pub(crate) fn transfer(&self, number: &str, fen: i64) -> Value {
        json!({
            "appid": self.sandbox.merchant().appid.as_str(),
            "out_bill_no": number,
            "transfer_scene_id": "1000",
            "openid": OPENID,
            "transfer_amount": fen,
            "transfer_remark": "新会员开通有礼",
            "transfer_scene_report_infos": [
                {"info_type": "活动名称", "info_content": "新会员有礼"},
                {"info_type": "奖励说明", "info_content": "注册会员抽奖一等奖"},
            ],
        })
    }

    /// The same with the name of the user.
    pub(crate) fn transfer_to(&self, number: &str, fen: i64, name: &str) -> Value {
        let mut body = self.transfer(number, fen);
        body["user_name"] = json!(self.public_key().seal(name));
        body
    }

    pub(crate) async fn ask_transfer(&self, body: &Value) -> (u16, Value) {
        let key = self.public_key();
        let reply = self
            .send(BILLS, Some(&key.serial), Some(&body.to_string()))
            .await;
        self.read_signed(reply, &key).await
    }

    /// Makes a transfer of 10.00 yuan.
    pub(crate) async fn waiting(&self, number: &str) -> Value {
        let (status, made) = self.ask_transfer(&self.transfer(number, 1_000)).await;
        assert_eq!((status, &made["state"]), (200, &json!("WAIT_USER_CONFIRM")));
        made
    }

    async fn found(&self, number: &str) -> Value {
        let (status, found) = self
            .get_json(&format!("{BILLS}/out-bill-no/{number}"))
            .await;
        assert_eq!(status, 200, "{found}");
        found
    }

    async fn transfer_state(&self, number: &str) -> (String, Value) {
        let found = self.found(number).await;
        let state = found["state"].as_str().unwrap().to_owned();
        (state, found["fail_reason"].clone())
    }

    pub(crate) async fn cancel(&self, number: &str) -> (u16, Value) {
        let target = format!("{BILLS}/out-bill-no/{number}/cancel");
        self.post_json(&target, &json!({})).await
    }
}

#[tokio::test]
async fn a_transfer_waits_for_its_user_and_is_told_when_it_is_confirmed() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(300_000));
    let callback = Callback::answering(&[FAIL, OK]);
    let mut body = client.transfer_to("plfk2020042013", 200_000, "张三");
    body["notify_url"] = json!(callback.url);
    let (status, made) = client.ask_transfer(&body).await;
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["out_bill_no"], "plfk2020042013");
    assert_eq!(made["state"], "WAIT_USER_CONFIRM");
    assert_eq!(made["create_time"], "2026-11-25T12:00:00.000+08:00");
    assert!(made["package_info"].as_str().unwrap().len() > 20);
    // The money is set aside.
    assert_eq!(client.sandbox.balance(), Some(Fen::new(100_000)));
    // The encrypted name differs each time, what it says does not.
    let mut again = client.transfer_to("plfk2020042013", 200_000, "张三");
    again["notify_url"] = json!(callback.url);
    assert_eq!(client.ask_transfer(&again).await, (200, made.clone()));
    assert_eq!(client.sandbox.transfer_bills()[0].requests, 2);

    client.sandbox.advance(Duration::from_secs(60)).await;
    let confirmed = client.sandbox.confirm_transfer_bill("plfk2020042013");
    assert_eq!(confirmed.unwrap().state, "SUCCESS");
    client.sandbox.advance(Duration::from_secs(15)).await;
    for _ in 0..2 {
        let seen = callback.next();
        assert!(client.public_key().signed(&seen.headers, &seen.body));
        let told: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(told["event_type"], "MCHTRANSFER.BILL.FINISHED");
        assert_eq!(told["summary"], "商家转账单据终态通知");
        assert_eq!(told["resource"]["original_type"], "mch_payment");
        let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
        let expected = json!({
            "out_bill_no": "plfk2020042013",
            "transfer_bill_no": made["transfer_bill_no"],
            "state": "SUCCESS",
            "mch_id": client.sandbox.merchant().mch_id.as_str(),
            "transfer_amount": 200_000,
            "openid": OPENID,
            "create_time": "2026-11-25T12:00:00+08:00",
            "update_time": "2026-11-25T12:01:00+08:00",
            "payment_method_type": "CFT",
        });
        assert_eq!(told, expected);
    }
    assert_eq!(client.sandbox.deliveries()[0].kind, NoticeKind::Transfer);
    let found = client.found("plfk2020042013").await;
    let id = made["transfer_bill_no"].as_str().unwrap();
    let target = format!("{BILLS}/transfer-bill-no/{id}");
    let (_, by_id) = client.get_json(&target).await;
    for found in [found, by_id] {
        assert_eq!(found["state"], "SUCCESS");
        assert_eq!(found["mch_id"], client.sandbox.merchant().mch_id.as_str());
        assert_eq!(found["transfer_amount"], 200_000);
        assert_eq!(found["openid"], OPENID);
        assert_eq!(found["update_time"], "2026-11-25T12:01:00.000+08:00");
        assert_eq!(found.get("package_info"), None);
        let name = client.open(found["user_name"].as_str().unwrap());
        assert_eq!(name, "张三".as_bytes());
    }
    assert_eq!(client.sandbox.balance(), Some(Fen::new(100_000)));
    // What has ended is not made again.
    let (status, ended) = client.ask_transfer(&again).await;
    assert_eq!((status, &ended["code"]), (400, &json!("ALREADY_EXISTS")));
    let twice = client.sandbox.confirm_transfer_bill("plfk2020042013");
    assert_eq!(
        twice.unwrap_err(),
        ConfirmTransferError::NotWaiting {
            out_bill_no: "plfk2020042013".to_owned(),
            state: "SUCCESS".to_owned(),
        }
    );
}

#[tokio::test]
async fn a_number_belongs_to_the_parameters_it_came_with() {
    let client = noon().await;
    client.waiting("T1").await;
    let (mut amount, mut user) = (client.transfer("T1", 1_001), client.transfer("T1", 1_000));
    user["openid"] = json!("o-another");
    let mut report = client.transfer("T1", 1_000);
    report["transfer_scene_report_infos"][1]["info_content"] = json!("二等奖");
    for body in [&mut amount, &mut user, &mut report] {
        let (status, refused) = client.ask_transfer(body).await;
        assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    }
    let bills = client.sandbox.transfer_bills();
    assert_eq!((bills.len(), bills[0].requests), (1, 1));
}

#[tokio::test]
async fn what_the_page_does_not_allow_is_refused() {
    let client = noon().await;
    let with = |name: &str, value: Value| {
        let mut body = client.transfer("T1", 1_000);
        body[name] = value;
        body
    };
    for (body, field) in [
        (with("out_bill_no", json!("T-1")), "/out_bill_no"),
        (with("transfer_amount", json!(0)), "/transfer_amount"),
        (
            with("transfer_remark", json!("长".repeat(33))),
            "/transfer_remark",
        ),
        (
            with("notify_url", json!("https://a.example/?b=c")),
            "/notify_url",
        ),
        (
            with("transfer_scene_report_infos", json!([])),
            "/transfer_scene_report_infos",
        ),
        (client.transfer("T1", 200_000), "/user_name"),
        (with("sub_mchid", json!("1900001121")), "/sub_mchid"),
    ] {
        let (status, refused) = client.ask_transfer(&body).await;
        assert_eq!(
            (status, &refused["code"]),
            (400, &json!("PARAM_ERROR")),
            "{field}"
        );
        assert_eq!(refused["detail"]["field"], field);
    }
    let mut packet = client.transfer("T1", 20_001);
    packet["user_recv_style"] = json!({"type": "RED_PACKET"});
    assert_eq!(client.ask_transfer(&packet).await.1["code"], "PARAM_ERROR");
    packet["transfer_amount"] = json!(20_000);
    let foreign = with("appid", json!("wx0000000000000000"));
    assert_eq!(
        client.ask_transfer(&foreign).await.1["code"],
        "INVALID_REQUEST"
    );
    assert!(client.sandbox.transfer_bills().is_empty());
    assert_eq!(client.ask_transfer(&packet).await.0, 200);
    for unknown in ["out-bill-no/T2", "transfer-bill-no/1330000071"] {
        let (status, missing) = client.get_json(&format!("{BILLS}/{unknown}")).await;
        assert_eq!((status, &missing["code"]), (404, &json!("NOT_FOUND")));
    }
    assert_eq!(client.cancel("T2").await.0, 404);
    let missing = client.sandbox.confirm_transfer_bill("T2");
    let expected = ConfirmTransferError::NoTransfer("T2".to_owned());
    assert_eq!(missing.unwrap_err(), expected);
}

#[tokio::test]
async fn a_transfer_that_nobody_confirms_fails_after_a_day_and_gives_the_money_back() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(1_000));
    client.waiting("T1").await;
    assert_eq!(client.sandbox.balance(), Some(Fen::ZERO));
    client.sandbox.advance(Duration::from_secs(86_399)).await;
    assert_eq!(client.transfer_state("T1").await.0, "WAIT_USER_CONFIRM");
    client.sandbox.advance(Duration::from_secs(1)).await;
    let overdue = ("FAIL".to_owned(), json!("OVERDUE_CLOSE"));
    assert_eq!(client.transfer_state("T1").await, overdue);
    assert_eq!(client.sandbox.balance(), Some(Fen::new(1_000)));
    assert!(client.sandbox.confirm_transfer_bill("T1").is_err());
    client
        .sandbox
        .advance(Duration::from_secs(29 * 86_400))
        .await;
    client.found("T1").await;
    client.sandbox.advance(Duration::from_secs(1)).await;
    let target = format!("{BILLS}/out-bill-no/T1");
    assert_eq!(client.get_json(&target).await.0, 404);
}

#[tokio::test]
async fn a_transfer_is_cancelled_before_the_user_confirms_it() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(2_000));
    let made = client.waiting("T1").await;
    let (status, cancelled) = client.cancel("T1").await;
    assert_eq!((status, &cancelled["state"]), (200, &json!("CANCELING")));
    assert_eq!(cancelled["transfer_bill_no"], made["transfer_bill_no"]);
    let expected = ("CANCELLED".to_owned(), json!("MCH_CANCEL"));
    assert_eq!(client.transfer_state("T1").await, expected);
    assert_eq!(client.sandbox.balance(), Some(Fen::new(2_000)));
    assert_eq!(client.cancel("T1").await.1["state"], "CANCELLED");
    client.waiting("T2").await;
    client.sandbox.confirm_transfer_bill("T2").unwrap();
    let (status, late) = client.cancel("T2").await;
    assert_eq!((status, &late["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(client.transfer_state("T2").await.0, "SUCCESS");
}

#[tokio::test]
async fn steps_take_the_time_that_is_set() {
    let client = noon().await;
    client.sandbox.set_transfer_step(Duration::from_secs(60));
    let step = || client.sandbox.advance(Duration::from_secs(60));
    for number in ["T1", "T2"] {
        let (_, made) = client.ask_transfer(&client.transfer(number, 1_000)).await;
        assert_eq!(made["state"], "ACCEPTED");
        assert_eq!(made.get("package_info"), None);
    }
    assert!(client.sandbox.confirm_transfer_bill("T1").is_err());
    step().await;
    assert_eq!(client.transfer_state("T1").await.0, "WAIT_USER_CONFIRM");
    let confirmed = client.sandbox.confirm_transfer_bill("T1").unwrap();
    assert_eq!(confirmed.state, "TRANSFERING");
    assert_eq!(client.cancel("T1").await.1["code"], "INVALID_REQUEST");
    assert_eq!(client.cancel("T2").await.1["state"], "CANCELING");
    assert_eq!(client.transfer_state("T2").await.0, "CANCELING");
    // All of it goes on after a restart.
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    next.sandbox.advance(Duration::from_secs(60)).await;
    assert_eq!(next.transfer_state("T1").await.0, "SUCCESS");
    assert_eq!(next.transfer_state("T2").await.0, "CANCELLED");
}

#[tokio::test]
async fn a_transfer_without_money_exists_all_the_same() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(999));
    let body = client.transfer("T1", 1_000);
    for _ in 0..2 {
        let (status, refused) = client.ask_transfer(&body).await;
        assert_eq!((status, &refused["code"]), (403, &json!("NOT_ENOUGH")));
        assert_eq!(client.transfer_state("T1").await.0, "PROCESSING");
    }
    assert_eq!(client.sandbox.balance(), Some(Fen::new(999)));
    client.sandbox.set_balance(Fen::new(1_000));
    let (status, made) = client.ask_transfer(&body).await;
    assert_eq!((status, &made["state"]), (200, &json!("WAIT_USER_CONFIRM")));
    assert_eq!(client.sandbox.balance(), Some(Fen::ZERO));
    assert_eq!(client.sandbox.transfer_bills().len(), 1);
}

#[tokio::test]
async fn another_name_and_a_frozen_account_fail() {
    let client = noon().await;
    client.sandbox.register_name(OPENID, "张三");
    let (_, made) = client
        .ask_transfer(&client.transfer_to("T1", 100, "李四"))
        .await;
    assert_eq!(made["state"], "WAIT_USER_CONFIRM");
    let failed = client.sandbox.confirm_transfer_bill("T1").unwrap();
    assert_eq!(failed.fail_reason.as_deref(), Some("NAME_NOT_CORRECT"));
    let callback = Callback::answering(&[OK]);
    let mut body = client.transfer("T2", 100);
    body["notify_url"] = json!(callback.url);
    client.ask_transfer(&body).await;
    let frozen = Some("ACCOUNT_FROZEN");
    let set = |number: &str| {
        client
            .sandbox
            .set_transfer_bill_state(number, "FAIL", frozen)
    };
    assert!(set("T2") && !set("T3"));
    client.sandbox.advance(Duration::ZERO).await;
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
    assert_eq!(
        (&told["state"], &told["fail_reason"]),
        (&json!("FAIL"), &json!("ACCOUNT_FROZEN"))
    );
    assert_eq!(told.get("payment_method_type"), None);
}
