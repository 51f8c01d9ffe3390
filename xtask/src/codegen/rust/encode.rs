//! How a request, and what it is made of, is checked and written.

use super::checks;
use super::file::{RustFile, is_copy};
use crate::codegen::model::{Field, Kind, Limits, OfFile, Operation, Text, TypeRef, Version};
use crate::codegen::names::camel;
use crate::codegen::spec::{Fixed, Place};
use crate::codegen::types::{self, Form};

/// The statements of `encode`.
pub(super) fn request(file: &mut RustFile<'_>, operation: &Operation) -> String {
    let fields = &operation.request;
    let mut out = checks::conditions(file, fields);
    if operation.version == Version::V2 {
        for field in fields {
            out += &statement(file, fields, field, Target::Form);
        }
        return out + "form.extra(&self.options.extra, FIELDS)\n";
    }
    let is_body = |field: &&Field| field.place == Some(Place::Body);
    for field in fields.iter().filter(|field| !is_body(field)) {
        let target = match field.place {
            Some(Place::Path) => Target::Path,
            Some(Place::Header) => Target::Header,
            Some(Place::Form) => Target::File,
            _ => Target::Query,
        };
        out += &statement(file, fields, field, target);
    }
    if !fields.iter().any(|field| is_body(&field)) {
        return out + "call.extra(&self.options.extra, FIELDS)\n";
    }
    file.client_json("Body");
    out += "let mut body = Body::new();\n";
    for field in fields.iter().filter(is_body) {
        out += &statement(file, fields, field, Target::Body);
    }
    out + "body.extra(&self.options.extra, FIELDS)?;\ncall.body(body);\nOk(())\n"
}

/// The statements that write an object's members.
pub(super) fn object(file: &mut RustFile<'_>, fields: &[Field]) -> String {
    let mut out = checks::conditions(file, fields);
    for field in fields {
        out += &statement(file, fields, field, Target::Body);
    }
    out + "body.extra(&self.options.extra, Self::FIELDS)\n"
}

/// What a field is written to.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Target {
    Form,
    Path,
    Query,
    Header,
    File,
    Body,
}

impl Target {
    /// The call of a method, as `body.text(` or `call.query_text(`.
    fn method(self, name: &str) -> String {
        match (self, name) {
            (Self::Form, name) => format!("form.{name}("),
            (Self::Body, name) => format!("body.{name}("),
            (Self::Path, "id") => "call.path(".to_owned(),
            (Self::Path, name) => format!("call.path_{name}("),
            (Self::Query, "id") => "call.query(".to_owned(),
            (Self::Query, name) => format!("call.query_{name}("),
            (Self::Header, _) => "call.header(".to_owned(),
            (Self::File, _) => "call.file(".to_owned(),
        }
    }
}

fn statement(file: &mut RustFile<'_>, fields: &[Field], field: &Field, target: Target) -> String {
    match &field.kind {
        Kind::Choice(ty) => return choice(file, field, ty, target),
        Kind::Client => {
            let wire = &field.wire;
            let (owner, method) = match target {
                Target::Form => ("form", "own"),
                Target::Body => ("body", "own"),
                Target::Path => ("call", "own_path"),
                _ => ("call", "own_query"),
            };
            let needed = field.required;
            return if target == Target::Body {
                format!("body.own(\"{wire}\", call, {needed})?;\n")
            } else {
                format!("{owner}.{method}(\"{wire}\", {needed})?;\n")
            };
        }
        Kind::OfFile(what) => {
            let file = fields.iter().find(|field| field.is_file());
            let (name, what) = (
                file.map(|file| file.name.as_str()).unwrap_or_default(),
                match what {
                    OfFile::Name => "name",
                    OfFile::Sha256 => "sha256",
                },
            );
            return format!("body.set(\"{}\", self.{name}.{what}());\n", field.wire);
        }
        Kind::Fixed(fixed) => {
            let value = literal(fixed);
            return format!("{}\"{}\", {value});\n", target.method("set"), field.wire);
        }
        _ => {}
    }
    if field.is_required() {
        let place = format!("self.{}", field.name);
        let value = if by_value(&field.kind) {
            place
        } else {
            format!("&{place}")
        };
        let check = checks::text(file, field, &value);
        return format!("{check}{};\n", write(file, field, &value, target));
    }
    let value = if by_value(&field.kind) {
        "*value"
    } else {
        "value"
    };
    let check = checks::text(file, field, value);
    let write = write(file, field, value, target);
    format!(
        "if let Some(value) = &self.options.{} {{\n{check}{write};\n}}\n",
        field.name
    )
}

/// A fixed value in Rust.
pub(super) fn literal(fixed: &Fixed) -> String {
    match fixed {
        Fixed::Flag(flag) => flag.to_string(),
        Fixed::Number(number) => format!("{number}_i64"),
        Fixed::Text(text) => format!("{text:?}"),
    }
}

fn choice(file: &mut RustFile<'_>, field: &Field, ty: &TypeRef, target: Target) -> String {
    let name = file.named(ty);
    let members = file.scope.fields(ty);
    let mut arms = String::new();
    for member in members {
        let value = if by_value(&member.kind) {
            "*value"
        } else {
            "value"
        };
        let check = checks::text(file, member, value);
        let write = write(file, member, value, target);
        let arm = match check.as_str() {
            "" => write,
            check => format!("{{\n{check}{write}\n}}"),
        };
        arms += &format!("{name}::{}(value) => {arm},\n", camel(&member.name));
    }
    format!("match &self.{} {{\n{arms}}}\n", field.name)
}

fn by_value(kind: &Kind) -> bool {
    matches!(kind, Kind::Scalar(scalar) if is_copy(scalar.form))
}

