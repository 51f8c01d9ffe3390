//! 商家批次单号查询批次单, and 微信批次单号查询批次单, of the merchant itself.

use http::Method;
use serde::Serialize;

use crate::Batch;
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::{Batches, Shared};
use crate::v3::answer::to_json;
use crate::v3::query_batch::{Ends, Item, Wanted};
use crate::v3::query_detail::number;
use crate::v3::{Answer, Content, Request, not_found, with_millis};

/// The body of the response.
#[derive(Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    transfer_batch: Reported,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_detail_list: Option<Vec<Item>>,
}

#[derive(Serialize)]
struct Reported {
    mchid: String,
    out_batch_no: String,
    batch_id: String,
    appid: Option<String>,
    batch_status: &'static str,
    batch_type: &'static str,
    batch_name: String,
    batch_remark: String,
    total_amount: i64,
    total_num: usize,
    create_time: String,
    update_time: String,
    success_amount: i64,
    success_num: usize,
    fail_amount: i64,
    fail_num: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_scene_id: Option<String>,
}

/// 商家批次单号查询批次单.
pub(crate) const BY_OUT_BATCH_NO: Endpoint = Endpoint::v3(
    "v3.transfer.query_batch_by_out_batch_no",
    &Method::GET,
    "/v3/transfer/batches/out-batch-no/{out_batch_no}",
    |request| {
        let out_batch_no = number(request, "out_batch_no")?;
        report(request, |batches| batches.batch(out_batch_no))
    },
);

/// 微信批次单号查询批次单.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.transfer.query_batch_by_id",
    &Method::GET,
    "/v3/transfer/batches/batch-id/{batch_id}",
    |request| {
        let batch_id = number(request, "batch_id")?;
        report(request, |batches| batches.batch_by_id(batch_id))
    },
);

fn report(
    request: &Request<'_>,
    find: impl Fn(&Batches) -> Option<&Batch>,
) -> Result<Answer, Answer> {
    let wanted = Wanted::read(request.call.query(), &["ALL", "SUCCESS", "FAIL"])?;
    let batches = &request.shared.state().batches;
    let batch = find(batches)
        .filter(|batch| batch.terms.is_own())
        .ok_or_else(not_found)?;
    Ok(Answer::ok(Report::new(
        batch,
        batches,
        &wanted,
        request.shared,
    )))
}

impl Report {
    fn new(batch: &Batch, batches: &Batches, wanted: &Wanted<'_>, shared: &Shared) -> Self {
        let transfers: Vec<_> = batches.transfers_of(&batch.out_batch_no).collect();
        let ends = Ends::of(&transfers);
        let updates = transfers.iter().map(|transfer| transfer.update_time);
        let terms = &batch.terms;
        let list = wanted.items(&transfers, &ends);
        Self {
            offset: list.is_some().then_some(wanted.offset),
            limit: list.is_some().then_some(wanted.limit),
            transfer_batch: Reported {
                mchid: shared.merchant.mch_id.to_string(),
                out_batch_no: batch.out_batch_no.clone(),
                batch_id: batch.batch_id.clone(),
                appid: terms.appid.clone(),
                batch_status: ends.status,
                batch_type: "API",
                batch_name: terms.batch_name.clone(),
                batch_remark: terms.batch_remark.clone(),
                total_amount: terms.total_amount.get(),
                total_num: terms.transfers.len(),
                create_time: with_millis(batch.create_time),
                update_time: with_millis(updates.max().unwrap_or(batch.create_time)),
                success_amount: ends.success_amount,
                success_num: ends.success_num,
                fail_amount: ends.fail_amount,
                fail_num: ends.fail_num,
                transfer_scene_id: terms.transfer_scene_id.clone(),
            },
            transfer_detail_list: list,
        }
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        let batch = &mut self.transfer_batch;
        batch.out_batch_no = another(&batch.out_batch_no);
        batch.batch_id = another(&batch.batch_id);
    }

    fn tamper(&mut self) {
        let amount = &mut self.transfer_batch.total_amount;
        *amount = amount.wrapping_add(1);
    }
}
