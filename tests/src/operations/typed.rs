use async_trait::async_trait;
use bytes::Bytes;
use futures_executor::block_on;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wxpay_api::core::{AppId, BrandId, ErrorKind, MchId, Params, SigningError, VerificationError};
use wxpay_api::json::Json;
use wxpay_api::sign::Verified;
use wxpay_api::sign::v2::SignType;
use wxpay_api::sign::v2::{
    danger_accept_file as unsigned_file, danger_accept_unsigned as unsigned_v2,
};
use wxpay_api::sign::v3::{
    PlatformKeys, PrivateKey, SealedTexts, danger_accept_unsigned as unsigned_v3,
};
use wxpay_api::{v2, v3};
use wxpay_catalog::{Operation, Version};
use wxpay_client::dynamic::DynamicRequest;

use crate::scripted::Scripted;
use crate::{clients, replies, vectors};

/// A typed operation whose type is left out of sight.
#[derive(Clone, Copy)]
pub struct Typed {
    /// The full name.
    pub name: &'static str,
    facts: fn() -> String,
    prepare: fn(&Value) -> Result<Sent, String>,
    decode: fn(&Value, &Value) -> Result<Value, String>,
}

/// What a request becomes on the wire.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers that were made for it, sorted.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Typed {
    pub(super) const fn v2<E>(name: &'static str) -> Self
    where
        E: v2::Endpoint<Response: Serialize> + DeserializeOwned,
    {
        Self {
            name,
            facts: || format!("{:?}", <E as v2::Endpoint>::META),
            prepare: |request| sent_v2(&read::<E>(request)?),
            decode: |request, message| {
                let params = unsigned_v2(params(message));
                let decoded = read::<E>(request)?.decode(params);
                shown(&decoded.map_err(said)?)
            },
        }
    }

    pub(super) const fn v2_file<E>(name: &'static str) -> Self
    where
        E: v2::Endpoint<Response = Verified<Bytes>> + DeserializeOwned,
    {
        Self {
            name,
            facts: || format!("{:?}", <E as v2::Endpoint>::META),
            prepare: |request| sent_v2(&read::<E>(request)?),
            decode: |request, _| {
                let file = Bytes::from_static(b"a file");
                let decoded = read::<E>(request)?.decode_file(unsigned_file(file));
                decoded.map_err(said)?;
                Ok(json!({}))
            },
        }
    }

    pub(super) const fn page<P>(name: &'static str) -> Self
    where
        P: v2::Page + DeserializeOwned,
    {
        Self {
            name,
            facts: || format!("{:?}", P::META),
            prepare: |request| opened(&read::<P>(request)?),
            decode: |_, _| Ok(json!({})),
        }
    }

    pub(super) const fn v3<E>(name: &'static str) -> Self
    where
        E: v3::Endpoint<Response: Serialize> + DeserializeOwned,
    {
        Self {
            name,
            facts: || format!("{:?}", <E as v3::Endpoint>::META),
            prepare: |request| sent_v3(&read::<E>(request)?),
            decode: |request, message| {
                let decoded = read::<E>(request)?.decode_body(unsigned_v3(bytes(message)));
                shown(&decoded.map_err(said)?)
            },
        }
    }

    pub(super) const fn v3_empty<E>(name: &'static str) -> Self
    where
        E: v3::Endpoint<Response = Verified<Json>> + DeserializeOwned,
    {
        Self {
            name,
            facts: || format!("{:?}", <E as v3::Endpoint>::META),
            prepare: |request| sent_v3(&read::<E>(request)?),
            decode: |request, _| {
                let decoded = read::<E>(request)?.decode_body(unsigned_v3(Bytes::new()));
                decoded.map_err(said)?;
                Ok(json!({}))
            },
        }
    }

    pub(super) const fn v3_file<E>(name: &'static str) -> Self
    where
        E: v3::Endpoint<Response = Verified<Bytes>> + DeserializeOwned,
    {
        Self {
            name,
            facts: || format!("{:?}", <E as v3::Endpoint>::META),
            prepare: |request| sent_v3(&read::<E>(request)?),
            decode: |request, _| {
                let file = Bytes::from_static(b"a file");
                let decoded = read::<E>(request)?.decode_body(unsigned_v3(file));
                decoded.map_err(said)?;
                Ok(json!({}))
            },
        }
    }

    pub(super) const fn notification<N>(name: &'static str) -> Self
    where
        N: v3::Notification + Serialize,
    {
        Self {
            name,
            facts: String::new,
            prepare: |_| Err("a notification is not sent".to_owned()),
            decode: |_, message| {
                let message = unsigned_v3(bytes(message))
                    .read(|body| Json::parse(body))
                    .map_err(said)?;
                let decoded = N::of(message);
                shown(&decoded.map_err(said)?)
            },
        }
    }

    /// Its constant facts; none of a notification.
    pub fn facts(&self) -> String {
        (self.facts)()
    }

    /// Reads the request from JSON and writes it.
    ///
    /// # Errors
    /// It is not such a request, or breaks a rule.
    pub fn prepare(&self, request: &Value) -> Result<Sent, String> {
        (self.prepare)(request)
    }

    /// What a response to this request is read into.
    ///
    /// # Errors
    /// It lacks what it must have.
    pub fn decode(&self, request: &Value, message: &Value) -> Result<Value, String> {
        (self.decode)(request, message)
    }
}

/// The same facts by the operation's description.
pub fn facts_by_description(operation: &'static Operation) -> String {
    let request = DynamicRequest::new(operation, Json::Null);
    match operation.version {
        Version::V2 if operation.effect == "page" => format!("{:?}", v2::Page::meta(&request)),
        Version::V2 => format!("{:?}", v2::Endpoint::meta(&request)),
        _ => format!("{:?}", v3::Endpoint::meta(&request)),
    }
}

/// The same request by the operation's description.
///
/// # Errors
/// It breaks a rule.
pub fn by_description(operation: &'static Operation, request: &Value) -> Result<Sent, String> {
    let request = DynamicRequest::new(operation, json_of(request)?);
    match operation.version {
        Version::V2 if operation.effect == "page" => opened(&request),
        Version::V2 => sent_v2(&request),
        _ => sent_v3(&request),
    }
}

/// The same response by the operation's description. Secrets are hidden, as the typed ones are.
///
/// # Errors
/// It lacks what it must have.
pub fn read_by_description(
    operation: &'static Operation,
    request: &Value,
    message: &Value,
) -> Result<Value, String> {
    let request = DynamicRequest::new(operation, json_of(request)?);
    let response = match operation.version {
        Version::V2 => v2::Endpoint::decode(&request, unsigned_v2(params(message))),
        _ => v3::Endpoint::decode_body(&request, unsigned_v3(bytes(message))),
    };
    let fields = response.map_err(said)?.fields;
    let mut fields = serde_json::to_value(&fields).map_err(said)?;
    hide(&mut fields, &operation.response);
    Ok(fields)
}

/// What a client makes of a response of APIv2 that says FAIL: its code and its message.
///
/// # Errors
/// It is taken for a success, or says something else.
pub fn refusal(
    operation: &'static Operation,
    request: &Value,
    message: &Value,
) -> Result<(String, String), String> {
    let mut fields: Vec<(String, String)> = params(message)
        .iter()
        .filter(|(name, _)| !["appid", "mch_id", "sign"].contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    fields.push(("mch_id".to_owned(), clients::MCH_ID.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    let sign_type = match operation.sign_types.as_slice() {
        [one] if one == "HMAC-SHA256" => SignType::HmacSha256,
        _ => SignType::Md5,
    };
    let reply = replies::v2_signed(&fields, sign_type);
    let client = clients::v2(sign_type, Scripted::answering(reply))
        .sub_merchant(sub_merchant(), Some(sub_app()));
    let request = DynamicRequest::new(operation, json_of(request)?);
    let Err(error) = block_on(client.send(&request)) else {
        return Err("is taken for a success".to_owned());
    };
    match error.kind() {
        ErrorKind::Business(error) => Ok((error.code().to_owned(), error.message().to_owned())),
        ErrorKind::Protocol(error) => Ok((
            error.claimed_code().unwrap_or_default().to_owned(),
            error.claimed_message().to_owned(),
        )),
        other => Err(other.to_string()),
    }
}

fn hide(value: &mut Value, fields: &[wxpay_catalog::Field]) {
    for field in fields {
        let name = field.wire().split("_$").next().unwrap_or_default();
        let Some(value) = value.get_mut(name).filter(|value| !value.is_null()) else {
            continue;
        };
        let members = field
            .item
            .as_ref()
            .map_or(&field.fields, |item| &item.fields);
        let is_secret = |field: &wxpay_catalog::Field| field.ty == "Secret";
        match (field.ty.as_str(), value) {
            ("Secret", value) => *value = "[redacted]".into(),
            ("list", Value::Array(list)) if field.item.as_deref().is_some_and(is_secret) => {
                list.fill("[redacted]".into());
            }
            (_, Value::Array(list)) => list.iter_mut().for_each(|value| hide(value, members)),
            (_, value) => hide(value, members),
        }
    }
}

fn read<E: DeserializeOwned>(request: &Value) -> Result<E, String> {
    serde_json::from_value(request.clone()).map_err(said)
}

fn shown(value: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(said)
}

fn json_of(value: &Value) -> Result<Json, String> {
    Json::parse(value.to_string().as_bytes()).map_err(said)
}

fn bytes(message: &Value) -> Bytes {
    message.to_string().into()
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn params(message: &Value) -> Params {
    let members = message.as_object().cloned().unwrap_or_default();
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    members
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

fn sent_v2(request: &impl v2::Endpoint) -> Result<Sent, String> {
    let client =
        clients::v2(SignType::Md5, Scripted::new([])).sub_merchant(sub_merchant(), Some(sub_app()));
    let (request, _) = client.prepare(request).map_err(|error| cause(&error))?;
    Ok(sent(request))
}

/// A page as the browser asks for it.
fn opened(page: &impl v2::Page) -> Result<Sent, String> {
    let client =
        clients::v2(SignType::Md5, Scripted::new([])).sub_merchant(sub_merchant(), Some(sub_app()));
    let url = client.page_url(page).map_err(|error| cause(&error))?;
    let request = http::Request::get(url).body(Bytes::new()).map_err(said)?;
    Ok(sent(request))
}

fn sent_v3(request: &impl v3::Endpoint) -> Result<Sent, String> {
    let key = PrivateKey::from_pem(&vectors::key("mch"), clients::SERIAL_NO).map_err(said)?;
    let credentials = v3::Credentials::new(key, Plain);
    let transport = Scripted::new([]);
    let client = if request.meta().path.starts_with("/brand/") {
        let brand_id = BrandId::new(clients::BRAND_ID).unwrap();
        v3::Client::brand(brand_id, credentials, transport)
    } else {
        let mch_id = MchId::new(clients::MCH_ID).unwrap();
        v3::Client::builder(mch_id, credentials, transport)
    };
    let client = client
        .nonce(|| Ok(clients::NONCE.to_owned()))
        .clock(|| wxpay_api::Timestamp::from_unix(clients::NOW).unwrap())
        .app_id(AppId::new(clients::APP_ID).unwrap())
        .sub_merchant(sub_merchant())
        .sub_app_id(sub_app())
        .build()
        .map_err(said)?;
    let (request, _) = block_on(client.prepare(request)).map_err(|error| cause(&error))?;
    Ok(sent(request))
}

fn cause(error: &wxpay_api::Error) -> String {
    error.kind().to_string()
}

fn sub_merchant() -> MchId {
    MchId::new("1900000110").unwrap()
}

fn sub_app() -> AppId {
    AppId::new("wxd678efh567hg6999").unwrap()
}

fn sent(request: http::Request<Bytes>) -> Sent {
    let (head, body) = request.into_parts();
    let mut headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect();
    headers.sort();
    Sent {
        method: head.method.to_string(),
        target: head
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// Keys that encrypt nothing, so that what was to be encrypted can be compared.
#[derive(Debug)]
struct Plain;

#[async_trait]
impl PlatformKeys for Plain {
    async fn verify(&self, _: &str, _: &[u8], _: &[u8]) -> Result<(), VerificationError> {
        Ok(())
    }

    async fn seal(&self, texts: &[&str]) -> Result<SealedTexts, SigningError> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        Ok(SealedTexts::new("PUB_KEY_ID_PLAIN", texts))
    }
}
