//! A sandbox whose state is in a file, killed at any moment.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use wxpay_core::Fen;
use wxpay_sandbox::{Api, Fault, PayoutRules, PayoutStatus, Sandbox, StartError};

use crate::client::{Client, PAY, codes, with};

#[tokio::test]
async fn what_was_answered_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("state"), folder.path().join("copy"));
    let client = start(&file).await;
    client.sandbox.set_balance(Fen::new(50_000));
    let mut paid = Vec::new();
    for n in 1..=3 {
        let reply = client.pay(client.payment(&format!("A{n}"))).await;
        paid.push(reply.get("payment_no").unwrap().to_owned());
        // The copy is what a sandbox leaves that is killed now.
        fs::copy(&file, &copy).unwrap();
        let next = Sandbox::builder().state_file(&copy).start().await.unwrap();
        let kept: Vec<_> = next.payouts().into_iter().collect();
        let numbers: Vec<_> = kept.iter().map(|payout| &payout.payment_no).collect();
        assert_eq!(numbers, paid.iter().collect::<Vec<_>>());
        let left = 50_000 - 10_099 * i64::from(n);
        assert_eq!(next.balance(), Some(Fen::new(left)));
    }

    // Also what is refused, and what is never answered.
    client.pay(with(client.payment("B1"), "amount", "1")).await;
    client
        .sandbox
        .inject(PAY_EMPLOYEE, Fault::DropAfterCommit)
        .unwrap();
    let signed = client.sign_payment(client.payment("C1"));
    assert!(client.try_post(PAY, &signed).await.is_err());
    fs::copy(&file, &copy).unwrap();
    let next = Sandbox::builder().state_file(&copy).start().await.unwrap();
    assert_eq!(next.payouts().len(), 4);
    let sends = next.payout_sends();
    let sends: Vec<_> = sends.iter().map(|sent| &*sent.partner_trade_no).collect();
    assert_eq!(sends, ["A1", "A2", "A3", "B1", "C1"]);
}

#[tokio::test]
async fn requests_at_the_same_time_are_all_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let client = start(&file).await;
    let mut left = Vec::new();
    for n in 0..20 {
        let signed = client.sign_payment(client.payment(&format!("A{n}")));
        let request = client.with_certificate.post(client.url(PAY));
        let request = request.body(crate::client::xml(&signed)).send();
        left.push(tokio::spawn(request));
    }
    for request in left {
        request.await.unwrap().unwrap();
    }
    let text = fs::read_to_string(&file).unwrap();
    let next = Sandbox::builder().snapshot(text).start().await.unwrap();
    assert_eq!(next.payouts().len(), 20);
}

#[tokio::test]
async fn what_happens_on_its_own_is_in_the_file_soon() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let mut rules = PayoutRules::default();
    rules.settle_after = Duration::from_millis(50);
    let builder = Sandbox::builder().payout_rules(rules).state_file(&file);
    let client = Client::start_built(builder).await;
    client.pay(client.payment("A1")).await;
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(&file).unwrap();
        let next = Sandbox::builder().snapshot(text).start().await.unwrap();
        if next.payouts()[0].status == PayoutStatus::Success && text_is_current(&client, &file) {
            break;
        }
        assert!(Instant::now() < until, "the file stays behind");
    }
    client.sandbox.set_balance(Fen::new(7));
    client.sandbox.save().await.unwrap();
    assert!(text_is_current(&client, &file));
}

#[tokio::test]
async fn a_file_that_can_not_be_written_is_said_at_the_start_and_never_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("no/state");
    let refused = Sandbox::builder().state_file(&nowhere).start().await;
    assert!(matches!(refused, Err(StartError::StateFile(_))));
    let garbage = folder.path().join("garbage");
    fs::write(&garbage, "{").unwrap();
    let refused = Sandbox::builder().state_file(&garbage).start().await;
    assert!(matches!(refused, Err(StartError::Snapshot(_))));
    assert_eq!(fs::read_to_string(&garbage).unwrap(), "{");

    fs::create_dir(folder.path().join("no")).unwrap();
    let client = start(&nowhere).await;
    fs::remove_dir_all(folder.path().join("no")).unwrap();
    // Nothing is told that a killed sandbox would not know of.
    let signed = client.sign_payment(client.payment("A1"));
    assert!(client.try_post(PAY, &signed).await.is_err());
    assert!(client.sandbox.save().await.is_err());
    fs::create_dir(folder.path().join("no")).unwrap();
    let reply = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&reply), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(client.sandbox.payouts().len(), 1);
}

fn text_is_current(client: &Client, file: &Path) -> bool {
    fs::read_to_string(file).unwrap() == client.sandbox.snapshot()
}

async fn start(file: &Path) -> Client {
    Client::start_built(Sandbox::builder().state_file(file)).await
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();
