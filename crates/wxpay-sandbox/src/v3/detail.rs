//! 商家明细单号查询明细单.

use serde::Serialize;
use serde_json::json;
use wxpay_core::{TimeFormat, Timestamp};

use crate::exchange::Call;
use crate::random::another;
use crate::state::Shared;
use crate::v3::{Answer, authorization};
use crate::{AmountField, SignatureCheck, Transfer};

/// The two numbers in the path.
pub(crate) struct Numbers {
    out_batch_no: String,
    out_detail_no: String,
}

/// The body of the reply, its members in the document's order.
#[derive(Serialize)]
pub(crate) struct Detail {
    sp_mchid: String,
    out_batch_no: String,
    batch_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    out_detail_no: String,
    detail_id: String,
    detail_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_amount: Option<i64>,
    transfer_remark: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    openid: String,
    username: String,
    initiate_time: String,
    update_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_card_number_tail: Option<String>,
}

/// Checks all of a request that can be checked without the transfers.
pub(crate) fn check(
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    signatures: &mut Vec<SignatureCheck>,
) -> Result<Numbers, Answer> {
    authorization::check(call, shared, now, signatures)?;
    let serial = call.headers.get("wechatpay-serial");
    if serial.is_some_and(|serial| serial != shared.merchant.platform_key_id.as_str()) {
        let message = "Http头Wechatpay-Serial与微信支付公钥ID不匹配";
        return Err(Answer::error(400, "PARAM_ERROR", message));
    }
    let path = call.target.split('?').next().unwrap_or_default();
    let numbers = Numbers::of(path).ok_or_else(not_found)?;
    numbers.check()?;
    Ok(numbers)
}

/// Tells the state of a transfer.
pub(crate) fn perform(numbers: &Numbers, shared: &Shared) -> Result<Answer, Answer> {
    let transfer = {
        let state = shared.state();
        let found = state.transfer(&numbers.out_batch_no, &numbers.out_detail_no);
        found.cloned().ok_or_else(not_found)?
    };
    let username = match &transfer.raw_username {
        Some(raw) => Some(raw.clone()),
        None => shared.platform.seal(&transfer.username),
    };
    let Some(username) = username else {
        return Err(Answer::error(500, "SYSTEM_ERROR", "系统异常，请稍后重试"));
    };
    let sp_mchid = shared.merchant.sp_mchid.to_string();
    Ok(Answer::detail(Detail::new(transfer, sp_mchid, username)))
}

impl Numbers {
    /// The numbers of a path, if it is one of this endpoint.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/v3/partner-transfer/batches/out-batch-no/")?;
        let (out_batch_no, out_detail_no) = rest.split_once("/details/out-detail-no/")?;
        let numbers = [out_batch_no, out_detail_no];
        let whole = numbers
            .iter()
            .all(|number| !number.is_empty() && !number.contains('/'));
        whole.then(|| Self {
            out_batch_no: out_batch_no.to_owned(),
            out_detail_no: out_detail_no.to_owned(),
        })
    }

    fn check(&self) -> Result<(), Answer> {
        let fields = [
            ("out_batch_no", &self.out_batch_no),
            ("out_detail_no", &self.out_detail_no),
        ];
        for (field, value) in fields {
            if value.len() > 64 || !value.bytes().all(|b| b.is_ascii_alphanumeric()) {
                let detail = json!({
                    "field": field,
                    "value": value,
                    "issue": "只能由数字、大小写字母组成，最多64个字符",
                    "location": "url",
                });
                return Err(Answer::error(400, "PARAM_ERROR", "参数错误").with_detail(detail));
            }
        }
        Ok(())
    }
}

impl Detail {
    fn new(transfer: Transfer, sp_mchid: String, username: String) -> Self {
        let amount = transfer.total_amount.get();
        let is = |field| (transfer.amount_field == field).then_some(amount);
        Self {
            sp_mchid,
            total_amount: is(AmountField::TotalAmount),
            transfer_amount: is(AmountField::TransferAmount),
            out_batch_no: transfer.out_batch_no,
            batch_id: transfer.batch_id,
            appid: transfer.appid,
            out_detail_no: transfer.out_detail_no,
            detail_id: transfer.detail_id,
            detail_status: transfer.detail_status,
            transfer_remark: transfer.transfer_remark,
            fail_reason: transfer.fail_reason,
            openid: transfer.openid,
            username,
            initiate_time: with_millis(transfer.initiate_time),
            update_time: with_millis(transfer.update_time),
            account_type: transfer.account_type,
            bank_name: transfer.bank_name,
            bank_card_number_tail: transfer.bank_card_number_tail,
        }
    }

    /// Turns into the detail of another number.
    pub(crate) fn become_another(&mut self) {
        self.out_detail_no = another(&self.out_detail_no);
        self.detail_id = another(&self.detail_id);
    }

    /// Changes the amount.
    pub(crate) fn tamper(&mut self) {
        for amount in [&mut self.total_amount, &mut self.transfer_amount] {
            *amount = amount.map(|amount| amount.wrapping_add(1));
        }
    }
}

fn not_found() -> Answer {
    Answer::error(404, "NOT_FOUND", "记录不存在")
}

/// `yyyy-MM-DDTHH:mm:ss.sss+08:00`.
fn with_millis(time: Timestamp) -> String {
    let mut text = time.format(TimeFormat::Rfc3339);
    let millis = time.unix_millis().rem_euclid(1000);
    if let Some(offset) = text.rfind('+') {
        text.insert_str(offset, &format!(".{millis:03}"));
    }
    text
}
