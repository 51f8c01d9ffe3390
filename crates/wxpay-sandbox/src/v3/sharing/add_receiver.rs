//! 添加分账接收方.

use http::Method;
use serde::Serialize;

use super::KINDS;
use crate::SharingReceiver;
use crate::endpoint::Endpoint;
use crate::random::another;
use crate::state::Shared;
use crate::v3::answer::to_json;
use crate::v3::input::{Body, Object};
use crate::v3::order_fields::check_appid;
use crate::v3::party::Party;
use crate::v3::{Answer, Content, Request, authorization, system_error};

/// The body of the response.
#[derive(Serialize)]
pub(crate) struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_relation: Option<String>,
}

pub(crate) const ENDPOINT: Endpoint = Endpoint::v3(
    "v3.profitsharing.add_receiver",
    &Method::POST,
    "/v3/profitsharing/receivers/add",
    respond,
);

/// Adds the receiver if the request is to take effect. One that is there already stays as it is.
fn respond(request: &Request<'_>) -> Result<Answer, Answer> {
    let shared = request.shared;
    let key = request
        .key
        .as_deref()
        .ok_or_else(authorization::no_serial)?;
    let body = Body::read(request.call)?;
    let fields = Object::root(&body)?;
    fields.known(MEMBERS)?;
    let mut receiver = read(&fields, shared)?;
    receiver.name = fields.optional_sealed("name", key)?;
    if receiver.kind == "MERCHANT_ID" && receiver.name.is_none() {
        return Err(fields.refuse("name", "接收方类型是MERCHANT_ID时必填"));
    }
    let relation = fields.choice("relation_type", RELATIONS)?;
    relation.clone_into(&mut receiver.relation_type);
    let custom = fields.optional_text("custom_relation", 10)?;
    if relation == "CUSTOM" && custom.is_none() {
        return Err(fields.refuse("custom_relation", "关系类型是CUSTOM时必填"));
    }
    receiver.custom_relation = custom.map(str::to_owned);

    let mut state = shared.state();
    let receivers = &mut state.sharing.receivers;
    let same = |other: &&SharingReceiver| other.is_same(&receiver);
    let there = receivers.iter().find(same).cloned();
    if receivers.len() >= MAX_RECEIVERS && there.is_none() {
        let message = "分账接收方数量已达上限";
        return Err(Answer::error(400, "INVALID_REQUEST", message));
    }
    if request.commit && there.is_none() {
        receivers.push(receiver.clone());
    }
    drop(state);
    let told = there.unwrap_or(receiver);
    let name = match &told.name {
        None => None,
        Some(name) => {
            let sealed = shared.platform.merchant.seal(name);
            Some(sealed.ok_or_else(system_error)?)
        }
    };
    Ok(Answer::ok(Told {
        name,
        relation_type: Some(told.relation_type.clone()),
        custom_relation: told.custom_relation.clone(),
        ..Told::of(&told)
    }))
}

/// Whose receiver it is, and which.
pub(crate) fn read(fields: &Object<'_>, shared: &Shared) -> Result<SharingReceiver, Answer> {
    check_appid(fields, Party::Merchant, shared)?;
    let sub_appid = fields.optional_text("sub_appid", 32)?;
    let sub_mchid = match fields.optional_text("sub_mchid", 32)? {
        None => None,
        Some(_) => Some(fields.digits("sub_mchid", 32)?.to_owned()),
    };
    let kind = fields.choice("type", KINDS)?;
    if kind == "PERSONAL_SUB_OPENID" && (sub_appid.is_none() || sub_mchid.is_none()) {
        let issue = "接收方类型是PERSONAL_SUB_OPENID时，sub_mchid和sub_appid必填";
        return Err(fields.refuse("sub_appid", issue));
    }
    Ok(SharingReceiver {
        sub_mchid,
        kind: kind.to_owned(),
        account: fields.text("account", 64)?.to_owned(),
        name: None,
        relation_type: String::new(),
        custom_relation: None,
    })
}

impl Told {
    pub(crate) fn of(receiver: &SharingReceiver) -> Self {
        Self {
            sub_mchid: receiver.sub_mchid.clone(),
            kind: receiver.kind.clone(),
            account: receiver.account.clone(),
            name: None,
            relation_type: None,
            custom_relation: None,
        }
    }
}

impl Content for Told {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.account = another(&self.account);
    }

    fn tamper(&mut self) {
        self.become_another();
    }
}

/// The most receivers of a merchant.
const MAX_RECEIVERS: usize = 20_000;

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
];

const MEMBERS: &[&str] = &[
    "sub_mchid",
    "appid",
    "sub_appid",
    "type",
    "account",
    "name",
    "relation_type",
    "custom_relation",
];
