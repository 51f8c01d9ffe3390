//! The constant facts of an endpoint, and what each of their setters changes.

use wxpay_client::core::{Certainty, Class, CodeFacts, Effect, Outcome, PAYMENT_NAMES, Resolve};
use wxpay_client::sign::v2::SignType;
use wxpay_client::sign::workwx;
use wxpay_client::v2::SignTypes;
use wxpay_client::v3::Method;
use wxpay_client::{v2, v3};

const CODES: &[CodeFacts] = &[CodeFacts::new(
    "NO_AUTH",
    Outcome::NotExecuted,
    Class::new(Certainty::Definite),
)];

/// The facts as text, which has every field.
fn shown(meta: &impl std::fmt::Debug) -> String {
    format!("{meta:#?}")
}

/// The lines in which two of them differ.
fn differing(before: &str, after: &str) -> Vec<String> {
    let old: Vec<&str> = before.lines().collect();
    let new = after.lines().filter(|line| !old.contains(line));
    new.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn an_endpoint_of_apiv2_begins_with_what_most_have() {
    let meta = v2::Meta::read("my.read", "/my/read");
    assert_eq!((meta.name, meta.path), ("my.read", "/my/read"));
    assert_eq!((meta.effect, meta.resolve), (Effect::Read, None));
    assert_eq!((meta.host, meta.workwx), (None, None));
    assert_eq!(meta.sign_types, SignTypes::Either);
    assert_eq!(meta.app_id_field, Some("appid"));
    assert_eq!(meta.mch_id_field, Some("mch_id"));
    assert!(meta.nonce && meta.reply_signed && meta.result_code && meta.merchant_reply);
    assert!(!meta.client_cert && !meta.backup_host && !meta.file_reply && !meta.nested_reply);
    assert_eq!(meta.names, PAYMENT_NAMES);
    assert!(meta.errors.is_empty());

    let resolve = Resolve::Query("my.read");
    let meta = v2::Meta::write("my.write", "/my/write", resolve);
    assert_eq!((meta.name, meta.path), ("my.write", "/my/write"));
    assert_eq!((meta.effect, meta.resolve), (Effect::Write, Some(resolve)));
}

#[test]
fn each_setter_of_apiv2_changes_its_own_fact() {
    let meta = v2::Meta::read("my.read", "/my/read");
    let before = shown(&meta);
    for (after, line) in [
        (meta.client_cert(), "client_cert: true,"),
        (meta.backup_host(), "backup_host: true,"),
        (meta.md5_only(), "sign_types: Md5Only,"),
        (meta.hmac_sha256_only(), "sign_types: HmacSha256Only,"),
        (meta.app_id_field(None), "app_id_field: None,"),
        (meta.mch_id_field(None), "mch_id_field: None,"),
        (meta.no_nonce(), "nonce: false,"),
        (meta.no_result_code(), "result_code: false,"),
        (meta.no_merchant_reply(), "merchant_reply: false,"),
        (meta.file_reply(), "file_reply: true,"),
        (meta.nested_reply(), "nested_reply: true,"),
        (meta.unsigned_reply(), "reply_signed: false,"),
    ] {
        assert_eq!(differing(&before, &shown(&after)), [line]);
    }
    assert_eq!(meta.workwx(workwx::Api::Pay).workwx, Some(workwx::Api::Pay));
    assert_eq!(
        meta.app_id_field(Some("wxappid")).app_id_field,
        Some("wxappid")
    );
    assert_eq!(meta.mch_id_field(Some("mchid")).mch_id_field, Some("mchid"));
    assert_eq!(meta.names(&["appid", "note"]).names, ["appid", "note"]);
    assert_eq!(
        meta.host("fraud.mch.weixin.qq.com").host,
        Some("fraud.mch.weixin.qq.com")
    );
    assert_eq!(meta.errors(CODES).errors.len(), 1);
}

#[test]
fn an_endpoint_decides_about_the_digest_before_the_merchant_does() {
    for preferred in [SignType::Md5, SignType::HmacSha256] {
        assert_eq!(SignTypes::Either.choose(preferred), preferred);
        assert_eq!(SignTypes::Md5Only.choose(preferred), SignType::Md5);
        assert_eq!(
            SignTypes::HmacSha256Only.choose(preferred),
            SignType::HmacSha256
        );
    }
}

#[test]
fn an_endpoint_of_apiv3_begins_with_what_most_have() {
    let meta = v3::Meta::read("my.read", Method::Get, "/v3/my");
    assert_eq!((meta.name, meta.path), ("my.read", "/v3/my"));
    assert_eq!((meta.method, meta.effect), (Method::Get, Effect::Read));
    assert_eq!((meta.resolve, meta.host), (None, None));
    assert_eq!((meta.per_second, meta.digest_header), (None, None));
    assert_eq!(meta.accept, "application/json");
    assert!(!meta.backup_host && !meta.serial_required && !meta.accepted_is_success);
    assert!(meta.errors.is_empty());

    let meta = v3::Meta::write("my.write", Method::Put, "/v3/my", Resolve::Repeat);
    assert_eq!((meta.name, meta.path), ("my.write", "/v3/my"));
    assert_eq!((meta.method, meta.effect), (Method::Put, Effect::Write));
    assert_eq!(meta.resolve, Some(Resolve::Repeat));
}

#[test]
fn each_setter_of_apiv3_changes_its_own_fact() {
    let meta = v3::Meta::read("my.read", Method::Get, "/v3/my");
    let before = shown(&meta);
    for (after, line) in [
        (meta.backup_host(), "backup_host: true,"),
        (meta.accept("*/*"), "accept: \"*/*\","),
        (meta.serial_required(), "serial_required: true,"),
        (meta.accepted_is_success(), "accepted_is_success: true,"),
    ] {
        assert_eq!(differing(&before, &shown(&after)), [line]);
    }
    assert_eq!(meta.per_second(5).per_second, Some(5));
    assert_eq!(
        meta.digest_header("X-Digest").digest_header,
        Some("X-Digest")
    );
    assert_eq!(meta.host("a.example").host, Some("a.example"));
    assert_eq!(meta.errors(CODES).errors.len(), 1);
}

#[test]
fn a_method_has_its_name() {
    for (method, name) in [
        (Method::Get, "GET"),
        (Method::Post, "POST"),
        (Method::Put, "PUT"),
        (Method::Patch, "PATCH"),
        (Method::Delete, "DELETE"),
    ] {
        assert_eq!(method.name(), name);
    }
}
