//! The module of one operation: its types, its facts, and how it is written and read.

use std::collections::BTreeSet;

use super::decode::{self, From};
use super::docs::{aliases, method, of_operation};
use super::file::RustFile;
use super::{encode, enumeration, facts, received, rooms, sent};
use crate::codegen::model::{Field, Kind, Level, Operation, Reply, Shape, TypeRef, Version};
use crate::codegen::names::{self, camel};
use crate::codegen::spec::OperationKind;
use crate::codegen::usage::{Seen, Usage};

/// The operation's file and those of its objects, to be formatted, by their paths from the
/// product's folder on.
pub(super) fn files(operation: &Operation, usage: &Usage) -> Vec<(String, String)> {
    let rooms = rooms::of(&operation.scope, Seen::from(operation), usage);
    let below = rooms.files.into_iter();
    let mut files: Vec<(String, String)> = below
        .map(|(room, text)| (format!("{}/{room}.rs", operation.name), text))
        .collect();
    let first = file(operation, usage, &rooms.index);
    files.push((format!("{}.rs", operation.name), first));
    files
}

/// The file that is first.
fn file(operation: &Operation, usage: &Usage, index: &str) -> String {
    let seen = Seen::from(operation);
    let mut file = RustFile::new(usage, seen, &operation.scope, Level::Operation);
    let name = camel(&operation.name);
    if operation.is_notification() {
        notification(&mut file, operation, &name);
    } else {
        request(&mut file, operation, &name);
    }
    types(&mut file);
    if !operation.is_notification() {
        if operation.is_page() {
            page(&mut file, operation, &name);
        } else {
            implementation(&mut file, operation, &name);
            function(&mut file, operation, &name);
        }
        facts::constants(&mut file, operation);
        if operation.version == Version::V2 {
            let names = every_name(operation);
            file.line(format_args!(
                "\n/// All names of request and response.\nconst NAMES: &[&str] = &[{names}];"
            ));
        }
    }
    let head = match operation.kind {
        OperationKind::Call | OperationKind::Page => {
            format!("{} {}", method(operation.method), operation.path)
        }
        OperationKind::Notification => operation.events.join(", "),
    };
    file.finish(&format!(
        "//! {} ({}): `{head}`.\n\n{index}",
        operation.title.en, operation.title.zh
    ))
}

fn request(file: &mut RustFile<'_>, operation: &Operation, name: &str) {
    let doc = of_operation(operation) + &aliases(operation);
    sent::structs(file, name, &doc, &operation.request);
    sent::from_json(file, name, &operation.request);
    let doc = format!("The response to [`{name}`].");
    let response = format!("{name}Response");
    match &operation.reply {
        Reply::Own(fields) if !operation.is_page() => {
            received::reply(file, &response, &doc, fields);
        }
        Reply::Shared(ty) if file.usage.is_member(file.seen, ty) => {
            received::holder(file, &response, &doc, ty);
        }
        _ => {}
    }
}

/// A notification is what its resource is read into.
fn notification(file: &mut RustFile<'_>, operation: &Operation, name: &str) {
    file.client("Notification");
    file.core("DecodeError");
    file.import("wxpay_sign", "Verified");
    let message = received::message(file);
    let (ty, body) = match &operation.reply {
        Reply::Shared(ty) if file.usage.is_member(file.seen, ty) => {
            let doc = head(operation);
            received::holder(file, name, &doc, ty);
            let body = hold(file, operation.version, "Self", ty, "resource", "");
            (name.to_owned(), body)
        }
        Reply::Shared(ty) if file.usage.is_told_twice(file.seen, ty) => {
            received::teller(file, name, &head(operation), ty);
            let member = names::field(&ty.name);
            let body = format!("Ok(Self {{ {member}: {}::of(resource)? }})\n", ty.name);
            (name.to_owned(), body)
        }
        Reply::Shared(ty) => {
            let shared = file.named(ty);
            let body = "Self::of(resource)\n".to_owned();
            (shared, body)
        }
        _ => {
            let fields = operation.response();
            let doc = head(operation);
            received::reply(file, name, &doc, fields);
            let body = read_reply(file, operation.version, fields, "Self", "resource", "");
            (name.to_owned(), body)
        }
    };
    let events: Vec<String> = operation
        .events
        .iter()
        .map(|event| format!("{event:?}"))
        .collect();
    file.line(format_args!(
        "impl Notification for {ty} {{\nconst NAME: &'static str = \"{}\";\nconst EVENTS: &'static [&'static str] = &[{}];\n\nfn of(resource: Verified<{message}>) -> Result<Self, DecodeError> {{\n{body}}}\n}}\n",
        operation.full_name(),
        events.join(", "),
    ));
}

