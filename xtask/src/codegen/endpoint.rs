//! One generated file: the types, the facts, and how a request is written and a reply read.

use indexmap::IndexSet;

use super::emit::{fields, is_required, rust_type, type_name, types, variant};
use super::names::{camel, holds_word};
use super::spec::{
    Code, Condition, Echo, Effect, Endpoint, Field, Method, Outcome, Place, ReplySign, SignType,
    Table, Version, Workwx,
};
use super::types::{Written, written};

/// The whole file, to be formatted.
pub(crate) fn file(endpoint: &Endpoint) -> String {
    let name = type_name(endpoint);
    let title = endpoint.spec.title.get_ref();
    let mut body = types(endpoint);
    body += &implementation(endpoint);
    body += &format!(
        "/// {title}: [`Client::send`] as a function.\n///\n/// # Errors\n/// Those of [`{name}`]; [`Error::outcome`](wxpay_core::Error::outcome) says what one means for the money.\npub async fn {}(client: &Client, request: &{name}) -> Result<{name}Response> {{\nclient.send(request).await\n}}\n",
        endpoint.name
    );
    body += &constants(endpoint);
    format!("{}{body}", imports(endpoint, &body))
}

fn implementation(endpoint: &Endpoint) -> String {
    let name = type_name(endpoint);
    let (message, fills) = match endpoint.version {
        Version::V2 => ("Params", "form: &mut Form"),
        Version::V3 => ("Json", "call: &mut Call"),
    };
    format!(
        "impl Endpoint for {name} {{\ntype Response = {name}Response;\n\nconst META: &'static Meta = &{};\n\nfn encode(&self, {fills}) -> Result<(), InvalidInput> {{\n{}Ok(())\n}}\n\nfn decode(&self, reply: Verified<{message}>) -> Result<{name}Response, DecodeError> {{\n{}}}\n}}\n\n",
        meta(endpoint),
        encode(endpoint),
        decode(endpoint),
    )
}

fn meta(endpoint: &Endpoint) -> String {
    let spec = &endpoint.spec;
    let name = endpoint.full_name();
    let path = if has_long_path(endpoint) {
        "PATH".to_owned()
    } else {
        format!("\"{}\"", spec.path.get_ref())
    };
    let method = match (endpoint.version, endpoint.method()) {
        (Version::V2, _) => "",
        (Version::V3, Method::Get) => "Method::Get, ",
        (Version::V3, Method::Post) => "Method::Post, ",
    };
    let mut out = match (spec.effect.get_ref(), &spec.resolve) {
        (Effect::Write, Some(resolve)) => format!(
            "Meta::write(\"{name}\", {method}{path}, \"{}\")",
            resolve.get_ref()
        ),
        _ => format!("Meta::read(\"{name}\", {method}{path})"),
    };
    let mut call = |yes: bool, text: &str| {
        if yes {
            out.push_str(text);
        }
    };
    let sign_types = spec
        .sign_types
        .as_ref()
        .map(|types| types.get_ref().as_slice());
    call(spec.client_cert, ".client_cert()");
    call(spec.backup_host, ".backup_host()");
    call(sign_types == Some(&[SignType::Md5]), ".md5_only()");
    call(
        sign_types == Some(&[SignType::HmacSha256]),
        ".hmac_sha256_only()",
    );
    let workwx = spec.workwx_sign.as_ref().map(|api| *api.get_ref());
    call(workwx == Some(Workwx::Pay), ".workwx(workwx::Api::Pay)");
    call(
        workwx == Some(Workwx::Redpack),
        ".workwx(workwx::Api::RedPack)",
    );
    let unsigned = spec
        .reply_sign
        .as_ref()
        .is_some_and(|sign| *sign.get_ref() == ReplySign::None);
    call(unsigned, ".unsigned_reply()");
    if let Some(calls) = spec.per_second {
        call(true, &format!(".per_second({calls})"));
    }
    call(endpoint.version == Version::V2, ".names(NAMES)");
    call(!spec.errors.is_empty(), ".errors(ERRORS)");
    out
}

