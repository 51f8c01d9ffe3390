//! 申请资金账单.

use http::Method;

use crate::bill::{Account, Bill, Brackets, FundBill};
use crate::endpoint::Endpoint;
use crate::v3::apply_bill::{bill_day, offer};
use crate::v3::query::Query;
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.bill.apply_fund_flow_bill",
    &Method::GET,
    "/v3/bill/fundflowbill",
    respond,
);

fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let query = Query(request.call.query());
    let day = bill_day(request)?;
    let account = match query.choice("account_type", &["BASIC", "OPERATION", "FEES"])? {
        Some("OPERATION") => Account::Operation,
        Some("FEES") => Account::Fees,
        _ => Account::Basic,
    };
    let bill = FundBill {
        day,
        account,
        brackets: Brackets::Narrow,
    };
    offer(request, Bill::Fund(bill))
}
