//! 删除分账接收方.

use serde::Deserialize;
use serde_json::json as value;

use super::add_receiver::named;
use super::{Needs, WITH_APP, endpoint, json, read, reply};
use crate::endpoint::{Endpoint, Reply};
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::SIGNED
    },
    ..endpoint(
        "v2.profit_sharing.remove_receiver",
        "/pay/profitsharingremovereceiver",
        respond,
        Refusals::Signed,
    )
};

/// `receiver` of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removed {
    #[serde(rename = "type")]
    kind: String,
    account: String,
}

/// Removes the receiver, if the request is to take effect. It need not be there.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::App)?;
    let Removed { kind, account } = json(&params, "receiver", 2048)?;
    let receiver = named(&params, kind, account)?;
    if request.commit {
        let mut state = request.shared.state();
        let receivers = &mut state.sharing.receivers;
        receivers.retain(|other| !other.is_same(&receiver));
    }
    let told = value!({"type": receiver.kind, "account": receiver.account});
    Ok(reply(&params, request.shared, WITH_APP, true).text("receiver", told.to_string()))
}
