//! Who calls an operation of APIv3: what signs its requests, and what signs the responses to it.

use std::sync::Arc;

use crate::Merchant;
use crate::brand::BrandAccount;
use crate::exchange::Call;
use crate::platform::{MerchantKey, PlatformKey};
use crate::state::Shared;
use crate::v3::Answer;

/// The merchant or the brand.
pub(crate) struct Caller<'a> {
    /// What `Authorization` begins with.
    pub(crate) scheme: &'static str,
    /// The member of `Authorization` that says who it is, and what it has to say.
    pub(crate) id_name: &'static str,
    pub(crate) id: &'a str,
    pub(crate) serial_no: &'a str,
    /// The key that it signs with, and that personal values are encrypted for.
    pub(crate) key: &'a MerchantKey,
    /// The merchant, also when the brand calls.
    pub(crate) merchant: &'a Merchant,
    /// The brand, if it calls.
    pub(crate) brand: Option<&'a BrandAccount>,
}

impl<'a> Caller<'a> {
    /// Who has to have sent this request.
    ///
    /// # Errors
    /// It is the brand, and nobody has its keys yet.
    pub(crate) fn of(call: &Call, shared: &'a Shared) -> Result<Self, Answer> {
        if !is_of_brand(call) {
            return Ok(Self::merchant(shared));
        }
        let account = shared
            .brand
            .get()
            .ok_or_else(|| Answer::error(401, "SIGN_ERROR", NO_BRAND).unsigned())?;
        Ok(Self {
            scheme: BrandAccount::SCHEME,
            id_name: "brand_id",
            id: account.brand.brand_id.as_str(),
            serial_no: &account.brand.serial_no,
            key: &account.key,
            merchant: &shared.merchant,
            brand: Some(account),
        })
    }

    pub(crate) fn merchant(shared: &'a Shared) -> Self {
        let platform = &shared.platform;
        Self {
            scheme: platform.suite().scheme(),
            id_name: "mchid",
            id: shared.merchant.mch_id.as_str(),
            serial_no: shared.merchant.v3_serial_no(),
            key: &platform.merchant,
            merchant: &shared.merchant,
            brand: None,
        }
    }
}

/// WeChat Pay's key to sign the response to a request with, if it names this one or none. For the
/// brand there is one only.
pub(crate) fn signer(call: &Call, named: Option<&str>, shared: &Shared) -> Arc<PlatformKey> {
    match shared.brand.get() {
        Some(account) if is_of_brand(call) => Arc::clone(&account.platform_key),
        _ => shared.platform.signer(named),
    }
}

/// Whether a brand calls, and no merchant.
fn is_of_brand(call: &Call) -> bool {
    call.target.starts_with("/brand/")
}

const NO_BRAND: &str =
    "wxpay-sandbox has no brand yet: ask it for one (Sandbox::brand) and use its keys";
