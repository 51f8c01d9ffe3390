//! What is handed over as it came, without a signature.

use std::fmt;

use wxpay_core::{AppId, InvalidInput, MchId};

use crate::front_end::encoded;

/// The argument of `requestMerchantTransfer`, with which a user confirms a transfer (商家转账用户确认收款).
///
/// With the feature `serde`, it is serialised to just that, for mini programs and web pages. An app
/// gets the text of [`query`](Self::query). `requestMerchantTransfer:ok` says that the page was
/// shown, and nothing about the money: query the transfer.
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct TransferConfirmation {
    /// `mchId`.
    pub mch_id: MchId,
    /// `appId`: that of the transfer.
    pub app_id: AppId,
    /// `package`: the `package_info` of the response.
    pub package: String,
}

impl TransferConfirmation {
    pub(super) fn new(
        mch_id: &MchId,
        app_id: &AppId,
        package_info: &str,
    ) -> Result<Self, InvalidInput> {
        check("package_info", package_info, PACKAGE_INFO)?;
        Ok(Self {
            mch_id: mch_id.clone(),
            app_id: app_id.clone(),
            package: package_info.to_owned(),
        })
    }

    /// The `query` of an app's `WXOpenBusinessView`: `mchId=…&appId=…&package=…`, the values
    /// percent-encoded.
    pub fn query(&self) -> String {
        let (mch_id, app_id) = (encoded(self.mch_id.as_str()), encoded(self.app_id.as_str()));
        format!(
            "mchId={mch_id}&appId={app_id}&package={}",
            encoded(&self.package)
        )
    }
}

/// Without the package: anyone who has it can show the page.
impl fmt::Debug for TransferConfirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferConfirmation")
            .field("mch_id", &self.mch_id)
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// What lets a user confirm a payscore order (支付分确认订单, `businessType` `wxpayScoreUse`). Nothing is
/// signed.
///
/// With the feature `serde`, it is serialised to the `extraData` of `wx.openBusinessView` in a mini
/// program. In an official account and in an app it is the text of [`query`](Self::query); the
/// app's `extInfo` is [`APP_EXT_INFO`](Self::APP_EXT_INFO).
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012587949>
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PayscoreConfirmation {
    /// `package`, of the response.
    pub package: String,
}

impl PayscoreConfirmation {
    /// The `extInfo` of an app.
    pub const APP_EXT_INFO: &'static str = r#"{"miniProgramType":0}"#;

    /// Takes the `package` of the response that made the order.
    ///
    /// # Errors
    /// It is empty, longer than 300 characters, or not printable ASCII.
    pub fn new(package: &str) -> Result<Self, InvalidInput> {
        check("package", package, PACKAGE)?;
        Ok(Self {
            package: package.to_owned(),
        })
    }

    /// The `queryString` of `wx.invoke('openBusinessView', …)` and the `query` of an app:
    /// `package=…`, percent-encoded.
    pub fn query(&self) -> String {
        format!("package={}", encoded(&self.package))
    }
}

impl fmt::Debug for PayscoreConfirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayscoreConfirmation")
            .finish_non_exhaustive()
    }
}

pub(super) fn check(field: &'static str, value: &str, max: usize) -> Result<(), InvalidInput> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(InvalidInput::new(
            field,
            "must be the text of the response as it came, without spaces",
            "必须是应答中的原文，不含空格",
        ));
    }
    crate::limits::check_max(field, value, crate::Max::Chars(max))
}

/// In characters.
const PACKAGE_INFO: usize = 1024;

/// In characters: the table has 128, the page's own sample 237, and the text 300.
const PACKAGE: usize = 300;
