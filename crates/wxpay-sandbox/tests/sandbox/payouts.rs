use wxpay_core::{Fen, Params, TimeFormat, Timestamp};
use wxpay_sandbox::{Api, PayoutStatus, SignatureKind};

use crate::client::{Client, PAY, QUERY, codes, with, xml};

#[tokio::test]
async fn a_payment_is_made_once_and_can_be_queried() {
    let client = Client::start().await;
    let paid = client.pay(client.payment("A1")).await;
    assert_eq!(codes(&paid), ["SUCCESS", "SUCCESS", ""]);
    assert_eq!(paid.get("partner_trade_no"), Some("A1"));
    assert_eq!(paid.get("sign"), None);
    let time = paid.get("payment_time").unwrap();
    assert!(Timestamp::parse(time, TimeFormat::DateTime).is_some());

    let again = with(client.payment("A1"), "nonce_str", "another");
    let again = client.pay(again).await;
    assert_eq!(again.get("payment_no"), paid.get("payment_no"));
    assert_eq!(again.get("payment_time"), paid.get("payment_time"));
    assert_eq!(client.sandbox.payouts().len(), 1);
    assert_eq!(client.sandbox.payouts()[0].requests, 2);

    let other = client.pay(with(client.payment("A1"), "desc", "七月")).await;
    assert_eq!(codes(&other), ["SUCCESS", "FAIL", "FATAL_ERROR"]);
    assert_eq!(client.sandbox.payouts().len(), 1);

    let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(found.get("status"), Some("SUCCESS"));
    assert_eq!(found.get("detail_id"), paid.get("payment_no"));
    assert_eq!(found.get("payment_amount"), Some("10099"));
    assert_eq!(found.get("sign"), None);

    let reason = "余额不足".to_owned();
    assert!(
        client
            .sandbox
            .set_payout_status("A1", PayoutStatus::Failed { reason })
    );
    let found = client.post(QUERY, &client.sign(client.query("A1"))).await;
    assert_eq!(found.get("status"), Some("FAILED"));
    assert_eq!(found.get("reason"), Some("余额不足"));
    let missing = client.post(QUERY, &client.sign(client.query("A2"))).await;
    assert_eq!(codes(&missing), ["SUCCESS", "FAIL", "NOT_FOUND"]);
}

#[tokio::test]
async fn payments_of_one_number_at_the_same_time_pay_once() {
    let client = Client::start().await;
    let fields = client.payment("A1");
    let (a, b, c) = tokio::join!(
        client.pay(fields.clone()),
        client.pay(fields.clone()),
        client.pay(fields),
    );
    assert_eq!(a.get("payment_no"), b.get("payment_no"));
    assert_eq!(a.get("payment_no"), c.get("payment_no"));
    assert_eq!(client.sandbox.payouts().len(), 1);
}

#[tokio::test]
async fn a_payment_that_breaks_a_rule_is_refused() {
    let client = Client::start().await;
    let good = || client.payment("A1");
    client
        .sandbox
        .register_name("oxTWIuGaIt6gTKsQRLau2M0yL16E", "马花花");
    client.sandbox.set_balance(Fen::new(10_098));

    for (fields, code) in [
        (with(good(), "mch_id", "1230000109"), "NOAUTH"),
        (with(good(), "appid", "ww1"), "WORKWX_MCHID_ERROR"),
        (with(good(), "sign_type", "MD5"), "SIGN_ERROR"),
        (with(good(), "sign_type", ""), "SIGN_ERROR"),
        (with(good(), "agentid", "1"), "WORKWX_SIGN_ERROR"),
        (with(good(), "act_name", ""), "PARAM_ERROR"),
        (with(good(), "act_name", &"名".repeat(51)), "PARAM_ERROR"),
        (with(good(), "amount", "100.5"), "PARAM_ERROR"),
        (with(good(), "amount", "99"), "AMOUNT_LIMIT"),
        (with(good(), "partner_trade_no", "A-1"), "PARAM_ERROR"),
        (with(good(), "check_name", "CHECK"), "PARAM_ERROR"),
        (with(good(), "check_name", "FORCE_CHECK"), "PARAM_ERROR"),
        (with(good(), "ww_msg_type", "APPROVAL_MSG"), "PARAM_ERROR"),
        (with(good(), "spbill_create_ip", "localhost"), "PARAM_ERROR"),
        (with(good(), "openid", "o x"), "OPENID_ERROR"),
        (
            with(
                with(good(), "check_name", "FORCE_CHECK"),
                "re_user_name",
                "马华",
            ),
            "NAME_MISMATCH",
        ),
        (good(), "NOTENOUGH"),
    ] {
        let reply = client.pay(fields).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", code]);
    }
    assert!(client.sandbox.payouts().is_empty());

    client.sandbox.set_balance(Fen::new(10_099));
    assert_eq!(client.pay(good()).await.get("result_code"), Some("SUCCESS"));
    assert_eq!(client.sandbox.balance(), Some(Fen::ZERO));
}

#[tokio::test]
async fn signatures_and_the_certificate_are_checked() {
    let client = Client::start().await;
    let signed = client.sign_payment(client.payment("A1"));
    let flip = |name: &str| {
        let value = signed[name].replace(['0', '1', '2', '3'], "F") + "F";
        with(signed.clone(), name, &value[1..])
    };

    let reply = client.post(PAY, &flip("sign")).await;
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SIGN_ERROR"]);
    let reply = client.post(PAY, &client.sign(flip("workwx_sign"))).await;
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "WORKWX_SIGN_ERROR"]);
    // What `sign` says about fields that `workwx_sign` covers is not enough.
    let reply = client
        .post(PAY, &client.sign(with(signed.clone(), "amount", "20000")))
        .await;
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "WORKWX_SIGN_ERROR"]);
    let query = with(client.query("A1"), "sign_type", "HMAC-SHA256");
    let reply = client.post(QUERY, &client.sign(query)).await;
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "SIGN_ERROR"]);

    let unsure = client.without.post(client.url(PAY)).body(xml(&signed));
    let reply = unsure.send().await.unwrap().bytes().await.unwrap();
    let reply = Params::from_xml(&reply).unwrap();
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "CA_ERROR"]);
    let got = client
        .with_certificate
        .get(client.url(PAY))
        .send()
        .await
        .unwrap();
    let reply = Params::from_xml(&got.bytes().await.unwrap()).unwrap();
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "HTTP_METHOD_ERROR"]);
    let reply = client
        .with_certificate
        .post(client.url(PAY))
        .body("<xml>")
        .send()
        .await
        .unwrap();
    let reply = Params::from_xml(&reply.bytes().await.unwrap()).unwrap();
    assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "XML_ERROR"]);
    assert!(client.sandbox.payouts().is_empty());

    let seen = client.sandbox.requests();
    let (sign, workwx) = (SignatureKind::Sign, SignatureKind::WorkwxSign);
    let checks = |n: usize| {
        let signatures = seen[n].signatures.iter();
        signatures
            .map(|check| (check.kind, check.held))
            .collect::<Vec<_>>()
    };
    assert_eq!(checks(0), [(sign, false)]);
    assert_eq!(checks(1), [(sign, true), (workwx, false)]);
    assert_eq!(checks(4), []);
    assert!(seen[3].client_certificate && !seen[4].client_certificate);
    assert_eq!(seen[4].api, Some(PAY_EMPLOYEE));
    assert_eq!(seen[4].body, xml(&signed).as_bytes());
    assert!(seen.iter().all(|request| request.status == Some(200)));
}

const PAY_EMPLOYEE: Api = Api::named("v2.wecom.pay_employee").unwrap();
