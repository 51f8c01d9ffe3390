//! What a page, a mini program or an app needs to pay (调起支付), from orders that were just made: of a
//! merchant, and of a service provider (服务商) for one of its sub-merchants.
//!
//! `cargo run -p wxpay-api --features v3-pay-partner --example front_end`

use std::error::Error;

use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v3::pay::types::{
    H5Info, H5Scene, OrderAmount, OrderPayer, PartnerOrderPayer, PartnerOrderPayerOptions,
};
use wxpay_api::v3::pay::{
    PartnerPrepayApp, PartnerPrepayJsapi, PrepayH5, PrepayJsapi, PrepayNative,
};
use wxpay_api::v3::{Client, Credentials};
use wxpay_api::{Fen, PayingApp, h5_payment_url};
use wxpay_sandbox::Sandbox;

const NOTIFY_URL: &str = "https://shop.example/wxpay/notify";

fn client(sandbox: &Sandbox) -> Result<Client, Box<dyn Error>> {
    let account = sandbox.merchant();
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no)?;
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes()) // the sandbox alone; leave it out for WeChat Pay
        .build()?;
    let credentials = Credentials::new(key, platform);
    let client = Client::builder(account.mch_id.clone(), credentials, transport)
        .app_id(account.appid.clone())
        .base_url(sandbox.base_url()) // leave it out for WeChat Pay
        .build()?;
    Ok(client)
}

fn amount() -> OrderAmount {
    OrderAmount {
        total: Fen::new(100),
        options: Default::default(),
    }
}

/// Orders of a merchant by itself: JSAPI, H5 and Native.
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn merchant(client: &Client) -> Result<(), Box<dyn Error>> {
    let order = PrepayJsapi {
        description: "A cup of tea".to_owned(),
        out_trade_no: "FRONT10001".parse()?,
        notify_url: NOTIFY_URL.to_owned(),
        amount: amount(),
        payer: OrderPayer {
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse()?,
            options: Default::default(),
        },
        options: Default::default(),
    };
    let prepay_id = client.send(&order).await?.prepay_id;
    println!(
        "the page: {:?}",
        client.jsapi_payment(&prepay_id).await?.fields()
    );
    let mini = client.mini_program_payment(&prepay_id).await?;
    println!("the mini program: {:?}", mini.fields());

    let order = PrepayH5 {
        description: "A cup of tea".to_owned(),
        out_trade_no: "FRONT10002".parse()?,
        notify_url: NOTIFY_URL.to_owned(),
        amount: amount(),
        scene_info: H5Scene {
            payer_client_ip: [192, 0, 2, 1].into(),
            h5_info: H5Info {
                type_: "Wap".to_owned(),
                options: Default::default(),
            },
            options: Default::default(),
        },
        options: Default::default(),
    };
    let h5_url = client.send(&order).await?.h5_url;
    let url = h5_payment_url(&h5_url, "https://shop.example/paid?order=FRONT10002")?;
    assert!(url.ends_with("&redirect_url=https%3A%2F%2Fshop.example%2Fpaid%3Forder%3DFRONT10002"));
    println!("the browser goes to: {url}");

    let order = PrepayNative {
        description: "A cup of tea".to_owned(),
        out_trade_no: "FRONT10003".parse()?,
        notify_url: NOTIFY_URL.to_owned(),
        amount: amount(),
        options: Default::default(),
    };
    println!("the QR code says: {}", client.send(&order).await?.code_url);
    Ok(())
}

/// Orders of a service provider, paid in the app of one side or the other.
#[allow(clippy::print_stdout)]
async fn partner(client: &Client) -> Result<(), Box<dyn Error>> {
    let client = client.sub_merchant("1900000110".parse()?, Some("wxsub0001".parse()?));
    let order = PartnerPrepayApp {
        description: "A cup of tea".to_owned(),
        out_trade_no: "FRONT20001".parse()?,
        notify_url: NOTIFY_URL.to_owned(),
        amount: amount(),
        options: Default::default(),
    };
    let prepay_id = client.send(&order).await?.prepay_id;
    for app in [PayingApp::Own, PayingApp::SubMerchant] {
        let payment = client.app_payment_in(app, &prepay_id).await?;
        let (app_id, partner_id) = (&payment.app_id, &payment.partner_id);
        println!("{app:?}: the app {app_id} names the merchant {partner_id}");
    }

    let payer = PartnerOrderPayerOptions::default()
        .sub_openid("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse::<wxpay_api::OpenId>()?);
    let order = PartnerPrepayJsapi {
        description: "A cup of tea".to_owned(),
        out_trade_no: "FRONT20002".parse()?,
        notify_url: NOTIFY_URL.to_owned(),
        amount: amount(),
        payer: PartnerOrderPayer { options: payer },
        options: Default::default(),
    };
    let prepay_id = client.send(&order).await?.prepay_id;
    let payment = client
        .jsapi_payment_in(PayingApp::SubMerchant, &prepay_id)
        .await?;
    assert_eq!(payment.app_id, "wxsub0001");
    println!("the sub-merchant's page: {:?}", payment.fields());
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let client = client(&sandbox)?;
    merchant(&client).await?;
    partner(&client).await
}
