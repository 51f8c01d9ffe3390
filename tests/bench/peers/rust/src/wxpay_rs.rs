//! wxpay-rs, of crates.io.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use wxpay_rs::auth::{Sha256RsaSigner, Sha256RsaVerifier, Signer};
use wxpay_rs::config::NotifyConfigBuilder;
use wxpay_rs::notify::{NotifyHandler, NotifyHeaders};
use wxpay_test_support::{clients, replies, vectors};

use crate::{Failure, inputs, report};

const PEER: &str = "wxpay-rs 2.1.0";

pub(crate) fn run(folder: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let pem = vectors::key("mch");
    let signer = Sha256RsaSigner::new(clients::MCH_ID, pem.as_bytes(), clients::SERIAL_NO)?;
    let order = Order::sample();
    let mut serial = 0u64;
    report(PEER, "order: JSON → signed", || {
        serial += 1;
        let nonce = format!("{serial:032}");
        let body = serde_json::to_string(&order).unwrap_or_default();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs() as i64);
        let target = "/v3/pay/transactions/jsapi";
        let message = Sha256RsaSigner::build_sign_message("POST", target, now, &nonce, &body);
        let signed = runtime.block_on(signer.sign(&message));
        assert!(signed.is_ok_and(|signature| {
            !signer
                .build_authorization_header(&nonce, now, &signature)
                .is_empty()
        }));
    });

    let given = inputs::notification(folder)?;
    let header = |name: &str| {
        let found = given
            .headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let public = (
        replies::PLATFORM_KEY_ID.to_owned(),
        replies::platform_public_key().into_bytes(),
    );
    let verifier = Sha256RsaVerifier::new_with_public_keys(Vec::new(), vec![public])?;
    let config = NotifyConfigBuilder::new()
        .api_v3_key(inputs::API_KEY)
        .cert_serial_number(replies::PLATFORM_KEY_ID)
        .platform_certificate(Vec::new())
        .build()?;
    let handler = NotifyHandler::new(config, Arc::new(verifier))?;
    report(PEER, "notification: verify → decrypt → typed", || {
        let headers = NotifyHeaders {
            timestamp: header("Wechatpay-Timestamp"),
            nonce: header("Wechatpay-Nonce"),
            serial: header("Wechatpay-Serial"),
            signature: header("Wechatpay-Signature"),
        };
        let read = runtime.block_on(async {
            let request = handler
                .verify_and_parse(headers, given.body.as_bytes())
                .await?;
            handler.handle_verified_payment_notify(&request).await
        });
        assert!(read.is_ok(), "{:?}", read.err());
    });
    Ok(())
}

#[derive(Serialize)]
struct Order {
    appid: &'static str,
    mchid: &'static str,
    description: &'static str,
    out_trade_no: &'static str,
    notify_url: &'static str,
    amount: Amount,
    payer: Payer,
}

#[derive(Serialize)]
struct Amount {
    total: i64,
}

#[derive(Serialize)]
struct Payer {
    openid: &'static str,
}

impl Order {
    fn sample() -> Self {
        Self {
            appid: inputs::APP_ID,
            mchid: clients::MCH_ID,
            description: "Image形象店-深圳腾大-QQ公仔",
            out_trade_no: "1217752501201407033233368018",
            notify_url: "https://www.weixin.qq.com/wxpay/pay.php",
            amount: Amount { total: 100 },
            payer: Payer {
                openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            },
        }
    }
}