fn head(operation: &Operation) -> String {
    format!(
        "{} ({}) ([document]({})).\n\n{}",
        operation.title.en,
        operation.title.zh,
        operation.doc,
        operation.notes.as_deref().unwrap_or_default()
    )
}

/// The operation's own types, but for its objects.
fn types(file: &mut RustFile<'_>) {
    let scope = file.scope;
    for ty in scope.types.values() {
        let seen = TypeRef {
            name: ty.name.clone(),
            level: scope.level,
        };
        if file.room_of(&seen).is_none() {
            named(file, &seen, &ty.shape, "");
        }
    }
}

/// One named type; `visible` is who may write or read it.
pub(super) fn named(file: &mut RustFile<'_>, ty: &TypeRef, shape: &Shape, visible: &str) {
    let name = &ty.name;
    let is_sent = file.usage.is_sent(file.seen, ty);
    match shape {
        Shape::Object(fields) if is_sent => {
            let doc = "/// A part of a request.\n";
            sent::structs(file, name, doc, fields);
            sent::object(file, name, fields, visible);
        }
        Shape::Object(fields) => {
            received::part(file, name, fields);
            received::object(file, name, fields, visible);
        }
        Shape::Choice(fields) => sent::choice(file, name, fields),
        Shape::Group(fields) | Shape::Numbered(fields) => received::part(file, name, fields),
        Shape::Enum(values) => enumeration::write(file, name, values, is_sent),
    }
}

/// A page has a URL and no response.
fn page(file: &mut RustFile<'_>, operation: &Operation, name: &str) {
    for import in ["Client", "Form", "Page"] {
        file.client(import);
    }
    file.core("InvalidInput");
    file.core("Result");
    let meta = facts::meta(file, operation);
    let encode = encode::request(file, operation);
    file.line(format_args!(
        "impl Page for {name} {{\nconst META: &'static Meta = &{meta};\n\nfn encode(&self, form: &mut Form) -> Result<(), InvalidInput> {{\n{encode}}}\n}}\n"
    ));
    file.line(format_args!(
        "/// {}: [`Client::page_url`] as a function.\n///\n/// # Errors\n/// A field breaks a documented rule. Nothing is sent in any case.\npub fn {}(client: &Client, request: &{name}) -> Result<String> {{\nclient.page_url(request)\n}}",
        operation.title.en, operation.name
    ));
}

fn implementation(file: &mut RustFile<'_>, operation: &Operation, name: &str) {
    file.client("Endpoint");
    file.core("InvalidInput");
    let meta = facts::meta(file, operation);
    let fills = match operation.version {
        Version::V2 => format!("form: &mut {}", file.client("Form")),
        Version::V3 => format!("call: &mut {}", file.client("Call")),
    };
    let encode = encode::request(file, operation);
    file.line(format_args!("impl Endpoint for {name} {{"));
    let response = response(file, operation, name);
    file.line(format_args!(
        "type Response = {response};\n\nconst META: &'static Meta = &{meta};\n\nfn encode(&self, {fills}) -> Result<(), InvalidInput> {{\n{encode}}}\n"
    ));
    file.core("DecodeError");
    file.import("wxpay_sign", "Verified");
    let message = received::message(file);
    if matches!(operation.reply, Reply::File) {
        file.import("bytes", "Bytes");
        let takes = match operation.version {
            Version::V2 => "decode_file",
            Version::V3 => "decode_body",
        };
        file.line(format_args!(
            "/// The response is a file: [`{takes}`](Self::{takes}) takes it as it is.\nfn decode(&self, _: Verified<{message}>) -> Result<Self::Response, DecodeError> {{\nErr(DecodeError::malformed(\"body\"))\n}}\n\nfn {takes}(&self, file: Verified<Bytes>) -> Result<Self::Response, DecodeError> {{\nOk(file)\n}}\n}}\n"
        ));
        return;
    }
    let decode = match &operation.reply {
        Reply::Own(fields) => {
            let echoes = decode::echoes(file, operation);
            read_reply(file, operation.version, fields, &response, "reply", &echoes)
        }
        Reply::Shared(ty) if file.usage.is_member(file.seen, ty) => {
            let echoes = decode::echoes(file, operation);
            hold(file, operation.version, &response, ty, "reply", &echoes)
        }
        Reply::Shared(_) => {
            let echoes = decode::echoes(file, operation);
            let check = if echoes.is_empty() {
                String::new()
            } else {
                let fields = open(file, operation.version, "reply");
                format!("{fields}{echoes}")
            };
            format!("{check}{response}::of(reply)\n")
        }
        Reply::Empty | Reply::File => "Ok(reply)\n".to_owned(),
    };
    file.line(format_args!(
        "fn decode(&self, reply: Verified<{message}>) -> Result<Self::Response, DecodeError> {{\n{decode}}}\n}}\n"
    ));
}

