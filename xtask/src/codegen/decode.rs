//! How a reply is read.

use indexmap::IndexSet;

use super::condition::Condition;
use super::emit::{fields, rust_type, type_name};
use super::encode::is_value;
use super::names::camel;
use super::spec::{Echo, Endpoint, Field, Table, Version};

/// The body of `decode`.
pub(crate) fn decode(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let mut out = match endpoint.version {
        Version::V2 => "let fields = Fields::of(reply.get());\n".to_owned(),
        Version::V3 => "let fields = Object::of(reply.get())?;\n".to_owned(),
    };
    for (name, field) in fields(&spec.response) {
        if let Some(echo) = &field.echo {
            out += &check_echo(endpoint, name, field, echo);
        }
    }
    out += &bind(endpoint, &spec.response);
    out += &format!(
        "Ok({}Response {{\n{}reply,\n}})\n",
        type_name(endpoint),
        members(endpoint, &spec.response)
    );
    out
}

/// The function of an object's struct that reads its members.
pub(crate) fn object(endpoint: &Endpoint, name: &str, table: &Table<Field>) -> String {
    format!(
        "impl {}{name} {{\nfn read(fields: &Object<'_>) -> Result<Self, DecodeError> {{\n{}Ok(Self {{\n{}}})\n}}\n}}\n\n",
        type_name(endpoint),
        bind(endpoint, table),
        members(endpoint, table),
    )
}

/// What conditions look at is read first, and put into the reply last.
fn bound(table: &Table<Field>) -> IndexSet<&String> {
    fields(table)
        .filter_map(|(_, field)| field.required_if.as_ref().or(field.when.as_ref()))
        .filter_map(|condition| condition.first().map(|(name, _)| name))
        .collect()
}

fn bind(endpoint: &Endpoint, table: &Table<Field>) -> String {
    let bind = |name: &String| {
        let field = table.get(name)?.get_ref();
        Some(format!(
            "let {name}: {} = {};\n",
            rust_type(endpoint, field),
            read_field(endpoint, name, field)
        ))
    };
    bound(table).into_iter().filter_map(bind).collect()
}

fn members(endpoint: &Endpoint, table: &Table<Field>) -> String {
    let bound = bound(table);
    let mut out = String::new();
    for (name, field) in fields(table).filter(|(name, _)| !bound.contains(name)) {
        out += &format!(
            "{name}: {},\n",
            read_conditional(endpoint, table, name, field)
        );
    }
    out.extend(bound.iter().map(|name| format!("{name},\n")));
    out
}

fn check_echo(endpoint: &Endpoint, name: &str, field: &Field, echo: &Echo) -> String {
    let check = match echo {
        Echo::Always(_) => "echo",
        Echo::Sometimes(_) => "echo_if_present",
    };
    let wire = field.wire(name);
    let spec = &endpoint.spec;
    if let Some(asked) = spec.request.get(name) {
        if is_optional(asked.get_ref()) {
            return format!(
                "if let Some(asked) = &self.options.{name} {{\nfields.{check}(\"{wire}\", asked)?;\n}}\n"
            );
        }
        return format!("fields.{check}(\"{wire}\", &self.{name})?;\n");
    }
    let choice = spec
        .one_of
        .iter()
        .find(|(_, members)| members.get_ref().contains_key(name))
        .map(|(choice, _)| choice);
    let asked = fields(&spec.request)
        .find(|(_, field)| field.one_of.as_ref() == choice)
        .map(|(name, _)| name);
    match (choice, asked) {
        (Some(choice), Some(asked)) => format!(
            "if let {}{choice}::{}(asked) = &self.{asked} {{\nfields.{check}(\"{wire}\", asked)?;\n}}\n",
            type_name(endpoint),
            camel(name)
        ),
        _ => String::new(),
    }
}

fn is_optional(field: &Field) -> bool {
    !super::emit::is_required(field)
}

fn read_conditional(
    endpoint: &Endpoint,
    table: &Table<Field>,
    name: &str,
    field: &Field,
) -> String {
    let condition = field
        .required_if
        .as_ref()
        .or(field.when.as_ref())
        .and_then(Condition::first);
    let Some((other, value)) = condition else {
        return read_field(endpoint, name, field);
    };
    let test = is_value(endpoint, table, other, other, value, true);
    match field
        .group
        .as_ref()
        .and_then(|group| Some((group, endpoint.spec.group.get(group)?)))
    {
        Some((group, table)) => format!(
            "if {test} {{\nSome({}{group} {{\n{}}})\n}} else {{\nNone\n}}",
            type_name(endpoint),
            members(endpoint, table.get_ref())
        ),
        None => {
            let wire = field.wire(name);
            format!(
                "if {test} {{\nSome(fields.require(\"{wire}\")?)\n}} else {{\nfields.optional(\"{wire}\")?\n}}"
            )
        }
    }
}

fn read_field(endpoint: &Endpoint, name: &str, field: &Field) -> String {
    let wire = field.wire(name);
    let owner = type_name(endpoint);
    match (&field.list, &field.count, &field.object) {
        (Some(list), Some(count), _) => {
            let table = endpoint.spec.list.get(list);
            let reads: String = table
                .into_iter()
                .flat_map(|table| fields(table.get_ref()))
                .map(|(name, field)| {
                    format!(
                        "{name}: fields.optional(&format!(\"{}\"))?,\n",
                        field.wire(name).replace("$n", "{n}")
                    )
                })
                .collect();
            return format!(
                "fields.numbered(\"{count}\", |n| {{\nOk({owner}{list} {{\n{reads}}})\n}})?"
            );
        }
        (Some(list), None, _) => {
            let objects = if field.required {
                "require_objects"
            } else {
                "objects"
            };
            return format!("fields.{objects}(\"{wire}\", {owner}{list}::read)?");
        }
        (None, _, Some(object)) if field.required => {
            return format!("{owner}{object}::read(&fields.require_object(\"{wire}\")?)?");
        }
        (None, _, Some(object)) => {
            return format!(
                "fields.object(\"{wire}\")?.map(|fields| {owner}{object}::read(&fields)).transpose()?"
            );
        }
        (None, _, None) => {}
    }
    let wires = field.wires(name);
    match (field.required, wires.as_slice()) {
        (true, [wire]) => format!("fields.require(\"{wire}\")?"),
        (true, wires) => format!("fields.require_any(&[\"{}\"])?", wires.join("\", \"")),
        (false, _) => format!("fields.optional(\"{wire}\")?"),
    }
}
