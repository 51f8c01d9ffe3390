use wxpay_core::{AppId, MchId};

/// A sub-merchant (子商户) of a service provider (服务商), by the IDs of its orders.
///
/// For notifications of both protocols: APIv2 calls the provider's IDs `mch_id` and `appid`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SubMerchant {
    /// The service provider (服务商商户号): `sp_mchid`.
    pub sp_mchid: MchId,
    /// The service provider's app (服务商APPID): `sp_appid`.
    pub sp_appid: AppId,
    /// The sub-merchant (子商户号), who receives the money: `sub_mchid`.
    pub sub_mchid: MchId,
    /// The sub-merchant's app (子商户APPID), if the order named one: `sub_appid`.
    pub sub_appid: Option<AppId>,
}

impl SubMerchant {
    /// A sub-merchant whose orders name the service provider's app alone.
    pub const fn new(sp_mchid: MchId, sp_appid: AppId, sub_mchid: MchId) -> Self {
        Self {
            sp_mchid,
            sp_appid,
            sub_mchid,
            sub_appid: None,
        }
    }

    /// The same with an app of its own.
    #[must_use]
    pub fn sub_appid(mut self, sub_appid: AppId) -> Self {
        self.sub_appid = Some(sub_appid);
        self
    }

    /// Whether an order was paid in an app of the two. Only one that both sides name can differ.
    pub(crate) fn has_sub_app(&self, told: Option<&AppId>) -> bool {
        match (&self.sub_appid, told) {
            (Some(expected), Some(told)) => expected == told,
            _ => true,
        }
    }
}
