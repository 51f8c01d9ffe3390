//! 更新退款审批结果.

use http::Method;

use super::{images, of_path, refuse};
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
        "v3.merchant_service.update_refund_progress",
        &Method::POST,
        "/v3/merchant-service/complaints-v2/{complaint_id}/update-refund-progress",
        respond,
    )
};

/// Notes what the merchant decided, if the request is to take effect. No money moves.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let approved = fields.choice("action", &["APPROVE", "REJECT"])? == "APPROVE";
    if fields
        .optional_integer("launch_refund_day")?
        .is_some_and(|day| day < 0)
    {
        return Err(fields.refuse("launch_refund_day", "不能为负数"));
    }
    let reason = fields.optional_text("reject_reason", 200)?;
    fields.optional_text("remark", 200)?;
    let mut state = shared.state();
    let complaint = of_path(request, &state)?;
    let images = images(&fields, "reject_media_list", &state)?;
    if complaint.problem_type != "REFUND" {
        return Err(refuse("不是申请退款的投诉单"));
    }
    if complaint.state == "PROCESSED" {
        return Err(refuse("投诉单已处理完成"));
    }
    let id = complaint.complaint_id.clone();
    if request.commit {
        let (operate_type, action_type) = match approved {
            true => ("MERCHANT_APPROVE_REFUND", "MERCHANT_APPROVE_REFUND"),
            // The page spells it so.
            false => ("MERCHANT_REFUSE_RERUND", "MERCHANT_REJECT_REFUND"),
        };
        let act = Act {
            operator: "商家",
            operate_type,
            action_type: Some(action_type),
            details: reason,
            images,
        };
        state.act(&id, act, &shared.random, |complaint| {
            complaint.refund_approved = approved;
            let next = if approved { "PROCESSING" } else { "PROCESSED" };
            next.clone_into(&mut complaint.state);
        });
        shared.changed.notify_one();
    }
    Ok(Answer::no_content())
}

const MEMBERS: &[&str] = &[
    "action",
    "launch_refund_day",
    "reject_reason",
    "reject_media_list",
    "remark",
];
