//! What a payment and its query are told when the certificate, the key or WeCom's secret is wrong:
//! before any money.

use reqwest::Identity;
use wxpay_core::Params;
use wxpay_sandbox::{PayoutRules, Sandbox, SignatureRefusal};

use crate::client::{Client, Fields, PAY, QUERY, builder, codes, identity, xml};

#[tokio::test]
async fn a_query_tells_certificate_and_key_apart() {
    let client = Client::start().await;
    let good = client.sign(client.query("NONE1"));
    let wrong_key = wrong(good.clone(), "sign");
    let missing_key = without(good.clone(), "sign");
    for (with_certificate, fields, code, said) in [
        (
            false,
            &good,
            "CA_ERROR",
            "请求未携带证书，或请求携带的证书出错",
        ),
        // The certificate is looked at first.
        (
            false,
            &wrong_key,
            "CA_ERROR",
            "请求未携带证书，或请求携带的证书出错",
        ),
        (true, &wrong_key, "SIGN_ERROR", "签名错误"),
        (true, &missing_key, "SIGN_ERROR", "签名错误"),
        (true, &good, "NOT_FOUND", "指定单号数据不存在"),
    ] {
        let reply = ask(&client, with_certificate, QUERY, xml(fields)).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", code]);
        assert_eq!(reply.get("err_code_des"), Some(said));
    }
    // A query has no workwx_sign: whatever stands there is one more signed field, and proves
    // nothing about the secret.
    let mut more = client.query("NONE1");
    more.insert("workwx_sign".to_owned(), "wrong".to_owned());
    let reply = client.post(QUERY, &client.sign(more)).await;
    assert_eq!(codes(&reply)[2], "NOT_FOUND");
}

#[tokio::test]
async fn a_payment_is_refused_before_anything_else_without_a_certificate() {
    let client = Client::start().await;
    let good = xml(&client.sign_payment(client.payment("A1")));
    for body in [good.clone(), "no xml".to_owned()] {
        let reply = ask(&client, false, PAY, body).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "CA_ERROR"]);
        assert_eq!(reply.get("err_code_des"), Some("证书出错"));
    }
    let got = client.without.get(client.url(PAY)).send().await.unwrap();
    let reply = Params::from_xml(&got.bytes().await.unwrap()).unwrap();
    assert_eq!(codes(&reply)[2], "CA_ERROR");
    assert!(client.sandbox.payouts().is_empty());
    let reply = ask(&client, true, PAY, good).await;
    assert_eq!(codes(&reply), ["SUCCESS", "SUCCESS", ""]);
}

#[tokio::test]
async fn the_certificate_of_another_merchant_is_refused_in_words() {
    let (client, other) = tokio::join!(Client::start(), Client::start());
    let stranger: Identity = identity(&other.sandbox);
    let stranger = builder(&client.sandbox).identity(stranger).build().unwrap();
    let query = xml(&client.sign(client.query("A1")));
    let payment = xml(&client.sign_payment(client.payment("A1")));
    for (path, body) in [(QUERY, query), (PAY, payment)] {
        let reply = stranger.post(client.url(path)).body(body).send();
        let reply = reply.await.unwrap().bytes().await.unwrap();
        let reply = Params::from_xml(&reply).unwrap();
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "CA_ERROR"]);
    }
    assert!(client.sandbox.payouts().is_empty());
    let seen = client.sandbox.requests();
    assert!(seen.iter().all(|request| !request.client_certificate));
}

#[tokio::test]
async fn a_wrong_signature_is_refused_by_err_code_or_by_return_code() {
    let client = Client::start().await;
    let payment = client.sign_payment(client.payment("A1"));
    let query = client.sign(client.query("A1"));
    let cases = [
        (PAY, wrong(payment.clone(), "sign"), "SIGN_ERROR"),
        (PAY, without(payment.clone(), "sign"), "SIGN_ERROR"),
        (
            PAY,
            client.sign(wrong(payment.clone(), "workwx_sign")),
            "WORKWX_SIGN_ERROR",
        ),
        (
            PAY,
            client.sign(without(payment.clone(), "workwx_sign")),
            "WORKWX_SIGN_ERROR",
        ),
        (QUERY, wrong(query, "sign"), "SIGN_ERROR"),
    ];
    for (path, fields, code) in &cases {
        let reply = client.post(path, fields).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", code]);
    }
    let mut rules = PayoutRules::default();
    rules.signature_refusal = SignatureRefusal::ReturnCode;
    client.sandbox.set_payout_rules(rules.clone());
    for (path, fields, _) in &cases {
        let reply = client.post(path, fields).await;
        assert_eq!(codes(&reply), ["FAIL", "", ""]);
        assert_eq!(reply.get("return_msg"), Some("签名失败"));
        assert_eq!(reply.iter().count(), 2);
    }
    assert!(client.sandbox.payouts().is_empty());
    let paid = client.post(PAY, &payment).await;
    assert_eq!(codes(&paid), ["SUCCESS", "SUCCESS", ""]);

    // The builder sets it too, and a snapshot keeps it.
    let next = Sandbox::builder().snapshot(client.sandbox.snapshot());
    let next = next.start().await.unwrap();
    assert_eq!(next.payout_rules(), rules);
    let built = Sandbox::builder().payout_rules(rules.clone());
    assert_eq!(built.start().await.unwrap().payout_rules(), rules);
}

#[tokio::test]
async fn an_ip_address_that_is_ipv4_in_ipv6_is_refused() {
    let client = Client::start().await;
    let pay = async |ip: &str| {
        let mut fields = client.payment("A1");
        fields.insert("spbill_create_ip".to_owned(), ip.to_owned());
        client.pay(fields).await
    };
    for ip in ["::ffff:101.226.125.108", "::ffff:65e2:7d6c", "1.2.3", "::g"] {
        let reply = pay(ip).await;
        assert_eq!(codes(&reply), ["SUCCESS", "FAIL", "PARAM_ERROR"], "{ip}");
        let said = reply.get("err_code_des");
        assert_eq!(said, Some("invalid spbill_create_ip"));
    }
    assert!(client.sandbox.payouts().is_empty());
    let reply = pay("2001:db8::1").await;
    assert_eq!(codes(&reply), ["SUCCESS", "SUCCESS", ""]);
}

async fn ask(client: &Client, with_certificate: bool, path: &str, body: String) -> Params {
    let http = match with_certificate {
        true => &client.with_certificate,
        false => &client.without,
    };
    let reply = http.post(client.url(path)).body(body).send().await.unwrap();
    Params::from_xml(&reply.bytes().await.unwrap()).unwrap()
}

fn wrong(mut fields: Fields, name: &str) -> Fields {
    let value = fields.get_mut(name).unwrap();
    *value = value.chars().rev().collect();
    fields
}

fn without(mut fields: Fields, name: &str) -> Fields {
    fields.remove(name);
    fields
}
