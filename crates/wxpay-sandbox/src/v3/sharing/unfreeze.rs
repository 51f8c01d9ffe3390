//! 解冻剩余资金.

use http::Method;
use serde_json::json;

use super::{create_order, number};
use crate::endpoint::Endpoint;
use crate::state::AskedSharing;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.unfreeze_order",
    &Method::POST,
    "/v3/profitsharing/orders/unfreeze",
    respond,
);

/// Releases what is left of an order, if the request is to take effect.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&["sub_mchid", "transaction_id", "out_order_no", "description"])?;
    let description = fields.text("description", 80)?;
    let asked = AskedSharing {
        out_order_no: number(&fields, "out_order_no")?.to_owned(),
        shares: Vec::new(),
        unfreeze: true,
        description: Some(description.to_owned()),
        terms: json!({ "description": description }),
    };
    create_order::perform(&fields, asked, request)
}
