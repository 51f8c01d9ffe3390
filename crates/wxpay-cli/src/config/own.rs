//! Who asks, beside the merchant: what the client fills into requests by itself.

use wxpay_catalog::Field;

use super::Config;
use super::names::{APP_ID, BRAND_ID, SUB_APP_ID, SUB_MCH_ID, missing};
use crate::fail::Fail;

impl Config {
    /// The sub-merchant (子商户号) that a service provider calls for.
    pub(crate) fn sub_mch_id(&self) -> Option<&str> {
        let argument = self.args.sub_mch_id.as_deref();
        argument.or(self.file.sub_mch_id.as_deref())
    }

    /// The sub-merchant's app (子商户应用ID).
    pub(super) fn sub_app_id(&self) -> Option<&str> {
        let argument = self.args.sub_app_id.as_deref();
        argument.or(self.file.sub_app_id.as_deref())
    }

    /// Whether the keys are those of a brand (品牌): there is one, and no merchant.
    pub(crate) fn is_of_brand(&self) -> bool {
        self.brand_id().is_ok() && self.mch_id().is_err()
    }

    /// The brand (品牌ID).
    pub(crate) fn brand_id(&self) -> Result<&str, Fail> {
        let argument = self.args.brand_id.as_deref();
        let value = argument.or(self.file.brand_id.as_deref());
        value.ok_or_else(|| missing(&BRAND_ID))
    }

    /// Checks that what the client fills into a request is configured, as far as the request can't
    /// do without.
    pub(crate) fn check_own(&self, request: &[Field]) -> Result<(), Fail> {
        let filled = request.iter().filter(|field| field.from.is_some());
        for field in filled.filter(|field| field.required) {
            let names = match field.wire() {
                "sub_mchid" | "sub_mch_id" if self.sub_mch_id().is_none() => &SUB_MCH_ID,
                "sub_appid" if self.sub_app_id().is_none() => &SUB_APP_ID,
                "appid" | "sp_appid" | "combine_appid" if self.app_id().is_err() => &APP_ID,
                _ => continue,
            };
            return Err(missing(names));
        }
        Ok(())
    }
}
