//! One call over HTTP: the library's client, and the least that a program could do with reqwest,
//! one signature and one verification.

use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header;
use wxpay_api::core::{MchId, Secret, SigningError, Timestamp};
use wxpay_api::sign::v3::{MerchantKey, PrivateKey};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::{Client, Credentials};
use wxpay_test_support::{clients, replies};

use crate::http_server::Server;
use crate::keys;
use crate::v3::{Detail, detail_json, query};

/// The server that both sides call.
pub(crate) fn server(tls: bool) -> Server {
    let now = Timestamp::now().unix();
    Server::start(replies::v3_signed(200, &detail_json(), now), tls)
}

/// The library's client, as it comes but for whom it trusts.
pub(crate) fn ours(server: &Server, key: impl MerchantKey) -> Client {
    let transport = ReqwestTransport::builder()
        .only_root_pem(server.root_pem.as_bytes())
        .allow_plain_http_to_loopback()
        .build()
        .unwrap();
    let credentials = Credentials::new(key, keys::platform());
    Client::builder(MchId::new(clients::MCH_ID).unwrap(), credentials, transport)
        .base_url(&*server.base_url)
        .build()
        .unwrap()
}

/// A key in memory that does not say so: every signature is made on the calling thread.
#[derive(Debug)]
pub(crate) struct Inline(pub(crate) PrivateKey);

#[async_trait]
impl MerchantKey for Inline {
    fn serial_no(&self) -> &str {
        self.0.serial_no()
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.0.sign(message).await
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        self.0.decrypt(ciphertext).await
    }
}

/// Asks for [`query`] by the library.
pub(crate) async fn call(client: &Client) {
    let detail = client.send(&query()).await.unwrap();
    assert_eq!(detail.out_detail_no.as_str(), "x23zy545Bd5436");
}

/// The same by hand.
#[derive(Clone)]
pub(crate) struct Floor(Arc<Parts>);

struct Parts {
    http: reqwest::Client,
    base_url: String,
    key: KeyPair,
    platform: ParsedPublicKey,
}

impl Floor {
    pub(crate) fn new(server: &Server) -> Self {
        let root = reqwest::Certificate::from_pem(server.root_pem.as_bytes()).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([root])
            .http1_only()
            .no_proxy()
            .build()
            .unwrap();
        Self(Arc::new(Parts {
            http,
            base_url: server.base_url.clone(),
            key: replies::key_pair("mch"),
            platform: keys::raw_platform(),
        }))
    }

    pub(crate) async fn call(&self) {
        let Parts {
            http,
            base_url,
            key,
            platform,
        } = &*self.0;
        let target = "/v3/partner-transfer/batches/out-batch-no/plfk2020042013/details/out-detail-no/x23zy545Bd5436";
        let (now, nonce) = (Timestamp::now().unix(), wxpay_api::sign::nonce().unwrap());
        let message = format!("GET\n{target}\n{now}\n{nonce}\n\n");
        let signature = STANDARD.encode(replies::rsa_sign(key, message.as_bytes()));
        let authorization = format!(
            r#"WECHATPAY2-SHA256-RSA2048 mchid="{}",nonce_str="{nonce}",signature="{signature}",timestamp="{now}",serial_no="{}""#,
            clients::MCH_ID,
            clients::SERIAL_NO,
        );
        let answer = http
            .get(format!("{base_url}{target}"))
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, "floor")
            .header(header::AUTHORIZATION, authorization)
            .header("Wechatpay-Serial", replies::PLATFORM_KEY_ID)
            .send()
            .await
            .unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap();
        let (timestamp, nonce) = (header("Wechatpay-Timestamp"), header("Wechatpay-Nonce"));
        let mut message = format!("{timestamp}\n{nonce}\n").into_bytes();
        let signature = STANDARD.decode(header("Wechatpay-Signature")).unwrap();
        let body = answer.bytes().await.unwrap();
        message.extend_from_slice(&body);
        message.push(b'\n');
        platform.verify_sig(&message, &signature).unwrap();
        let detail: Detail = serde_json::from_slice(&body).unwrap();
        assert_eq!(detail.out_detail_no, "x23zy545Bd5436");
    }
}
