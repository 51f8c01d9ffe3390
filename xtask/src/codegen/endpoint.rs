//! One generated file: the types, the facts, and how a request is written and a reply read.

use super::decode::decode;
use super::emit::{fields, type_name, types};
use super::encode::encode;
use super::names::holds_word;
use super::spec::{Code, Effect, Endpoint, Method, Outcome, ReplySign, SignType, Version, Workwx};

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
        "impl Endpoint for {name} {{\ntype Response = {name}Response;\n\nconst META: &'static Meta = &{};\n\nfn encode(&self, {fills}) -> Result<(), InvalidInput> {{\n{}}}\n\nfn decode(&self, reply: Verified<{message}>) -> Result<{name}Response, DecodeError> {{\n{}}}\n}}\n\n",
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
    if let Some(media_types) = &spec.accept {
        call(true, &format!(".accept({:?})", media_types.get_ref()));
    }
    call(spec.serial.is_some(), ".serial_required()");
    call(endpoint.version == Version::V2, ".names(NAMES)");
    call(!spec.errors.is_empty(), ".errors(ERRORS)");
    out
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
            .filter(|rust| !["String", "bool", "u32", "IpAddr", "Sealed"].contains(rust)),
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
                "Body", "Call", "Client", "Endpoint", "Json", "Meta", "Method", "Object",
            ],
        ),
    };
    let shared = endpoint
        .shared
        .enums
        .keys()
        .filter(|name| holds_word(body, name));
    let shared: Vec<&str> = shared.map(String::as_str).collect();
    if !shared.is_empty() {
        out += &format!("use super::types::{{{}}};\n", shared.join(", "));
    }
    out += &group("crate", used(&["Max"]));
    out += &group(module, used(runtime));
    out.push('\n');
    out
}
