//! Replies as WeChat Pay writes and signs them.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use wxpay_api::core::Params;
use wxpay_api::sign::v2::{Key, SignType};

use crate::{clients, vectors};

/// The id of the key that signs replies of APIv3.
pub const PLATFORM_KEY_ID: &str = "PUB_KEY_ID_0114232134912410000000000000";

/// A reply with this status and body.
pub fn plain(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(body.into())
        .unwrap()
}

/// An APIv2 reply of these fields, unsigned.
pub fn v2_unsigned(fields: &[(&str, &str)]) -> Response<Bytes> {
    plain(200, v2_xml(fields))
}

/// An APIv2 reply of these fields, signed with the test key.
pub fn v2_signed(fields: &[(&str, &str)], sign_type: SignType) -> Response<Bytes> {
    let params: Params = fields.iter().copied().collect();
    let sign = Key::new(clients::API_KEY).unwrap().sign(&params, sign_type);
    let mut fields = fields.to_vec();
    fields.push(("sign", &sign));
    plain(200, v2_xml(&fields))
}

/// The fields in WeChat Pay's own form: CDATA, one to a line.
pub fn v2_xml(fields: &[(&str, &str)]) -> String {
    let lines = fields
        .iter()
        .map(|(name, value)| format!("<{name}><![CDATA[{value}]]></{name}>\n"));
    format!("<xml>\n{}</xml>", lines.collect::<String>())
}

/// An APIv3 reply, signed at `timestamp` by the platform's key.
pub fn v3_signed(status: u16, body: &str, timestamp: i64) -> Response<Bytes> {
    let nonce = "c5ac7061fccab6bf3e254dcf98995b8c";
    let message = format!("{timestamp}\n{nonce}\n{body}\n");
    let signature = STANDARD.encode(rsa_sign(&key_pair("plat_key"), message.as_bytes()));
    let mut response = plain(status, body.to_owned());
    let headers = response.headers_mut();
    headers.insert(
        "Wechatpay-Timestamp",
        timestamp.to_string().parse().unwrap(),
    );
    headers.insert("Wechatpay-Nonce", nonce.parse().unwrap());
    headers.insert("Wechatpay-Serial", PLATFORM_KEY_ID.parse().unwrap());
    headers.insert("Wechatpay-Signature", signature.parse().unwrap());
    response
}

/// The platform's public key as PEM.
pub fn platform_public_key() -> String {
    let key = key_pair("plat_key");
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let text = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).unwrap());
        pem.push('\n');
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    pem
}

/// A private key of the vectors, as aws-lc takes it.
pub fn key_pair(name: &str) -> KeyPair {
    let pem = vectors::key(name);
    let base64: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    KeyPair::from_pkcs8(&STANDARD.decode(base64).unwrap()).unwrap()
}

/// PKCS#1 v1.5 with SHA-256, with nothing around it.
pub fn rsa_sign(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    signature
}
