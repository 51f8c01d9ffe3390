//! What follows from the seed.

use wxpay_core::{Params, Timestamp};
use wxpay_sandbox::Sandbox;

use crate::client::{Client, ORDER, UNIFIED};

#[tokio::test]
async fn one_seed_gives_the_same_numbers_and_nonces() {
    let (a, b, other) = tokio::join!(play(1), play(1), play(2));
    assert_eq!(a, b);
    for (here, there) in a.iter().zip(&other) {
        assert_ne!(here, there);
    }
}

/// All that a sandbox chose in a few replies.
async fn play(seed: u64) -> Vec<String> {
    let client = Client::start_built(Sandbox::builder().seed(seed)).await;
    let noon = Timestamp::from_unix(1_795_579_200).unwrap();
    client.sandbox.freeze_clock(noon);
    let paid = client.pay(client.payment("A1")).await;
    let order = client.unified("T20261125", "http://localhost:1/");
    let made = client.post(UNIFIED, &client.sign(order)).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    let asked = client.sign(client.order("out_trade_no", "T20261125"));
    let found = client.post(ORDER, &asked).await;
    let chosen = |reply: &Params, name: &str| reply.get(name).unwrap().to_owned();
    vec![
        chosen(&paid, "payment_no"),
        chosen(&paid, "nonce_str"),
        chosen(&made, "prepay_id"),
        chosen(&made, "code_url"),
        chosen(&found, "transaction_id"),
    ]
}
