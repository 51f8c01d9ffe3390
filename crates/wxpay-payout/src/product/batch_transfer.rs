use wxpay_api::v3::transfer::CreateBatch;
use wxpay_api::v3::transfer::create_batch::{CreateBatchOptions, Transfer, TransferOptions};
use wxpay_core::{Fen, InvalidInput, OpenId, OutBatchNo, OutDetailNo};

use super::{Fingerprint, Payment, payee_digest, real_name};

/// A transfer to a user's balance (商家转账到零钱), as the only one of its batch, without its number,
/// which follows from the intent.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012458841>
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change
pub struct BatchTransfer {
    /// The user (收款用户openid), of the client's app ID.
    pub openid: OpenId,
    /// The amount in fen (转账金额).
    pub amount: Fen,
    /// What the user sees (转账备注), at most 32 characters.
    pub remark: String,
    /// The name of the batch (批次名称), at most 32 characters.
    pub batch_name: String,
    /// The remark of the batch (批次备注), at most 32 characters.
    pub batch_remark: String,
    /// Name and identity card. The name must be given from 2,000 yuan on, and must not below 0.3
    /// yuan.
    pub payee: TransferOptions,
    /// The optional fields of the batch, such as the scene.
    pub options: CreateBatchOptions,
}

impl BatchTransfer {
    /// The request under this number, which is that of the batch and of its one transfer.
    ///
    /// # Errors
    /// The number has other characters than letters and digits, or more than 32.
    pub fn with_number(&self, number: &str) -> Result<CreateBatch, InvalidInput> {
        let transfer = Transfer {
            out_detail_no: OutDetailNo::new(number)?,
            transfer_amount: self.amount,
            transfer_remark: self.remark.clone(),
            openid: self.openid.clone(),
            options: self.payee.clone(),
        };
        Ok(CreateBatch {
            out_batch_no: OutBatchNo::new(number)?,
            batch_name: self.batch_name.clone(),
            batch_remark: self.batch_remark.clone(),
            total_amount: self.amount,
            total_num: 1,
            transfer_detail_list: vec![transfer],
            options: self.options.clone(),
        })
    }

    pub(super) fn check_name(&self) -> Result<(), InvalidInput> {
        real_name::check(self.amount, self.payee.user_name.is_some())
    }
}

impl Payment for BatchTransfer {
    fn amount(&self) -> Fen {
        self.amount
    }

    fn payee(&self) -> String {
        payee_digest(self.openid.as_str())
    }

    fn fingerprint(&self) -> String {
        let (payee, options) = (&self.payee, &self.options);
        let mut digest = Fingerprint::new();
        for part in [
            Some(self.openid.as_str()),
            Some(self.amount.to_string().as_str()),
            Some(self.remark.as_str()),
            Some(self.batch_name.as_str()),
            Some(self.batch_remark.as_str()),
            payee.user_name.as_ref().map(|name| name.expose()),
            payee.user_id_card.as_ref().map(|card| card.expose()),
            options.transfer_scene_id.as_deref(),
            options.notify_url.as_deref(),
        ] {
            digest.part(part);
        }
        digest.members(&payee.extra);
        digest.members(&options.extra);
        digest.finish()
    }
}
