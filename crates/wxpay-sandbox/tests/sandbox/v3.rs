//! The half of the client that speaks APIv3.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Response;
use reqwest::header::HeaderMap;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use serde_json::Value;

use crate::client::Client;
use crate::x509::Certificate;

/// A key of the platform's that the client trusts.
#[derive(Clone)]
pub(crate) struct TrustedKey {
    pub(crate) serial: String,
    pub(crate) spki: Vec<u8>,
}

impl Client {
    /// The `Authorization` of a GET request.
    pub(crate) fn authorization(&self, target: &str, timestamp: i64) -> String {
        self.authorization_of("GET", target, timestamp, b"")
    }

    pub(crate) async fn get(&self, target: &str, authorization: &str) -> reqwest::Result<Response> {
        let request = self.without.get(self.url(target));
        let request = request.header("accept", "application/json");
        let request = request.header("user-agent", "wxpay-sandbox-tests");
        request.header("authorization", authorization).send().await
    }

    /// A good request of APIv3.
    pub(crate) async fn get_signed(&self, target: &str) -> reqwest::Result<Response> {
        let authorization = self.authorization(target, self.sandbox.now().unix());
        self.get(target, &authorization).await
    }

    /// A good request of APIv3 that names a key: a GET without a body, a POST with one.
    pub(crate) async fn send(
        &self,
        target: &str,
        serial: Option<&str>,
        body: Option<&str>,
    ) -> Response {
        self.try_send(target, serial, body).await.unwrap()
    }

    pub(crate) async fn try_send(
        &self,
        target: &str,
        serial: Option<&str>,
        body: Option<&str>,
    ) -> reqwest::Result<Response> {
        let method = if body.is_some() { "POST" } else { "GET" };
        self.try_send_by(method, target, serial, body).await
    }

    /// The same by any method.
    pub(crate) async fn try_send_by(
        &self,
        method: &str,
        target: &str,
        serial: Option<&str>,
        body: Option<&str>,
    ) -> reqwest::Result<Response> {
        let text = body.unwrap_or_default();
        let now = self.sandbox.now().unix();
        let mut request = self
            .without
            .request(method.parse().unwrap(), self.url(target))
            .header("accept", "application/json")
            .header("user-agent", "wxpay-sandbox-tests")
            .header(
                "authorization",
                self.authorization_of(method, target, now, text.as_bytes()),
            );
        if let Some(serial) = serial {
            request = request.header("wechatpay-serial", serial);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json");
            request = request.body(body.to_owned());
        }
        request.send().await
    }

    /// Reads a reply of APIv3 that the public key signs: its body, its timestamp and whether its
    /// signature holds.
    pub(crate) async fn read(&self, reply: Response) -> (Vec<u8>, i64, bool) {
        let headers = reply.headers().clone();
        let body = reply.bytes().await.unwrap().to_vec();
        let held = self.public_key().signed(&headers, &body);
        let timestamp = header(&headers, "wechatpay-timestamp");
        (body, timestamp.parse().unwrap_or_default(), held)
    }

    /// Reads a reply that this key signs: its status and its body.
    pub(crate) async fn read_signed(&self, reply: Response, key: &TrustedKey) -> (u16, Value) {
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        let body = reply.bytes().await.unwrap();
        assert!(key.signed(&headers, &body), "{headers:?}");
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// WeChat Pay's public key.
    pub(crate) fn public_key(&self) -> TrustedKey {
        let merchant = self.sandbox.merchant();
        let pem = merchant.platform_public_key_pem.as_bytes();
        let spki = SubjectPublicKeyInfoDer::from_pem_slice(pem).unwrap();
        TrustedKey {
            serial: merchant.platform_key_id.clone(),
            spki: spki.as_ref().to_vec(),
        }
    }

    /// WeChat Pay's certificates.
    pub(crate) fn certificates(&self) -> Vec<TrustedKey> {
        let pems = self.sandbox.platform_certificate_pems();
        pems.iter()
            .map(|pem| Certificate::read(pem).into_key())
            .collect()
    }

    /// Opens what the platform sealed for the merchant.
    pub(crate) fn open(&self, sealed: &str) -> Vec<u8> {
        let key = PrivateDecryptingKey::from_pkcs8(&self.private_key()).unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        let sealed = STANDARD.decode(sealed).unwrap();
        let mut block = vec![0; key.min_output_size()];
        key.decrypt(&OAEP_SHA1_MGF1SHA1, &sealed, &mut block, None)
            .unwrap()
            .to_vec()
    }

    pub(crate) fn authorization_of(
        &self,
        method: &str,
        target: &str,
        timestamp: i64,
        body: &[u8],
    ) -> String {
        let merchant = self.sandbox.merchant();
        let nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";
        let head = format!("{method}\n{target}\n{timestamp}\n{nonce}\n");
        let message = [head.as_bytes(), body, b"\n"].concat();
        let key = KeyPair::from_pkcs8(&self.private_key()).unwrap();
        let mut signature = vec![0; key.public_modulus_len()];
        let random = SystemRandom::new();
        key.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature)
            .unwrap();
        format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{}",nonce_str="{nonce}",signature="{}",timestamp="{timestamp}",serial_no="{}""#,
            merchant.mch_id,
            STANDARD.encode(signature),
            merchant.serial_no,
        )
    }

    fn private_key(&self) -> Vec<u8> {
        let pem = self.sandbox.merchant().client_key_pem.expose().as_bytes();
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
        key.secret_pkcs8_der().to_vec()
    }
}

impl TrustedKey {
    /// Whether the key signed a reply or a notice, and the headers name it.
    pub(crate) fn signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let timestamp = header(headers, "wechatpay-timestamp");
        let nonce = header(headers, "wechatpay-nonce");
        let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.spki);
        let signature = STANDARD.decode(header(headers, "wechatpay-signature"));
        header(headers, "wechatpay-serial") == self.serial
            && signature.is_ok_and(|signature| public.verify(&message, &signature).is_ok())
    }

    /// Seals a text for the platform.
    pub(crate) fn seal(&self, text: &str) -> String {
        let key = PublicEncryptingKey::from_der(&self.spki).unwrap();
        let key = OaepPublicEncryptingKey::new(key).unwrap();
        let mut block = vec![0; key.ciphertext_size()];
        let sealed = key
            .encrypt(&OAEP_SHA1_MGF1SHA1, text.as_bytes(), &mut block, None)
            .unwrap();
        STANDARD.encode(sealed)
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    match headers.get(name) {
        Some(value) => value.to_str().unwrap(),
        None => "",
    }
}
