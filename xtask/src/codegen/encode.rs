//! How a request is written.

use super::condition::{Asked, Condition};
use super::emit::{fields, is_required, type_name, variant};
use super::names::camel;
use super::spec::{Endpoint, Field, Place, Table, Version};
use super::types::{Written, written};

/// The body of `encode`.
pub(crate) fn encode(endpoint: &Endpoint) -> String {
    let request = &endpoint.spec.request;
    let mut out = conditions(endpoint, request);
    let is_body = |field: &Field| field.place == Some(Place::Body);
    for (name, field) in fields(request).filter(|(_, field)| !is_body(field)) {
        out += &statement(endpoint, name, field);
    }
    if fields(request).any(|(_, field)| is_body(field)) {
        out += "let mut body = Body::new();\n";
        for (name, field) in fields(request).filter(|(_, field)| is_body(field)) {
            out += &statement(endpoint, name, field);
        }
        out += "call.body(body);\n";
    }
    out + "Ok(())\n"
}

/// The method of an object's struct that writes its members.
pub(crate) fn object(endpoint: &Endpoint, name: &str, members: &Table<Field>) -> String {
    let mut statements = conditions(endpoint, members);
    for (name, field) in fields(members) {
        statements += &statement(endpoint, name, field);
    }
    format!(
        "impl {}{name} {{\nfn write(&self, body: &mut Body) -> Result<(), InvalidInput> {{\n{statements}Ok(())\n}}\n}}\n\n",
        type_name(endpoint)
    )
}

/// The fields that other fields make necessary, or rule out.
fn conditions(endpoint: &Endpoint, table: &Table<Field>) -> String {
    let mut out = String::new();
    for (name, field) in fields(table) {
        if let Some((other, value)) = field.required_if.as_ref().and_then(Condition::first) {
            let test = is_value(
                endpoint,
                table,
                &format!("self.{other}"),
                other,
                value,
                true,
            );
            out += &format!(
                "if {test} && self.options.{name}.is_none() {{\nreturn Err(InvalidInput::required_with(\"{name}\", \"{other}\", \"{value}\"));\n}}\n"
            );
        }
        if let Some((other, value)) = field.only_if.as_ref().and_then(Condition::first) {
            let test = is_value(
                endpoint,
                table,
                &format!("self.{other}"),
                other,
                value,
                false,
            );
            out += &format!(
                "if {test} && self.options.{name}.is_some() {{\nreturn Err(InvalidInput::only_with(\"{name}\", \"{other}\", \"{value}\"));\n}}\n"
            );
        }
    }
    out
}

fn statement(endpoint: &Endpoint, name: &str, field: &Field) -> String {
    if let Some(choice) = &field.one_of {
        let members = endpoint
            .spec
            .one_of
            .get(choice)
            .into_iter()
            .flat_map(|members| fields(members.get_ref()));
        let arms: String = members
            .map(|(member, field)| {
                let write = write(endpoint, member, field, "value");
                format!(
                    "{}{choice}::{}(value) => {write},\n",
                    type_name(endpoint),
                    camel(member)
                )
            })
            .collect();
        return format!("match &self.{name} {{\n{arms}}}\n");
    }
    if is_required(field) {
        return format!(
            "{};\n",
            write(endpoint, name, field, &format!("&self.{name}"))
        );
    }
    let write = write(endpoint, name, field, "value");
    format!("if let Some(value) = &self.options.{name} {{\n{write};\n}}\n")
}

