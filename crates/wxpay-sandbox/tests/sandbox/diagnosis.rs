//! Why a signature did not hold: the usual mistakes are named, and the keys are not shown.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use wxpay_core::Timestamp;
use wxpay_sandbox::{SignatureCheck, SignatureKind};

use crate::client::{Client, Fields, ORDER, PAY, QUERY, WORKWX_FIELDS, hex, join, xml};

#[tokio::test]
async fn mistakes_in_sign_are_named() {
    let client = Client::start().await;
    let merchant = client.sandbox.merchant().clone();
    let key = merchant.api_v2_key.expose();
    let (v3_key, secret) = (
        merchant.api_v3_key.expose(),
        merchant.workwx_secret.expose(),
    );
    let md5 = |text: String| hex(&Md5::digest(text));
    let fields = client.order("out_trade_no", "20150806125346");
    let text = join(&fields);
    let without_nonce = join(&without(&fields, "nonce_str"));
    let unsorted = "out_trade_no=20150806125346&nonce_str=3PG2J4ILTKCH16CQ2502SI8ZNMTM67VS";
    let cases = [
        (
            "lower_case",
            md5(format!("{text}&key={key}")).to_lowercase(),
        ),
        ("no_key", md5(text.clone())),
        ("bare_key", md5(format!("{text}{key}"))),
        ("other_suffix", md5(format!("{text}&secret={key}"))),
        ("other_key", md5(format!("{text}&key={v3_key}"))),
        ("not_signed", md5(format!("{without_nonce}&key={key}"))),
        ("not_sent", md5(format!("{text}&sign_type=MD5&key={key}"))),
        ("spaces", format!("{} ", md5(format!("{text}&key={key}")))),
        ("unknown", md5(unsorted.to_owned())),
    ];
    for (code, sign) in cases {
        let check = tried(&client, ORDER, &fields, sign).await;
        assert_eq!(check.causes[0].code(), code, "{check:?}");
        assert_eq!(check.text, format!("{text}&key=***"));
        let shown = format!("{check:?}");
        for hidden in [key, v3_key, secret] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
    let check = tried(
        &client,
        ORDER,
        &fields,
        md5(format!("{without_nonce}&key={key}")),
    )
    .await;
    assert_eq!(check.signed_text, Some(format!("{without_nonce}&key=***")));

    // Two at a time.
    let sign = md5(without_nonce).to_lowercase();
    let check = tried(&client, ORDER, &fields, sign).await;
    let codes: Vec<_> = check.causes.iter().map(|cause| cause.code()).collect();
    assert_eq!(codes, ["not_signed", "no_key", "lower_case"]);
}

#[tokio::test]
async fn mistakes_in_workwx_sign_are_named() {
    let client = Client::start().await;
    let merchant = client.sandbox.merchant().clone();
    let (key, secret) = (
        merchant.api_v2_key.expose(),
        merchant.workwx_secret.expose(),
    );
    let fields = client.payment("100000982014120919616");
    let mut eight = fields.clone();
    eight.retain(|name, _| WORKWX_FIELDS.contains(&&**name));
    let md5 = |text: String| hex(&Md5::digest(text));
    let mut nine = eight.clone();
    nine.insert("agentid".to_owned(), fields["agentid"].clone());
    let cases = [
        (
            "other_suffix",
            md5(format!("{}&key={secret}", join(&eight))),
        ),
        ("other_key", md5(format!("{}&secret={key}", join(&eight)))),
        (
            "not_of_the_eight",
            md5(format!("{}&secret={secret}", join(&nine))),
        ),
        (
            "not_of_the_eight",
            md5(format!("{}&secret={secret}", join(&fields))),
        ),
    ];
    for (code, workwx_sign) in cases {
        let mut fields = fields.clone();
        fields.insert("workwx_sign".to_owned(), workwx_sign);
        client.post(PAY, &client.sign(fields)).await;
        let check = last(&client);
        assert_eq!(check.kind, SignatureKind::WorkwxSign);
        assert_eq!(check.causes[0].code(), code, "{check:?}");
        assert!(check.text.ends_with("&secret=***"), "{}", check.text);
    }
    let mut with_type = client.query("100000982014120919616");
    with_type.insert("sign_type".to_owned(), "MD5".to_owned());
    client.post(QUERY, &client.sign(with_type)).await;
    assert_eq!(last(&client).causes[0].code(), "sign_type_sent");
}

#[tokio::test]
async fn mistakes_in_authorization_are_named() {
    let client = Client::start().await;
    let merchant = client.sandbox.merchant().clone();
    let now = Timestamp::now().unix();
    let target = "/v3/pay/transactions/out-trade-no/20150806125346?mchid=1";
    let path = "/v3/pay/transactions/out-trade-no/20150806125346";
    let key = merchant.client_key_pem.expose();
    let other_key = Client::start().await;
    let other_key = other_key.sandbox.merchant().client_key_pem.clone();
    let (serial, platform) = (&merchant.serial_no, &merchant.platform_key_id);
    let text = |target: &str| format!("GET\n{target}\n{now}\nN\n\n");
    let cases = [
        ("other_message", text(path), key, serial, now),
        ("other_message", text(&client.url(target)), key, serial, now),
        (
            "other_message",
            format!("GET\n{target}\n{now}\nN\n"),
            key,
            serial,
            now,
        ),
        ("other_text", "something else".to_owned(), key, serial, now),
        (
            "other_private_key",
            text(target),
            other_key.expose(),
            serial,
            now,
        ),
        ("platform_serial", text(target), key, platform, now),
        (
            "clock",
            format!("GET\n{target}\n{}\nN\n\n", now - 301),
            key,
            serial,
            now - 301,
        ),
    ];
    for (code, text, key, serial, time) in cases {
        let authorization = format!(
            "WECHATPAY2-SHA256-RSA2048 mchid=\"{}\",nonce_str=\"N\",signature=\"{}\",timestamp=\"{time}\",serial_no=\"{serial}\"",
            merchant.mch_id,
            rsa(key, &text),
        );
        let check = asked(&client, target, Some(&authorization)).await;
        assert_eq!(check.causes[0].code(), code, "{check:?}");
        assert_eq!(check.text, format!("GET\n{target}\n{time}\nN\n\n"));
    }
    let check = asked(&client, target, None).await;
    assert_eq!(check.causes[0].code(), "missing");
    let check = asked(&client, target, Some("Bearer 1")).await;
    assert_eq!(check.causes[0].code(), "malformed");
}

async fn tried(client: &Client, path: &str, fields: &Fields, sign: String) -> SignatureCheck {
    let mut fields = fields.clone();
    fields.insert("sign".to_owned(), sign);
    let request = client.with_certificate.post(client.url(path));
    request.body(xml(&fields)).send().await.unwrap();
    last(client)
}

async fn asked(client: &Client, target: &str, authorization: Option<&str>) -> SignatureCheck {
    let mut request = client.without.get(client.url(target));
    request = request.header("accept", "*/*").header("user-agent", "test");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    assert_eq!(request.send().await.unwrap().status(), 401);
    last(client)
}

fn last(client: &Client) -> SignatureCheck {
    let seen = client.sandbox.requests().pop().unwrap();
    let check = seen.signatures.last().unwrap().clone();
    assert!(!check.held, "{check:?}");
    check
}

fn without(fields: &Fields, name: &str) -> Fields {
    let mut fields = fields.clone();
    fields.remove(name);
    fields
}

fn rsa(pem: &str, text: &str) -> String {
    let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let key = KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .unwrap();
    STANDARD.encode(signature)
}
