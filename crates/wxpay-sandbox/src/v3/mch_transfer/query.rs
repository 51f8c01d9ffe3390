//! 商户单号查询转账单, and 微信单号查询转账单.

use http::Method;

use super::{recent, report, sub_of_query};
use crate::endpoint::Endpoint;
use crate::v3::party::Party;
use crate::v3::query_detail::number;
use crate::v3::{Answer, Request};

/// 商户单号查询转账单.
pub(crate) const BY_OUT_BILL_NO: Endpoint = Endpoint::v3(
    "v3.fund_app.query_transfer_by_out_bill_no",
    &Method::GET,
    "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{out_bill_no}",
    |request| by_out_bill_no(request, Party::Merchant),
);

/// 微信单号查询转账单.
pub(crate) const BY_ID: Endpoint = Endpoint::v3(
    "v3.fund_app.query_transfer_by_id",
    &Method::GET,
    "/v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/{transfer_bill_no}",
    by_id,
);

/// 商户单号查询转账单 of a sub-merchant.
pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.fund_app.partner_query_transfer_by_out_bill_no",
    &Method::GET,
    "/v3/fund-app/mch-transfer/partner/transfer-bills/out-bill-no/{out_bill_no}",
    |request| by_out_bill_no(request, Party::Partner),
);

fn by_out_bill_no(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let out_bill_no = number(request, "out_bill_no")?;
    let sub = sub_of_query(party, request)?;
    let state = request.shared.state();
    let found = state.transfer_bills.get(out_bill_no);
    report::tell(recent(found, sub, state.now())?, request.shared)
}

fn by_id(request: &Request<'_>) -> Result<Answer, Answer> {
    let id = number(request, "transfer_bill_no")?;
    let state = request.shared.state();
    let found = state.transfer_bills.by_id(id);
    report::tell(recent(found, None, state.now())?, request.shared)
}
