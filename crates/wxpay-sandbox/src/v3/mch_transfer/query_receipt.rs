//! 商户单号查询电子回单, and 微信单号查询电子回单.

use http::Method;
use http::header::HOST;
use serde::Serialize;

use super::apply_receipt::UNNAMED;
use super::{download_receipt, of, receipt, sub_of_query};
use crate::TransferReceipt;
use crate::endpoint::Endpoint;
use crate::media::sha256_of;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::party::Party;
use crate::v3::query_detail::number;
use crate::v3::{Answer, Content, Request, not_found, with_millis};

/// The body of the response, its members in the document's order.
#[derive(Serialize)]
pub(crate) struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_bill_no: Option<String>,
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    create_time: String,
    update_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    download_url: Option<String>,
}

/// 商户单号查询电子回单.
pub(crate) const BY_OUT_BILL_NO: Endpoint = Endpoint {
    reply: UNNAMED,
    ..Endpoint::v3(
        "v3.fund_app.query_receipt_by_out_bill_no",
        &Method::GET,
        "/v3/fund-app/mch-transfer/elecsign/out-bill-no/{out_bill_no}",
        |request| respond(request, Party::Merchant, "out_bill_no"),
    )
};

/// 微信单号查询电子回单.
pub(crate) const BY_ID: Endpoint = Endpoint {
    reply: UNNAMED,
    ..Endpoint::v3(
        "v3.fund_app.query_receipt_by_id",
        &Method::GET,
        "/v3/fund-app/mch-transfer/elecsign/transfer-bill-no/{transfer_bill_no}",
        |request| respond(request, Party::Merchant, "transfer_bill_no"),
    )
};

/// 查询单笔转账电子回单 of a sub-merchant.
pub(crate) const PARTNER: Endpoint = Endpoint::v3(
    "v3.fund_app.partner_query_receipt",
    &Method::GET,
    "/v3/fund-app/mch-transfer/partner/electronic-receipts/{out_bill_no}",
    |request| respond(request, Party::Partner, "out_bill_no"),
);

/// Tells what has become of the receipt, and where it can be had.
fn respond(request: &Request<'_>, party: Party, by: &str) -> Result<Answer, Answer> {
    let number = number(request, by)?;
    let sub = sub_of_query(party, request)?;
    let shared = request.shared;
    let mut state = shared.state();
    let now = state.now();
    let found = match by {
        "out_bill_no" => state.transfer_bills.get(number),
        _ => state.transfer_bills.by_id(number),
    };
    let bill = of(found, sub)?.clone();
    let made = bill.receipt(now).ok_or_else(not_found)?;
    let mut report = Report::applied(sub, bill.out_bill_no.clone(), made);
    if party == Party::Merchant {
        report.out_bill_no = None;
    }
    if made.state == "FINISHED" {
        let token = state.link_receipt(&bill.out_bill_no, &shared.random);
        // By whatever name the client knows the sandbox.
        let host = request.call.headers.get(HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let path = download_receipt::ENDPOINT.path;
        let file = receipt::file(&bill, &shared.merchant);
        report.hash_type = Some("SHA256");
        report.hash_value = Some(sha256_of(&file).to_ascii_uppercase());
        report.download_url = Some(format!("https://{host}{path}?token={token}"));
    }
    Ok(Answer::ok(report))
}

impl Report {
    /// What is known of a receipt that is not there yet.
    pub(crate) fn applied(
        sub_mchid: Option<&str>,
        out_bill_no: String,
        receipt: &TransferReceipt,
    ) -> Self {
        Self {
            sub_mchid: sub_mchid.map(str::to_owned),
            out_bill_no: Some(out_bill_no),
            state: receipt.state.clone(),
            fail_reason: receipt.fail_reason.clone(),
            create_time: with_millis(receipt.create_time),
            update_time: with_millis(receipt.update_time),
            hash_type: None,
            hash_value: None,
            download_url: None,
        }
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_bill_no = self.out_bill_no.as_deref().map(another);
    }

    fn tamper(&mut self) {
        match &mut self.hash_value {
            Some(hash) => *hash = another(hash),
            None => self.state = another(&self.state),
        }
    }
}
