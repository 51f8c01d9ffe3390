//! 反馈处理完成.

use http::Method;

use super::{check_complainted, of_path, refuse};
use crate::endpoint::{Endpoint, Reply};
use crate::state::Act;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        body: false,
        subject: false,
        ..Reply::SIGNED
    },
    ..Endpoint::v3(
        "v3.merchant_service.complete_complaint",
        &Method::POST,
        "/v3/merchant-service/complaints-v2/{complaint_id}/complete",
        respond,
    )
};

/// Ends the handling, if the request is to take effect.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&["complainted_mchid"])?;
    let mut state = shared.state();
    let complaint = of_path(request, &state)?;
    check_complainted(&fields, complaint, &state, &shared.merchant)?;
    if complaint.state == "PROCESSED" {
        return Err(refuse("投诉单已处理完成"));
    }
    let id = complaint.complaint_id.clone();
    if request.commit {
        let act = Act {
            operator: "商家",
            operate_type: "MERCHANT_CONFIRM_COMPLETE",
            action_type: Some("MERCHANT_CONFIRM_COMPLETE"),
            details: None,
            images: Vec::new(),
        };
        state.act(&id, act, &shared.random, |complaint| {
            complaint.incoming_user_response = false;
            "PROCESSED".clone_into(&mut complaint.state);
        });
        shared.changed.notify_one();
    }
    Ok(Answer::no_content())
}
