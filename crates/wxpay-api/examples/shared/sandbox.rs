//! What the examples share: a local WeChat Pay with one paid order, and a client for its merchant.

use std::error::Error;

use wxpay_api::sign::v2::Key;
use wxpay_api::transport::Transport;
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_sandbox::{Order, Sandbox};

/// A sandbox with the order `20150806125346`, paid with 100.99 yuan.
pub(crate) async fn start() -> Result<Sandbox, Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    sandbox.add_order(Order::paid("20150806125346", 10_099));
    Ok(sandbox)
}

/// A client of the sandbox's merchant.
pub(crate) fn client(
    sandbox: &Sandbox,
    transport: impl Transport,
) -> Result<Client, Box<dyn Error>> {
    let account = sandbox.merchant();
    let merchant = Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = Credentials::new(Key::new(account.api_v2_key.clone())?);
    let client = Client::builder(merchant, credentials, transport);
    Ok(client.base_url(sandbox.base_url()).build()?)
}
