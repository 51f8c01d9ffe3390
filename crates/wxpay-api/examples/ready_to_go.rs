//! What a program does once when it starts, before it pays anybody: one harmless call in each
//! protocol proves its keys.
//!
//! `cargo run -p wxpay-api --features v2-pay,v3-security --example ready_to_go`

use std::error::Error;

use wxpay_api::core::{ErrorKind, OutTradeNo};
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::v2::pay::{QueryOrder, query_order::Order};
use wxpay_api::v3::security::{Echo, echo::EchoOptions};
use wxpay_api::{v2, v3};
use wxpay_sandbox::Sandbox;

/// The APIv2 key, by an order that nobody has. The answer is a refusal, and a signed one.
async fn check_v2(client: &v2::Client) -> Result<(), Box<dyn Error>> {
    let order = Order::OutTradeNo(OutTradeNo::new("ready-to-go")?);
    match client
        .send(&QueryOrder {
            order,
            options: Default::default(),
        })
        .await
    {
        Ok(_) => Ok(()),
        Err(error) if error.business().is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The private key, its serial number, WeChat Pay's key, and both directions of sealing (敏感信息加解密).
async fn check_v3(client: &v3::Client) -> Result<(), Box<dyn Error>> {
    let request = Echo {
        echo_message: "ready".to_owned(),
        options: EchoOptions::default().encrypted_echo_message("准备好了"),
    };
    let reply = client.send(&request).await?;
    let sealed = reply
        .encrypted_echo_message
        .ok_or("nothing sealed came back")?;
    if client.open(&sealed).await?.expose() != "准备好了" {
        return Err("another text came back".into());
    }
    Ok(())
}

fn v2_client(sandbox: &Sandbox, key: Key) -> Result<v2::Client, Box<dyn Error>> {
    let account = sandbox.merchant();
    let merchant = v2::Merchant::new(account.mch_id.clone(), account.appid.clone());
    let client = v2::Client::builder(merchant, v2::Credentials::new(key), transport(sandbox)?);
    Ok(client.base_url(sandbox.base_url()).build()?)
}

fn v3_client(sandbox: &Sandbox, serial_no: &str) -> Result<v3::Client, Box<dyn Error>> {
    let account = sandbox.merchant();
    let key = PrivateKey::from_pem(account.client_key_pem.expose(), serial_no)?;
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let credentials = v3::Credentials::new(key, platform);
    let client = v3::Client::builder(account.sp_mchid.clone(), credentials, transport(sandbox)?);
    Ok(client.base_url(sandbox.base_url()).build()?)
}

fn transport(sandbox: &Sandbox) -> Result<ReqwestTransport, Box<dyn Error>> {
    let root = sandbox.ca_pem().as_bytes();
    Ok(ReqwestTransport::builder().only_root_pem(root).build()?)
}

#[tokio::main]
#[allow(clippy::print_stdout)] // an example reports to its terminal
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let account = sandbox.merchant();
    check_v2(&v2_client(&sandbox, Key::new(account.api_v2_key.clone())?)?).await?;
    check_v3(&v3_client(&sandbox, &account.serial_no)?).await?;
    println!("ready");

    // What it looks like when a key is wrong. WeChat Pay does not sign such a refusal, so it is a
    // claim and no proof: a payment with this key would be unknown, which is why to ask before.
    let wrong = v2_client(&sandbox, Key::new("0".repeat(32))?)?;
    let error = check_v2(&wrong)
        .await
        .err()
        .ok_or("a wrong key was not noticed")?;
    let error: &wxpay_api::core::Error = error.downcast_ref().ok_or("another error")?;
    assert!(matches!(error.kind(), ErrorKind::Protocol(_)), "{error:?}");
    println!("a wrong APIv2 key: {}", error.kind());

    let wrong = v3_client(&sandbox, "7D4AE5A2C5AC7061FCCAB6BF3E254DCF98995B8C")?;
    let error = check_v3(&wrong)
        .await
        .err()
        .ok_or("a wrong number was not noticed")?;
    let error: &wxpay_api::core::Error = error.downcast_ref().ok_or("another error")?;
    println!("a wrong serial number: {}", error.kind());
    Ok(())
}
