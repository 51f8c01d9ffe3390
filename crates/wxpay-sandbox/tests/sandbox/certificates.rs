use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wxpay_core::{TimeFormat, Timestamp};
use wxpay_sandbox::{Api, Fault, RotateError, Trust};

use crate::client::Client;
use crate::transfers::{TARGET, transfer};
use crate::v3::TrustedKey;
use crate::x509::Certificate;

const LIST: &str = "/v3/certificates";
const ECHO: &str = "/v3/security/echo";

#[tokio::test]
async fn certificates_come_encrypted_in_a_reply_that_they_verify() {
    let client = Client::start_with(Trust::Certificates).await;
    let pems = client.sandbox.platform_certificate_pems();
    assert_eq!(pems.len(), 1);
    let key = client.certificates().remove(0);

    for target in [LIST, "/v3/certificates?algorithm_type=RSA"] {
        let reply = client.send(target, None, None).await;
        let (status, body) = client.read_signed(reply, &key).await;
        assert_eq!(status, 200);
        let items = body["data"].as_array().unwrap();
        assert_eq!(items.len(), 1);
        let item = &items[0];
        assert_eq!(item["encrypt_certificate"]["algorithm"], "AEAD_AES_256_GCM");
        assert_eq!(open(&client, &item["encrypt_certificate"]), pems[0]);
        let inside = Certificate::read(&pems[0]);
        assert_eq!(item["serial_no"], inside.serial);
        assert_eq!(item["serial_no"].as_str().unwrap().len(), 40);
        for (name, time) in [
            ("effective_time", inside.not_before),
            ("expire_time", inside.not_after),
        ] {
            let text = item[name].as_str().unwrap();
            assert!(text.ends_with("+08:00"));
            assert_eq!(Timestamp::parse(text, TimeFormat::Rfc3339), Some(time));
        }
    }

    let reply = client.get_signed("/v3/certificates?algorithm_type=DSA");
    assert_eq!(reply.await.unwrap().status(), 400);
    let reply = client.get_signed("/v3/certificates?algorithm_type=SM2");
    assert_eq!(reply.await.unwrap().status(), 404);
    // The public key is not this merchant's way.
    let serial = client.public_key().serial;
    let reply = client.send(LIST, Some(&serial), None).await;
    let (status, body) = client.read_signed(reply, &key).await;
    assert_eq!((status, &body["code"]), (400, &json!("PARAM_ERROR")));
}

