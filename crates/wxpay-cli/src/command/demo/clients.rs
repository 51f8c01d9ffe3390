use std::error::Error;

use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};
use wxpay_sandbox::Sandbox;

/// Clients of both protocols for the sandbox's merchant.
pub(crate) struct Clients {
    pub(crate) v2: v2::Client,
    pub(crate) v3: v3::Client,
}

impl Clients {
    /// Both over one transport, which trusts the sandbox's authority alone and shows the merchant's certificate.
    pub(crate) fn new(sandbox: &Sandbox) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let merchant = sandbox.merchant();
        let transport = ReqwestTransport::builder()
            .only_root_pem(sandbox.ca_pem().as_bytes())
            .identity_pem(
                merchant.client_cert_pem.as_bytes(),
                merchant.client_key_pem.expose().as_bytes(),
            )
            .build()?;
        let v2 = v2::Client::builder(
            v2::Merchant::new(merchant.mch_id.clone(), merchant.appid.clone()),
            v2::Credentials::new(Key::new(merchant.api_v2_key.clone())?)
                .workwx(AppSecret::new(merchant.workwx_secret.clone())?),
            transport.clone(),
        )
        .base_url(sandbox.base_url())
        .build()?;
        let v3 = v3::Client::builder(
            merchant.sp_mchid.clone(),
            v3::Credentials::new(
                PrivateKey::from_pem(merchant.client_key_pem.expose(), &merchant.serial_no)?,
                PublicKeys::new().with_public_key(
                    &merchant.platform_key_id,
                    &merchant.platform_public_key_pem,
                )?,
            ),
            transport,
        )
        .base_url(sandbox.base_url())
        .build()?;
        Ok(Self { v2, v3 })
    }
}
