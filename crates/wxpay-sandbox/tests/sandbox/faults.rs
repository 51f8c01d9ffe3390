use std::pin::pin;
use std::time::Duration;

use serde_json::Value;
use wxpay_core::{Params, Timestamp};
use wxpay_sandbox::{Api, Fault, Order};

use crate::client::{Client, ORDER, PAY, xml};
use crate::transfers::{TARGET, transfer};

#[tokio::test]
async fn what_goes_wrong_says_nothing_about_what_was_paid() {
    let client = Client::start().await;
    let faults = [
        (Fault::DropBeforeCommit, false),
        (Fault::error_code("SYSTEMERROR", "系统繁忙"), false),
        (Fault::DropAfterCommit, true),
        (Fault::TruncatedBody, true),
        (Fault::Html502, true),
        (Fault::EmptyBody, true),
        (
            Fault::error_code_after_commit("SYSTEMERROR", "系统繁忙"),
            true,
        ),
        (return_fail(), true),
        (Fault::OtherReply, true),
    ];
    for (n, (fault, paid)) in faults.into_iter().enumerate() {
        // Long enough not to occur by chance in another order's reply.
        let number = format!("FAULTYPAYOUT{n}");
        client.sandbox.inject(PAY_EMPLOYEE, fault.clone()).unwrap();
        let signed = client.sign_payment(client.payment(&number));
        let reply = match client.try_post(PAY, &signed).await {
            Ok(reply) => (Some(reply.status().as_u16()), reply.bytes().await.ok()),
            Err(_) => (None, None),
        };
        let text = reply
            .1
            .map(|body| String::from_utf8(body.to_vec()).unwrap());
        let text = text.as_deref();
        match fault {
            Fault::DropBeforeCommit | Fault::DropAfterCommit => assert_eq!(reply.0, None),
            Fault::TruncatedBody => assert_eq!((reply.0, text), (Some(200), None)),
            Fault::Html502 => {
                assert_eq!(reply.0, Some(502));
                assert!(text.unwrap().starts_with("<html>"));
            }
            Fault::EmptyBody => assert_eq!((reply.0, text), (Some(200), Some(""))),
            Fault::OtherReply => assert!(!text.unwrap().contains(&number)),
            Fault::ReturnCodeFail { .. } => {
                let params = Params::from_xml(text.unwrap().as_bytes()).unwrap();
                assert_eq!(params.get("return_code"), Some("FAIL"));
                assert_eq!(params.get("err_code"), Some("SYSTEMERROR"));
            }
            _ => {
                let params = Params::from_xml(text.unwrap().as_bytes()).unwrap();
                assert_eq!(params.get("result_code"), Some("FAIL"));
                assert_eq!(params.get("err_code"), Some("SYSTEMERROR"));
            }
        }
        let payouts = client.sandbox.payouts();
        let made = payouts
            .iter()
            .any(|payout| payout.partner_trade_no == number);
        assert_eq!(made, paid, "{fault:?}");
        let seen = client.sandbox.requests().pop().unwrap();
        assert_eq!(seen.status, reply.0);
        assert_eq!(seen.signatures.len(), 2);

        // The next request is answered as usual, and pays no second time.
        let again = client.pay(client.payment(&number)).await;
        assert_eq!(again.get("result_code"), Some("SUCCESS"));
        assert_eq!(client.sandbox.payouts().len(), n + 1);
    }
}

#[tokio::test]
async fn a_faulty_answer_about_an_order_is_not_authentic() {
    let client = Client::start().await;
    client.sandbox.add_order(Order::paid("1", 100));
    let fields = client.sign(client.order("out_trade_no", "1"));
    for (fault, signed, fee, number) in [
        (Fault::WrongSignature, false, "100", "1"),
        (Fault::MissingSignature, false, "100", "1"),
        (Fault::TamperedBody, false, "101", "1"),
        (Fault::OtherReply, true, "100", "2"),
    ] {
        client.sandbox.inject(QUERY_ORDER, fault.clone()).unwrap();
        let reply = client.post(ORDER, &fields).await;
        assert_eq!(client.is_signed(&reply, false), signed, "{fault:?}");
        assert_eq!(reply.get("total_fee"), Some(fee));
        assert_eq!(reply.get("out_trade_no"), Some(number));
        assert_eq!(
            reply.get("sign").is_none(),
            fault == Fault::MissingSignature
        );
    }
    client
        .sandbox
        .inject(QUERY_ORDER, Fault::error_code("SYSTEMERROR", "系统错误"))
        .unwrap();
    let reply = client.post(ORDER, &fields).await;
    assert!(client.is_signed(&reply, false));
    assert_eq!(reply.get("err_code"), Some("SYSTEMERROR"));
}

