//! 申请交易账单.

use http::Method;

use crate::bill::{Bill, BillKind, TradeBill};
use crate::endpoint::Endpoint;
use crate::v3::apply_bill::{bill_day, offer};
use crate::v3::query::Query;
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.bill.apply_trade_bill",
    &Method::GET,
    "/v3/bill/tradebill",
    respond,
);

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let query = Query(request.call.query());
    let day = bill_day(request)?;
    let kind = match query.choice("bill_type", &["ALL", "SUCCESS", "REFUND"])? {
        Some("SUCCESS") => BillKind::Success,
        Some("REFUND") => BillKind::Refund,
        _ => BillKind::All,
    };
    let sub_mchid = query.get("sub_mchid").map(str::to_owned);
    let bill = TradeBill {
        day,
        kind,
        sub_mchid,
    };
    offer(request, Bill::Trade(bill))
}
