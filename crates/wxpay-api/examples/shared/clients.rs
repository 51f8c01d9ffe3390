//! What the examples of a shop's business share: a local WeChat Pay, and both clients of its
//! merchant.

use std::error::Error;
use std::time::Duration;

use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};
use wxpay_sandbox::Sandbox;

#[allow(dead_code)] // not every example uses both clients
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) v2: v2::Client,
    pub(crate) v3: v3::Client,
}

pub(crate) async fn open() -> Result<Shop, Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let account = sandbox.merchant();
    let private_key = account.client_key_pem.expose();
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes()) // the sandbox alone; leave it out for WeChat Pay
        .identity_pem(account.client_cert_pem.as_bytes(), private_key.as_bytes())
        .total_timeout(Duration::from_secs(20))
        .build()?;

    let merchant = v2::Merchant::new(account.mch_id.clone(), account.appid.clone());
    let credentials = v2::Credentials::new(Key::new(account.api_v2_key.clone())?);
    let v2 = v2::Client::builder(merchant, credentials, transport.clone())
        .base_url(sandbox.base_url()) // leave it out for WeChat Pay
        .build()?;

    let key = PrivateKey::from_pem(private_key, &account.serial_no)?;
    let platform = PublicKeys::new()
        .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)?;
    let credentials = v3::Credentials::new(key, platform);
    let v3 = v3::Client::builder(account.mch_id.clone(), credentials, transport)
        .app_id(account.appid.clone())
        .base_url(sandbox.base_url()) // leave it out for WeChat Pay
        .build()?;
    Ok(Shop { sandbox, v2, v3 })
}
