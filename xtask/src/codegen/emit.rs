//! The types of an endpoint: request, options, choices, enums, reply and its parts.

use super::docs::{aliases, belongs, comment, of_endpoint};
use super::names::camel;
use super::spec::{Endpoint, Field, Progress, Shared, Table, Value, Version};
use super::{decode, encode, types};

/// The request's type, such as `PayEmployee`.
pub(crate) fn type_name(endpoint: &Endpoint) -> String {
    camel(&endpoint.name)
}

/// Every type of the endpoint.
pub(crate) fn types(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let name = type_name(endpoint);
    let doc = of_endpoint(endpoint) + &aliases(endpoint);
    let mut out = sent(endpoint, &name, &doc, &spec.request);
    for (object, members) in objects(endpoint, true) {
        let doc = belongs("A part of", endpoint);
        out += &sent(endpoint, &format!("{name}{object}"), &doc, members);
        out += &encode::object(endpoint, object, members);
    }
    for (choice, members) in &spec.one_of {
        out += &one_of(endpoint, choice, members.get_ref());
    }
    out += &reply(endpoint);
    for (part, members) in spec.group.iter().chain(&spec.list) {
        out += &received(endpoint, part, members.get_ref());
    }
    for (object, members) in objects(endpoint, false) {
        out += &received(endpoint, object, members);
        out += &decode::object(endpoint, object, members);
    }
    for (values_name, values) in &spec.enums {
        let doc = belongs("A value of", endpoint);
        let other = other(endpoint, values_name);
        out += &enumeration(
            &format!("{name}{values_name}"),
            &doc,
            other,
            values.get_ref(),
        );
    }
    out
}

/// The types that the endpoints of a product share.
pub(crate) fn shared(shared: &Shared) -> String {
    let mut out = String::new();
    for (name, values) in &shared.enums {
        let doc = comment("A value that several endpoints of this product have.");
        out += &enumeration(name, &doc, "Other", values.get_ref());
    }
    let progress = if out.contains("Progress::") {
        "use wxpay_core::{FromWire, Progress};"
    } else {
        "use wxpay_core::FromWire;"
    };
    format!("{progress}\n\n{out}")
}

/// The objects that are sent, or those that are received.
pub(crate) fn objects(
    endpoint: &Endpoint,
    sent: bool,
) -> impl Iterator<Item = (&String, &Table<Field>)> {
    let of_direction = move |(name, _): &(&String, &Table<Field>)| is_sent(endpoint, name) == sent;
    let objects = endpoint
        .spec
        .object
        .iter()
        .map(|(name, members)| (name, members.get_ref()));
    objects.filter(of_direction)
}

/// Whether an object is part of the request.
pub(crate) fn is_sent(endpoint: &Endpoint, object: &str) -> bool {
    let spec = &endpoint.spec;
    let names = |table: &Table<Field>| {
        fields(table)
            .any(|(_, field)| [&field.object, &field.list].contains(&&Some(object.to_owned())))
    };
    let mut others = spec.object.iter().filter(|(name, _)| *name != object);
    names(&spec.request)
        || others.any(|(name, members)| names(members.get_ref()) && is_sent(endpoint, name))
}

/// A field's type without its `Option`.
pub(crate) fn rust_type(endpoint: &Endpoint, field: &Field) -> String {
    let owner = type_name(endpoint);
    if let Some(list) = &field.list {
        return format!("Vec<{owner}{list}>");
    }
    if let Some(name) = &field.enumeration {
        let shared = endpoint.enumeration(name).is_some_and(|(_, shared)| shared);
        return if shared {
            name.clone()
        } else {
            format!("{owner}{name}")
        };
    }
    if let Some(name) = field
        .one_of
        .as_ref()
        .or(field.group.as_ref())
        .or(field.object.as_ref())
    {
        return format!("{owner}{name}");
    }
    let ty = field.ty.as_deref().and_then(types::find);
    ty.map_or_else(String::new, |ty| ty.rust.to_owned())
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
    let choices = spec.one_of.values().map(|members| members.get_ref());
    let objects = objects(endpoint, true).map(|(_, members)| members);
    let mut sent = choices
        .chain(objects)
        .chain([&spec.request])
        .flat_map(fields);
    if sent.any(|(_, field)| field.enumeration.as_deref() == Some(name)) {
        "DangerOther"
    } else {
        "Other"
    }
}

