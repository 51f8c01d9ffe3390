use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Timestamp};

use crate::snapshot::{fen, millis};

/// A batch of transfers (转账批次单) that a request made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Batch {
    /// The merchant batch number (商家批次单号).
    pub out_batch_no: String,
    /// WeChat Pay's number (微信支付批次单号).
    pub batch_id: String,
    /// What was asked for.
    pub terms: BatchTerms,
    /// When it was made (批次创建时间).
    #[serde(with = "millis")]
    pub create_time: Timestamp,
    /// How many accepted requests asked for it, the first included.
    pub requests: u32,
}

/// What a batch of transfers is to be: the same when it is asked for once more.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BatchTerms {
    /// The merchant whose money or users it is about (特约商户号), if a service provider asked for it.
    pub sub_mchid: Option<String>,
    /// The app that the openids are of (直连商户的appid), if the merchant itself asked for it.
    pub appid: Option<String>,
    /// That merchant's app (特约商户appid).
    pub sub_appid: Option<String>,
    /// The service provider's app (服务商的appid).
    pub sp_appid: Option<String>,
    /// What that merchant lets the service provider do (特约商户授权类型).
    pub authorization_type: Option<String>,
    /// The name (批次名称).
    pub batch_name: String,
    /// The remark (批次备注).
    pub batch_remark: String,
    /// The sum (转账总金额).
    #[serde(with = "fen")]
    pub total_amount: Fen,
    /// What it is for (批量转账用途).
    pub transfer_purpose: Option<String>,
    /// The scene (转账场景).
    pub transfer_scene: Option<String>,
    /// The number of the scene (转账场景ID) of a batch that the merchant itself asked for.
    pub transfer_scene_id: Option<String>,
    /// Where it is to be told how the batch ends (通知地址). The sandbox does not tell it.
    pub notify_url: Option<String>,
    /// The transfers (转账明细列表).
    pub transfers: Vec<TransferTerms>,
}

impl BatchTerms {
    /// Whether the merchant's own money is paid, and no service provider has asked for it.
    pub(crate) fn is_own(&self) -> bool {
        self.sub_mchid.is_none()
    }
}

/// What one transfer of a batch is to be, its encrypted fields decrypted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TransferTerms {
    /// The merchant detail number (商家明细单号).
    pub out_detail_no: String,
    /// The amount (转账金额).
    #[serde(with = "fen")]
    pub transfer_amount: Fen,
    /// The remark (转账备注).
    pub transfer_remark: String,
    /// Who is paid (收款用户openid).
    pub openid: String,
    /// The name of who is paid (收款用户姓名), which service providers have to give.
    pub user_name: Option<String>,
    /// The identity card of who is paid (收款用户身份证).
    pub user_id_card: Option<String>,
}
