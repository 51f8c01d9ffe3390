//! 下载交易账单.

use http::Method;
use wxpay_core::{Params, TimeFormat, Timestamp};

use crate::bill::{self, Bill, BillKind, NoBill, TradeBill};
use crate::clock::day;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::v2::{File, Refusal, Refusals, Request, check, query_order, request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.download_bill",
    method: &Method::POST,
    path: "/pay/downloadbill",
    reply: Reply {
        subject: false,
        ..Reply::UNSIGNED
    },
    handler: Handler::V2File {
        respond,
        refusals: Refusals::Digits,
    },
};

fn respond(request: &mut Request<'_>) -> Result<File, Refusal> {
    let params = read(request)?;
    let shared = request.shared;
    let state = shared.state();
    let now = state.now();
    let kind = match params.get("bill_type") {
        None | Some("ALL") => BillKind::All,
        Some("SUCCESS") => BillKind::Success,
        Some("REFUND") => BillKind::Refund,
        // Refunds of a kind of money that nobody has here.
        Some("RECHARGE_REFUND") => return Err(no_bill()),
        Some(_) => return Err(wrong("invalid bill_type")),
    };
    let today = day(now);
    let asked = bill_day(&params).filter(|day| (0..=OLDEST).contains(&(today - day)));
    let bill = Bill::Trade(TradeBill {
        day: asked.ok_or_else(|| wrong("invalid bill_date"))?,
        kind,
        sub_mchid: params.get("sub_mch_id").map(str::to_owned),
    });
    let text = bill
        .text(&state, &shared.merchant, now)
        .map_err(|none| match none {
            NoBill::Creating => Refusal::code("20002", "Bill Creating"),
            NoBill::Empty => no_bill(),
        })?;
    let file = bill::file(text, params.get("tar_type").is_some());
    let (kind, bytes) = file.map_err(|_| Refusal::code("20100", "system error"))?;
    Ok(File {
        kind,
        bytes,
        digest: None,
    })
}

/// Reads a request and checks all of it but the day and the type of the bill.
fn read(request: &mut Request<'_>) -> Result<Params, Refusal> {
    let (call, merchant) = (request.call, &request.shared.merchant);
    if call.method != Method::POST {
        return Err(wrong("require POST method"));
    }
    if call.body.is_empty() {
        return Err(wrong("empty post data"));
    }
    let params = request::params(&call.body).map_err(|_| wrong("data format error"))?;
    let needed = ["appid", "mch_id", "nonce_str", "sign", "bill_date"];
    if needed.iter().any(|name| params.get(name).is_none()) {
        return Err(wrong("missing parameter"));
    }
    if params.get("appid") != Some(merchant.appid.as_str()) {
        return Err(wrong("invalid appid"));
    }
    if params.get("mch_id") != Some(merchant.mch_id.as_str()) {
        return Err(wrong("invalid parameter"));
    }
    let sign_type = query_order::sign_type(&params).ok_or_else(|| wrong("invalid parameter"))?;
    if !check::sign(sign_type, &params, merchant, request.signatures) {
        return Err(wrong("sign error"));
    }
    let nonce = params.get("nonce_str").unwrap_or_default();
    if nonce.chars().count() > 32 {
        return Err(wrong("nonce_str too long"));
    }
    if params
        .get("tar_type")
        .is_some_and(|packing| packing != "GZIP")
    {
        return Err(wrong("invalid tar_type, Only GZIP supported"));
    }
    Ok(params)
}

/// The day that is asked for.
pub(crate) fn bill_day(params: &Params) -> Option<i64> {
    let date = params.get("bill_date").filter(|date| date.len() == 8)?;
    let start = Timestamp::parse(&format!("{date}000000"), TimeFormat::Compact)?;
    Some(day(start))
}

fn no_bill() -> Refusal {
    Refusal::code("20002", "No Bill Exist")
}

/// What is said with the code of wrong parameters.
fn wrong(message: &str) -> Refusal {
    Refusal::Return(message.to_owned())
}

/// Three months, in days.
const OLDEST: i64 = 92;
