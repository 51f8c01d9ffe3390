use wxpay_core::FromWire;
use wxpay_sign::v3::{MerchantKey, PlatformKeys, PrivateKey, Sealed};

use super::{MCH_SERIAL, keys_of, merchant, sm_base64, sm_pem};
use crate::vectors::pem;

/// The key and the ciphertext of WeChat Pay's own page about encrypted bills.
const OFFICIAL: &str = "MIGKAiEA4FdfXZIG9oaS4v0CrCcFWAhQR0mR04cwZwFqP6lWwfACIQCGIdcc9PD9ZXmjvpyhbY0/lcww+UCp3+LP1yelYWpdbQQg5D4m4+JIyCyUwhwGuxMGPZR+bNmc2AVhlPQWj99WfT8EIOiAP7dYMFbc3HUHTt8F0RpGQns6zWhc3snUeMdkAWXF";

#[tokio::test]
async fn the_official_sample_is_decrypted() {
    let key = PrivateKey::from_pem(&pem("sm/official_key.pem"), "00").unwrap();
    let sealed = Sealed::from_wire(OFFICIAL).unwrap();
    let text = sealed.open(&key).await.unwrap();
    assert_eq!(text.expose(), "c6fafbae361863c146f0a1c27ff9c1a2");
}

#[tokio::test]
async fn what_openssl_encrypts_is_decrypted_and_nothing_that_was_altered() {
    let own = merchant();
    let ciphertext = sm_base64("ciphertext");
    assert_eq!(own.decrypt(&ciphertext).await.unwrap().expose(), "张三");
    for bit in (0..ciphertext.len() * 8).step_by(3) {
        let mut altered = ciphertext.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(own.decrypt(&altered).await.is_err(), "bit {bit}");
    }
    for length in 0..ciphertext.len() {
        assert!(own.decrypt(&ciphertext[..length]).await.is_err());
    }
    let other = PrivateKey::from_pem(&sm_pem("plat_key"), "00").unwrap();
    assert!(other.decrypt(&ciphertext).await.is_err());
}

#[tokio::test]
async fn fields_are_encrypted_with_the_key_that_is_named() {
    let keys = keys_of("mch");
    let long = "钱".repeat(1000);
    let sealed = keys.seal(&["张三", "x", &long]).await.unwrap();
    assert_eq!(sealed.serial_no, MCH_SERIAL);
    for (text, sealed) in ["张三", "x", &long].into_iter().zip(&sealed.texts) {
        let sealed = Sealed::from_wire(sealed).unwrap();
        assert_eq!(sealed.open(&merchant()).await.unwrap().expose(), text);
    }
    let again = keys.seal(&["张三"]).await.unwrap();
    assert_ne!(again.texts[0], sealed.texts[0]);
    let named = keys.seal(&[]).await.unwrap();
    assert_eq!(named.serial_no, MCH_SERIAL);
}

#[tokio::test]
async fn an_empty_text_is_refused_with_its_reason() {
    let error = keys_of("mch").seal(&["a", ""]).await.unwrap_err();
    assert!(error.to_string().contains("empty text"), "{error}");
}
