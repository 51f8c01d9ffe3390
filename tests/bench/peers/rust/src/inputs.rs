//! What every client is given.

use std::fs;
use std::path::Path;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use wxpay_api::core::Timestamp;
use wxpay_test_support::{clients, replies, vectors};

use crate::Failure;

pub(crate) const API_KEY: &str = "ExampleApiV3Key0123456789abcdefg";
pub(crate) const APP_ID: &str = "wxd678efh567hg6787";

/// A payment notification as it arrives.
#[derive(Deserialize, Serialize)]
pub(crate) struct Notification {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

pub(crate) fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("merchant.pem"), vectors::key("mch"))?;
    fs::write(folder.join("platform.pem"), replies::platform_public_key())?;
    let facts = serde_json::json!({
        "mchid": clients::MCH_ID,
        "serial": clients::SERIAL_NO,
        "appid": APP_ID,
        "api_key": API_KEY,
        "platform_key_id": replies::PLATFORM_KEY_ID,
    });
    fs::write(folder.join("facts.json"), facts.to_string())?;
    let (head, body) = replies::v3_signed(200, &sealed()?, Timestamp::now().unix()).into_parts();
    let mut headers = head
        .headers
        .iter()
        .map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())))
        .collect::<Result<Vec<_>, Failure>>()?;
    let suite = "WECHATPAY2-SHA256-RSA2048".to_owned();
    headers.push(("wechatpay-signature-type".to_owned(), suite));
    let notification = Notification {
        headers,
        body: String::from_utf8(body.to_vec())?,
    };
    let text = serde_json::to_string(&notification)?;
    fs::write(folder.join("notification.json"), text)?;
    Ok(())
}

/// The body of a notification, with the payment encrypted.
fn sealed() -> Result<String, Failure> {
    let payment = include_str!("payment.json").trim();
    let (nonce, associated_data) = ("fdasflkja484", "transaction");
    let payload = Payload {
        msg: payment.as_bytes(),
        aad: associated_data.as_bytes(),
    };
    let key = Aes256Gcm::new_from_slice(API_KEY.as_bytes())?;
    let sealed = key
        .encrypt(nonce.as_bytes().into(), payload)
        .map_err(|_| "AES-GCM refuses to encrypt")?;
    let envelope = serde_json::json!({
        "id": "EV-2018022511223320873",
        "create_time": "2015-05-20T13:29:35+08:00",
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": STANDARD.encode(sealed),
            "associated_data": associated_data,
            "nonce": nonce,
        },
    });
    Ok(envelope.to_string())
}

pub(crate) fn notification(folder: &Path) -> Result<Notification, Failure> {
    let text = fs::read_to_string(folder.join("notification.json"))?;
    Ok(serde_json::from_str(&text)?)
}
