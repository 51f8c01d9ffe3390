//! Every operation as data: one line of JSON each.

mod pack;

use serde_json::{Map, Value, json};

use super::Problems;
use super::model::{
    Asked, Condition, Field, Kind, Limits, Model, OfFile, Operation, Reply, Resolve, Scope, Shape,
    Text, TypeRef,
};
use super::rust::codes;
use super::spec::{
    Certainty, Echo, Fixed, OperationKind, Outcome, ReplySign, Role, SignType, Workwx,
};
use super::types::{self, Form};

/// Where the catalogue stands.
pub(crate) const PATH: &str = "crates/wxpay-catalog/src/catalog.bin";

/// All operations, in the order of their names.
pub(crate) fn write(model: &Model) -> Result<Vec<u8>, Problems> {
    let mut operations: Vec<&Operation> = model.operations.iter().collect();
    operations.sort_by_key(|operation| operation.full_name());
    let entries = operations.into_iter().map(entry).collect();
    pack::pack(entries).map_err(|error| vec![format!("{PATH}: {error}")])
}

fn entry(operation: &Operation) -> Value {
    let mut out = Map::new();
    let mut set = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    set("name", operation.full_name().into());
    set("version", operation.version.folder().into());
    set("title_en", operation.title.en.clone().into());
    set("title_zh", operation.title.zh.clone().into());
    set("doc", operation.doc.clone().into());
    let certainty = match operation.certainty {
        Certainty::Official => "official",
        Certainty::ThirdParty => "third-party",
    };
    set("certainty", certainty.into());
    let roles: Vec<&str> = operation
        .roles
        .iter()
        .map(|role| match role {
            Role::Merchant => "merchant",
            Role::Partner => "partner",
            Role::Brand => "brand",
        })
        .collect();
    if !roles.is_empty() {
        set("roles", roles.into());
    }
    if let Some(notes) = &operation.notes {
        set("notes", notes.trim().into());
    }
    let effect = match operation.kind {
        OperationKind::Notification => "notification",
        OperationKind::Page => "page",
        OperationKind::Call if operation.is_write() => "write",
        OperationKind::Call => "read",
    };
    set("effect", effect.into());
    if operation.is_notification() {
        set("events", operation.events.clone().into());
    } else {
        set("method", super::rust::method(operation.method).into());
        set("path", operation.path.clone().into());
    }
    if let Some((resolve, _)) = &operation.resolve {
        let resolve = match resolve {
            Resolve::Query(name) => name,
            Resolve::Repeat => "repeat",
            Resolve::None => "none",
        };
        set("resolve", resolve.into());
    }
    if let Some((host, _)) = &operation.host {
        set("host", host.clone().into());
    }
    for (name, flag) in [
        ("backup_host", operation.backup_host),
        ("client_cert", operation.client_cert),
        ("accepted", operation.accepted),
        ("serial", operation.serial.is_some()),
    ] {
        if flag {
            set(name, true.into());
        }
    }
    if let Some(calls) = operation.per_second {
        set("per_second", calls.into());
    }
    if let Some((accept, _)) = &operation.accept {
        set("accept", accept.clone().into());
    }
    if let Some((header, _)) = &operation.digest_header {
        set("digest_header", header.clone().into());
    }
    if let Some((types, _)) = &operation.sign_types {
        let types = types.iter().map(|ty| match ty {
            SignType::Md5 => "MD5",
            SignType::HmacSha256 => "HMAC-SHA256",
        });
        set("sign_types", types.collect::<Vec<_>>().into());
    }
    if let Some((api, _)) = operation.workwx_sign {
        let api = match api {
            Workwx::Pay => "pay",
            Workwx::Redpack => "redpack",
        };
        set("workwx_sign", api.into());
    }
    for (name, field) in [
        ("app_id_field", &operation.app_id_field),
        ("mch_id_field", &operation.mch_id_field),
    ] {
        if let Some((field, _)) = field {
            set(name, field.clone().into());
        }
    }
    for (name, flag) in [
        ("no_nonce", &operation.nonce),
        ("no_result_code", &operation.result_code),
        ("no_merchant_reply", &operation.merchant_reply),
    ] {
        if let Some((false, _)) = flag {
            set(name, true.into());
        }
    }
    if let Some((ReplySign::None, _)) = operation.reply_sign {
        set("unsigned_reply", true.into());
    }
    let scope = &operation.scope;
    if !operation.request.is_empty() {
        set("request", fields(scope, &operation.request));
    }
    match &operation.reply {
        Reply::Empty => set("reply", "empty".into()),
        Reply::File => set("reply", "file".into()),
        Reply::Own(_) | Reply::Shared(_) => {
            let response = operation.response();
            set("response", fields(scope, response));
        }
    }
    let errors: Vec<Value> = codes(operation)
        .into_iter()
        .map(|code| {
            let mut out = json!({
                "code": code.code,
                "class": code.class,
                "en": code.words.en,
                "zh": code.words.zh,
            });
            if let (Some(status), Some(object)) = (code.status, out.as_object_mut()) {
                object.insert("status".to_owned(), status.into());
            }
            if let (true, Some(object)) = (operation.is_write(), out.as_object_mut()) {
                let outcome = match code.outcome {
                    Some(Outcome::NotExecuted) => "not_executed",
                    _ => "unknown",
                };
                object.insert("outcome".to_owned(), outcome.into());
            }
            out
        })
        .collect();
    if !errors.is_empty() {
        set("errors", errors.into());
    }
    Value::Object(out)
}