#[tokio::test]
async fn a_faulty_answer_about_a_transfer_is_not_authentic() {
    let client = Client::start().await;
    client.sandbox.add_transfer(transfer());
    for (fault, signed, amount) in [
        (Fault::WrongSignature, false, 200_000),
        (Fault::MissingSignature, false, 200_000),
        (Fault::ProbeSignature, false, 200_000),
        (Fault::TamperedBody, false, 200_001),
        (Fault::StaleSignature, true, 200_000),
        (Fault::OtherReply, true, 200_000),
    ] {
        client.sandbox.inject(QUERY_DETAIL, fault.clone()).unwrap();
        let reply = client.get_signed(TARGET).await.unwrap();
        let (body, timestamp, held) = client.read(reply).await;
        assert_eq!(held, signed, "{fault:?}");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["total_amount"], amount);
        assert_eq!(
            body["out_detail_no"] != "x23zy545Bd5436",
            fault == Fault::OtherReply
        );
        let age = Timestamp::now().unix() - timestamp;
        assert_eq!(age > 3000, fault == Fault::StaleSignature);
    }
    client
        .sandbox
        .inject(
            QUERY_DETAIL,
            Fault::error_code("FREQUENCY_LIMITED", "频率超限"),
        )
        .unwrap();
    assert_eq!(client.get_signed(TARGET).await.unwrap().status(), 429);
}

#[tokio::test]
async fn answers_can_be_late_or_never_come() {
    let client = Client::start().await;
    let signed = client.sign_payment(client.payment("A1"));
    let post = || client.try_post(PAY, &signed);
    let late = Fault::Delay(Duration::from_millis(200));
    client.sandbox.inject(PAY_EMPLOYEE, late).unwrap();
    client.sandbox.inject(PAY_EMPLOYEE, Fault::Stall).unwrap();

    let start = std::time::Instant::now();
    post().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(200));
    {
        let mut never = pin!(post());
        tokio::select! {
            _ = &mut never => panic!("it was answered"),
            () = until(|| client.sandbox.requests().len() == 2) => {}
        }
        let never = tokio::time::timeout(Duration::from_millis(300), never);
        assert!(never.await.is_err());
    }
    assert_eq!(client.sandbox.requests()[1].status, None);
    assert_eq!(client.sandbox.payouts().len(), 1);

    // A sandbox that goes away ends what it left open.
    client.sandbox.inject(PAY_EMPLOYEE, Fault::Stall).unwrap();
    let url = client.url(PAY);
    let waiting = client.with_certificate.post(url).send();
    let waiting = tokio::spawn(waiting);
    until(|| client.sandbox.requests().len() == 3).await;
    drop(client.sandbox);
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn a_held_payment_takes_effect_after_its_client_has_gone() {
    let client = Client::start().await;
    let sandbox = &client.sandbox;
    let held = Fault::DelayBeforeCommit(HELD);
    sandbox.inject(PAY_EMPLOYEE, held.clone()).unwrap();
    let signed = client.sign_payment(client.payment("A1"));
    let request = client.with_certificate.post(client.url(PAY));
    let waiting = tokio::spawn(request.body(xml(&signed)).send());
    until(|| sandbox.requests().len() == 1).await;
    assert!(sandbox.payouts().is_empty());
    waiting.abort();
    until(|| sandbox.requests()[0].ended).await;
    assert!(sandbox.payouts().is_empty());
    tokio::time::pause();
    tokio::time::sleep(HELD).await;
    tokio::time::resume();
    until(|| sandbox.payouts().len() == 1).await;
    assert_eq!(sandbox.requests()[0].fault, Some(held));

    // Who waits is answered, and the same number pays once.
    let held = Fault::DelayBeforeCommit(Duration::from_millis(300));
    sandbox.inject(PAY_EMPLOYEE, held).unwrap();
    let start = std::time::Instant::now();
    let reply = client.pay(client.payment("A1")).await;
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(reply.get("result_code"), Some("SUCCESS"));
    let payouts = sandbox.payouts();
    assert_eq!((payouts.len(), payouts[0].requests), (1, 2));
}

/// Waits as long as a busy machine takes.
async fn until(holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn faults_that_an_endpoint_can_not_have_are_refused() {
    let client = Client::start().await;
    let inject = |api, fault| {
        client
            .sandbox
            .inject(api, fault)
            .map_err(|error| error.to_string())
    };
    let refused = inject(PAY_EMPLOYEE, Fault::WrongSignature);
    assert_eq!(
        refused,
        Err("fault WrongSignature does not apply to v2.wecom.pay_employee".to_owned())
    );
    assert!(inject(QUERY_ORDER, Fault::StaleSignature).is_err());
    assert!(inject(QUERY_DETAIL, return_fail()).is_err());
    assert!(inject(QUERY_EMPLOYEE_PAYMENT, Fault::OtherReply).is_ok());
}

fn return_fail() -> Fault {
    Fault::ReturnCodeFail {
        message: "系统繁忙,请稍后再试.".to_owned(),
        code: Some("SYSTEMERROR".to_owned()),
    }
}

/// Longer than any machine takes to see that a client has gone.
const HELD: Duration = Duration::from_secs(600);

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();

const QUERY_ORDER: Api = Api::named("v2.pay.query_order").unwrap();

const QUERY_DETAIL: Api = Api::named("v3.partner_transfer.query_detail_by_out_detail_no").unwrap();

const QUERY_EMPLOYEE_PAYMENT: Api = Api::named("v2.wecom.query_employee_payment").unwrap();