/// A struct of what is sent, with its options if it has optional members.
fn sent(endpoint: &Endpoint, name: &str, doc: &str, table: &Table<Field>) -> String {
    let (required, optional): (Vec<_>, Vec<_>) =
        fields(table).partition(|(_, field)| is_required(field));
    let mut out = doc.to_owned();
    out += "#[allow(clippy::exhaustive_structs)] // a new required field is a breaking change\n";
    out += &format!("#[derive(Clone, Debug)]\npub struct {name} {{\n");
    for (field_name, field) in required {
        out += &comment(&format!("{}.", field.doc));
        out += &format!("pub {field_name}: {},\n", rust_type(endpoint, field));
    }
    if optional.is_empty() {
        return out + "}\n\n";
    }
    out += &format!("/// The optional fields.\npub options: {name}Options,\n}}\n\n");
    out + &options(endpoint, name, &optional)
}

fn options(endpoint: &Endpoint, name: &str, optional: &[(&String, &Field)]) -> String {
    let mut out = comment(&format!("The optional fields of [`{name}`]."));
    out += &format!(
        "#[derive(Clone, Debug, Default)]\n#[non_exhaustive]\npub struct {name}Options {{\n"
    );
    for (field_name, field) in optional {
        out += &comment(&format!("{}.", field.doc));
        out += &format!(
            "pub {field_name}: Option<{}>,\n",
            rust_type(endpoint, field)
        );
    }
    out += &format!("}}\n\nimpl {name}Options {{\n");
    let setter = |(field_name, field): &(&String, &Field)| {
        let ty = rust_type(endpoint, field);
        let doc = comment(&format!("{}.", field.doc));
        format!(
            "{doc}#[must_use]\npub fn {field_name}(mut self, {field_name}: impl Into<{ty}>) -> Self {{\nself.{field_name} = Some({field_name}.into());\nself\n}}\n"
        )
    };
    out += &optional.iter().map(setter).collect::<Vec<_>>().join("\n");
    out + "}\n\n"
}

fn one_of(endpoint: &Endpoint, name: &str, members: &Table<Field>) -> String {
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
        "#[derive(Clone, Debug)]\n{SERIALIZE}#[non_exhaustive]\npub struct {}Response {{\n",
        type_name(endpoint)
    );
    out += &reply_fields(endpoint, &endpoint.spec.response);
    out += "/// The whole reply, for what this version does not know.\n";
    out += &format!(
        "#[cfg_attr(feature = \"serde\", serde(skip))]\npub reply: Verified<{message}>,\n}}\n\n"
    );
    out
}

fn received(endpoint: &Endpoint, name: &str, members: &Table<Field>) -> String {
    let mut out = belongs("A part of the reply to", endpoint);
    out += &format!(
        "#[derive(Clone, Debug)]\n{SERIALIZE}#[non_exhaustive]\npub struct {}{name} {{\n",
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

fn enumeration(ty: &str, doc: &str, other: &str, values: &Table<Value>) -> String {
    let mut out = doc.to_owned();
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
        "#[cfg(feature = \"serde\")]\nimpl serde::Serialize for {ty} {{\nfn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{\nserializer.serialize_str(self.as_str())\n}}\n}}\n\n"
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

/// Replies can be serialised; requests can't, since what is sent is more than their fields.
const SERIALIZE: &str = "#[cfg_attr(feature = \"serde\", derive(serde::Serialize))]\n";
