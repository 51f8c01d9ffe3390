//! 投诉通知回调地址: created, queried, updated and deleted.

use http::Method;
use serde::Serialize;

use super::refuse;
use crate::endpoint::{Endpoint, Reply};
use crate::notice::is_notify_url;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Content, Request};

/// The body of the response.
#[derive(Serialize)]
struct NotifyUrl {
    mchid: String,
    url: String,
}

const PATH: &str = "/v3/merchant-service/complaint-notifications";

pub(crate) const CREATE: Endpoint = Endpoint::v3(
    "v3.merchant_service.create_complaint_notify_url",
    &Method::POST,
    PATH,
    |request| {
        set(request, |earlier, url| {
            earlier.is_none_or(|earlier| earlier == url)
        })
    },
);

pub(crate) const QUERY: Endpoint = Endpoint::v3(
    "v3.merchant_service.query_complaint_notify_url",
    &Method::GET,
    PATH,
    query,
);

pub(crate) const UPDATE: Endpoint = Endpoint::v3(
    "v3.merchant_service.update_complaint_notify_url",
    &Method::PUT,
    PATH,
    |request| {
        tell(
            request,
            request.shared.state().complaints.notify_url.as_deref(),
        )?;
        set(request, |_, _| true)
    },
);

pub(crate) const DELETE: Endpoint = Endpoint {
    reply: Reply {
        body: false,
        subject: false,
        ..Reply::SIGNED
    },
    ..Endpoint::v3(
        "v3.merchant_service.delete_complaint_notify_url",
        &Method::DELETE,
        PATH,
        delete,
    )
};

/// Sets where complaints are told, if the request is to take effect and the earlier address allows
/// it.
fn set(request: &Request<'_>, may: fn(Option<&str>, &str) -> bool) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&["url"])?;
    let url = fields.text("url", 255)?;
    if !is_notify_url(url) {
        return Err(fields.refuse("url", "须为不带参数的完整URL"));
    }
    let mut state = request.shared.state();
    if !may(state.complaints.notify_url.as_deref(), url) {
        return Err(refuse("通知地址已存在，请使用更新接口"));
    }
    if request.commit {
        state.complaints.notify_url = Some(url.to_owned());
    }
    tell(request, Some(url))
}

fn query(request: &Request<'_>) -> Result<Answer, Answer> {
    let state = request.shared.state();
    tell(request, state.complaints.notify_url.as_deref())
}

fn delete(request: &Request<'_>) -> Result<Answer, Answer> {
    let mut state = request.shared.state();
    tell(request, state.complaints.notify_url.as_deref())?;
    if request.commit {
        state.complaints.notify_url = None;
    }
    Ok(Answer::no_content())
}

fn tell(request: &Request<'_>, url: Option<&str>) -> Result<Answer, Answer> {
    let missing = || Answer::error(404, "RESOURCE_NOT_EXISTS", "通知地址不存在");
    Ok(Answer::ok(NotifyUrl {
        mchid: request.shared.merchant.mch_id.to_string(),
        url: url.ok_or_else(missing)?.to_owned(),
    }))
}

impl Content for NotifyUrl {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.url = another(&self.url);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}