#[tokio::test]
async fn headers_may_be_written_as_other_clients_write_them() {
    let client = Client::start_with(Trust::Certificates).await;
    let key = client.certificates().remove(0);
    // Empty, as long as the client has no key to name.
    let reply = client.send(LIST, Some(""), None).await;
    assert_eq!(client.read_signed(reply, &key).await.0, 200);
    // The serial number in small letters.
    let serial = client.sandbox.merchant().serial_no.clone();
    let small = serial.to_lowercase();
    assert_ne!(small, serial);
    let authorization = client.authorization(LIST, Timestamp::now().unix());
    let authorization = authorization.replace(&serial, &small);
    let reply = client.get(LIST, &authorization).await.unwrap();
    let (status, _) = client.read_signed(reply, &key).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_new_certificate_signs_and_the_old_one_still_opens() {
    let client = Client::start_with(Trust::Certificates).await;
    let rotate = || client.sandbox.rotate_certificate();
    // At the same time, and one after the other all the same.
    let (a, b) = tokio::join!(rotate(), rotate());
    let keys = client.certificates();
    let mut serials = [a.unwrap(), b.unwrap()];
    if serials[0] != keys[1].serial {
        serials.reverse();
    }
    assert_eq!(
        keys[1..].iter().map(|key| &key.serial).collect::<Vec<_>>(),
        [&serials[0], &serials[1]]
    );
    let reply = client.send(LIST, None, None).await;
    let (_, body) = client.read_signed(reply, &keys[2]).await;
    let items = body["data"].as_array().unwrap();
    let listed: Vec<_> = items.iter().map(|item| &item["serial_no"]).collect();
    assert_eq!(listed, [&keys[0].serial, &keys[1].serial, &keys[2].serial]);
    let begun: Vec<_> = items
        .iter()
        .map(|item| item["effective_time"].as_str().unwrap())
        .collect();
    assert!(begun.is_sorted() && begun[1] < begun[2]);

    for key in &keys {
        let (status, text) = echo(&client, key, &keys[2]).await;
        assert_eq!((status, &*text), (200, "张三"));
    }
}

#[tokio::test]
async fn without_certificates_there_are_none_to_list() {
    let client = Client::start().await;
    let reply = client.send(LIST, None, None).await;
    let (status, body) = client.read_signed(reply, &client.public_key()).await;
    assert_eq!(status, 404);
    assert_eq!(body["code"], "RESOURCE_NOT_EXISTS");
    assert!(client.sandbox.platform_certificate_pems().is_empty());
    let rotated = client.sandbox.rotate_certificate().await;
    assert!(matches!(rotated, Err(RotateError::NoCertificates)));
    let (status, text) = echo(&client, &client.public_key(), &client.public_key()).await;
    assert_eq!((status, &*text), (200, "张三"));
}

#[tokio::test]
async fn in_the_move_the_request_names_the_key_that_signs() {
    let client = Client::start_with(Trust::Both).await;
    client.sandbox.add_transfer(transfer());
    let (public, certificate) = (client.public_key(), client.certificates().remove(0));
    for (serial, key) in [
        (None, &certificate),
        (Some(&certificate.serial), &certificate),
        (Some(&public.serial), &public),
    ] {
        let reply = client.send(TARGET, serial.map(String::as_str), None).await;
        assert_eq!(client.read_signed(reply, key).await.0, 200);
    }
    // A list of certificates proves itself in any case.
    let reply = client.send(LIST, Some(&public.serial), None).await;
    assert_eq!(client.read_signed(reply, &certificate).await.0, 200);
    for key in [&public, &certificate] {
        assert_eq!(echo(&client, key, key).await, (200, "张三".to_owned()));
    }

    // Sealed with one and named the other.
    let mixed = TrustedKey {
        serial: public.serial.clone(),
        ..certificate
    };
    let (status, body) = ask(&client, &mixed, &public).await;
    assert_eq!((status, &body["code"]), (400, &json!("PARAM_ERROR")));
    assert_eq!(body["detail"]["field"], "/encrypted_echo_message");
}

#[tokio::test]
async fn the_echo_holds_its_request_to_the_rules() {
    let client = Client::start().await;
    let key = client.public_key();
    let serial = Some(&*key.serial);
    let plain = r#"{"echo_message":"hello"}"#;
    let reply = client.send(ECHO, serial, Some(plain)).await;
    let (status, body) = client.read_signed(reply, &key).await;
    assert_eq!((status, body), (200, json!({"echo_message": "hello"})));

    for (serial, body, code) in [
        (None, plain, "PARAM_ERROR"),
        (Some("PUB_KEY_ID_0"), plain, "PARAM_ERROR"),
        (serial, "{", "PARAM_ERROR"),
        (serial, "[]", "PARAM_ERROR"),
        (serial, "{}", "PARAM_ERROR"),
        (serial, r#"{"echo_message":1}"#, "PARAM_ERROR"),
        (serial, r#"{"echo_message":"𠮷"}"#, "PARAM_ERROR"),
        (
            serial,
            r#"{"echo_message":"1","notify_url":null}"#,
            "PARAM_ERROR",
        ),
        (
            serial,
            r#"{"echo_message":"1","encrypted_echo_message":"MTIz"}"#,
            "PARAM_ERROR",
        ),
    ] {
        let reply = client.send(ECHO, serial, Some(body)).await;
        let (status, answer) = client.read_signed(reply, &key).await;
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{body}");
    }
    let reply = client.get_signed(ECHO).await.unwrap();
    assert_eq!(reply.status(), 405);
}

#[tokio::test]
async fn lists_of_certificates_go_wrong_in_their_own_ways() {
    let client = Client::start_with(Trust::Certificates).await;
    let key = client.certificates().remove(0);
    for (fault, signed, serial, minute) in [
        (Fault::TamperedBody, false, true, false),
        (Fault::UnknownSerial, false, true, true),
        (Fault::OtherReply, true, false, true),
    ] {
        client
            .sandbox
            .inject(LIST_CERTIFICATES, fault.clone())
            .unwrap();
        let reply = client.send(LIST, None, None).await;
        let headers = reply.headers().clone();
        let body = reply.bytes().await.unwrap();
        assert_eq!(key.signed(&headers, &body), signed, "{fault:?}");
        let body: Value = serde_json::from_slice(&body).unwrap();
        let item = &body["data"][0];
        assert_eq!(item["serial_no"] == key.serial, serial);
        let time = item["effective_time"].as_str().unwrap();
        assert_eq!(time.ends_with("+08:00"), minute);
        let inside = Certificate::read(&open(&client, &item["encrypt_certificate"]));
        assert_eq!(inside.serial, key.serial);
    }
}

/// Has `张三` sealed with one key said back, in a reply that another signs.
async fn echo(client: &Client, sealing: &TrustedKey, signing: &TrustedKey) -> (u16, String) {
    let (status, body) = ask(client, sealing, signing).await;
    assert_eq!(body["echo_message"], "hello");
    let sealed = body["encrypted_echo_message"].as_str().unwrap();
    (status, String::from_utf8(client.open(sealed)).unwrap())
}

async fn ask(client: &Client, sealing: &TrustedKey, signing: &TrustedKey) -> (u16, Value) {
    let body = json!({
        "echo_message": "hello",
        "encrypted_echo_message": sealing.seal("张三"),
    });
    let serial = Some(&*sealing.serial);
    let reply = client.send(ECHO, serial, Some(&body.to_string())).await;
    client.read_signed(reply, signing).await
}

/// Opens `AEAD_AES_256_GCM`.
pub(crate) fn open(client: &Client, encrypted: &Value) -> String {
    let member = |name: &str| encrypted[name].as_str().unwrap();
    let key = client.sandbox.merchant().api_v3_key.expose();
    let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).unwrap();
    let nonce = Nonce::try_assume_unique_for_key(member("nonce").as_bytes()).unwrap();
    let mut bytes = STANDARD.decode(member("ciphertext")).unwrap();
    let aad = Aad::from(member("associated_data").as_bytes());
    let text = LessSafeKey::new(key).open_in_place(nonce, aad, &mut bytes);
    String::from_utf8(text.unwrap().to_vec()).unwrap()
}

const LIST_CERTIFICATES: Api = Api::named("v3.certificates.list_certificates").unwrap();
