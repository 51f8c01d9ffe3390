//! What the applications for bills share.

use http::header::HOST;
use serde::Serialize;
use wxpay_core::{TimeFormat, Timestamp};

use crate::bill::{Bill, NoBill, hash};
use crate::clock::day;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::query::Query;
use crate::v3::{Answer, Content, Request, download_bill};

/// The body of the response.
#[derive(Serialize)]
struct Applied {
    hash_type: &'static str,
    hash_value: String,
    download_url: String,
}

/// Tells where a bill can be had, and the hash of its text.
pub(crate) fn offer(request: &Request<'_>, bill: Bill) -> Result<Answer, Answer> {
    let shared = request.shared;
    let query = Query(request.call.query());
    let gzip = query.choice("tar_type", &["GZIP"])?.is_some();
    let mut state = shared.state();
    let now = state.now();
    let text = bill
        .text(&state, &shared.merchant, now)
        .map_err(|none| match none {
            NoBill::Creating => Answer::error(400, "STATEMENT_CREATING", "账单生成中"),
            NoBill::Empty => Answer::error(400, "NO_STATEMENT_EXIST", "账单文件不存在"),
        })?;
    let token = state.bills.offer(bill, gzip, now, &shared.random);
    // By whatever name the client knows the sandbox.
    let host = request.call.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let path = download_bill::ENDPOINT.path;
    Ok(Answer::ok(Applied {
        hash_type: "SHA1",
        hash_value: hash(&text),
        download_url: format!("https://{host}{path}?token={token}"),
    }))
}

/// The day that is asked for, if there can be a bill of it.
pub(crate) fn bill_day(request: &Request<'_>) -> Result<i64, Answer> {
    let date = Query(request.call.query()).required("bill_date")?;
    let wrong = |issue| Answer::param_error("query", "bill_date", date.into(), issue);
    let start = Timestamp::parse(&format!("{date} 00:00:00"), TimeFormat::DateTime)
        .ok_or_else(|| wrong("须为yyyy-MM-dd格式的日期"))?;
    let (asked, today) = (day(start), day(request.shared.state().now()));
    if asked > today {
        return Err(wrong("账单日期不能晚于今天"));
    }
    if today - asked > OLDEST {
        let message = "仅支持三个月内的账单下载申请";
        return Err(Answer::error(400, "INVALID_REQUEST", message));
    }
    Ok(asked)
}

impl Content for Applied {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.download_url = another(&self.download_url);
    }

    fn tamper(&mut self) {
        self.hash_value = another(&self.hash_value);
    }
}

/// Three months, in days.
pub(crate) const OLDEST: i64 = 92;
