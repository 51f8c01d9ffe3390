use serde_json::json;
use wxpay_sandbox::Trust;

use super::Port;

#[tokio::test]
async fn orders_are_added_and_paid() {
    let port = Port::open(Trust::PublicKey).await;
    let order = json!({"out_trade_no": "A-1/2", "total_fee": 100, "trade_state": "NOTPAY"});
    port.post("/orders", order).await;
    let paid = port.post("/orders/A-1%2F2/pay", json!({})).await;
    assert_eq!(paid["trade_state"], "SUCCESS");
    let (status, said) = port.refused("/orders/A-1%2F2/pay", json!({})).await;
    assert_eq!((status, said.as_str()), (409, "order A-1/2 is SUCCESS"));
    let (status, said) = port.refused("/orders/B/pay", json!({})).await;
    assert_eq!((status, said.as_str()), (404, "there is no order B"));
    let orders = port.get("/orders").await;
    assert_eq!(orders["orders"][0]["total_fee"], 100);
    assert_eq!(port.get("/status").await["counts"]["orders"], 1);
    port.post("/reset", json!({})).await;
    assert_eq!(port.get("/orders").await, json!({"orders": []}));
}

#[tokio::test]
async fn an_added_order_is_paid_by_the_sandbox_s_clock() {
    let port = Port::open(Trust::PublicKey).await;
    let noon = json!({"freeze": "2026-01-31T12:00:00+08:00"});
    port.post("/clock", noon).await;
    let order = json!({"out_trade_no": "A1", "total_fee": 100});
    let added = port.post("/orders", order).await;
    assert_eq!(added["time_end"], "2026-01-31T12:00:00+08:00");
    // One that is not paid has no such time.
    let order = json!({"out_trade_no": "A2", "total_fee": 100, "trade_state": "NOTPAY"});
    assert_eq!(port.post("/orders", order).await["time_end"], json!(null));
    let paid = port.post("/orders/A2/pay", json!({})).await;
    assert_eq!(paid["time_end"], "2026-01-31T12:00:00+08:00");
}

#[tokio::test]
async fn orders_are_closed_and_refunded() {
    let port = Port::open(Trust::PublicKey).await;
    for (number, state) in [("A1", "SUCCESS"), ("A2", "NOTPAY")] {
        let order = json!({"out_trade_no": number, "total_fee": 100, "trade_state": state});
        port.post("/orders", order).await;
    }
    port.post("/orders/A2/close", json!({})).await;
    let (status, said) = port.refused("/orders/A2/close", json!({})).await;
    assert_eq!((status, said.as_str()), (409, "order A2 is closed"));
    assert_eq!(port.refused("/orders/A1/close", json!({})).await.0, 409);
    assert_eq!(port.refused("/orders/A3/close", json!({})).await.0, 404);

    port.post("/refund_delay", json!({"seconds": 60})).await;
    let part = port.post("/orders/A1/refund", json!({"fen": 30})).await;
    assert_eq!(part["status"], "PROCESSING");
    let page = port.page("/books", ("accept-language", "en")).await.1;
    for words in ["Let it go wrong", "/v1/orders/A1/refund"] {
        assert!(page.contains(words), "{page}");
    }
    let number = part["out_refund_no"].as_str().unwrap();
    let path = format!("/refunds/{number}/status");
    port.post(&path, json!({"status": "ABNORMAL"})).await;
    let rest = port.post("/orders/A1/refund", json!({})).await;
    assert_eq!(rest["refund"], 70);
    let (status, said) = port.refused("/orders/A1/refund", json!({})).await;
    assert_eq!(
        (status, said.as_str()),
        (409, "0 fen can't go back, 0 are left of the order")
    );
    assert_eq!(port.refused("/orders/A2/refund", json!({})).await.0, 404);
    let status = json!({"status": "CLOSED"});
    assert_eq!(port.refused("/refunds/R1/status", status).await.0, 404);
    let told = port.get("/refunds").await;
    assert_eq!(told["delay_seconds"], 60);
    assert_eq!(told["refunds"][0]["status"], "ABNORMAL");
    assert_eq!(port.get("/status").await["counts"]["refunds"], 2);
    port.post("/refund_end", json!({"end": "closed"})).await;
    assert_eq!(port.get("/refunds").await["end"], "closed");
    let wrong = json!({"end": "lost"});
    assert_eq!(port.refused("/refund_end", wrong).await.0, 400);
}

