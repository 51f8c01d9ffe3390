//! Users who complain, and what the merchant does about it.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use wxpay_core::{Fen, TimeFormat, Timestamp};
use wxpay_sandbox::{ComplainError, ComplaintTerms, NoticeKind, Order, Sandbox, SubMerchant};

use crate::callback::Callback;
use crate::certificates::open;
use crate::client::Client;
use crate::notices::{FAIL, OK};

const COMPLAINTS: &str = "/v3/merchant-service/complaints-v2";
const NOTIFY: &str = "/v3/merchant-service/complaint-notifications";

/// A sandbox in which an order of 100 fen is paid.
async fn paid() -> Client {
    let client = Client::start().await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    let mut order = Order::paid("T20261125", 100);
    order.time_end = noon;
    client.sandbox.add_order(order);
    client
}

impl Client {
    async fn complaint(&self, id: &str) -> Value {
        let (status, found) = self.get_json(&format!("{COMPLAINTS}/{id}")).await;
        assert_eq!(status, 200, "{found}");
        found
    }

    async fn history(&self, id: &str) -> Vec<String> {
        let target = format!("{COMPLAINTS}/{id}/negotiation-historys");
        let (_, found) = self.get_json(&target).await;
        let entries = found["data"].as_array().unwrap().iter();
        let kinds = entries.map(|entry| entry["operate_type"].as_str().unwrap().to_owned());
        kinds.collect()
    }

    async fn about(&self, id: &str, what: &str, mut body: Value) -> (u16, Value) {
        if what != "update-refund-progress" && body.get("complainted_mchid").is_none() {
            body["complainted_mchid"] = json!(self.sandbox.merchant().mch_id.as_str());
        }
        self.post_json(&format!("{COMPLAINTS}/{id}/{what}"), &body)
            .await
    }
}

