//! 查询投诉单详情.

use http::Method;

use super::of_path;
use super::report::Report;
use crate::endpoint::Endpoint;
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.merchant_service.query_complaint",
    &Method::GET,
    "/v3/merchant-service/complaints-v2/{complaint_id}",
    respond,
);

/// Tells a complaint.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let state = request.shared.state();
    let complaint = of_path(request, &state)?;
    Report::new(complaint, true, &state, request).map(Answer::ok)
}
