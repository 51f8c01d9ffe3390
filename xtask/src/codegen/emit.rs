//! The types of an endpoint: request, options, choices, enums, reply and its parts.

use super::docs::{aliases, belongs, comment, of_endpoint};
use super::names::camel;
use super::spec::{Endpoint, Field, Progress, Table, Value, Version};
use super::types;

/// The request's type, such as `PayEmployee`.
pub(crate) fn type_name(endpoint: &Endpoint) -> String {
    camel(&endpoint.name)
}

/// Every type of the endpoint.
pub(crate) fn types(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let mut out = request(endpoint);
    for (name, members) in &spec.one_of {
        out += &choice(endpoint, name, members.get_ref());
    }
    out += &reply(endpoint);
    for (name, members) in &spec.group {
        out += &part(endpoint, name, members.get_ref());
    }
    for (name, members) in &spec.list {
        out += &part(endpoint, name, members.get_ref());
    }
    for (name, values) in &spec.enums {
        out += &enumeration(endpoint, name, values.get_ref());
    }
    out
}

/// A field's type without its `Option`.
pub(crate) fn rust_type(endpoint: &Endpoint, field: &Field) -> String {
    let owner = type_name(endpoint);
    let named = field
        .enumeration
        .as_ref()
        .or(field.one_of.as_ref())
        .or(field.group.as_ref());
    match (&field.list, named, &field.ty) {
        (Some(list), _, _) => format!("Vec<{owner}{list}>"),
        (None, Some(name), _) => format!("{owner}{name}"),
        (None, None, ty) => ty
            .as_deref()
            .and_then(types::find)
            .map_or_else(String::new, |ty| ty.rust.to_owned()),
    }
}

/// The fields that go into the options of a request.
pub(crate) fn optional(endpoint: &Endpoint) -> impl Iterator<Item = (&String, &Field)> {
    fields(&endpoint.spec.request).filter(|(_, field)| !is_required(field))
}

/// Whether a request can't do without the field.
pub(crate) fn is_required(field: &Field) -> bool {
    field.required || field.one_of.is_some()
}

/// A table's names and fields.
pub(crate) fn fields(table: &Table<Field>) -> impl Iterator<Item = (&String, &Field)> {
    table.iter().map(|(name, field)| (name, field.get_ref()))
}

/// The variant of an enum's value.
pub(crate) fn variant(wire: &str, value: &Value) -> String {
    value.name.clone().unwrap_or_else(|| camel(wire))
}

/// The variant that takes any other value: sending one is dangerous, receiving one is not.
pub(crate) fn other(endpoint: &Endpoint, name: &str) -> &'static str {
    let spec = &endpoint.spec;
    let choices = spec
        .one_of
        .values()
        .flat_map(|members| fields(members.get_ref()));
    let mut sent = fields(&spec.request).chain(choices);
    if sent.any(|(_, field)| field.enumeration.as_deref() == Some(name)) {
        "DangerOther"
    } else {
        "Other"
    }
}

fn request(endpoint: &Endpoint) -> String {
    let name = type_name(endpoint);
    let has_options = optional(endpoint).next().is_some();
    let mut out = of_endpoint(endpoint);
    out += &aliases(endpoint);
    out += "#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change\n";
    out += &format!("#[derive(Clone, Debug)]\npub struct {name} {{\n");
    for (field_name, field) in
        fields(&endpoint.spec.request).filter(|(_, field)| is_required(field))
    {
        out += &comment(&format!("{}.", field.doc));
        out += &format!("pub {field_name}: {},\n", rust_type(endpoint, field));
    }
    if has_options {
        out += &format!("/// The optional fields.\npub options: {name}Options,\n");
    }
    out += "}\n\n";
    if has_options {
        out += &options(endpoint);
    }
    out
}

fn options(endpoint: &Endpoint) -> String {
    let name = type_name(endpoint);
    let mut out = belongs("The optional fields of", endpoint);
    out += &format!(
        "#[derive(Clone, Debug, Default)]\n#[non_exhaustive]\npub struct {name}Options {{\n"
    );
    for (field_name, field) in optional(endpoint) {
        out += &comment(&format!("{}.", field.doc));
        out += &format!(
            "pub {field_name}: Option<{}>,\n",
            rust_type(endpoint, field)
        );
    }
    out += &format!("}}\n\nimpl {name}Options {{\n");
    let setters: Vec<String> = optional(endpoint)
        .map(|(field_name, field)| {
            let ty = rust_type(endpoint, field);
            let doc = comment(&format!("{}.", field.doc));
            format!(
                "{doc}#[must_use]\npub fn {field_name}(mut self, {field_name}: impl Into<{ty}>) -> Self {{\nself.{field_name} = Some({field_name}.into());\nself\n}}\n"
            )
        })
        .collect();
    out += &setters.join("\n");
    out += "}\n\n";
    out
}

