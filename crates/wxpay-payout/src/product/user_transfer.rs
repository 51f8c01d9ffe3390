use wxpay_api::v3::fund_app::CreateTransfer;
use wxpay_api::v3::fund_app::create_transfer::CreateTransferOptions;
use wxpay_api::v3::fund_app::types::SceneReport;
use wxpay_core::{Fen, InvalidInput, OpenId};

use super::{Fingerprint, Payment, payee_digest, real_name};

/// A transfer that the user confirms (商家转账，用户确认模式), without its number, which follows from the
/// intent.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012716434>
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change
pub struct UserTransfer {
    /// The user (收款用户OpenID), of the client's app ID.
    pub openid: OpenId,
    /// The amount in fen (转账金额).
    pub amount: Fen,
    /// The scene (转账场景ID) that WeChat Pay has granted, such as `1000`.
    pub scene_id: String,
    /// What the user sees (转账备注), at most 32 characters.
    pub remark: String,
    /// What the scene has to be reported with (转账场景报备信息).
    pub reports: Vec<SceneReport>,
    /// The optional fields. The name must be given from 2,000 yuan on, and must not below 0.3 yuan.
    pub options: CreateTransferOptions,
}

impl UserTransfer {
    /// The request under this number.
    pub fn with_number(&self, out_bill_no: impl Into<String>) -> CreateTransfer {
        CreateTransfer {
            out_bill_no: out_bill_no.into(),
            transfer_scene_id: self.scene_id.clone(),
            openid: self.openid.clone(),
            transfer_amount: self.amount,
            transfer_remark: self.remark.clone(),
            transfer_scene_report_infos: self.reports.clone(),
            options: self.options.clone(),
        }
    }

    /// What WeChat Pay's pages say of the name.
    pub(super) fn check_name(&self) -> Result<(), InvalidInput> {
        real_name::check(self.amount, self.options.user_name.is_some())
    }
}

impl Payment for UserTransfer {
    fn amount(&self) -> Fen {
        self.amount
    }

    fn payee(&self) -> String {
        payee_digest(self.openid.as_str())
    }

    fn fingerprint(&self) -> String {
        let options = &self.options;
        let style = options.user_recv_style.as_ref();
        let mut digest = Fingerprint::new();
        for part in [
            Some(self.openid.as_str()),
            Some(self.amount.to_string().as_str()),
            Some(self.scene_id.as_str()),
            Some(self.remark.as_str()),
            options.user_name.as_ref().map(|name| name.expose()),
            options.notify_url.as_deref(),
            options.user_recv_perception.as_deref(),
            style.map(|style| style.type_.as_str()),
        ] {
            digest.part(part);
        }
        digest.count(self.reports.len());
        for report in &self.reports {
            digest.part(Some(&report.info_type));
            digest.part(Some(&report.info_content));
            digest.members(&report.options.extra);
        }
        if let Some(style) = style {
            digest.members(&style.options.extra);
        }
        digest.members(&options.extra);
        digest.finish()
    }
}
