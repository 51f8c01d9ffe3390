//! Clients for a sandbox's merchant.

use std::error::Error;

use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};
use wxpay_sandbox::Sandbox;

/// The client of APIv2, and its transport, which trusts the sandbox's authority alone and shows the
/// merchant's certificate.
pub(super) fn v2(sandbox: &Sandbox) -> Result<v2::Client, Box<dyn Error + Send + Sync>> {
    let merchant = sandbox.merchant();
    let transport = ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .identity_pem(
            merchant.client_cert_pem.as_bytes(),
            merchant.client_key_pem.expose().as_bytes(),
        )
        .build()?;
    let client = v2::Client::builder(
        v2::Merchant::new(merchant.mch_id.clone(), merchant.appid.clone()),
        v2::Credentials::new(Key::new(merchant.api_v2_key.clone())?)
            .workwx(AppSecret::new(merchant.workwx_secret.clone())?),
        transport,
    )
    .base_url(sandbox.base_url())
    .build()?;
    Ok(client)
}

/// The client of APIv3, over the transport of the other.
pub(super) fn v3(
    sandbox: &Sandbox,
    v2: &v2::Client,
) -> Result<v3::Client, Box<dyn Error + Send + Sync>> {
    let merchant = sandbox.merchant();
    let credentials = v3::Credentials::new(
        PrivateKey::from_pem(merchant.client_key_pem.expose(), &merchant.serial_no)?,
        PublicKeys::new()
            .with_public_key(&merchant.platform_key_id, &merchant.platform_public_key_pem)?,
    );
    let mch_id = merchant.mch_id.clone();
    let client = v3::Client::builder(mch_id, credentials, v2.transport().clone())
        .app_id(merchant.appid.clone())
        .base_url(sandbox.base_url())
        .build()?;
    Ok(client)
}
