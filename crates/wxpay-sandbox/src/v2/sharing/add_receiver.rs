//! 添加分账接收方.

use serde::Deserialize;
use serde_json::json as value;
use wxpay_core::Params;

use super::{KINDS, Needs, WITH_APP, endpoint, json, read, reply, wrong};
use crate::SharingReceiver;
use crate::endpoint::{Endpoint, Reply};
use crate::v2::{Message, Refusal, Refusals, Request};

pub(crate) const ENDPOINT: Endpoint = Endpoint {
    reply: Reply {
        subject: false,
        ..Reply::SIGNED
    },
    ..endpoint(
        "v2.profit_sharing.add_receiver",
        "/pay/profitsharingaddreceiver",
        respond,
        Refusals::Signed,
    )
};

/// `receiver` of a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    #[serde(rename = "type")]
    kind: String,
    account: String,
    name: Option<String>,
    relation_type: String,
    custom_relation: Option<String>,
}

/// Adds the receiver if the request is to take effect. One that is there already stays as it is.
fn respond(request: &mut Request<'_>) -> Result<Message, Refusal> {
    let params = read(request, Needs::App)?;
    let shared = request.shared;
    let new: New = json(&params, "receiver", 2048)?;
    let receiver = named(&params, new.kind, new.account)?;
    if receiver.kind == "MERCHANT_ID" && new.name.is_none() {
        return Err(wrong("receiver.name", "在类型是MERCHANT_ID时必填"));
    }
    if !RELATIONS.contains(&&*new.relation_type) {
        return Err(wrong("receiver.relation_type", "不是有效的取值"));
    }
    if new.relation_type == "CUSTOM" && new.custom_relation.is_none() {
        let what = "在关系类型是CUSTOM时必填";
        return Err(wrong("receiver.custom_relation", what));
    }
    let told = value!({"type": receiver.kind, "account": receiver.account});
    let receiver = SharingReceiver {
        name: new.name,
        relation_type: new.relation_type,
        custom_relation: new.custom_relation,
        ..receiver
    };
    if request.commit {
        let mut state = shared.state();
        let receivers = &mut state.sharing.receivers;
        if !receivers.iter().any(|other| other.is_same(&receiver)) {
            receivers.push(receiver);
        }
    }
    Ok(reply(&params, shared, WITH_APP, true).text("receiver", told.to_string()))
}

/// Whose receiver a request means, and which.
pub(super) fn named(
    params: &Params,
    kind: String,
    account: String,
) -> Result<SharingReceiver, Refusal> {
    if !KINDS.contains(&&*kind) {
        return Err(wrong("receiver.type", "不是有效的取值"));
    }
    if account.is_empty() || account.chars().count() > 64 {
        return Err(wrong("receiver.account", "格式错误"));
    }
    Ok(SharingReceiver {
        sub_mchid: params.get("sub_mch_id").map(str::to_owned),
        kind,
        account,
        name: None,
        relation_type: String::new(),
        custom_relation: None,
    })
}

const RELATIONS: &[&str] = &[
    "SERVICE_PROVIDER",
    "STORE",
    "STAFF",
    "STORE_OWNER",
    "PARTNER",
    "HEADQUARTER",
    "BRAND",
    "DISTRIBUTOR",
    "USER",
    "SUPPLIER",
    "CUSTOM",
    "PLATFORM",
    "OTHERS",
];