/// The call that checks and writes one field; `value` is the value if it is `Copy`, and a reference
/// to it if not.
fn write(file: &mut RustFile<'_>, field: &Field, value: &str, target: Target) -> String {
    let wire = &field.wire;
    let owner = value.trim_start_matches(['&', '*']);
    let call = |method: &str| format!("{}\"{wire}\"", target.method(method));
    let limits = &field.limits;
    match &field.kind {
        Kind::Scalar(scalar) => {
            let form = scalar.form;
            match form {
                Form::Id => format!("{}, {value})?", call("id")),
                Form::Secret if field.encrypted => {
                    format!("{}, {value}, {})?", call("sealed"), max(file, limits))
                }
                Form::Secret => {
                    format!(
                        "{}, {owner}.expose(), {})?",
                        call("text"),
                        max(file, limits)
                    )
                }
                Form::Text => format!("{}, {value}, {})?", call("text"), max(file, limits)),
                Form::Fen => format!("{}, {value}, {})?", call("fen"), range(limits)),
                Form::Integer => format!("{}, {value}, {})?", call("integer"), range(limits)),
                Form::Boolean => format!("{}, {value})", call("boolean")),
                Form::Ip if target == Target::Form => {
                    format!("{}, {value}, {})?", call("ip"), max(file, limits))
                }
                Form::Ip => format!("{}, {value})?", call("ip")),
                Form::Decimal => format!("{}, {value})?", call("decimal")),
                Form::Raw => format!("{}, {value})?", call("raw")),
                Form::Sealed => String::new(),
                Form::File => {
                    let extensions: Vec<String> = field
                        .extensions
                        .iter()
                        .map(|ending| format!("{ending:?}"))
                        .collect();
                    let max = match limits.max_bytes {
                        Some(max) => format!("Some({max})"),
                        None => "None".to_owned(),
                    };
                    format!(
                        "{}, {value}, &[{}], {max})?",
                        call("file"),
                        extensions.join(", ")
                    )
                }
                Form::Time | Form::Date => {
                    let name = if form == Form::Time { "time" } else { "date" };
                    let ty = if form == Form::Time {
                        "TimeFormat"
                    } else {
                        "DateFormat"
                    };
                    file.core(ty);
                    let variant = types::format(form, field.format.as_deref()).unwrap_or_default();
                    format!("{}, {value}, {ty}::{variant})?", call(name))
                }
            }
        }
        Kind::Enum(_) => {
            let max = match (limits.max_chars, limits.max_bytes) {
                // An enum's own values are short; this bounds the ones that nobody knows.
                (None, None) => {
                    file.import("wxpay_client", "Max");
                    "Max::Chars(64)".to_owned()
                }
                _ => max(file, limits),
            };
            format!("{}, {value}, {max})?", call("text"))
        }
        Kind::NumberEnum(_) => format!("{}, {value})?", call("number")),
        Kind::Object(_) => format!("{}, |body| {owner}.write(body))?", call("object")),
        Kind::List(item) => list(file, field, item, value, target),
        Kind::Embedded(text, item) => {
            let max = max(file, limits);
            match (text, &**item) {
                (Text::Json, Kind::List(_)) => format!(
                    "{}, {value}, {}, {max}, |member, body| member.write(body))?",
                    call("json_list"),
                    items(limits)
                ),
                (Text::Json, _) => {
                    format!("{}, {max}, |body| {owner}.write(body))?", call("json"))
                }
                (Text::UrlEncoded, _) => format!(
                    "{}, {max}, |body| {owner}.write(body))?",
                    call("url_encoded")
                ),
                // Responses only.
                (Text::Xml, _) => String::new(),
            }
        }
        Kind::Numbered(_)
        | Kind::Choice(_)
        | Kind::Group(_)
        | Kind::Client
        | Kind::OfFile(_)
        | Kind::Fixed(_) => String::new(),
    }
}

fn list(
    file: &mut RustFile<'_>,
    field: &Field,
    item: &Kind,
    value: &str,
    target: Target,
) -> String {
    let call = |method: &str| format!("{}\"{}\"", target.method(method), field.wire);
    let items = items(&field.limits);
    match item {
        Kind::Object(_) => format!(
            "{}, {value}, {items}, |member, body| member.write(body))?",
            call("objects")
        ),
        Kind::Scalar(scalar) => match scalar.form {
            Form::Id => format!("{}, {value}, {items})?", call("ids")),
            Form::Secret if field.encrypted => format!(
                "{}, {value}, {items}, {})?",
                call("sealed_list"),
                max(file, &field.limits)
            ),
            Form::Integer => format!(
                "{}, {value}, {items}, {})?",
                call("integers"),
                range(&field.limits)
            ),
            _ => format!(
                "{}, {value}, {items}, {})?",
                call("texts"),
                max(file, &field.limits)
            ),
        },
        _ => {
            file.import("wxpay_client", "Max");
            format!("{}, {value}, {items}, Max::Chars(64))?", call("texts"))
        }
    }
}

fn items(limits: &Limits) -> String {
    let min = limits.min_items.unwrap_or(1);
    match limits.max_items {
        Some(max) => format!("{min}..={max}"),
        None => format!("{min}.."),
    }
}

fn range(limits: &Limits) -> String {
    match (limits.min, limits.max) {
        (min, Some(max)) => format!("{}..={max}", min.unwrap_or(0)),
        (min, None) => format!("{}..", min.unwrap_or(0)),
    }
}

fn max(file: &mut RustFile<'_>, limits: &Limits) -> String {
    file.import("wxpay_client", "Max");
    match (limits.max_chars, limits.max_bytes) {
        (Some(max), _) => format!("Max::Chars({max})"),
        (None, Some(max)) => format!("Max::Bytes({max})"),
        (None, None) => String::new(),
    }
}
