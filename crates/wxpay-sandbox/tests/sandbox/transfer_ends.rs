//! What comes of transfers to users: their notifications, receipts, bills and faults, and whose
//! they are.

use std::time::Duration;

use serde_json::json;
use wxpay_core::Fen;
use wxpay_sandbox::{Api, Fault};

use crate::client::hex;
use crate::transfer_bills::{BILLS, PARTNER, noon};

const RECEIPTS: &str = "/v3/fund-app/mch-transfer/elecsign";

#[tokio::test]
async fn an_end_is_told_sixty_four_times_at_most() {
    let client = noon().await;
    let mut body = client.transfer("T1", 100);
    // Nobody listens there.
    body["notify_url"] = json!("http://127.0.0.1:9/notify");
    client.ask_transfer(&body).await;
    client.sandbox.confirm_transfer_bill("T1").unwrap();
    client
        .sandbox
        .advance(Duration::from_secs(2 * 86_400))
        .await;
    let deliveries = client.sandbox.deliveries();
    let pauses: Vec<_> = deliveries
        .windows(2)
        .map(|pair| pair[1].at.unix() - pair[0].at.unix())
        .collect();
    let expected = [vec![15; 10], vec![300; 10], vec![1800; 44]].concat();
    assert_eq!(pauses, expected);
    assert!(client.sandbox.pending_deliveries().is_empty());
}

#[tokio::test]
async fn a_receipt_is_applied_for_and_downloaded_with_its_digest() {
    let client = noon().await;
    let (_, made) = client
        .ask_transfer(&client.transfer_to("T1", 100, "张三"))
        .await;
    let by_number = format!("{RECEIPTS}/out-bill-no");
    let by_id = format!("{RECEIPTS}/transfer-bill-no");
    let asked = json!({"out_bill_no": "T1"});
    let (status, early) = client.post_json(&by_number, &asked).await;
    assert_eq!((status, &early["code"]), (400, &json!("INVALID_REQUEST")));
    client.sandbox.confirm_transfer_bill("T1").unwrap();
    let query = format!("{by_number}/T1");
    assert_eq!(client.get_json(&query).await.0, 404);
    let (status, applied) = client.post_json(&by_number, &asked).await;
    assert_eq!((status, &applied["state"]), (200, &json!("GENERATING")));
    let id = made["transfer_bill_no"].as_str().unwrap();
    let (_, applied) = client
        .post_json(&by_id, &json!({"transfer_bill_no": id}))
        .await;
    assert_eq!(applied["state"], "FINISHED");
    let (_, found) = client.get_json(&format!("{by_id}/{id}")).await;
    assert_eq!(
        (&found["state"], &found["hash_type"]),
        (&json!("FINISHED"), &json!("SHA256"))
    );
    let url = found["download_url"].as_str().unwrap();
    let target = url.strip_prefix(client.sandbox.base_url()).unwrap();
    let reply = client.get_signed(target).await.unwrap();
    assert_eq!(reply.headers()["content-type"], "application/pdf");
    let file = reply.bytes().await.unwrap();
    assert!(file.starts_with(b"%PDF-1.4") && file.ends_with(b"%%EOF\n"));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &file);
    assert_eq!(found["hash_value"], hex(digest.as_ref()));
    client.sandbox.advance(Duration::from_secs(601)).await;
    let (status, stale) = client.get_json(target).await;
    assert_eq!((status, &stale["code"]), (400, &json!("INVALID_REQUEST")));
    assert!(client.get_json(&query).await.1["download_url"].is_string());
    assert!(
        client
            .sandbox
            .set_transfer_receipt_state("T1", "FAILED", Some("系统异常"))
    );
    let (_, failed) = client.get_json(&query).await;
    assert_eq!(
        (&failed["state"], failed.get("download_url")),
        (&json!("FAILED"), None)
    );
    // After 90 days it has to be applied for again.
    client
        .sandbox
        .advance(Duration::from_secs(90 * 86_400))
        .await;
    assert_eq!(client.get_json(&query).await.0, 404);
    assert_eq!(
        client.post_json(&by_number, &asked).await.1["state"],
        "GENERATING"
    );
    // Without a name there is none.
    client.waiting("T2").await;
    client.sandbox.confirm_transfer_bill("T2").unwrap();
    let nameless = client
        .post_json(&by_number, &json!({"out_bill_no": "T2"}))
        .await;
    assert_eq!(nameless.1["code"], "INVALID_REQUEST");
}

