//! Callbacks over HTTPS, whose certificates the sandbox hands out.

use serde_json::Value;
use wxpay_sandbox::{Notice, NotifyError, Sandbox, Trust};

use crate::callback::Callback;
use crate::client::Client;
use crate::notices::{OK, with_order};

fn callback_of(sandbox: &Sandbox, answers: &[(&str, &str)]) -> Callback {
    let made = sandbox.callback_certificate();
    Callback::answering_https(answers, &made.certificate_pem, made.key_pem.expose())
}

#[tokio::test]
async fn a_callback_with_the_sandbox_s_certificate_is_told() {
    let client = with_order(Trust::PublicKey).await;
    let callback = callback_of(&client.sandbox, &[OK, OK]);
    let notice = Notice::payment("A1");
    let answer = client.sandbox.notify_v3(&callback.url, notice.clone());
    assert!(answer.await.unwrap().acknowledged);
    let seen = callback.next();
    assert!(client.public_key().signed(&seen.headers, &seen.body));
    let by_name = callback.url.replace("127.0.0.1", "localhost");
    let answer = client.sandbox.notify_v2(&by_name, notice).await.unwrap();
    assert_eq!((answer.status, answer.acknowledged), (200, false));
    assert!(callback.next().body.starts_with(b"<xml>"));
}

#[tokio::test]
async fn an_order_is_told_at_its_https_notify_url() {
    let client = Client::start().await;
    let now = client.sandbox.now();
    client.sandbox.freeze_clock(now);
    let callback = callback_of(&client.sandbox, &[OK]);
    let order = client.native("T20261125", &callback.url);
    client.post_transaction("native", &order).await;
    client.sandbox.pay_order("T20261125", "o1").unwrap();
    client.sandbox.advance(std::time::Duration::ZERO).await;
    let told: Value = serde_json::from_slice(&callback.next().body).unwrap();
    assert_eq!(told["event_type"], "TRANSACTION.SUCCESS");
    assert!(client.sandbox.deliveries()[0].acknowledged);
}

#[tokio::test]
async fn no_other_certificate_is_trusted() {
    let client = with_order(Trust::PublicKey).await;
    let other = Sandbox::start().await.unwrap();
    let callback = callback_of(&other, &[OK, OK]);
    let tell = client
        .sandbox
        .notify_v3(&callback.url, Notice::payment("A1"));
    let error = tell.await.unwrap_err();
    assert!(matches!(error, NotifyError::Certificate(_)));
    assert!(error.to_string().contains("its callback certificate"));
}
