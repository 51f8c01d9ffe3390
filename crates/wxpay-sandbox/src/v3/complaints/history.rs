//! 查询投诉单协商历史.

use http::Method;
use serde::Serialize;

use super::of_path;
use super::report::MediaList;
use crate::ComplaintEntry;
use crate::endpoint::{Endpoint, Reply};
use crate::v3::answer::to_json;
use crate::v3::query::Query;
use crate::v3::{Answer, Content, Request, with_millis};

/// A part of the history.
#[derive(Serialize)]
struct Page {
    data: Vec<Entry>,
    limit: usize,
    offset: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<usize>,
}

#[derive(Serialize)]
struct Entry {
    log_id: String,
    operator: String,
    operate_time: String,
    operate_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operate_details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complaint_media_list: Option<MediaList>,
}

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::SIGNED
    },
    ..Endpoint::v3(
        "v3.merchant_service.list_negotiation_history",
        &Method::GET,
        "/v3/merchant-service/complaints-v2/{complaint_id}/negotiation-historys",
        respond,
    )
};

/// Lists what was said and done, the oldest first.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let query = Query(request.call.query());
    let limit = query.integer("limit", 1, 300)?.unwrap_or(100);
    let offset = query.integer("offset", 0, usize::MAX)?.unwrap_or(0);
    let state = request.shared.state();
    let history = &of_path(request, &state)?.history;
    let page = history.iter().skip(offset).take(limit);
    Ok(Answer::ok(Page {
        data: page.map(|entry| Entry::new(entry, request)).collect(),
        limit,
        offset,
        total_count: (offset == 0).then_some(history.len()),
    }))
}

impl Entry {
    fn new(entry: &ComplaintEntry, request: &Request<'_>) -> Self {
        let media_type = match &*entry.operate_type {
            "USER_CREATE_COMPLAINT" => "USER_COMPLAINT_IMAGE",
            _ => "OPERATION_IMAGE",
        };
        Self {
            log_id: entry.log_id.clone(),
            operator: entry.operator.clone(),
            operate_time: with_millis(entry.operate_time),
            operate_type: entry.operate_type.clone(),
            operate_details: entry.details.clone(),
            complaint_media_list: MediaList::of(media_type, &entry.images, request),
        }
    }
}

impl Content for Page {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.tamper();
    }

    fn tamper(&mut self) {
        self.limit = self.limit.wrapping_add(1);
    }
}