/// An object or enum as data; other types have none of their own.
pub(crate) fn described(scope: &Scope, ty: &TypeRef) -> Option<Value> {
    let described = match &scope.get(ty)?.shape {
        Shape::Object(members) => fields(scope, members),
        Shape::Enum(_) => {
            let mut out = Map::new();
            kind(&mut out, scope, &Kind::Enum(ty.clone()));
            Value::Object(out)
        }
        Shape::Choice(_) | Shape::Group(_) | Shape::Numbered(_) => return None,
    };
    Some(described)
}

/// A table's fields.
fn fields(scope: &Scope, table: &[Field]) -> Value {
    let mut out = Vec::new();
    for field in table {
        out.push(self::field(scope, field));
    }
    Value::Array(out)
}

fn field(scope: &Scope, field: &Field) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), field.name.clone().into());
    if field.wire != field.name {
        out.insert("wire".to_owned(), field.wire.clone().into());
    }
    if !field.also.is_empty() {
        out.insert("also".to_owned(), field.also.clone().into());
    }
    if let Some(place) = field.place {
        let place = format!("{place:?}").to_lowercase();
        out.insert("in".to_owned(), place.into());
    }
    kind(&mut out, scope, &field.kind);
    limits(&mut out, &field.limits);
    let scalar = match &field.kind {
        Kind::Scalar(scalar) => Some(scalar.form),
        _ => None,
    };
    if let Some(format) = scalar.and_then(|form| types::format(form, field.format.as_deref()))
        && matches!(scalar, Some(Form::Time | Form::Date))
    {
        out.insert("format".to_owned(), format.into());
    }
    for (name, flag) in [
        ("required", field.is_required()),
        ("encrypted", field.encrypted),
    ] {
        if flag {
            out.insert(name.to_owned(), true.into());
        }
    }
    for (name, condition) in [
        ("required_if", &field.required_if),
        ("only_if", &field.only_if),
        ("when", &field.when),
    ] {
        if let Some(condition) = condition {
            out.insert(name.to_owned(), self::condition(condition));
        }
    }
    if let Some(alphabet) = &field.alphabet {
        out.insert("alphabet".to_owned(), alphabet.clone().into());
    }
    if !field.extensions.is_empty() {
        out.insert("extensions".to_owned(), field.extensions.clone().into());
    }
    if let Some(echo) = field.echo {
        let echo = match echo {
            Echo::Always(_) => "always",
            Echo::Sometimes(_) => "if_present",
        };
        out.insert("echo".to_owned(), echo.into());
    }
    for (name, text) in [
        ("count", field.count.as_deref()),
        ("element", field.element.as_deref()),
        ("en", Some(field.en.as_str())),
        ("zh", Some(field.zh.as_str())),
        ("note", field.note.as_deref()),
        ("example", field.example.as_deref()),
    ] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            out.insert(name.to_owned(), text.into());
        }
    }
    Value::Object(out)
}

