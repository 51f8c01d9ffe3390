//! 回复用户.

use http::Method;

use super::{check_complainted, images, of_path};
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
        "v3.merchant_service.reply_complaint",
        &Method::POST,
        "/v3/merchant-service/complaints-v2/{complaint_id}/response",
        respond,
    )
};

/// Writes to the user, if the request is to take effect. The first reply begins the handling.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let mut state = shared.state();
    let complaint = of_path(request, &state)?;
    check_complainted(&fields, complaint, &state, &shared.merchant)?;
    let id = complaint.complaint_id.clone();
    let content = fields.text("response_content", 500)?;
    let images = images(&fields, "response_images", &state)?;
    check_links(&fields)?;
    if request.commit {
        let act = Act {
            operator: "商家",
            operate_type: "MERCHANT_RESPONSE",
            action_type: Some("MERCHANT_RESPONSE"),
            details: Some(content),
            images,
        };
        state.act(&id, act, &shared.random, |complaint| {
            complaint.incoming_user_response = false;
            if complaint.state == "PENDING" {
                "PROCESSING".clone_into(&mut complaint.state);
            }
        });
        shared.changed.notify_one();
    }
    Ok(Answer::no_content())
}

fn check_links(fields: &Object<'_>) -> Result<(), Answer> {
    let url = fields.optional_text("jump_url", 512)?;
    let text = fields.optional_text("jump_url_text", 10)?;
    if url.is_some_and(|url| !url.starts_with("https://")) {
        return Err(fields.refuse("jump_url", "须为https地址"));
    }
    if url.is_some() != text.is_some() {
        let issue = "跳转链接和跳转链接文案二者缺一不可";
        return Err(fields.refuse("jump_url_text", issue));
    }
    if let Some(jump) = fields.optional_object("mini_program_jump_info")? {
        jump.known(&["appid", "path", "text"])?;
        for name in ["appid", "path", "text"] {
            jump.text(name, 2048)?;
        }
    }
    Ok(())
}

const MEMBERS: &[&str] = &[
    "complainted_mchid",
    "response_content",
    "response_images",
    "jump_url",
    "jump_url_text",
    "mini_program_jump_info",
];