fn choice(endpoint: &Endpoint, name: &str, members: &Table<Field>) -> String {
    let mut out = belongs("Exactly one of these, for", endpoint);
    out += "#[allow(clippy::exhaustive_enums)] // the document lists them all\n";
    out += &format!(
        "#[derive(Clone, Debug)]\npub enum {}{name} {{\n",
        type_name(endpoint)
    );
    for (member, field) in fields(members) {
        out += &comment(&format!("{}.", field.doc));
        out += &format!("{}({}),\n", camel(member), rust_type(endpoint, field));
    }
    out += "}\n\n";
    out
}

fn reply(endpoint: &Endpoint) -> String {
    let message = match endpoint.version {
        Version::V2 => "Params",
        Version::V3 => "Json",
    };
    let mut out = belongs("The reply to", endpoint);
    out += &format!(
        "#[derive(Clone, Debug)]\n#[non_exhaustive]\npub struct {}Response {{\n",
        type_name(endpoint)
    );
    out += &reply_fields(endpoint, &endpoint.spec.response);
    out += "/// The whole reply, for what this version does not know.\n";
    out += &format!("pub reply: Verified<{message}>,\n}}\n\n");
    out
}

fn part(endpoint: &Endpoint, name: &str, members: &Table<Field>) -> String {
    let mut out = belongs("A part of the reply to", endpoint);
    out += &format!(
        "#[derive(Clone, Debug)]\n#[non_exhaustive]\npub struct {}{name} {{\n",
        type_name(endpoint)
    );
    out += &reply_fields(endpoint, members);
    out += "}\n\n";
    out
}

fn reply_fields(endpoint: &Endpoint, table: &Table<Field>) -> String {
    let mut out = String::new();
    for (name, field) in fields(table) {
        let ty = rust_type(endpoint, field);
        let ty = if field.required || field.list.is_some() {
            ty
        } else {
            format!("Option<{ty}>")
        };
        out += &comment(&format!("{}.", field.doc));
        out += &format!("pub {name}: {ty},\n");
    }
    out
}

fn enumeration(endpoint: &Endpoint, name: &str, values: &Table<Value>) -> String {
    let ty = format!("{}{name}", type_name(endpoint));
    let other = other(endpoint, name);
    let mut out = belongs("A value of", endpoint);
    out += &format!(
        "#[derive(Clone, Debug, Eq, Hash, PartialEq)]\n#[non_exhaustive]\npub enum {ty} {{\n"
    );
    let (mut names, mut wires, mut progress) = (String::new(), String::new(), String::new());
    for (wire, value) in values {
        let value = value.get_ref();
        let variant = variant(wire, value);
        out += &comment(&format!("`{wire}`: {}.", value.doc));
        out += &format!("{variant},\n");
        names += &format!("Self::{variant} => \"{wire}\",\n");
        wires += &format!("\"{wire}\" => Self::{variant},\n");
        if let Some(meaning) = value.progress {
            progress += &format!("Self::{variant} => Progress::{},\n", progress_name(meaning));
        }
    }
    out += if other == "Other" {
        "/// A value that this version does not know, as it came.\n"
    } else {
        "/// A value that this version does not know; nothing vouches for what the server makes of it.\n"
    };
    out += &format!("{other}(String),\n}}\n\nimpl {ty} {{\n");
    out += &format!(
        "/// The value as it goes on the wire.\npub fn as_str(&self) -> &str {{\nmatch self {{\n{names}Self::{other}(text) => text,\n}}\n}}\n"
    );
    if !progress.is_empty() {
        out += &format!(
            "\n/// How far this says that things have come.\npub fn progress(&self) -> Progress {{\nmatch self {{\n{progress}Self::{other}(_) => Progress::Unknown,\n}}\n}}\n"
        );
    }
    out += &format!(
        "}}\n\nimpl AsRef<str> for {ty} {{\nfn as_ref(&self) -> &str {{\nself.as_str()\n}}\n}}\n\n"
    );
    out += &format!(
        "impl FromWire for {ty} {{\nfn from_wire(text: &str) -> Option<Self> {{\nSome(match text {{\n{wires}_ => Self::{other}(text.to_owned()),\n}})\n}}\n}}\n\n"
    );
    out
}

fn progress_name(progress: Progress) -> &'static str {
    match progress {
        Progress::Pending => "Pending",
        Progress::Succeeded => "Succeeded",
        Progress::Failed => "Failed",
        Progress::Returned => "Returned",
    }
}
