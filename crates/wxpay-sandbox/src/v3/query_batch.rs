//! 商家批次单号查询批次单, and 微信支付批次单号查询批次单, of a service provider.

use http::Method;
use serde::Serialize;
use wxpay_core::Fen;

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::{Batches, Shared};
use crate::v3::answer::to_json;
use crate::v3::query::Query;
use crate::v3::query_detail::number;
use crate::v3::{Answer, Content, Request, not_found, with_millis};
use crate::{Batch, Transfer};

/// Which transfers of the batch are wanted.
pub(crate) struct Wanted<'a> {
    details: bool,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
    status: &'a str,
}

/// How many transfers of a batch have ended, and how.
pub(crate) struct Ends {
    pub(crate) success_amount: i64,
    pub(crate) success_num: usize,
    pub(crate) fail_amount: i64,
    pub(crate) fail_num: usize,
    pub(crate) status: &'static str,
}

/// The body of the response, its members in the document's order.
#[derive(Serialize)]
struct Report {
    sp_mchid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    out_batch_no: String,
    batch_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<String>,
    batch_status: &'static str,
    batch_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_type: Option<String>,
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
    transfer_detail_list: Option<Vec<Item>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_purpose: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_scene: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Item {
    detail_id: String,
    out_detail_no: String,
    detail_status: String,
}

/// 商家批次单号查询批次单.
pub(crate) const BY_OUT_BATCH_NO: Endpoint = Endpoint::v3(
    "v3.partner_transfer.query_batch_by_out_batch_no",
    &Method::GET,
    "/v3/partner-transfer/batches/out-batch-no/{out_batch_no}",
    by_out_batch_no,
);

/// 微信支付批次单号查询批次单.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.partner_transfer.query_batch_by_id",
    &Method::GET,
    "/v3/partner-transfer/batches/batch-id/{batch_id}",
    by_id,
);

/// Tells the state of the batch with this number of the merchant's.
fn by_out_batch_no(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let out_batch_no = number(request, "out_batch_no")?;
    let wanted = Wanted::read(request.call.query(), &["ALL", "SUCCESS", "FAIL", "REFUND"])?;
    let batches = &shared.state().batches;
    report(batches.batch(out_batch_no), &wanted, batches, shared)
}

/// Tells the state of the batch with this number of WeChat Pay's.
fn by_id(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let batch_id = number(request, "batch_id")?;
    let wanted = Wanted::read(request.call.query(), &["ALL", "SUCCESS", "FAIL"])?;
    let batches = &shared.state().batches;
    report(batches.batch_by_id(batch_id), &wanted, batches, shared)
}

fn report(
    batch: Option<&Batch>,
    wanted: &Wanted<'_>,
    batches: &Batches,
    shared: &Shared,
) -> Result<Answer, Answer> {
    let batch = batch
        .filter(|batch| !batch.terms.is_own())
        .ok_or_else(not_found)?;
    let transfers: Vec<_> = batches.transfers_of(&batch.out_batch_no).collect();
    let sp_mchid = shared.merchant.sp_mchid.to_string();
    Ok(Answer::ok(Report::new(batch, &transfers, wanted, sp_mchid)))
}

impl<'a> Wanted<'a> {
    pub(crate) fn read(query: &'a str, statuses: &[&str]) -> Result<Self, Answer> {
        let query = Query(query);
        let details = query.choice("need_query_detail", &["true", "false"])?;
        let details = match details {
            Some(details) => details == "true",
            None => query.required("need_query_detail")? == "true",
        };
        let status = query.choice("detail_status", statuses)?;
        if !details && status.is_some() {
            let message = "传入的转账明细状态无效";
            return Err(Answer::error(400, "PARAM_ERROR", message));
        }
        Ok(Self {
            details,
            offset: query.integer("offset", 0, usize::MAX)?.unwrap_or(0),
            limit: query.integer("limit", 20, 100)?.unwrap_or(20),
            status: status.unwrap_or("ALL"),
        })
    }

    /// Those of the transfers that are listed. The document: once the batch is finished.
    pub(crate) fn items(&self, transfers: &[&Transfer], ends: &Ends) -> Option<Vec<Item>> {
        (self.details && ends.status == FINISHED).then(|| {
            let fitting = transfers.iter().filter(|transfer| self.fits(transfer));
            let page = fitting.skip(self.offset).take(self.limit);
            page.map(|transfer| Item::new(transfer)).collect()
        })
    }

    fn fits(&self, transfer: &Transfer) -> bool {
        self.status == "ALL" || self.status == transfer.detail_status
    }
}

impl Ends {
    pub(crate) fn of(transfers: &[&Transfer]) -> Self {
        let count = |statuses: &[&str]| {
            let mut num = 0;
            let mut amount = Fen::ZERO;
            for transfer in transfers {
                if statuses.contains(&&*transfer.detail_status) {
                    num += 1;
                    amount = amount.checked_add(transfer.total_amount).unwrap_or(amount);
                }
            }
            (num, amount.get())
        };
        let (success_num, success_amount) = count(&["SUCCESS"]);
        let (fail_num, fail_amount) = count(&["FAIL", "REFUND"]);
        let (waiting, _) = count(&["WAIT_PAY"]);
        Self {
            success_amount,
            success_num,
            fail_amount,
            fail_num,
            status: if success_num + fail_num == transfers.len() {
                FINISHED
            } else if waiting > 0 {
                "WAIT_PAY"
            } else {
                "PROCESSING"
            },
        }
    }
}

impl Report {
    fn new(batch: &Batch, transfers: &[&Transfer], wanted: &Wanted<'_>, sp_mchid: String) -> Self {
        let ends = Ends::of(transfers);
        let updates = transfers.iter().map(|transfer| transfer.update_time);
        let terms = &batch.terms;
        Self {
            sp_mchid,
            sub_mchid: terms.sub_mchid.clone(),
            out_batch_no: batch.out_batch_no.clone(),
            batch_id: batch.batch_id.clone(),
            sub_appid: terms.sub_appid.clone(),
            batch_status: ends.status,
            batch_type: "API",
            authorization_type: terms.authorization_type.clone(),
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
            transfer_detail_list: wanted.items(transfers, &ends),
            sp_appid: terms.sp_appid.clone(),
            transfer_purpose: terms.transfer_purpose.clone(),
            transfer_scene: terms.transfer_scene.clone(),
        }
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_batch_no = another(&self.out_batch_no);
        self.batch_id = another(&self.batch_id);
    }

    fn tamper(&mut self) {
        self.total_amount = self.total_amount.wrapping_add(1);
    }
}

impl Item {
    fn new(transfer: &Transfer) -> Self {
        Self {
            detail_id: transfer.detail_id.clone(),
            out_detail_no: transfer.out_detail_no.clone(),
            detail_status: transfer.detail_status.clone(),
        }
    }
}

const FINISHED: &str = "FINISHED";
