use wxpay_core::{AppId, BrandId, InvalidInput, MchId};

use crate::PayingApp;

/// The IDs that a client fills into requests by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) mch_id: Option<MchId>,
    pub(crate) app_id: Option<AppId>,
    pub(crate) sub_mch_id: Option<MchId>,
    pub(crate) sub_app_id: Option<AppId>,
    pub(crate) brand_id: Option<BrandId>,
}

impl Identity {
    /// The value of a member that the client fills; `None` where it has none and the operation can
    /// do without.
    pub(crate) fn own(&self, wire: &str, required: bool) -> Result<Option<&str>, InvalidInput> {
        let value = match wire {
            "appid" | "sp_appid" | "combine_appid" => self.app_id.as_ref().map(AppId::as_str),
            "mchid" | "sp_mchid" | "combine_mchid" => self.mch_id.as_ref().map(MchId::as_str),
            "sub_appid" => self.sub_app_id.as_ref().map(AppId::as_str),
            "sub_mchid" | "sub_mch_id" => self.sub_mch_id.as_ref().map(MchId::as_str),
            "brand_id" => self.brand_id.as_ref().map(BrandId::as_str),
            _ => None,
        };
        if value.is_none() && required {
            return Err(lacking(wire));
        }
        Ok(value)
    }

    /// The app in which an order is paid.
    pub(crate) fn paying_app(&self, app: PayingApp) -> Result<&AppId, InvalidInput> {
        let (app_id, wire) = match app {
            PayingApp::Own => (&self.app_id, "appid"),
            PayingApp::SubMerchant => (&self.sub_app_id, "sub_appid"),
        };
        app_id.as_ref().ok_or_else(|| lacking(wire))
    }

    /// The client's own merchant.
    pub(crate) fn merchant(&self) -> Result<&MchId, InvalidInput> {
        self.mch_id.as_ref().ok_or_else(|| lacking("mchid"))
    }

    /// The sub-merchant.
    pub(crate) fn sub_merchant(&self) -> Result<&MchId, InvalidInput> {
        self.sub_mch_id.as_ref().ok_or_else(|| lacking("sub_mchid"))
    }
}

/// That the client has no value for a member.
fn lacking(wire: &str) -> InvalidInput {
    let (rule, rule_zh) = match wire {
        "appid" | "sp_appid" | "combine_appid" => (
            "the client needs an app ID: set it with `app_id`",
            "客户端缺少 appid：请用 `app_id` 设置",
        ),
        "mchid" | "sp_mchid" | "combine_mchid" => {
            ("the client needs a merchant ID", "客户端缺少商户号")
        }
        "sub_appid" => (
            "the client needs the sub-merchant's app ID: set it with `sub_app_id`",
            "客户端缺少子商户 appid：请用 `sub_app_id` 设置",
        ),
        "sub_mchid" | "sub_mch_id" => (
            "the client needs a sub-merchant: set it with `sub_merchant`",
            "客户端缺少子商户号：请用 `sub_merchant` 设置",
        ),
        "brand_id" => (
            "the client needs a brand ID: use `Client::brand`",
            "客户端缺少品牌 ID：请使用 `Client::brand`",
        ),
        _ => ("no client fills it", "客户端不会填写该字段"),
    };
    InvalidInput::new(wire.to_owned(), rule, rule_zh)
}
