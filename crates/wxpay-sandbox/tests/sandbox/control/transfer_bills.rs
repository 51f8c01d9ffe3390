use serde_json::json;
use wxpay_sandbox::Trust;

use super::Port;
use crate::client::Client;
use crate::transfer_authorizations::ASK;

#[tokio::test]
async fn transfers_are_confirmed_and_ended() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(port.sandbox.clone());
    for number in ["T1", "T2"] {
        let body = client.transfer(number, 1_000);
        assert_eq!(client.ask_transfer(&body).await.0, 200);
    }
    let page = port.page("/books", ("accept-language", "en")).await.1;
    for there in ["/v1/transfer_bills/T1/confirm", "User confirms", "¥10.00"] {
        assert!(page.contains(there), "{there}");
    }
    let path = "/transfer_bills/T1/confirm";
    let confirmed = port.post(path, json!({})).await;
    assert_eq!(confirmed["state"], "SUCCESS");
    let (status, said) = port.refused(path, json!({})).await;
    let waits = "transfer T1 is SUCCESS, not WAIT_USER_CONFIRM";
    assert_eq!((status, said.as_str()), (409, waits));
    let (status, said) = port.refused("/transfer_bills/T3/confirm", json!({})).await;
    assert_eq!((status, said.as_str()), (404, "there is no transfer T3"));
    let fails = json!({"status": "FAIL", "reason": "PAYEE_ACCOUNT_ABNORMAL"});
    port.post("/transfer_bills/T2/status", fails.clone()).await;
    assert_eq!(
        port.refused("/transfer_bills/T3/status", fails).await.0,
        404
    );
    let listed = port.get("/transfer_bills").await;
    assert_eq!(listed["transfer_bills"][1]["state"], "FAIL");
    assert_eq!(listed["transfer_bills"][1]["transfer_amount"], 1_000);
    assert_eq!(port.get("/status").await["counts"]["transfer_bills"], 2);
    let page = port.page("/books", ("accept-language", "zh")).await.1;
    assert!(page.contains("商家转账") && !page.contains(path));
    let failed = json!({"status": "FAILED"});
    let receipt = "/transfer_bills/T1/receipt/status";
    assert_eq!(port.refused(receipt, failed).await.0, 404);

    port.post("/transfer_step", json!({"seconds": 60})).await;
    let (_, made) = client.ask_transfer(&client.transfer("T3", 1)).await;
    assert_eq!(made["state"], "ACCEPTED");
    assert_eq!(port.refused("/transfer_step", json!({})).await.0, 400);
}

#[tokio::test]
async fn users_agree_to_authorizations_and_end_them() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(port.sandbox.clone());
    let asked = client.authorization_asked("A1", "http://127.0.0.1:9/notify");
    assert_eq!(client.post_json(ASK, &asked).await.0, 200);
    let page = port.page("/books", ("accept-language", "en")).await.1;
    let confirm = "/transfer_authorizations/A1/confirm";
    assert!(page.contains(confirm) && page.contains("User agrees"));
    let close = "/transfer_authorizations/A1/close";
    assert_eq!(port.refused(close, json!({})).await.0, 409);
    let confirmed = port.post(confirm, json!({})).await;
    assert_eq!(confirmed["state"], "TAKING_EFFECT");
    let (status, said) = port.refused(confirm, json!({})).await;
    let agreed = "authorization A1 is TAKING_EFFECT";
    assert_eq!((status, said.as_str()), (409, agreed));
    let missing = "/transfer_authorizations/A2/confirm";
    assert_eq!(port.refused(missing, json!({})).await.0, 404);
    port.post(close, json!({"reason": "TRANSFER_RISK"})).await;
    let listed = port.get("/transfer_authorizations").await;
    let closed = &listed["transfer_authorizations"][0];
    assert_eq!(closed["close_reason"], "TRANSFER_RISK");
}
