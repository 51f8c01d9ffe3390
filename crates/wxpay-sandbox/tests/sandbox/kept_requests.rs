//! How much is remembered of what came.

use wxpay_sandbox::Sandbox;

use crate::client::{Client, QUERY};

#[tokio::test]
async fn only_the_latest_requests_are_kept() {
    let client = Client::start_built(Sandbox::builder().keep_requests(3)).await;
    for n in 0..5 {
        let query = client.sign(client.query(&format!("A{n}")));
        client.post(QUERY, &query).await;
    }
    let seen = client.sandbox.requests();
    let numbers: Vec<_> = seen.iter().map(|request| request.number).collect();
    assert_eq!(numbers, [3, 4, 5]);
    assert!(seen.iter().all(|request| request.status == Some(200)));
    let last = String::from_utf8_lossy(&seen[2].body);
    assert!(last.contains("A4"));
}

#[tokio::test]
async fn large_bodies_are_let_go_of_first() {
    let client = Client::start().await;
    let body = "x".repeat(1 << 20);
    for _ in 0..70 {
        let request = client.without.post(client.url("/pay/orderquery"));
        request.body(body.clone()).send().await.unwrap();
    }
    let seen = client.sandbox.requests();
    assert_eq!(seen.last().unwrap().number, 70);
    // The replies count too.
    assert_eq!(seen.len(), 63);
}
