use serde_json::json;
use wxpay_sandbox::Trust;

use super::Port;
use crate::client::Client;
use crate::withdrawals::{WITHDRAW, withdrawal};

#[tokio::test]
async fn withdrawals_arrive_and_are_returned() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(port.sandbox.clone());
    let (_, made) = client.post_json(WITHDRAW, &withdrawal("W1", 1_000)).await;
    let id = made["withdraw_id"].as_str().unwrap();
    let path = format!("/withdrawals/{id}/status");
    let page = port.page("/books", ("accept-language", "en")).await.1;
    assert!(page.contains(&path) && page.contains("It arrives"));
    port.post(&path, json!({"status": "SUCCESS"})).await;
    let page = port.page("/books", ("accept-language", "zh")).await.1;
    assert!(page.contains("银行退票"));
    port.post(&path, json!({"status": "REFUND", "reason": "银行退票"}))
        .await;
    let listed = port.get("/withdrawals").await;
    let returned = &listed["withdrawals"][0];
    assert_eq!(returned["status"], "REFUND");
    assert!(returned["returned_time"].is_string());
    let failed = json!({"status": "FAIL"});
    let missing = port.refused("/withdrawals/1/status", failed).await;
    assert_eq!(missing, (404, "there is no withdrawal 1".to_owned()));
    assert_eq!(port.get("/status").await["counts"]["withdrawals"], 1);
}
