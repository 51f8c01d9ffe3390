//! 查询投诉单列表.

use http::Method;
use serde::Serialize;
use wxpay_core::{TimeFormat, Timestamp};

use super::complainted;
use super::report::Report;
use crate::clock::day;
use crate::endpoint::{Endpoint, Reply};
use crate::v3::answer::to_json;
use crate::v3::query::Query;
use crate::v3::{Answer, Content, Request};

/// A part of the complaints.
#[derive(Serialize)]
struct Page {
    data: Vec<Report>,
    limit: usize,
    offset: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<usize>,
}

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        // It names what it found, and not what was asked.
        subject: false,
        ..Reply::SIGNED
    },
    ..Endpoint::v3(
        "v3.merchant_service.list_complaints",
        &Method::GET,
        "/v3/merchant-service/complaints-v2",
        respond,
    )
};

/// Lists the complaints of a period, the oldest first.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let query = Query(request.call.query());
    let (begin, end) = (date(&query, "begin_date")?, date(&query, "end_date")?);
    if end < begin || end - begin > LONGEST {
        let value = query.get("end_date").unwrap_or_default();
        let issue = "不能早于开始日期，且日期跨度不超过30天";
        return Err(Answer::param_error(
            "query",
            "end_date",
            value.into(),
            issue,
        ));
    }
    let limit = query.integer("limit", 1, 50)?.unwrap_or(10);
    let offset = query.integer("offset", 0, usize::MAX)?.unwrap_or(0);
    let mchid = query.get("complainted_mchid");
    let state = request.shared.state();
    let complaints = state.complaints.entries.values().filter(|complaint| {
        let about = complainted(complaint, &state, &request.shared.merchant);
        let of_day = (begin..=end).contains(&day(complaint.complaint_time));
        of_day && mchid.is_none_or(|mchid| mchid == about)
    });
    let total = complaints.clone().count();
    let page = complaints.skip(offset).take(limit);
    let data = page
        .map(|complaint| Report::new(complaint, false, &state, request))
        .collect::<Result<_, _>>()?;
    Ok(Answer::ok(Page {
        data,
        limit,
        offset,
        total_count: (offset == 0).then_some(total),
    }))
}

/// A day that has to be there.
fn date(query: &Query<'_>, name: &str) -> Result<i64, Answer> {
    let date = query.required(name)?;
    let start = Timestamp::parse(&format!("{date} 00:00:00"), TimeFormat::DateTime);
    let wrong = || Answer::param_error("query", name, date.into(), "须为yyyy-MM-dd格式的日期");
    start.map(day).ok_or_else(wrong)
}

impl Content for Page {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        for complaint in &mut self.data {
            complaint.become_another();
        }
    }

    fn tamper(&mut self) {
        self.limit = self.limit.wrapping_add(1);
    }
}

/// In days.
const LONGEST: i64 = 30;
