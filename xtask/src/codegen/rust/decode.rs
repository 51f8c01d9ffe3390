//! How a response is read, and a request from JSON.

use indexmap::IndexSet;

use super::checks::test;
use super::file::RustFile;
use crate::codegen::model::{Field, Kind, Operation, Text, TypeRef};
use crate::codegen::names::camel;
use crate::codegen::spec::Echo;

/// What is read.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum From {
    /// A response of APIv2.
    Params,
    /// A response, or a part of one, in JSON.
    Json,
    /// A request in JSON, where an absent list is told from an empty one.
    Request,
}

/// The checks that the response repeats what was asked.
pub(super) fn echoes(file: &mut RustFile<'_>, operation: &Operation) -> String {
    let mut out = String::new();
    for asked in &operation.request {
        if let Some(echo) = asked.echo {
            out += &echo_of(asked, &asked.wire, echo);
        }
        if let Kind::Choice(ty) = &asked.kind {
            for member in file.scope.fields(ty) {
                if let Some(echo) = member.echo {
                    out += &echo_of_choice(file, asked, ty, member, &member.wire, echo);
                }
            }
        }
    }
    for field in operation.response() {
        let Some(echo) = field.echo else { continue };
        let same = |other: &&Field| other.wire == field.wire;
        if let Some(asked) = operation.request.iter().find(same) {
            out += &echo_of(asked, &field.wire, echo);
            continue;
        }
        for asked in &operation.request {
            if let Kind::Choice(ty) = &asked.kind
                && let Some(member) = file.scope.fields(ty).iter().find(same)
            {
                out += &echo_of_choice(file, asked, ty, member, &field.wire, echo);
            }
        }
    }
    out
}

fn echo_of(asked: &Field, wire: &str, echo: Echo) -> String {
    let check = check(echo);
    if asked.is_required() {
        return format!("fields.{check}(\"{wire}\", &self.{})?;\n", asked.name);
    }
    format!(
        "if let Some(asked) = &self.options.{} {{\nfields.{check}(\"{wire}\", asked)?;\n}}\n",
        asked.name
    )
}

fn echo_of_choice(
    file: &mut RustFile<'_>,
    asked: &Field,
    ty: &TypeRef,
    member: &Field,
    wire: &str,
    echo: Echo,
) -> String {
    format!(
        "if let {}::{}(asked) = &self.{} {{\nfields.{}(\"{wire}\", asked)?;\n}}\n",
        file.named(ty),
        camel(&member.name),
        asked.name,
        check(echo)
    )
}

fn check(echo: Echo) -> &'static str {
    match echo {
        Echo::Always(_) => "echo",
        Echo::Sometimes(_) => "echo_if_present",
    }
}

/// What conditions look at is read first, and put into the response last.
fn bound(fields: &[Field]) -> IndexSet<&str> {
    fields
        .iter()
        .filter_map(|field| field.required_if.as_ref().or(field.when.as_ref()))
        .map(|condition| condition.wire.as_str())
        .collect()
}

/// The `let` lines of what conditions look at.
pub(super) fn bind(file: &mut RustFile<'_>, fields: &[Field], from: From) -> String {
    let mut out = String::new();
    for wire in bound(fields) {
        if let Some(field) = fields.iter().find(|field| field.wire == wire) {
            let ty = file.rust_type(&field.kind);
            let read = self::field(file, field, from);
            out += &format!("let {}: {ty} = {read};\n", field.name);
        }
    }
    out
}

/// The members of the struct that is made.
pub(super) fn members(file: &mut RustFile<'_>, fields: &[Field], from: From) -> String {
    let bound = bound(fields);
    let mut out = String::new();
    for field in fields
        .iter()
        .filter(|field| !bound.contains(field.wire.as_str()))
    {
        let read = conditional(file, fields, field, from);
        out += &format!("{}: {read},\n", field.name);
    }
    for wire in &bound {
        if let Some(field) = fields.iter().find(|field| field.wire == *wire) {
            out += &format!("{},\n", field.name);
        }
    }
    out
}

fn conditional(file: &mut RustFile<'_>, fields: &[Field], field: &Field, from: From) -> String {
    let Some(condition) = field.required_if.as_ref().or(field.when.as_ref()) else {
        return self::field(file, field, from);
    };
    let test = test(file, fields, condition, "", true);
    if let Kind::Group(ty) = &field.kind {
        let name = file.named(ty);
        let scope = file.scope;
        let group = members(file, scope.fields(ty), from);
        return format!("if {test} {{\nSome({name} {{\n{group}}})\n}} else {{\nNone\n}}");
    }
    let required = Field {
        required: true,
        ..field.clone()
    };
    let require = self::field(file, &required, from);
    let optional = self::field(file, field, from);
    format!("if {test} {{\nSome({require})\n}} else {{\n{optional}\n}}")
}