#[tokio::test]
async fn a_complaint_is_told_answered_and_ended() {
    let client = paid().await;
    let callback = Callback::answering(&[FAIL, OK, OK, OK]);
    let set = json!({"url": callback.url});
    let (status, told) = client.post_json(NOTIFY, &set).await;
    assert_eq!((status, &told["url"]), (200, &set["url"]));
    let missing = client.sandbox.complain("T2", ComplaintTerms::new("?"));
    assert_eq!(
        missing.unwrap_err(),
        ComplainError::NotPaid("T2".to_owned())
    );

    let mut terms = ComplaintTerms::new("反馈一个重复扣费的问题");
    terms.images = vec![Bytes::from_static(b"\x89PNG\r\n\x1a\n...")];
    let made = client.sandbox.complain("T20261125", terms).unwrap();
    let id = &made.complaint_id;
    client.sandbox.advance(Duration::from_secs(60)).await;
    for _ in 0..2 {
        let seen = callback.next();
        assert!(client.public_key().signed(&seen.headers, &seen.body));
        let told: Value = serde_json::from_slice(&seen.body).unwrap();
        assert_eq!(told["event_type"], "COMPLAINT.CREATE");
        assert_eq!(told["resource"]["original_type"], "complaint");
        let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
        let expected = json!({"complaint_id": id, "action_type": "CREATE_COMPLAINT"});
        assert_eq!(told, expected);
    }
    let found = client.complaint(id).await;
    assert_eq!(found["complaint_state"], "PENDING");
    assert_eq!(found["complaint_detail"], "反馈一个重复扣费的问题");
    assert_eq!(found["payer_openid"], "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
    assert_eq!(
        found["complaint_order_info"][0]["out_trade_no"],
        "T20261125"
    );
    assert_eq!(found["complaint_full_refunded"], false);
    assert_eq!(found.get("complainted_mchid"), None);
    let phone = client.open(found["payer_phone"].as_str().unwrap());
    assert_eq!(phone, b"18500000000");
    let url = found["complaint_media_list"][0]["media_url"][0]
        .as_str()
        .unwrap();
    let target = url.strip_prefix(client.sandbox.base_url()).unwrap();
    let image = client.send(target, None, None).await;
    assert_eq!(image.headers()["content-type"], "image/png");

    let reply = json!({"response_content": "已与用户沟通解决"});
    assert_eq!(client.about(id, "response", reply.clone()).await.0, 204);
    assert_eq!(client.complaint(id).await["complaint_state"], "PROCESSING");
    client.sandbox.write_in_complaint(id, "还没有解决").unwrap();
    assert_eq!(client.complaint(id).await["incoming_user_response"], true);
    client.sandbox.advance(Duration::ZERO).await;
    for action in ["MERCHANT_RESPONSE", "USER_RESPONSE"] {
        let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
        assert_eq!(told["event_type"], "COMPLAINT.STATE_CHANGE");
        let told: Value = serde_json::from_str(&open(&client, &told["resource"])).unwrap();
        assert_eq!(told["action_type"], action);
    }
    // From here on nobody listens.
    let deleted = client
        .try_send_by("DELETE", NOTIFY, None, None)
        .await
        .unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(client.about(id, "complete", json!({})).await.0, 204);
    let (status, twice) = client.about(id, "complete", json!({})).await;
    assert_eq!((status, &twice["code"]), (400, &json!("INVALID_REQUEST")));
    client.sandbox.complain_again(id, "又扣了一次").unwrap();
    let found = client.complaint(id).await;
    assert_eq!(
        (&found["complaint_state"], &found["user_complaint_times"]),
        (&json!("PENDING"), &json!(2))
    );
    let expected = [
        "USER_CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "USER_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
        "USER_CONTINUE_COMPLAINT",
    ];
    assert_eq!(client.history(id).await, expected);
    let deliveries = client.sandbox.deliveries();
    assert_eq!(deliveries.len(), 4);
    assert_eq!(deliveries[0].kind, NoticeKind::Complaint);
    assert_eq!(deliveries[0].complaint_id.as_deref(), Some(&**id));
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn complaints_are_told_for_two_hours() {
    let client = paid().await;
    let callback = Callback::answering(&[FAIL; 33]);
    client
        .post_json(NOTIFY, &json!({"url": callback.url}))
        .await;
    client
        .sandbox
        .complain("T20261125", ComplaintTerms::new("?"))
        .unwrap();
    client.sandbox.advance(Duration::from_secs(3 * 3600)).await;
    let deliveries = client.sandbox.deliveries();
    let began = deliveries[0].at.unix();
    let at: Vec<_> = deliveries.iter().map(|one| one.at.unix() - began).collect();
    let mut expected: Vec<_> = (0..=10).map(|n| n * 60).collect();
    expected.extend((1..=22).map(|n| 600 + n * 300));
    assert_eq!(at, expected);
    assert_eq!(at.last(), Some(&7200));
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn a_refund_that_was_agreed_on_ends_the_complaint() {
    let client = paid().await;
    client.sandbox.set_refund_delay(Duration::from_secs(60));
    let complain = |terms| {
        client
            .sandbox
            .complain("T20261125", terms)
            .unwrap()
            .complaint_id
    };
    let id = complain(ComplaintTerms::refund("请退款", 100));
    let other = complain(ComplaintTerms::new("服务不好"));
    let approve = json!({"action": "APPROVE", "launch_refund_day": 0});
    let decide = "update-refund-progress";
    let (status, refused) = client.about(&other, decide, approve.clone()).await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(client.about(&id, decide, approve).await.0, 204);
    let found = client.complaint(&id).await;
    assert_eq!(found["complaint_state"], "PROCESSING");
    assert_eq!(
        (&found["problem_type"], &found["apply_refund_amount"]),
        (&json!("REFUND"), &json!(100))
    );
    client
        .sandbox
        .refund_order("T20261125", Fen::new(100))
        .unwrap();
    assert_eq!(
        client.complaint(&id).await["complaint_full_refunded"],
        false
    );
    client.sandbox.advance(Duration::from_secs(60)).await;
    let found = client.complaint(&id).await;
    assert_eq!(
        (&found["complaint_state"], &found["complaint_full_refunded"]),
        (&json!("PROCESSED"), &json!(true))
    );
    let expected = [
        "USER_CREATE_COMPLAINT",
        "MERCHANT_APPROVE_REFUND",
        "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE",
        "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE",
    ];
    assert_eq!(client.history(&id).await, expected);
    // The other user's complaint is not handled by that.
    assert_eq!(client.complaint(&other).await["complaint_state"], "PENDING");

    let id = complain(ComplaintTerms::refund("再退一次", 100));
    let reject = json!({"action": "REJECT", "reject_reason": "已全额退款"});
    assert_eq!(client.about(&id, decide, reject.clone()).await.0, 204);
    assert_eq!(client.complaint(&id).await["complaint_state"], "PROCESSED");
    assert_eq!(client.history(&id).await[1], "MERCHANT_REFUSE_RERUND");
    assert_eq!(client.about(&id, decide, reject).await.0, 400);
}

#[tokio::test]
async fn complaints_are_listed_by_day_and_page() {
    let client = paid().await;
    let mut of_sub = Order::paid("T2", 100);
    of_sub.sub_merchant = Some(SubMerchant::new("1900000109"));
    client.sandbox.add_order(of_sub);
    for n in 0..3 {
        let terms = ComplaintTerms::new(&format!("第{n}次"));
        client.sandbox.complain("T20261125", terms).unwrap();
    }
    client.sandbox.advance(Duration::from_secs(86_400)).await;
    let about_sub = client
        .sandbox
        .complain("T2", ComplaintTerms::new("?"))
        .unwrap();
    let list = async |query: &str| client.get_json(&format!("{COMPLAINTS}?{query}")).await;
    let (_, page) = list("begin_date=2026-11-25&end_date=2026-11-26&limit=2").await;
    assert_eq!(
        (&page["total_count"], page["data"].as_array().unwrap().len()),
        (&json!(4), 2)
    );
    assert_eq!(page["data"][0]["complaint_detail"], "第0次");
    assert_eq!(page["data"][0].get("payer_openid"), None);
    let (_, page) = list("begin_date=2026-11-25&end_date=2026-11-26&limit=2&offset=2").await;
    assert_eq!(page.get("total_count"), None);
    assert_eq!(page["data"][1]["complainted_mchid"], "1900000109");
    let (_, page) = list("begin_date=2026-11-26&end_date=2026-11-26").await;
    assert_eq!(page["total_count"], 1);
    let (_, page) =
        list("begin_date=2026-11-25&end_date=2026-11-26&complainted_mchid=1900000109").await;
    assert_eq!(page["total_count"], 1);
    for wrong in [
        "begin_date=2026-11-25",
        "begin_date=2026-11-25&end_date=2026-11-24",
        "begin_date=2026-10-01&end_date=2026-11-01",
        "begin_date=20261125&end_date=2026-11-26",
        "begin_date=2026-11-25&end_date=2026-11-26&limit=51",
    ] {
        assert_eq!(list(wrong).await.0, 400, "{wrong}");
    }
    // Whom it is about has to be named rightly.
    let reply = json!({"response_content": "?"});
    let id = &about_sub.complaint_id;
    let (status, refused) = client.about(id, "response", reply.clone()).await;
    assert_eq!(
        (status, &refused["detail"]["field"]),
        (400, &json!("/complainted_mchid"))
    );
    let mut right = reply.clone();
    right["complainted_mchid"] = json!("1900000109");
    assert_eq!(client.about(id, "response", right.clone()).await.0, 204);
    for (name, value) in [
        ("response_content", json!("答".repeat(501))),
        ("response_images", json!(["none"])),
        ("response_images", json!(["1", "2", "3", "4", "5"])),
        ("jump_url", json!("https://a/")),
        ("extra", json!(1)),
    ] {
        let mut wrong = right.clone();
        wrong[name] = value;
        assert_eq!(client.about(id, "response", wrong).await.0, 400, "{name}");
    }
    let (status, none) = client.get_json(&format!("{COMPLAINTS}/1")).await;
    assert_eq!((status, &none["code"]), (400, &json!("PARAM_ERROR")));
}

#[tokio::test]
async fn the_address_for_complaints_is_kept() {
    let client = Client::start().await;
    let put = async |url: &str| {
        let body = json!({"url": url}).to_string();
        let reply = client.try_send_by("PUT", NOTIFY, None, Some(&body)).await;
        client.read_transaction(reply.unwrap()).await
    };
    assert_eq!(client.get_json(NOTIFY).await.0, 404);
    assert_eq!(put("https://example.com/a").await.0, 404);
    assert_eq!(client.sandbox.complaint_notify_url(), None);
    let first = json!({"url": "https://example.com/a"});
    for _ in 0..2 {
        assert_eq!(client.post_json(NOTIFY, &first).await.0, 200);
    }
    let second = json!({"url": "https://example.com/b"});
    let (status, refused) = client.post_json(NOTIFY, &second).await;
    assert_eq!((status, &refused["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(put("https://example.com/b").await.0, 200);
    assert_eq!(put("example.com").await.0, 400);
    let (_, found) = client.get_json(NOTIFY).await;
    assert_eq!(found["url"], "https://example.com/b");
    let snapshot = client.sandbox.snapshot();
    let next = Client::start_built(Sandbox::builder().snapshot(&*snapshot)).await;
    assert_eq!(next.sandbox.snapshot(), snapshot);
    let (_, found) = next.get_json(NOTIFY).await;
    assert_eq!(found["url"], "https://example.com/b");
    let day = next.sandbox.now().format(TimeFormat::DateTime)[..10].to_owned();
    let target = format!("{COMPLAINTS}?begin_date={day}&end_date={day}");
    assert_eq!(next.get_json(&target).await.1["total_count"], 0);
}