fn encode(endpoint: &Endpoint) -> String {
    let mut out = String::new();
    for (name, field) in fields(&endpoint.spec.request) {
        if let Some((other, value)) = field.required_if.as_ref().and_then(Condition::first) {
            out += &format!(
                "if {} && self.options.{name}.is_none() {{\nreturn Err(InvalidInput::required_with(\"{name}\", \"{other}\", \"{value}\"));\n}}\n",
                is_value(
                    endpoint,
                    &endpoint.spec.request,
                    &format!("self.{other}"),
                    other,
                    value
                )
            );
        }
    }
    for (name, field) in fields(&endpoint.spec.request) {
        if let Some(choice) = &field.one_of {
            out += &format!("match &self.{name} {{\n");
            for (member, field) in endpoint
                .spec
                .one_of
                .get(choice)
                .into_iter()
                .flat_map(|members| fields(members.get_ref()))
            {
                let write = write_field(endpoint, member, field, "value");
                out += &format!(
                    "{}{choice}::{}(value) => {write},\n",
                    type_name(endpoint),
                    camel(member)
                );
            }
            out += "}\n";
        } else if is_required(field) {
            let write = write_field(endpoint, name, field, &format!("&self.{name}"));
            out += &format!("{write};\n");
        } else {
            let write = write_field(endpoint, name, field, "value");
            out += &format!("if let Some(value) = &self.options.{name} {{\n{write};\n}}\n");
        }
    }
    out
}

/// The call that checks and writes one field; `value` is a reference to it.
fn write_field(endpoint: &Endpoint, name: &str, field: &Field, value: &str) -> String {
    let max = match (field.max_chars, field.max_bytes) {
        (Some(max), _) => format!("Max::Chars({max})"),
        (None, Some(max)) => format!("Max::Bytes({max})"),
        // An enum's own values are short; this bounds the ones that nobody knows.
        (None, None) => "Max::Chars(64)".to_owned(),
    };
    let by_value = value
        .strip_prefix('&')
        .map_or_else(|| format!("*{value}"), str::to_owned);
    let text = match written(field) {
        Written::Secret => format!("{}.expose()", value.trim_start_matches('&')),
        _ => value.to_owned(),
    };
    match (endpoint.version, field.place, written(field)) {
        (Version::V3, Some(Place::Path), _) => format!("call.path(\"{name}\", {value})?"),
        (Version::V3, _, Written::Id) => format!("call.query(\"{name}\", {value})?"),
        (Version::V3, _, _) => format!("call.query_text(\"{name}\", {text}, {max})?"),
        (Version::V2, _, Written::Id) => format!("form.id(\"{name}\", {value})?"),
        (Version::V2, _, Written::Fen) => format!(
            "form.fen(\"{name}\", {by_value}, {})?",
            field.min.unwrap_or(0)
        ),
        (Version::V2, _, Written::Ip) => format!("form.ip(\"{name}\", {by_value})?"),
        (Version::V2, _, Written::Plain) => format!("form.set(\"{name}\", {value})"),
        (Version::V2, _, _) => format!("form.text(\"{name}\", {text}, {max})?"),
    }
}

fn decode(endpoint: &Endpoint) -> String {
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
    // What conditions look at is read first, and put into the reply last.
    let bound: IndexSet<&String> = fields(&spec.response)
        .filter_map(|(_, field)| field.required_if.as_ref().or(field.when.as_ref()))
        .filter_map(|condition| condition.first().map(|(name, _)| name))
        .collect();
    for name in &bound {
        if let Some(field) = spec.response.get(*name) {
            let ty = rust_type(endpoint, field.get_ref());
            let read = read_field(endpoint, name, field.get_ref());
            out += &format!("let {name}: {ty} = {read};\n");
        }
    }
    out += &format!("Ok({}Response {{\n", type_name(endpoint));
    for (name, field) in fields(&spec.response).filter(|(name, _)| !bound.contains(name)) {
        out += &format!("{name}: {},\n", read_conditional(endpoint, name, field));
    }
    out.extend(bound.iter().map(|name| format!("{name},\n")));
    out += "reply,\n})\n";
    out
}

