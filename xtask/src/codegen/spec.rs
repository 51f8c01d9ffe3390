//! The form of a spec file, as TOML has it.

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

/// A table whose members keep their order and their place in the file.
pub(crate) type Table<T> = IndexMap<String, Spanned<T>>;

/// One operation or notification.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    pub(crate) title: Spanned<String>,
    pub(crate) zh: Spanned<String>,
    pub(crate) doc: Spanned<String>,
    #[serde(default)]
    pub(crate) kind: OperationKind,
    pub(crate) certainty: Option<Certainty>,
    #[serde(default)]
    pub(crate) roles: Vec<Role>,
    pub(crate) notes: Option<String>,
    pub(crate) method: Option<Spanned<Method>>,
    pub(crate) path: Option<Spanned<String>>,
    pub(crate) host: Option<Spanned<String>>,
    pub(crate) effect: Option<Spanned<Effect>>,
    pub(crate) resolve: Option<Spanned<String>>,
    pub(crate) events: Option<Spanned<Vec<String>>>,
    pub(crate) reply: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) accepted: bool,
    #[serde(default)]
    pub(crate) client_cert: bool,
    #[serde(default)]
    pub(crate) backup_host: bool,
    pub(crate) sign_types: Option<Spanned<Vec<SignType>>>,
    pub(crate) workwx_sign: Option<Spanned<Workwx>>,
    pub(crate) reply_sign: Option<Spanned<ReplySign>>,
    pub(crate) app_id_field: Option<Spanned<String>>,
    pub(crate) mch_id_field: Option<Spanned<String>>,
    pub(crate) nonce: Option<Spanned<bool>>,
    pub(crate) result_code: Option<Spanned<bool>>,
    pub(crate) merchant_reply: Option<Spanned<bool>>,
    pub(crate) per_second: Option<u32>,
    pub(crate) accept: Option<Spanned<String>>,
    pub(crate) serial: Option<Spanned<Serial>>,
    /// The header with the digest of a file, which the signature covers in the place of the file.
    pub(crate) digest_header: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) common_errors: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) request: Table<Field>,
    #[serde(default)]
    pub(crate) response: Table<Field>,
    #[serde(default)]
    pub(crate) one_of: Table<Table<Field>>,
    #[serde(default)]
    pub(crate) group: Table<Table<Field>>,
    /// Lists whose members are numbered.
    #[serde(default)]
    pub(crate) list: Table<Table<Field>>,
    #[serde(default)]
    pub(crate) object: Table<Table<Field>>,
    #[serde(default, rename = "enum")]
    pub(crate) enums: Table<Table<Value>>,
    #[serde(default)]
    pub(crate) errors: Table<Code>,
}

/// `types.toml`: what the operations of a product, or of a version, share.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shared {
    #[serde(default)]
    pub(crate) object: Table<Table<Field>>,
    #[serde(default, rename = "enum")]
    pub(crate) enums: Table<Table<Value>>,
}

/// `errors.toml` of a version: sets of codes that operations name.
pub(crate) type CommonErrors = IndexMap<String, Table<Code>>;

#[derive(Clone, Copy, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OperationKind {
    #[default]
    Call,
    Notification,
    /// What the user's browser opens.
    Page,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Certainty {
    Official,
    ThirdParty,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Merchant,
    Partner,
    Brand,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
pub(crate) enum Method {
    #[serde(rename = "GET")]
    Get,
    #[serde(rename = "POST")]
    Post,
    #[serde(rename = "PUT")]
    Put,
    #[serde(rename = "PATCH")]
    Patch,
    #[serde(rename = "DELETE")]
    Delete,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    Read,
    Write,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
pub(crate) enum SignType {
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Workwx {
    Pay,
    Redpack,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReplySign {
    Required,
    None,
}

/// When a request names a key in `Wechatpay-Serial`, beyond when something is encrypted.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Serial {
    Required,
}

/// One field. `type`, `enum`, `one_of`, `group`, `object`, `list`, `from` or `fixed` says what it
/// is.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    #[serde(rename = "type")]
    pub(crate) ty: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) enumeration: Option<String>,
    pub(crate) one_of: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) object: Option<String>,
    pub(crate) list: Option<String>,
    pub(crate) from: Option<From>,
    pub(crate) fixed: Option<Fixed>,
    pub(crate) name: Option<String>,
    pub(crate) also: Option<Vec<String>>,
    pub(crate) format: Option<String>,
    /// The characters that a text may have.
    pub(crate) alphabet: Option<String>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    #[serde(default)]
    pub(crate) encrypted: bool,
    pub(crate) when: Option<Condition>,
    pub(crate) count: Option<String>,
    /// The elements of a list in XML.
    pub(crate) element: Option<String>,
    /// The endings that the name of a file may have.
    pub(crate) extensions: Option<Vec<String>>,
    #[serde(rename = "in")]
    pub(crate) place: Option<Place>,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) required_if: Option<Condition>,
    pub(crate) only_if: Option<Condition>,
    pub(crate) echo: Option<Echo>,
    pub(crate) min_chars: Option<usize>,
    pub(crate) max_chars: Option<usize>,
    pub(crate) max_bytes: Option<usize>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) en: Option<String>,
    pub(crate) zh: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) example: Option<String>,
}

/// Who fills the field.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum From {
    Client,
    FileName,
    FileSha256,
}

/// A value that is always the same.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fixed {
    Flag(bool),
    Number(i64),
    Text(String),
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Body,
    Form,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(untagged)]
pub(crate) enum Echo {
    Always(bool),
    Sometimes(EchoWhen),
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EchoWhen {
    IfPresent,
}

/// `{ other_field = "VALUE" }`, `{ other_field = ["A", "B"] }` or `{ other_field = true }`, with
/// one member.
pub(crate) type Condition = IndexMap<String, Asked>;

/// The value that the other field must have.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Asked {
    Flag(bool),
    Value(String),
    Values(Vec<String>),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Value {
    pub(crate) name: Option<String>,
    pub(crate) progress: Option<Progress>,
    pub(crate) en: Option<String>,
    pub(crate) zh: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    Pending,
    Succeeded,
    Failed,
    Returned,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) status: Option<u16>,
    pub(crate) class: String,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) en: String,
    pub(crate) zh: String,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    NotExecuted,
    Unknown,
}

/// `v3/unsigned.toml`: the paths whose responses carry no signature.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unsigned {
    pub(crate) paths: Vec<String>,
}
