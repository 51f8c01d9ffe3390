use serde_json::{Value, json};

use crate::bench::Sample;

#[test]
fn a_notification_is_verified_and_opened() {
    let said = Sample::read("good/notification").run(&["open", "--json"]);
    let json = said.json();
    assert_eq!(json["verified"], json!(true));
    let text = json["opened"][0]["text"].as_str().unwrap();
    let opened: Value = serde_json::from_str(text).unwrap();
    assert_eq!(opened["trade_state"], "SUCCESS");
    assert_eq!(said.code, 0);
}

#[test]
fn a_bare_body_is_opened_and_said_to_be_unverified() {
    let said = Sample::read("good/notification_body").run(&["open"]);
    assert!(
        said.out.starts_with("{\"mchid\":\"1900009191\""),
        "{}",
        said.out
    );
    assert!(said.err.contains("not verified"), "{}", said.err);
    assert_eq!(said.code, 0);
}

#[test]
fn what_is_signed_wrongly_is_not_opened() {
    let sample = Sample::read("good/notification");
    let forged = sample.capture.replace("TRANSACTION", "TRANSACTIOM");
    let said = sample.bench.run(&["open", "--json"], &forged);
    assert_eq!(said.ids(), ["v3.reply-rewritten"]);
    assert_eq!(said.code, 1);
}

#[test]
fn another_key_is_named() {
    let said = Sample::read("broken/notification_v2_key").run(&["open", "--json"]);
    assert_eq!(said.ids(), ["resource.api-v2-key"]);
    assert_eq!(said.code, 1);
}

#[test]
fn a_refund_notice_is_opened() {
    let said = Sample::read("good/v2_refund_notice").run(&["open"]);
    let status = "<refund_status>SUCCESS</refund_status>";
    assert!(said.out.contains(status), "{}", said.out);
    assert_eq!(said.code, 0);
    let said = Sample::read("broken/refund_upper").run(&["open", "--json"]);
    assert_eq!(
        (said.ids(), said.code),
        (vec!["refund.md5-form".to_owned()], 1)
    );
}

#[test]
fn a_sealed_field_is_opened_with_the_private_key() {
    let sealed = |name| {
        let sample = Sample::read(name);
        let (_, body) = sample.capture.split_once("\n\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let text = body["username"].as_str().unwrap().to_owned();
        sample
            .bench
            .run(&["open", "--sealed", "-", "--json"], &text)
    };
    let said = sealed("good/reply_sealed");
    assert_eq!(said.json()["opened"][0]["text"], "张三", "{}", said.err);
    assert_eq!(said.code, 0);
    let said = sealed("broken/sealed_pkcs1");
    assert_eq!(
        (said.ids(), said.code),
        (vec!["sealed.pkcs1".to_owned()], 1)
    );
}

#[test]
fn what_holds_nothing_closed_ends_with_2() {
    let sample = Sample::read("good/reply_public_key");
    let said = sample.run(&["open"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("nothing to open"), "{}", said.err);
}

#[test]
fn a_name_that_is_there_twice_opens_nothing() {
    let mut body = Sample::read("good/notification_body");
    assert_eq!(body.run(&["open"]).code, 0);
    body.capture = body.capture.replacen("{", r#"{"resource":{},"#, 1);
    let said = body.run(&["open"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("a name twice"), "{}", said.err);
}