/// The expression that reads one field.
pub(super) fn field(file: &mut RustFile<'_>, field: &Field, from: From) -> String {
    let wire = field.wire.split("_$").next().unwrap_or(&field.wire);
    match &field.kind {
        Kind::Numbered(ty) => numbered(file, field, ty, from, ""),
        Kind::Object(ty) => {
            let name = file.named(ty);
            if field.required {
                format!("{name}::read(&fields.require_object(\"{wire}\")?)?")
            } else {
                format!(
                    "fields.object(\"{wire}\")?.map(|fields| {name}::read(&fields)).transpose()?"
                )
            }
        }
        Kind::List(item) => {
            let how = match (from, field.required) {
                (From::Request, false) => "optional_",
                (_, true) => "require_",
                (_, false) => "",
            };
            match &**item {
                Kind::Object(ty) => {
                    let name = file.named(ty);
                    format!("fields.{how}objects(\"{wire}\", {name}::read)?")
                }
                _ => format!("fields.{how}list(\"{wire}\")?"),
            }
        }
        Kind::Embedded(text, item) => embedded(file, field, *text, item, from),
        _ if field.also.is_empty() => {
            let how = if field.required {
                "require"
            } else {
                "optional"
            };
            match field.kind.scalar().map(|scalar| scalar.name) {
                Some("Raw") if field.required => format!("fields.require_raw(\"{wire}\")?"),
                Some("Raw") => format!("fields.raw(\"{wire}\")"),
                Some("File") => {
                    let name = file.import("wxpay_client", "Upload");
                    format!("{name}::read(&fields.require_object(\"{wire}\")?)?")
                }
                _ => format!("fields.{how}(\"{wire}\")?"),
            }
        }
        _ => {
            let names: Vec<String> = std::iter::once(&field.wire)
                .chain(&field.also)
                .map(|name| format!("\"{name}\""))
                .collect();
            format!("fields.require_any(&[{}])?", names.join(", "))
        }
    }
}

/// An object or a list that stands in a string.
fn embedded(file: &mut RustFile<'_>, field: &Field, text: Text, item: &Kind, from: From) -> String {
    let wire = &field.wire;
    let form = match text {
        Text::Json => "json",
        Text::UrlEncoded => "url_encoded",
        Text::Xml => "xml",
    };
    let how = match (from, field.required) {
        (From::Request, false) => "optional_",
        (_, true) => "require_",
        (_, false) if matches!(item, Kind::List(_)) => "",
        (_, false) => "optional_",
    };
    let list = if matches!(item, Kind::List(_)) {
        "_list"
    } else {
        ""
    };
    let name = item.types().map(|ty| file.named(ty)).unwrap_or_default();
    let element = match &field.element {
        Some(element) => format!("\"{element}\", "),
        None => String::new(),
    };
    format!("fields.{how}{form}{list}(\"{wire}\", {element}{name}::read)?")
}

/// The members of a numbered list; `outer` is the number of the list that this one stands in.
fn numbered(
    file: &mut RustFile<'_>,
    field: &Field,
    ty: &TypeRef,
    from: From,
    outer: &str,
) -> String {
    let name = file.named(ty);
    let members = file.scope.fields(ty);
    if from == From::Request {
        return format!("fields.objects(\"{}\", {name}::read)?", field.wire);
    }
    let number = if outer.is_empty() { "n" } else { "m" };
    let mut reads = String::new();
    for member in members {
        let read = match &member.kind {
            Kind::Numbered(inner) => numbered(file, member, inner, from, number),
            _ => format!("fields.optional(&format!(\"{}\"))?", filled(&member.wire)),
        };
        reads += &format!("{}: {read},\n", member.name);
    }
    let count = field.count.as_deref().unwrap_or_default();
    let count = if count.contains('$') {
        format!("&format!(\"{}\")", filled(count))
    } else {
        format!("\"{count}\"")
    };
    let last = if number == "n" { "$n" } else { "$m" };
    let names: Vec<String> = members
        .iter()
        .filter_map(|member| member.wire.strip_suffix(last))
        .map(|begin| {
            if begin.contains('$') {
                format!("&format!(\"{}\")", filled(begin))
            } else {
                format!("\"{begin}\"")
            }
        })
        .collect();
    format!(
        "fields.numbered({count}, &[{}], |{number}| {{\nOk({name} {{\n{reads}}})\n}})?",
        names.join(", ")
    )
}

/// `coupon_id_$n_$m` as `coupon_id_{n}_{m}`.
fn filled(wire: &str) -> String {
    wire.replace("$n", "{n}").replace("$m", "{m}")
}