#[tokio::test]
async fn a_sub_merchant_s_transfers_are_its_own() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::ZERO);
    let mut body = client.transfer("T1", 1_000);
    body["sub_mchid"] = json!("1900001121");
    let (status, made) = client.post_json(PARTNER, &body).await;
    assert_eq!((status, &made["sub_mchid"]), (200, &json!("1900001121")));
    assert!(made["package_info"].is_string() && made.get("state").is_none());
    let query = |sub: &str| format!("{PARTNER}/out-bill-no/T1?sub_mchid={sub}");
    let (_, found) = client.get_json(&query("1900001121")).await;
    assert_eq!(found["state"], "WAIT_USER_CONFIRM");
    assert_eq!(found["mchid"], client.sandbox.merchant().mch_id.as_str());
    let own = format!("{BILLS}/out-bill-no/T1");
    for target in [query("1900001122"), own] {
        assert_eq!(client.get_json(&target).await.0, 404, "{target}");
    }
    let cancel = format!("{PARTNER}/out-bill-no/T1/cancel");
    let other = client
        .post_json(&cancel, &json!({"sub_mchid": "1900001122"}))
        .await;
    assert_eq!(other.0, 404);
    let (_, cancelled) = client
        .post_json(&cancel, &json!({"sub_mchid": "1900001121"}))
        .await;
    assert_eq!(cancelled["state"], "CANCELING");
    assert_eq!(client.sandbox.balance(), Some(Fen::ZERO));
}

#[tokio::test]
async fn a_lost_response_says_nothing_about_the_transfer() {
    let client = noon().await;
    let create = Api::named("v3.fund_app.create_transfer").unwrap();
    for (n, (fault, made)) in [
        (Fault::DropBeforeCommit, false),
        (Fault::DropAfterCommit, true),
        (Fault::error_code("SYSTEM_ERROR", "系统异常"), false),
        (
            Fault::error_code_after_commit("FREQUENCY_LIMIT", "频率超限"),
            true,
        ),
        (Fault::Html502, true),
    ]
    .into_iter()
    .enumerate()
    {
        client.sandbox.inject(create, fault.clone()).unwrap();
        let number = format!("T{n}");
        let body = client.transfer(&number, 100).to_string();
        let reply = client.try_send(BILLS, None, Some(&body)).await;
        assert!(
            reply.is_err() || reply.unwrap().status() != 200,
            "{fault:?}"
        );
        let bills = client.sandbox.transfer_bills();
        let there = bills.iter().any(|bill| bill.out_bill_no == number);
        assert_eq!(there, made, "{fault:?}");
        // The next request is answered as usual, and makes no second one.
        assert_eq!(
            client.ask_transfer(&client.transfer(&number, 100)).await.0,
            200
        );
        assert_eq!(client.sandbox.transfer_bills().len(), n + 1);
    }
}

#[tokio::test]
async fn the_fund_bill_has_what_was_set_aside_and_what_came_back() {
    let client = noon().await;
    client.sandbox.set_balance(Fen::new(5_000));
    client.waiting("T1").await;
    client.waiting("T2").await;
    client.sandbox.confirm_transfer_bill("T1").unwrap();
    client.cancel("T2").await;
    client.sandbox.advance(Duration::from_secs(86_400)).await;
    let target = "/v3/bill/fundflowbill?bill_date=2026-11-25&account_type=OPERATION";
    let (_, applied) = client.get_json(target).await;
    let url = applied["download_url"].as_str().unwrap();
    let target = url.strip_prefix(client.sandbox.base_url()).unwrap();
    let file = client
        .get_signed(target)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(file.contains("`4,`2,`60.00,`2,`20.00"), "{file}");
    assert_eq!(client.sandbox.balance(), Some(Fen::new(4_000)));
}
