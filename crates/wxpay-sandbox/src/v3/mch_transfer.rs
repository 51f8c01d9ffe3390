//! 商家转账.

pub(crate) mod apply_receipt;
pub(crate) mod authorize;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod download_receipt;
pub(crate) mod query;
pub(crate) mod query_receipt;
mod receipt;
mod report;
mod terms;

use wxpay_core::Timestamp;

use crate::TransferBill;
use crate::state::{Shared, TransferRefusal};
use crate::v3::input::Object;
use crate::v3::party::Party;
use crate::v3::query::Query;
use crate::v3::{Answer, Request, not_found};

/// Reads the sub-merchant (二级商户号) of a body, which is of another merchant than the one who signed
/// it.
fn sub_of_body<'a>(party: Party, fields: &Object<'a>) -> Result<Option<&'a str>, Answer> {
    match party {
        Party::Merchant => Ok(None),
        Party::Partner => fields.digits("sub_mchid", 32).map(Some),
    }
}

/// Reads the sub-merchant of a query.
fn sub_of_query<'a>(party: Party, request: &Request<'a>) -> Result<Option<&'a str>, Answer> {
    match party {
        Party::Merchant => Ok(None),
        Party::Partner => {
            let query = Query(request.call.query());
            query.required("sub_mchid").map(Some)
        }
    }
}

/// The transfer, if it is one of that sub-merchant, or of the merchant itself.
fn of<'a>(found: Option<&'a TransferBill>, sub: Option<&str>) -> Result<&'a TransferBill, Answer> {
    let own = found.filter(|bill| bill.terms.sub_mchid.as_deref() == sub);
    own.ok_or_else(not_found)
}

/// The same, if it can still be queried.
fn recent<'a>(
    found: Option<&'a TransferBill>,
    sub: Option<&str>,
    now: Timestamp,
) -> Result<&'a TransferBill, Answer> {
    let bill = of(found, sub)?;
    let age = now.unix().saturating_sub(bill.create_time.unix());
    if age > QUERIED_FOR {
        return Err(not_found());
    }
    Ok(bill)
}

/// Reads the app, which is the merchant's.
fn check_appid<'a>(fields: &Object<'a>, shared: &Shared) -> Result<&'a str, Answer> {
    let appid = fields.text("appid", 32)?;
    if appid == shared.merchant.appid.as_str() {
        return Ok(appid);
    }
    Err(invalid("商户号与AppID未绑定"))
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn refuse(refusal: TransferRefusal) -> Answer {
    match refusal {
        TransferRefusal::NoTransfer => not_found(),
        TransferRefusal::OtherTerms => invalid("商户单号已存在，且本次请求的参数与首次请求不一致"),
        TransferRefusal::Ended => Answer::error(400, "ALREADY_EXISTS", "订单已存在"),
        TransferRefusal::NotEnough => Answer::error(403, "NOT_ENOUGH", "资金不足"),
        TransferRefusal::Confirmed => invalid("当前单据状态不支持撤销"),
    }
}

fn invalid(message: &str) -> Answer {
    Answer::error(400, "INVALID_REQUEST", message)
}

/// How long transfers can be queried: 30 days, in seconds.
const QUERIED_FOR: i64 = 30 * 24 * 3600;