fn kind(out: &mut Map<String, Value>, scope: &Scope, kind: &Kind) {
    let mut set = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    match kind {
        Kind::Scalar(scalar) => set("type", scalar.name.into()),
        Kind::Enum(ty) | Kind::NumberEnum(ty) => {
            set("type", "enum".into());
            if matches!(kind, Kind::NumberEnum(_)) {
                set("number", true.into());
            }
            let values = scope.values(ty).iter().map(|value| {
                let mut out = Map::new();
                out.insert("value".to_owned(), value.wire.clone().into());
                for (name, text) in [("en", &value.words.en), ("zh", &value.words.zh)] {
                    if !text.is_empty() {
                        out.insert(name.to_owned(), text.clone().into());
                    }
                }
                if let Some(progress) = value.progress {
                    let progress = format!("{progress:?}").to_lowercase();
                    out.insert("progress".to_owned(), progress.into());
                }
                Value::Object(out)
            });
            set("enum", values.collect::<Vec<_>>().into());
        }
        Kind::List(item) => {
            set("type", "list".into());
            let mut member = Map::new();
            self::kind(&mut member, scope, item);
            set("item", Value::Object(member));
        }
        Kind::Embedded(text, item) => {
            self::kind(out, scope, item);
            let written = match text {
                Text::Json => "json",
                Text::UrlEncoded => "url_encoded",
                Text::Xml => "xml",
            };
            out.insert("written".to_owned(), written.into());
        }
        Kind::Object(ty) | Kind::Numbered(ty) | Kind::Choice(ty) | Kind::Group(ty) => {
            let name = match kind {
                Kind::Object(_) => "object",
                Kind::Numbered(_) => "numbered",
                Kind::Choice(_) => "one_of",
                _ => "group",
            };
            set("type", name.into());
            let members = fields(scope, scope.fields(ty));
            set("fields", members);
        }
        Kind::Client => {
            set("type", "String".into());
            set("from", "client".into());
        }
        Kind::OfFile(what) => {
            set("type", "String".into());
            let what = match what {
                OfFile::Name => "file_name",
                OfFile::Sha256 => "file_sha256",
            };
            set("from", what.into());
        }
        Kind::Fixed(fixed) => {
            let (ty, value) = match fixed {
                Fixed::Flag(flag) => ("Boolean", Value::from(*flag)),
                Fixed::Number(number) => ("Integer", Value::from(*number)),
                Fixed::Text(text) => ("String", Value::from(text.as_str())),
            };
            set("type", ty.into());
            set("fixed", value);
        }
    }
}

fn limits(out: &mut Map<String, Value>, limits: &Limits) {
    for (name, value) in [
        ("min_chars", limits.min_chars.map(Value::from)),
        ("max_chars", limits.max_chars.map(Value::from)),
        ("max_bytes", limits.max_bytes.map(Value::from)),
        ("min", limits.min.map(Value::from)),
        ("max", limits.max.map(Value::from)),
        ("min_items", limits.min_items.map(Value::from)),
        ("max_items", limits.max_items.map(Value::from)),
    ] {
        if let Some(value) = value {
            out.insert(name.to_owned(), value);
        }
    }
}

fn condition(condition: &Condition) -> Value {
    let values: Vec<Value> = condition
        .asked
        .iter()
        .map(|asked| match asked {
            Asked::Flag(flag) => Value::from(*flag),
            Asked::Value(value) => Value::from(value.as_str()),
        })
        .collect();
    json!({ "field": condition.wire, "is": values })
}