/// The type of the response.
fn response(file: &mut RustFile<'_>, operation: &Operation, name: &str) -> String {
    match &operation.reply {
        Reply::Own(_) => format!("{name}Response"),
        Reply::Shared(ty) if file.usage.is_member(file.seen, ty) => format!("{name}Response"),
        Reply::Shared(ty) => file.named(ty),
        Reply::Empty => {
            file.import("wxpay_sign", "Verified");
            format!("Verified<{}>", received::message(file))
        }
        Reply::File => {
            file.import("wxpay_sign", "Verified");
            format!("Verified<{}>", file.import("bytes", "Bytes"))
        }
    }
}

/// The statements that read a response which holds an object that others have as a member.
fn hold(
    file: &mut RustFile<'_>,
    version: Version,
    name: &str,
    ty: &TypeRef,
    reply: &str,
    echoes: &str,
) -> String {
    let opened = open(file, version, reply);
    let held = file.named(ty);
    let member = names::field(&ty.name);
    let last = if reply == "reply" {
        "reply".to_owned()
    } else {
        format!("reply: {reply}")
    };
    format!("{opened}{echoes}Ok({name} {{\n{member}: {held}::read(&fields)?,\n{last},\n}})\n")
}

fn open(file: &mut RustFile<'_>, version: Version, reply: &str) -> String {
    match version {
        Version::V2 => {
            file.client("Fields");
            format!("let fields = Fields::of({reply}.get());\n")
        }
        Version::V3 => {
            file.client_json("Object");
            format!("let fields = Object::of({reply}.get())?;\n")
        }
    }
}

/// The statements that read a whole response.
pub(super) fn read_reply(
    file: &mut RustFile<'_>,
    version: Version,
    fields: &[Field],
    name: &str,
    reply: &str,
    echoes: &str,
) -> String {
    let from = match version {
        Version::V2 => From::Params,
        Version::V3 => From::Json,
    };
    let bind = decode::bind(file, fields, from);
    let members = decode::members(file, fields, from);
    let last = if reply == "reply" {
        "reply".to_owned()
    } else {
        format!("reply: {reply}")
    };
    if echoes.is_empty() && bind.is_empty() && members.is_empty() {
        return format!("Ok({name} {{ {last} }})\n");
    }
    let opened = open(file, version, reply);
    format!("{opened}{echoes}{bind}Ok({name} {{\n{members}{last},\n}})\n")
}

fn function(file: &mut RustFile<'_>, operation: &Operation, name: &str) {
    let response = response(file, operation, name);
    file.client("Client");
    file.core("Result");
    file.line(format_args!(
        "/// {}: [`Client::send`] as a function.\n///\n/// # Errors\n/// As [`{name}`] lists them; [`Error::outcome`](wxpay_core::Error::outcome) says what one means for the money.\npub async fn {}(client: &Client, request: &{name}) -> Result<{response}> {{\nclient.send(request).await\n}}",
        operation.title.en, operation.name
    ));
}

/// The names of all fields of request and response, those of the client and of every response
/// included.
fn every_name(operation: &Operation) -> String {
    let mut names: BTreeSet<String> = [
        operation.app_id_name(),
        "err_code",
        "err_code_des",
        operation.mch_id_name(),
        "nonce_str",
        "result_code",
        "return_code",
        "return_msg",
        "sign",
        "sign_type",
    ]
    .map(str::to_owned)
    .into();
    names.retain(|name| !name.is_empty());
    if operation.workwx_sign.is_some() {
        names.insert("workwx_sign".to_owned());
    }
    collect(operation, &operation.request, &mut names);
    collect(operation, operation.response(), &mut names);
    names.iter().map(|name| format!("\"{name}\",\n")).collect()
}

fn collect(operation: &Operation, fields: &[Field], names: &mut BTreeSet<String>) {
    for field in fields {
        match &field.kind {
            Kind::Choice(ty) | Kind::Group(ty) | Kind::Numbered(ty) => {
                names.extend(field.count.clone());
                collect(operation, operation.scope.fields(ty), names);
            }
            _ => {
                names.insert(field.wire.clone());
                names.extend(field.also.iter().cloned());
            }
        }
    }
}
