//! The page, as a browser without script gets it.

use std::sync::Arc;

use serde_json::json;
use wxpay_sandbox::{ComplaintTerms, Order, Trust};

use super::Port;
use crate::client::Client;

impl Port {
    async fn shown(&self, path: &str, language: &str) -> String {
        let (status, page) = self.page(path, ("accept-language", language)).await;
        assert_eq!(status, 200, "{path}");
        page
    }
}

#[tokio::test]
async fn an_empty_page_says_how_to_begin() {
    let port = Port::open(Trust::PublicKey).await;
    let page = port.shown("/", "en").await;
    assert!(page.contains("No requests yet") && page.contains(port.sandbox.base_url()));
    assert!(!page.contains("show=failures"), "{page}");
    let page = port.shown("/books", "en").await;
    for helps in ["or add one above", "10… pays", "None yet. A user complains"] {
        assert!(page.contains(helps), "{helps}");
    }
    let page = port.shown("/books", "zh").await;
    for helps in ["还没有订单", "还没有付款码", "还没有投诉", "还没有分账"] {
        assert!(page.contains(helps), "{helps}");
    }
    // What the script shows when nobody answers any more.
    assert!(page.contains(r#"id="ended" role="alert" hidden"#) && page.contains("沙箱已结束"));
}

#[tokio::test]
async fn the_books_have_a_button_for_what_can_be_done() {
    let port = Port::open(Trust::PublicKey).await;
    port.sandbox.add_order(Order::paid("P1", 100));
    port.sandbox
        .add_order(Order::unpaid("N1", "NOTPAY", "订单未支付"));
    let complaint = port
        .sandbox
        .complain("P1", ComplaintTerms::new("<b>没有收到</b>"));
    let id = complaint.unwrap().complaint_id;
    let made = port
        .post(
            "/payment_codes",
            json!({"behaviour": "fails", "code": "NOTENOUGH"}),
        )
        .await;
    let page = port.shown("/books", "en").await;
    for there in [
        "/v1/orders/N1/pay",
        "/v1/orders/N1/close",
        "/v1/orders/P1/refund",
        "/v1/orders/P1/complain",
        &format!("/v1/complaints/{id}/write"),
        "&lt;b&gt;没有收到",
        made["auth_code"].as_str().unwrap(),
        "fails with NOTENOUGH",
    ] {
        assert!(page.contains(there), "{there}");
    }
    for absent in [
        "/v1/orders/P1/pay",
        "/v1/orders/N1/refund",
        "/v1/orders/N1/complain",
    ] {
        assert!(!page.contains(absent), "{absent}");
    }
    assert_eq!(port.get("/uploads").await, json!({"uploads": []}));
    let counts = &port.get("/status").await["counts"];
    assert_eq!(
        (&counts["complaints"], &counts["payment_codes"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn requests_are_listed_with_numbers_and_codes_and_failures_alone() {
    let port = Port::open(Trust::PublicKey).await;
    let client = Client::of(Arc::clone(&port.sandbox));
    port.sandbox.add_order(Order::paid("GOOD-1", 100));
    client
        .post(
            "/pay/orderquery",
            &client.sign(client.order("out_trade_no", "GOOD-1")),
        )
        .await;
    client
        .post(
            "/pay/orderquery",
            &client.sign(client.order("out_trade_no", "LOST-1")),
        )
        .await;
    let (status, _) = client.transaction("out-trade-no/LOST-2").await;
    assert_eq!(status, 404);
    let all = port.shown("/", "en").await;
    for there in [
        "GOOD-1",
        "LOST-1",
        "LOST-2",
        ">ORDERNOTEXIST<",
        ">ORDER_NOT_EXIST<",
    ] {
        assert!(all.contains(there), "{there}");
    }
    let failures = port.shown("/?show=failures", "en").await;
    assert!(failures.contains("LOST-1") && failures.contains("LOST-2"));
    assert!(!failures.contains("GOOD-1"), "{failures}");
    assert!(
        failures.contains(r#"<span class="count">2</span>"#),
        "{failures}"
    );
    // The other language shows the same.
    assert!(
        failures.contains("?show=failures&amp;lang=zh"),
        "{failures}"
    );
    let one = port.shown("/requests/2", "zh").await;
    assert!(one.contains("单号") && one.contains("LOST-1") && one.contains("ORDERNOTEXIST"));
}