#[tokio::test]
async fn payment_codes_are_made_and_their_users_asked() {
    let port = Port::open(Trust::PublicKey).await;
    let code = port.post("/payment_codes", json!({})).await;
    assert_eq!(code["behaviour"], "pays");
    let code = json!({"behaviour": "fails", "code": "NOTSUPORTCARD"});
    assert_eq!(
        port.post("/payment_codes", code).await["code"],
        "NOTSUPORTCARD"
    );
    let code = json!({"behaviour": "asks_password", "seconds": 5, "pays": true});
    assert_eq!(
        port.post("/payment_codes", code).await["used_by"],
        json!(null)
    );
    for wrong in [
        json!({"behaviour": "fails"}),
        json!({"behaviour": "pays", "seconds": 1}),
        json!({"behaviour": "explodes"}),
    ] {
        assert_eq!(port.refused("/payment_codes", wrong).await.0, 400);
    }
    let codes = port.get("/payment_codes").await;
    assert_eq!(codes["payment_codes"].as_array().unwrap().len(), 3);
    let order = json!({"out_trade_no": "A1", "total_fee": 1, "trade_state": "USERPAYING"});
    port.post("/orders", order).await;
    port.post("/orders/A1/cancel", json!({})).await;
    let (status, said) = port.refused("/orders/A1/cancel", json!({})).await;
    assert_eq!((status, said.as_str()), (409, "order A1 is PAYERROR"));
}

#[tokio::test]
async fn profit_sharing_is_steered() {
    let port = Port::open(Trust::PublicKey).await;
    let rules = json!({"max_ratio": 5000, "delay_seconds": 60, "notify_url": ""});
    port.post("/profit_sharing", rules).await;
    let wrong = json!({"max_ratio": 10_001});
    assert_eq!(port.refused("/profit_sharing", wrong).await.0, 400);
    let nothing = json!({"receivers": [], "orders": [], "returns": []});
    assert_eq!(port.get("/profit_sharing").await, nothing);
    for path in [
        "/profit_sharing/orders/P1/receivers/o1/end",
        "/profit_sharing/returns/B1/end",
    ] {
        assert_eq!(port.refused(path, json!({})).await.0, 404);
    }
}

#[tokio::test]
async fn users_complain_and_write() {
    let port = Port::open(Trust::PublicKey).await;
    let order = json!({"out_trade_no": "A1", "total_fee": 100});
    port.post("/orders", order).await;
    let made = port
        .post("/orders/A1/complain", json!({"refund_fen": 50}))
        .await;
    assert_eq!(
        (&made["problem_type"], &made["apply_refund_amount"]),
        (&json!("REFUND"), &json!(50))
    );
    let id = made["complaint_id"].as_str().unwrap();
    let text = json!({"text": "还没有解决"});
    let written = port
        .post(&format!("/complaints/{id}/write"), text.clone())
        .await;
    assert_eq!(written["incoming_user_response"], true);
    let again = port
        .post(&format!("/complaints/{id}/again"), text.clone())
        .await;
    assert_eq!(again["history"].as_array().unwrap().len(), 3);
    let told = port.get("/complaints").await;
    assert_eq!(told["complaints"][0]["user_complaint_times"], 2);
    assert_eq!(told["notify_url"], json!(null));
    for path in [
        "/orders/A2/complain",
        "/complaints/1/write",
        "/complaints/1/again",
    ] {
        let body = if path.ends_with("complain") {
            json!({})
        } else {
            text.clone()
        };
        assert_eq!(port.refused(path, body).await.0, 404, "{path}");
    }
}
