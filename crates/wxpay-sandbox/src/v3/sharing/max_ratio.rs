//! 查询最大分账比例.

use http::Method;
use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::{Answer, Content, Request};

/// The body of the response.
#[derive(Serialize)]
struct Ratio {
    sub_mchid: String,
    max_ratio: u32,
}

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.query_max_ratio",
    &Method::GET,
    "/v3/profitsharing/merchant-configs/{sub_mchid}",
    respond,
);

/// Tells how much of an order a sub-merchant lets be shared: the same for all of them.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let sub_mchid = request.route.part("sub_mchid");
    let digits = sub_mchid.bytes().all(|b| b.is_ascii_digit());
    if !digits || sub_mchid.len() > 32 {
        let issue = "只能由数字组成";
        return Err(Answer::param_error(
            "url",
            "sub_mchid",
            sub_mchid.into(),
            issue,
        ));
    }
    Ok(Answer::ok(Ratio {
        sub_mchid: sub_mchid.to_owned(),
        max_ratio: request.shared.state().sharing.max_ratio,
    }))
}

impl Content for Ratio {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.sub_mchid = another(&self.sub_mchid);
    }

    fn tamper(&mut self) {
        self.max_ratio = self.max_ratio.wrapping_add(1);
    }
}