fn check_echo(endpoint: &Endpoint, name: &str, field: &Field, echo: &Echo) -> String {
    let check = match echo {
        Echo::Always(_) => "echo",
        Echo::Sometimes(_) => "echo_if_present",
    };
    let wire = field.wire(name);
    let spec = &endpoint.spec;
    if spec.request.contains_key(name) {
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

fn read_conditional(endpoint: &Endpoint, name: &str, field: &Field) -> String {
    let table = &endpoint.spec.response;
    let condition = field
        .required_if
        .as_ref()
        .or(field.when.as_ref())
        .and_then(Condition::first);
    let Some((other, value)) = condition else {
        return read_field(endpoint, name, field);
    };
    let test = is_value(endpoint, table, other, other, value);
    match &field.group {
        Some(group) => {
            let members = endpoint.spec.group.get(group);
            let reads: String = members
                .into_iter()
                .flat_map(|members| fields(members.get_ref()))
                .map(|(name, field)| format!("{name}: {},\n", read_field(endpoint, name, field)))
                .collect();
            format!(
                "if {test} {{\nSome({}{group} {{\n{reads}}})\n}} else {{\nNone\n}}",
                type_name(endpoint)
            )
        }
        None => {
            let wire = field.wire(name);
            format!(
                "if {test} {{\nSome(fields.require(\"{wire}\")?)\n}} else {{\nfields.optional(\"{wire}\")?\n}}"
            )
        }
    }
}

fn read_field(endpoint: &Endpoint, name: &str, field: &Field) -> String {
    if let (Some(list), Some(count)) = (&field.list, &field.count) {
        let members = endpoint.spec.list.get(list);
        let reads: String = members
            .into_iter()
            .flat_map(|members| fields(members.get_ref()))
            .map(|(name, field)| {
                format!(
                    "{name}: fields.optional(&format!(\"{}\"))?,\n",
                    field.wire(name).replace("$n", "{n}")
                )
            })
            .collect();
        return format!(
            "fields.numbered(\"{count}\", |n| {{\nOk({}{list} {{\n{reads}}})\n}})?",
            type_name(endpoint)
        );
    }
    let wires = field.wires(name);
    match (field.required, wires.as_slice()) {
        (true, [wire]) => format!("fields.require(\"{wire}\")?"),
        (true, wires) => format!("fields.require_any(&[\"{}\"])?", wires.join("\", \"")),
        (false, _) => format!("fields.optional(\"{}\")?", field.wire(name)),
    }
}

/// The test whether the enum at `place` is one value.
fn is_value(
    endpoint: &Endpoint,
    table: &Table<Field>,
    place: &str,
    name: &str,
    wire: &str,
) -> String {
    let enumeration = table
        .get(name)
        .and_then(|field| field.get_ref().enumeration.as_ref());
    let value = enumeration
        .and_then(|name| Some((name, endpoint.spec.enums.get(name)?.get_ref().get(wire)?)));
    value.map_or_else(String::new, |(name, value)| {
        format!(
            "{place} == {}{name}::{}",
            type_name(endpoint),
            variant(wire, value.get_ref())
        )
    })
}

fn constants(endpoint: &Endpoint) -> String {
    let mut out = String::new();
    if has_long_path(endpoint) {
        out += &format!(
            "\nconst PATH: &str = \"{}\";\n",
            endpoint.spec.path.get_ref()
        );
    }
    if endpoint.version == Version::V2 {
        let names: String = names(endpoint)
            .iter()
            .map(|name| format!("\"{name}\",\n"))
            .collect();
        out += &format!("\nconst NAMES: &[&str] = &[\n{names}];\n");
    }
    if !endpoint.spec.errors.is_empty() {
        let errors: String = endpoint
            .spec
            .errors
            .iter()
            .map(|(code, facts)| code_facts(endpoint, code, facts.get_ref()))
            .collect();
        out += &format!("\nconst ERRORS: &[CodeFacts] = &[\n{errors}];\n");
    }
    out
}

/// A literal that rustfmt could not fit into a call would leave the call unformatted.
fn has_long_path(endpoint: &Endpoint) -> bool {
    endpoint.spec.path.get_ref().len() > 80
}

fn code_facts(endpoint: &Endpoint, code: &str, facts: &Code) -> String {
    let outcome = match (endpoint.spec.effect.get_ref(), facts.outcome) {
        (Effect::Read, _) => "ReadFailed",
        (Effect::Write, Some(Outcome::NotExecuted)) => "NotExecuted",
        (Effect::Write, _) => "Unknown",
    };
    let class: String = facts
        .class
        .split(' ')
        .map(|letter| match letter {
            "A" => "Class::new(Certainty::Ambiguous)",
            "D" => "Class::new(Certainty::Definite)",
            "Q" => "Class::new(Certainty::QueryFailed)",
            "C" => ".configuration()",
            "L" => ".limit()",
            _ => ".same_number()",
        })
        .collect();
    format!("CodeFacts::new(\"{code}\", Outcome::{outcome}, {class}),\n")
}

/// The names of all fields of request and reply, those of the client and of every reply included.
fn names(endpoint: &Endpoint) -> Vec<String> {
    let spec = &endpoint.spec;
    let tables = [&spec.request, &spec.response].into_iter();
    let inner = spec
        .one_of
        .values()
        .chain(spec.group.values())
        .chain(spec.list.values());
    let mut names: Vec<String> = tables
        .chain(inner.map(|members| members.get_ref()))
        .flat_map(fields)
        .filter(|(_, field)| {
            field.one_of.is_none() && field.group.is_none() && field.list.is_none()
        })
        .flat_map(|(name, field)| field.wires(name))
        .collect();
    names.extend(fields_with_count(endpoint));
    let common = [
        "appid",
        "err_code",
        "err_code_des",
        "mch_id",
        "nonce_str",
        "result_code",
        "return_code",
        "return_msg",
        "sign",
        "sign_type",
    ];
    names.extend(common.map(str::to_owned));
    if spec.workwx_sign.is_some() {
        names.push("workwx_sign".to_owned());
    }
    names.sort();
    names.dedup();
    names
}

fn fields_with_count(endpoint: &Endpoint) -> Vec<String> {
    let spec = &endpoint.spec;
    let groups = spec.group.values().map(|members| members.get_ref());
    groups
        .chain([&spec.response])
        .flat_map(fields)
        .filter_map(|(_, field)| field.count.clone())
        .collect()
}

fn imports(endpoint: &Endpoint, body: &str) -> String {
    let used = |names: &[&'static str]| -> Vec<&'static str> {
        names
            .iter()
            .copied()
            .filter(|name| holds_word(body, name))
            .collect()
    };
    let group = |path: &str, names: Vec<&'static str>| match names.as_slice() {
        [] => String::new(),
        [one] => format!("use {path}::{one};\n"),
        several => format!("use {path}::{{{}}};\n", several.join(", ")),
    };
    let mut core = vec![
        "Certainty",
        "Class",
        "CodeFacts",
        "DecodeError",
        "FromWire",
        "InvalidInput",
        "Outcome",
        "Params",
        "Progress",
        "Result",
    ];
    core.extend(
        super::types::TYPES
            .iter()
            .map(|ty| ty.rust)
            .filter(|rust| !["String", "u32", "IpAddr", "Sealed"].contains(rust)),
    );
    core.sort_unstable();
    let mut out = String::new();
    out += &group("std::net", used(&["IpAddr"]));
    if !out.is_empty() {
        out.push('\n');
    }
    out += &group("wxpay_core", used(&core));
    out += &group("wxpay_sign", used(&["Verified", "workwx"]));
    out += &group("wxpay_sign::v3", used(&["Sealed"]));
    out.push('\n');
    let (module, runtime): (_, &[&str]) = match endpoint.version {
        Version::V2 => (
            "crate::v2",
            &["Client", "Endpoint", "Fields", "Form", "Meta"],
        ),
        Version::V3 => (
            "crate::v3",
            &[
                "Call", "Client", "Endpoint", "Json", "Meta", "Method", "Object",
            ],
        ),
    };
    out += &group("crate", used(&["Max"]));
    out += &group(module, used(runtime));
    out.push('\n');
    out
}
