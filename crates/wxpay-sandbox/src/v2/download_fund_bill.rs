//! 下载资金账单.

use http::Method;
use wxpay_core::Params;

use crate::bill::{self, Account, Bill, Brackets, FundBill, NoBill};
use crate::clock::day;
use crate::endpoint::{Endpoint, Handler, Reply};
use crate::v2::{File, Refusal, Refusals, Request, download_bill, query_order};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    name: "v2.pay.download_fund_flow",
    method: &Method::POST,
    path: "/pay/downloadfundflow",
    reply: Reply {
        subject: false,
        ..Reply::UNSIGNED
    },
    handler: Handler::V2File {
        respond,
        refusals: Refusals::Plain,
    },
};

fn respond(request: &mut Request<'_>) -> Result<File, Refusal> {
    if !request.call.client_certificate {
        return Err(Refusal::Return("证书验证失败".to_owned()));
    }
    let params = query_order::read(request)?;
    let shared = request.shared;
    let state = shared.state();
    let now = state.now();
    let bill = read(&params, day(now))?;
    let text = Bill::Fund(bill)
        .text(&state, &shared.merchant, now)
        .map_err(|none| match none {
            NoBill::Creating => Refusal::code("BILL_CREATING", "账单未生成"),
            NoBill::Empty => Refusal::code("NO_BILL_EXIST", "商户查询账户当日无资金账单"),
        })?;
    let digest = format!("SHA={}", bill::hash(&text));
    let file = bill::file(text, params.get("tar_type").is_some());
    let (kind, bytes) = file.map_err(|_| Refusal::code("SYSTEMERROR", "系统错误"))?;
    Ok(File {
        kind,
        bytes,
        digest: Some(digest),
    })
}

/// The bill that is asked for.
fn read(params: &Params, today: i64) -> Result<FundBill, Refusal> {
    let wrong = |message: &str| Refusal::code("PARAM_ERROR", message);
    if params.get("sign_type") != Some("HMAC-SHA256") {
        return Err(wrong("签名类型sign_type仅支持HMAC-SHA256"));
    }
    let account = match params.get("account_type") {
        Some("Basic") => Account::Basic,
        Some("Operation") => Account::Operation,
        Some("Fees") => Account::Fees,
        Some(_) => return Err(wrong("account_type参数错误")),
        None => return Err(wrong("缺少参数account_type")),
    };
    if params
        .get("tar_type")
        .is_some_and(|packing| packing != "GZIP")
    {
        return Err(wrong("tar_type参数错误"));
    }
    let day = download_bill::bill_day(params)
        .filter(|day| (EARLIEST..=today).contains(day))
        .ok_or_else(|| wrong("bill_date参数错误"))?;
    Ok(FundBill {
        day,
        account,
        brackets: Brackets::Wide,
    })
}

/// The first of June 2017, counted from 1970.
const EARLIEST: i64 = 17_318;
