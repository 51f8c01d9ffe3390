//! 查询最大分账比例.

use super::{Needs, WITHOUT_APP, endpoint, read, reply, text};
use crate::endpoint::{Endpoint, Reply};
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::SIGNED
    },
    ..endpoint(
        "v2.profit_sharing.query_max_ratio",
        "/pay/profitsharingmerchantratioquery",
        respond,
        Refusals::Words,
    )
};

/// Tells how much of an order of a sub-merchant can be shared.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::Nothing)?;
    text(&params, "sub_mch_id", 32)?;
    let shared = request.shared;
    let ratio = shared.state().sharing.max_ratio;
    Ok(reply(&params, shared, WITHOUT_APP, false).plain("max_ratio", ratio.to_string()))
}
