//! 商家明细单号查询明细单, and 微信明细单号查询明细单, of the merchant itself.

use http::Method;
use serde::Serialize;

use crate::Transfer;
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::query_detail::{name, number};
use crate::v3::{Answer, Content, Request, not_found, with_millis};

/// The body of the response.
#[derive(Serialize)]
struct Detail {
    mchid: String,
    out_batch_no: String,
    batch_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<String>,
    out_detail_no: String,
    detail_id: String,
    detail_status: String,
    transfer_amount: i64,
    transfer_remark: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    initiate_time: String,
    update_time: String,
}

/// 商家明细单号查询明细单.
pub(crate) const BY_OUT_DETAIL_NO: Endpoint = Endpoint::v3(
    "v3.transfer.query_detail_by_out_detail_no",
    &Method::GET,
    "/v3/transfer/batches/out-batch-no/{out_batch_no}/details/out-detail-no/{out_detail_no}",
    |request| {
        let out_batch_no = number(request, "out_batch_no")?;
        let out_detail_no = number(request, "out_detail_no")?;
        let found = {
            let batches = &request.shared.state().batches;
            let found = batches.transfer(out_batch_no, out_detail_no);
            found.filter(|transfer| batches.is_own(transfer)).cloned()
        };
        tell(found, request)
    },
);

/// 微信明细单号查询明细单.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.transfer.query_detail_by_id",
    &Method::GET,
    "/v3/transfer/batches/batch-id/{batch_id}/details/detail-id/{detail_id}",
    |request| {
        let (batch_id, detail_id) = (number(request, "batch_id")?, number(request, "detail_id")?);
        let found = {
            let batches = &request.shared.state().batches;
            let found = batches.transfer_by_id(batch_id, detail_id);
            found.filter(|transfer| batches.is_own(transfer)).cloned()
        };
        tell(found, request)
    },
);

fn tell(found: Option<Transfer>, request: &Request<'_>) -> Result<Answer, Answer> {
    let transfer = found.ok_or_else(not_found)?;
    let shared = request.shared;
    let user_name = name(&transfer, shared)?;
    Ok(Answer::ok(Detail {
        mchid: shared.merchant.mch_id.to_string(),
        out_batch_no: transfer.out_batch_no,
        batch_id: transfer.batch_id,
        appid: transfer.appid,
        out_detail_no: transfer.out_detail_no,
        detail_id: transfer.detail_id,
        detail_status: transfer.detail_status,
        transfer_amount: transfer.total_amount.get(),
        transfer_remark: transfer.transfer_remark,
        fail_reason: transfer.fail_reason,
        openid: transfer.openid,
        user_name,
        initiate_time: with_millis(transfer.initiate_time),
        update_time: with_millis(transfer.update_time),
    }))
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
        self.transfer_amount = self.transfer_amount.wrapping_add(1);
    }
}
