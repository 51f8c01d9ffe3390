//! What a notification is answered with.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::Json;
use crate::NoticeError;
use crate::notice::{Refusal, answer};

/// The response to a notification that was taken in: 204, without a body. It must come within five
/// seconds, and sooner for a few kinds:
/// [`NoticeKind::answer_within`](super::NoticeKind::answer_within).
pub fn acknowledge() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The response to a notification that was taken in, with a body: 200 and
/// `{"code":"SUCCESS","message":"成功"}`.
///
/// For the kinds whose documents want it, such as a payment in a mall
/// ([`NoticeKind::MallPayment`](super::NoticeKind::MallPayment)), which counts as refused without
/// it.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4016111728>
pub fn acknowledge_with_body() -> Response<Bytes> {
    let body = Json::object([
        ("code", Json::from("SUCCESS")),
        ("message", Json::from("成功")),
    ]);
    answer(StatusCode::OK, "application/json", body.to_bytes())
}

/// The response to a notification that was not taken in; WeChat Pay sends it again later.
///
/// It says whether it was believed, and nothing of why: that is for the shop's own log.
pub fn refuse(error: &NoticeError) -> Response<Bytes> {
    let (status, message) = match error {
        NoticeError::Unverified(_) => (StatusCode::UNAUTHORIZED, "not verified"),
        _ => (StatusCode::BAD_REQUEST, "not understood"),
    };
    let body = Json::object([
        ("code", Json::from("FAIL")),
        ("message", Json::from(message)),
    ]);
    answer(status, "application/json", body.to_bytes())
}

/// The refusal with its response.
pub(super) fn refused(error: NoticeError) -> Refusal {
    let response = refuse(&error);
    Refusal::new("APIv3", error, response)
}