/// The call that checks and writes one field; `value` is a reference to it.
fn write(endpoint: &Endpoint, name: &str, field: &Field, value: &str) -> String {
    let max = match (field.max_chars, field.max_bytes) {
        (Some(max), _) => format!("Max::Chars({max})"),
        (None, Some(max)) => format!("Max::Bytes({max})"),
        // An enum's own values are short; this bounds the ones that nobody knows.
        (None, None) => "Max::Chars(64)".to_owned(),
    };
    let by_value = value
        .strip_prefix('&')
        .map_or_else(|| format!("*{value}"), str::to_owned);
    let owner = value.trim_start_matches('&');
    let exposed = match written(field) {
        Written::Secret => format!("{owner}.expose()"),
        _ => value.to_owned(),
    };
    if field.object.is_some() {
        return format!("body.object(\"{name}\", |body| {owner}.write(body))?");
    }
    if field.list.is_some() {
        let (min, max) = (field.min_items.unwrap_or(1), field.max_items.unwrap_or(1));
        return format!(
            "body.objects(\"{name}\", {value}, {min}..={max}, |member, body| member.write(body))?"
        );
    }
    let fen = field.min.unwrap_or(0);
    match (endpoint.version, field.place, written(field)) {
        (Version::V3, Some(Place::Path), _) => format!("call.path(\"{name}\", {value})?"),
        (Version::V3, Some(Place::Query), Written::Id) => {
            format!("call.query(\"{name}\", {value})?")
        }
        (Version::V3, Some(Place::Header), _) => {
            format!("call.header(\"{}\", {exposed}, {max})?", field.wire(name))
        }
        (Version::V3, Some(Place::Query), Written::Secret) if field.encrypted => {
            format!("call.query_sealed(\"{name}\", {value}, {max})?")
        }
        (Version::V3, Some(Place::Query), Written::Boolean | Written::Integer) => {
            format!("call.query_value(\"{name}\", {owner})")
        }
        (Version::V3, Some(Place::Query), _) => {
            format!("call.query_text(\"{name}\", {exposed}, {max})?")
        }
        (Version::V3, _, Written::Id) => format!("body.id(\"{name}\", {value})?"),
        (Version::V3, _, Written::Fen) => format!("body.fen(\"{name}\", {by_value}, {fen})?"),
        (Version::V3, _, Written::Integer) => format!("body.integer(\"{name}\", {by_value})"),
        (Version::V3, _, Written::Boolean) => format!("body.boolean(\"{name}\", {by_value})"),
        (Version::V3, _, Written::Secret) if field.encrypted => {
            format!("body.sealed(\"{name}\", {value}, {max})?")
        }
        (Version::V3, _, _) => format!("body.text(\"{name}\", {exposed}, {max})?"),
        (Version::V2, _, Written::Id) => format!("form.id(\"{name}\", {value})?"),
        (Version::V2, _, Written::Fen) => format!("form.fen(\"{name}\", {by_value}, {fen})?"),
        (Version::V2, _, Written::Ip) => format!("form.ip(\"{name}\", {by_value})?"),
        (Version::V2, _, Written::Integer | Written::Boolean) => {
            format!("form.set(\"{name}\", {owner})")
        }
        (Version::V2, _, _) => format!("form.text(\"{name}\", {exposed}, {max})?"),
    }
}

/// The test whether the enum at `place` is one value.
pub(crate) fn is_value(
    endpoint: &Endpoint,
    table: &Table<Field>,
    place: &str,
    name: &str,
    value: &Asked,
    equal: bool,
) -> String {
    let wire = match value {
        Asked::Flag(flag) if *flag == equal => return place.to_owned(),
        Asked::Flag(_) => return format!("!{place}"),
        Asked::Value(wire) => wire.as_str(),
    };
    let sign = if equal { "==" } else { "!=" };
    let enumeration = table
        .get(name)
        .and_then(|field| field.get_ref().enumeration.as_ref());
    let found = enumeration.and_then(|name| {
        let (values, shared) = endpoint.enumeration(name)?;
        let owner = if shared {
            String::new()
        } else {
            type_name(endpoint)
        };
        let variant = variant(wire, values.get(wire)?.get_ref());
        Some(format!("{place} {sign} {owner}{name}::{variant}"))
    });
    found.unwrap_or_default()
}
