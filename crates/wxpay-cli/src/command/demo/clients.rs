use std::error::Error;

use wxpay_api::sign::v3::{PrivateKey, PublicKeys};
use wxpay_api::{v2, v3};
use wxpay_sandbox::Sandbox;

use crate::command::sandbox_client;

/// Clients of both protocols for the sandbox's merchant.
pub(crate) struct Clients {
    pub(crate) v2: v2::Client,
    pub(crate) v3: v3::Client,
}

impl Clients {
    /// Both over one transport, which trusts the sandbox's authority alone and shows the merchant's
    /// certificate.
    pub(crate) fn new(sandbox: &Sandbox) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let merchant = sandbox.merchant();
        let v2 = sandbox_client::v2(sandbox)?;
        let v3 = v3::Client::builder(
            merchant.sp_mchid.clone(),
            v3::Credentials::new(
                PrivateKey::from_pem(merchant.client_key_pem.expose(), &merchant.serial_no)?,
                PublicKeys::new().with_public_key(
                    &merchant.platform_key_id,
                    &merchant.platform_public_key_pem,
                )?,
            ),
            v2.transport().clone(),
        )
        .base_url(sandbox.base_url())
        .build()?;
        Ok(Self { v2, v3 })
    }
}
