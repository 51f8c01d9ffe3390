//! The types of what is sent, and how they are read from JSON.

use super::docs::{comment, description};
use super::file::RustFile;
use super::{decode, encode};
use crate::codegen::model::{Field, Kind, TypeRef};
use crate::codegen::names::camel;

const SERIALIZE: &str = "#[cfg_attr(feature = \"serde\", derive(serde::Serialize))]\n";
const FLATTEN: &str = "#[cfg_attr(feature = \"serde\", serde(flatten))]\n";

/// A struct of what is sent, with its options.
pub(super) fn structs(file: &mut RustFile<'_>, name: &str, doc: &str, fields: &[Field]) {
    file.push(doc);
    file.push(
        "#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change\n#[derive(Clone, Debug, PartialEq)]\n",
    );
    file.push(SERIALIZE);
    file.line(format_args!("pub struct {name} {{"));
    let given = || fields.iter().filter(|field| field.is_given());
    for field in given().filter(|field| field.is_required()) {
        let ty = file.rust_type(&field.kind);
        file.push(&comment(&description(field, true)));
        if matches!(field.kind, Kind::Choice(_)) {
            file.push(FLATTEN);
        }
        file.push(&rename(field));
        file.line(format_args!("pub {}: {ty},", field.name));
    }
    file.push("/// The optional fields.\n");
    file.push(FLATTEN);
    file.line(format_args!("pub options: {name}Options,\n}}\n"));
    let optional: Vec<&Field> = given().filter(|field| !field.is_required()).collect();
    options(file, name, &optional);
}

/// A member's name on the wire, where that is not its name in Rust.
pub(super) fn rename(of: &Field) -> String {
    if of.name == of.wire || matches!(of.kind, Kind::Choice(_)) {
        return String::new();
    }
    // In JSON, the members of a numbered list have no numbers.
    let name = of.wire.split("_$").next().unwrap_or(&of.wire);
    if name == of.name {
        return String::new();
    }
    format!("#[cfg_attr(feature = \"serde\", serde(rename = \"{name}\"))]\n")
}

fn options(file: &mut RustFile<'_>, name: &str, optional: &[&Field]) {
    file.push(&comment(&format!("The optional fields of [`{name}`].")));
    file.push("#[derive(Clone, Debug, Default, PartialEq)]\n");
    file.push(SERIALIZE);
    file.line(format_args!(
        "#[non_exhaustive]\npub struct {name}Options {{"
    ));
    for field in optional {
        let ty = file.rust_type(&field.kind);
        file.push(&comment(&description(field, true)));
        file.push(&rename(field));
        file.line(format_args!("pub {}: Option<{ty}>,", field.name));
    }
    file.import("wxpay_client", "Extra");
    file.line(format_args!(
        "/// Members that this version does not know, by name.\npub extra: Extra,\n}}\n\nimpl {name}Options {{"
    ));
    for field in optional {
        let ty = file.rust_type(&field.kind);
        let member = &field.name;
        file.push(&comment(&description(field, true)));
        file.line(format_args!(
            "#[must_use]\npub fn {member}(mut self, {member}: impl Into<{ty}>) -> Self {{\nself.{member} = Some({member}.into());\nself\n}}\n"
        ));
    }
    file.import("wxpay_client::json", "Json");
    file.push(
        "/// Adds a member that this version does not know.\n#[must_use]\npub fn extra(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {\nself.extra.insert(name, value);\nself\n}\n}\n\n",
    );
}

/// Exactly one of the members is sent.
pub(super) fn choice(file: &mut RustFile<'_>, name: &str, fields: &[Field]) {
    file.push("/// Exactly one of these is sent.\n");
    file.push("#[allow(clippy::exhaustive_enums)] // the document lists them all\n#[derive(Clone, Debug, PartialEq)]\n");
    file.push(SERIALIZE);
    file.line(format_args!("pub enum {name} {{"));
    for member in fields {
        let ty = file.rust_type(&member.kind);
        file.push(&comment(&description(member, true)));
        file.line(format_args!(
            "#[cfg_attr(feature = \"serde\", serde(rename = \"{}\"))]\n{}({ty}),",
            member.wire,
            camel(&member.name)
        ));
    }
    file.push("}\n\n");
}

