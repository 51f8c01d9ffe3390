use serde::{Deserialize, Serialize};

use crate::Field;

/// One operation or notification.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Operation {
    /// The full name, such as `v3.refund.create_refund`.
    pub name: String,
    /// The protocol.
    pub version: Version,
    /// The method; a notification has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path, with `{name}` for each parameter; a notification has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The host, where it is not that of all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What it does, in English.
    pub title_en: String,
    /// What it does, in Chinese.
    pub title_zh: String,
    /// `read`, `write`, `notification`, or `page` for one that the user's browser opens.
    pub effect: String,
    /// What settles an unknown outcome of a write: the full name of a query, `repeat` (the same
    /// call again) or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<String>,
    /// The official page.
    pub doc: String,
    /// Where the facts are from.
    pub certainty: Certainty,
    /// Who may call it; empty if no page says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// What else there is to know, in English and Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The events of a notification.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// Whether the page names the backup host.
    #[serde(default, skip_serializing_if = "is_false")]
    pub backup_host: bool,
    /// Whether it needs the client certificate (双向证书).
    #[serde(default, skip_serializing_if = "is_false")]
    pub client_cert: bool,
    /// Whether HTTP 202 is success.
    #[serde(default, skip_serializing_if = "is_false")]
    pub accepted: bool,
    /// Whether every request names a key in `Wechatpay-Serial`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub serial: bool,
    /// Calls a second for one merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    /// The request's `Accept`, where it is not `application/json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
    /// The header of the response with the digest (SHA-1) of the file, which the signature covers
    /// in the place of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_header: Option<String>,
    /// The digests of APIv2 that it takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_types: Vec<String>,
    /// The WeCom signature that it needs: `pay` or `redpack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workwx_sign: Option<String>,
    /// The field of an APIv2 request for the app, where it is not `appid`; empty where there is
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id_field: Option<String>,
    /// The field of an APIv2 request for the merchant ID, where it is not `mch_id`; empty where
    /// there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mch_id_field: Option<String>,
    /// Whether an APIv2 request carries no `nonce_str`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_nonce: bool,
    /// Whether an APIv2 response of success has no `result_code`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_result_code: bool,
    /// Whether an APIv2 response does not name the merchant.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_merchant_reply: bool,
    /// Whether an APIv2 response carries no signature.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsigned_reply: bool,
    /// What comes back.
    #[serde(default, skip_serializing_if = "Reply::is_message")]
    pub reply: Reply,
    /// What is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request: Vec<Field>,
    /// What is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response: Vec<Field>,
    /// The documented error codes, sorted by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorCode>,
}

/// The protocol of an operation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Version {
    /// APIv2: XML.
    V2,
    /// APIv3: JSON.
    V3,
}

/// Where the facts of an operation are from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Certainty {
    /// A page of WeChat Pay.
    Official,
    /// Others, since no page was found.
    ThirdParty,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// A merchant by itself (普通商户).
    Merchant,
    /// A service provider (服务商).
    Partner,
    /// A brand (品牌商家).
    Brand,
}

/// What an operation answers with.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reply {
    /// A message with fields.
    #[default]
    Message,
    /// No body.
    Empty,
    /// A file.
    File,
}

impl Reply {
    #[allow(clippy::trivially_copy_pass_by_ref)] // the form that serde asks for
    fn is_message(&self) -> bool {
        *self == Self::Message
    }
}

/// A documented error code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ErrorCode {
    /// The code.
    pub code: String,
    /// The HTTP status, in APIv3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `A` (the outcome is open), `D` (a definite cause) or `Q` (a query failed); then any of `C`
    /// (configuration), `L` (a limit), `S` (repeat with the same number and parameters), with
    /// spaces between.
    pub class: String,
    /// What it says of a write: `not_executed` or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What it means, in English.
    pub en: String,
    /// What it means, in Chinese.
    pub zh: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the form that serde asks for
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}
