//! 删除分账接收方.

use http::Method;

use super::add_receiver::{self, Told};
use crate::endpoint::Endpoint;
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.remove_receiver",
    &Method::POST,
    "/v3/profitsharing/receivers/delete",
    respond,
);

/// Removes the receiver, if the request is to take effect. It need not be there.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(&["sub_mchid", "appid", "sub_appid", "type", "account"])?;
    let receiver = add_receiver::read(&fields, request.shared)?;
    if request.commit {
        let mut state = request.shared.state();
        let receivers = &mut state.sharing.receivers;
        receivers.retain(|other| !other.is_same(&receiver));
    }
    Ok(Answer::ok(Told::of(&receiver)))
}