/// How an object that is sent is written, and read from JSON.
pub(super) fn object(file: &mut RustFile<'_>, name: &str, fields: &[Field], visible: &str) {
    file.client_json("Body");
    file.core("InvalidInput");
    let write = encode::object(file, fields);
    let names = names(file, fields);
    let read = read(file, name, fields, "Self::FIELDS");
    file.line(format_args!(
        "impl {name} {{\nconst FIELDS: &'static [&'static str] = &[{names}];\n\n{visible}fn write(&self, body: &mut Body) -> Result<(), InvalidInput> {{\n{write}}}\n\n#[cfg(feature = \"serde\")]\n{visible}fn read(fields: &wxpay_client::json::Members<'_>) -> wxpay_client::json::Reading<Self> {{\n{read}}}\n}}\n"
    ));
}

/// How a request is read from JSON.
pub(super) fn from_json(file: &mut RustFile<'_>, name: &str, fields: &[Field]) {
    let read = read(file, name, fields, "FIELDS");
    file.line(format_args!(
        "#[cfg(feature = \"serde\")]\nimpl {name} {{\nfn read(fields: &wxpay_client::json::Members<'_>) -> wxpay_client::json::Reading<Self> {{\n{read}}}\n}}\n"
    ));
    file.line(format_args!(
        "#[cfg(feature = \"serde\")]\nimpl<'de> serde::Deserialize<'de> for {name} {{\nfn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{\nwxpay_client::json::deserialize(deserializer, Self::read)\n}}\n}}\n"
    ));
}

/// The names of a table on the wire, those of its choices among them.
pub(super) fn names(file: &RustFile<'_>, fields: &[Field]) -> String {
    let mut names = String::new();
    for field in fields {
        match &field.kind {
            Kind::Choice(ty) => {
                for member in file.scope.fields(ty) {
                    names += &format!("\"{}\",\n", member.wire);
                }
            }
            _ => names += &format!("\"{}\",\n", field.wire),
        }
    }
    names
}

/// Whether the caller may give it, if only with the one value that it has.
fn may_be_given(field: &Field) -> bool {
    field.is_given() || matches!(field.kind, Kind::Fixed(_))
}

/// The names of what the caller may give.
fn given(file: &RustFile<'_>, fields: &[Field]) -> String {
    let given: Vec<Field> = fields
        .iter()
        .filter(|field| may_be_given(field))
        .cloned()
        .collect();
    names(file, &given)
}

fn read(file: &mut RustFile<'_>, name: &str, fields: &[Field], names: &str) -> String {
    let mut members = String::new();
    let mut options = String::new();
    for field in fields.iter().filter(|field| field.is_given()) {
        if let Kind::Choice(ty) = &field.kind {
            members += &format!("{}: {},\n", field.name, read_choice(file, ty));
            continue;
        }
        let read = decode::field(file, field, decode::From::Request);
        if field.is_required() {
            members += &format!("{}: {read},\n", field.name);
        } else {
            options += &format!("{}: {read},\n", field.name);
        }
    }
    // What the client fills is not given, and saying so is better than leaving it out of account.
    let names = if fields.iter().all(may_be_given) {
        names.to_owned()
    } else {
        format!("&[{}]", given(file, fields))
    };
    let fixed: String = fields
        .iter()
        .filter_map(|field| match &field.kind {
            Kind::Fixed(fixed) => Some((&field.wire, encode::literal(fixed))),
            _ => None,
        })
        .map(|(wire, value)| format!("fields.fixed(\"{wire}\", {value})?;\n"))
        .collect();
    format!(
        "fields.only({names})?;\n{fixed}Ok(Self {{\n{members}options: {name}Options {{\n{options}extra: fields.extra()?,\n}},\n}})\n"
    )
}

fn read_choice(file: &mut RustFile<'_>, ty: &TypeRef) -> String {
    let name = file.named(ty);
    let members = file.scope.fields(ty);
    let wires: Vec<String> = members
        .iter()
        .map(|member| format!("\"{}\"", member.wire))
        .collect();
    let mut arms = String::new();
    for (at, member) in members.iter().enumerate() {
        let required = Field {
            required: true,
            ..member.clone()
        };
        let read = decode::field(file, &required, decode::From::Request);
        let pattern = if at + 1 == members.len() {
            "_".to_owned()
        } else {
            format!("\"{}\"", member.wire)
        };
        arms += &format!("{pattern} => {name}::{}({read}),\n", camel(&member.name));
    }
    format!("match fields.one_of(&[{}])? {{\n{arms}}}", wires.join(", "))
}
