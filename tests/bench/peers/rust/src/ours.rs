//! This library.

use std::path::Path;

use wxpay_api::core::{Fen, MchId};
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::transport::http::HeaderMap;
use wxpay_api::v3::pay::PrepayJsapi;
use wxpay_api::v3::pay::types::{OrderAmount, OrderPayer, Transaction};
use wxpay_api::v3::{Client, Credentials, Notices};
use wxpay_test_support::{clients, replies, vectors};

use crate::{Failure, inputs, report};

pub(crate) fn run(folder: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO)?;
    let platform = || {
        PublicKeys::new().with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
    };
    let client = Client::builder(
        MchId::new(clients::MCH_ID)?,
        Credentials::new(key, platform()?),
        ReqwestTransport::new()?,
    )
    .app_id(inputs::APP_ID.parse()?)
    .build()?;
    let order = PrepayJsapi {
        description: "Image形象店-深圳腾大-QQ公仔".to_owned(),
        out_trade_no: "1217752501201407033233368018".parse()?,
        notify_url: "https://www.weixin.qq.com/wxpay/pay.php".to_owned(),
        amount: OrderAmount {
            total: Fen::new(100),
            options: Default::default(),
        },
        payer: OrderPayer {
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse()?,
            options: Default::default(),
        },
        options: Default::default(),
    };
    report("wxpay (this library)", "order: JSON → signed", || {
        let made = runtime.block_on(client.prepare(&order));
        assert!(made.is_ok());
    });

    let given = inputs::notification(folder)?;
    let mut headers = HeaderMap::new();
    for (name, value) in given.headers {
        headers.insert(
            wxpay_api::transport::http::HeaderName::try_from(name)?,
            value.parse()?,
        );
    }
    let body: wxpay_api::transport::bytes::Bytes = given.body.into();
    let notices = Notices::new(platform()?, ApiKey::new(inputs::API_KEY)?);
    report(
        "wxpay (this library)",
        "notification: verify → decrypt → typed",
        || {
            let notice = runtime.block_on(notices.open(&headers, body.clone()));
            let payment: Result<Transaction, _> = notice.and_then(|notice| Ok(notice.read()?));
            assert!(payment.is_ok());
        },
    );
    Ok(())
}
