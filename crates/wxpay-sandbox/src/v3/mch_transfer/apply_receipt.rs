//! 商户单号申请电子回单, and 微信单号申请电子回单.

use http::Method;
use serde::Serialize;

use super::{invalid, of, query_receipt, sub_of_body};
use crate::endpoint::{Endpoint, Reply};
use crate::random::another;
use crate::state::ReceiptRefusal;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::party::Party;
use crate::v3::{Answer, Content, Request, not_found, with_millis};

/// The body of the response to a merchant.
#[derive(Serialize)]
struct Applied {
    state: String,
    create_time: String,
}

/// 商户单号申请电子回单.
pub(crate) const BY_OUT_BILL_NO: Endpoint = Endpoint {
    reply: UNNAMED,
    ..Endpoint::v3(
        "v3.fund_app.apply_receipt_by_out_bill_no",
        &Method::POST,
        "/v3/fund-app/mch-transfer/elecsign/out-bill-no",
        |request| respond(request, Party::Merchant, "out_bill_no"),
    )
};

/// 微信单号申请电子回单.
pub(crate) const BY_ID: Endpoint = Endpoint {
    reply: UNNAMED,
    ..Endpoint::v3(
        "v3.fund_app.apply_receipt_by_id",
        &Method::POST,
        "/v3/fund-app/mch-transfer/elecsign/transfer-bill-no",
        |request| respond(request, Party::Merchant, "transfer_bill_no"),
    )
};

/// 申请单笔转账电子回单 for a sub-merchant.
pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.fund_app.partner_apply_receipt",
    &Method::POST,
    "/v3/fund-app/mch-transfer/partner/electronic-receipts",
    |request| respond(request, Party::Partner, "out_bill_no"),
);

/// Applies for the receipt if the request is to take effect.
fn respond(request: &Request<'_>, party: Party, by: &str) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    let members: &[&str] = match party {
        Party::Merchant => &[by],
        Party::Partner => &[by, "sub_mchid"],
    };
    fields.known(members)?;
    let sub = sub_of_body(party, &fields)?;
    let number = fields.number(by, 64)?;
    let (shared, commit) = (request.shared, request.commit);
    let mut state = shared.state();
    let found = match by {
        "out_bill_no" => state.transfer_bills.get(number),
        _ => state.transfer_bills.by_id(number),
    };
    let out_bill_no = of(found, sub)?.out_bill_no.clone();
    let receipt = state.apply_receipt(&out_bill_no, commit);
    shared.changed.notify_one();
    let receipt = receipt.map_err(|refusal| match refusal {
        ReceiptRefusal::NoTransfer => not_found(),
        ReceiptRefusal::NotPaid => invalid("仅支持状态为SUCCESS的转账单据申请电子回单"),
        ReceiptRefusal::NoName => invalid("仅支持传入了收款用户姓名的转账单据申请电子回单"),
        ReceiptRefusal::TooOld => invalid("仅支持六个月内的转账单据申请电子回单"),
    })?;
    match party {
        Party::Merchant => Ok(Answer::ok(Applied {
            state: receipt.state,
            create_time: with_millis(receipt.create_time),
        })),
        Party::Partner => {
            let report = query_receipt::Report::applied(sub, out_bill_no, &receipt);
            Ok(Answer::ok(report))
        }
    }
}

impl Content for Applied {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.state = another(&self.state);
    }

    fn tamper(&mut self) {
        self.state = another(&self.state);
    }
}

/// A response that does not say what it is about.
pub(crate) const UNNAMED: Reply = Reply {
    subject: false,
    ..Reply::SIGNED
};
