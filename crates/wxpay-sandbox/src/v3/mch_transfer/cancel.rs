//! 撤销转账.

use http::Method;
use serde::Serialize;

use super::{of, refuse, report, sub_of_body};
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::query_detail::number;
use crate::v3::{Answer, Content, Request, with_millis};

/// The body of the response to a merchant, its members in the document's order.
#[derive(Serialize)]
struct Cancelled {
    out_bill_no: String,
    transfer_bill_no: String,
    state: String,
    update_time: String,
}

/// 撤销转账.
pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.fund_app.cancel_transfer",
    &Method::POST,
    "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{out_bill_no}/cancel",
    |request| respond(request, Party::Merchant),
);

/// 撤销转账 of a sub-merchant.
pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.fund_app.partner_cancel_transfer",
    &Method::POST,
    "/v3/fund-app/mch-transfer/partner/transfer-bills/out-bill-no/{out_bill_no}/cancel",
    |request| respond(request, Party::Partner),
);

/// Begins to cancel the transfer if the request is to take effect.
fn respond(request: &Request<'_>, party: Party) -> Result<Answer, Answer> {
    let out_bill_no = number(request, "out_bill_no")?;
    let body = match party {
        Party::Merchant => None,
        Party::Partner => Some(Body::read(request.call)?),
    };
    let fields = body.as_ref().map(Object::root).transpose()?;
    let sub = match &fields {
        None => None,
        Some(fields) => sub_of_body(party, fields)?,
    };
    let (shared, commit) = (request.shared, request.commit);
    let mut state = shared.state();
    of(state.transfer_bills.get(out_bill_no), sub)?;
    let bill = state.cancel_transfer_bill(out_bill_no, &shared.random, commit);
    shared.changed.notify_one();
    let bill = bill.map_err(refuse)?;
    match party {
        Party::Merchant => Ok(Answer::ok(Cancelled {
            update_time: with_millis(bill.update_time),
            out_bill_no: bill.out_bill_no,
            transfer_bill_no: bill.transfer_bill_no,
            state: bill.state,
        })),
        Party::Partner => report::tell(&bill, shared),
    }
}

impl Content for Cancelled {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_bill_no = another(&self.out_bill_no);
        self.transfer_bill_no = another(&self.transfer_bill_no);
    }

    fn tamper(&mut self) {
        self.transfer_bill_no = another(&self.transfer_bill_no);
    }
}
