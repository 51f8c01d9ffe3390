//! 商家明细单号查询明细单, and 微信明细单号查询明细单, of a service provider.

use http::Method;
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::Shared;
use crate::v3::answer::to_json;
use crate::v3::{Answer, Content, Request, not_found, system_error, with_millis};
use crate::{AmountField, Transfer};

/// The body of the response, its members in the document's order.
#[derive(Serialize)]
struct Detail {
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

/// 商家明细单号查询明细单.
pub(crate) const BY_OUT_DETAIL_NO: Endpoint = Endpoint::v3(
    "v3.partner_transfer.query_detail_by_out_detail_no",
    &Method::GET,
    "/v3/partner-transfer/batches/out-batch-no/{out_batch_no}/details/out-detail-no/{out_detail_no}",
    by_out_detail_no,
);

/// 微信明细单号查询明细单.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.partner_transfer.query_detail_by_id",
    &Method::GET,
    "/v3/partner-transfer/batches/batch-id/{batch_id}/details/detail-id/{detail_id}",
    by_id,
);

/// Tells the state of the transfer with these numbers of the merchant's.
fn by_out_detail_no(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let out_batch_no = number(request, "out_batch_no")?;
    let out_detail_no = number(request, "out_detail_no")?;
    let transfer = {
        let state = shared.state();
        let found = state
            .batches
            .transfer(out_batch_no, out_detail_no)
            .filter(|transfer| !state.batches.has_own(transfer));
        found.cloned().ok_or_else(not_found)?
    };
    tell(transfer, shared)
}

/// Tells the state of the transfer with these numbers of WeChat Pay's.
fn by_id(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let (batch_id, detail_id) = (number(request, "batch_id")?, number(request, "detail_id")?);
    let mut transfer = {
        let state = shared.state();
        let found = state
            .batches
            .transfer_by_id(batch_id, detail_id)
            .filter(|transfer| !state.batches.has_own(transfer));
        found.cloned().ok_or_else(not_found)?
    };
    // Here the document and the libraries agree.
    transfer.amount_field = AmountField::TransferAmount;
    tell(transfer, shared)
}

/// A number in the path.
pub(crate) fn number<'a>(request: &Request<'a>, field: &str) -> Result<&'a str, Answer> {
    let value = request.route.part(field);
    if value.len() <= 64 && value.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(value);
    }
    let issue = "只能由数字、大小写字母组成，最多64个字符";
    Err(Answer::param_error("url", field, value.into(), issue))
}

/// The encrypted name of who is paid, if there is one.
pub(crate) fn name(transfer: &Transfer, shared: &Shared) -> Result<Option<String>, Answer> {
    if let Some(raw) = &transfer.raw_username {
        return Ok(Some(raw.clone()));
    }
    if transfer.username.is_empty() {
        return Ok(None);
    }
    let sealed = shared.platform.merchant.seal(&transfer.username);
    sealed.map(Some).ok_or_else(system_error)
}

fn tell(transfer: Transfer, shared: &Shared) -> Result<Answer, Answer> {
    let username = name(&transfer, shared)?.ok_or_else(system_error)?;
    let sp_mchid = shared.merchant.sp_mchid.to_string();
    Ok(Answer::ok(Detail::new(transfer, sp_mchid, username)))
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
}

impl Content for Detail {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_detail_no = another(&self.out_detail_no);
        self.detail_id = another(&self.detail_id);
    }

    fn tamper(&mut self) {
        for amount in [&mut self.total_amount, &mut self.transfer_amount] {
            *amount = amount.map(|amount| amount.wrapping_add(1));
        }
    }
}
