//! Requests of APIv3 to operations without behaviour.

use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use wxpay_catalog::{Field, Operation, Place, Reply};

use super::answer::Described;
use super::form::{Issue, Rules};
use super::reply::Filling;
use super::values::Values;
use super::{digest, first_asked, wrong_host};
use crate::v3::{Answer, Body, Request, no_serial};

/// Checks a request whose signature held, and answers it.
pub(crate) fn respond(
    request: &Request<'_>,
    operation: &'static Operation,
) -> Result<Answer, Answer> {
    let asked = checked(request, operation)?;

    let digest = digest::of(&asked);
    let time = first_asked(request.shared, operation, &asked, digest, request.commit)
        .map_err(|_| used(operation))?;
    let filling = Filling {
        operation,
        asked: &asked,
        values: Values {
            random: &request.shared.random,
            subject: subject(&asked, digest),
            now: time,
            amount: amount(&operation.request, &asked),
            caller: &request.caller,
        },
        texts: false,
    };
    Ok(answer(operation, &filling))
}

/// What a request says, if it has the form that its description asks for.
pub(crate) fn checked(
    request: &Request<'_>,
    operation: &Operation,
) -> Result<Map<String, Value>, Answer> {
    if let Some(said) = wrong_host(operation, request.call) {
        return Err(Answer::error(404, "INVALID_REQUEST", &said));
    }
    let key = request.key.as_deref();
    if operation.serial && key.is_none() {
        return Err(no_serial());
    }
    let rules = Rules { key, texts: false };
    let given = given(request, operation)?;
    let asked = rules
        .check(&operation.request, &given)
        .map_err(|issue| param_error(&issue))?;
    check_file(request, operation, &asked)?;
    Ok(asked)
}

/// The error of a code: with the status that its document gives it, if it is one of the
/// operation's.
pub(crate) fn error(operation: &Operation, code: &str, message: &str) -> Answer {
    let known = operation.errors.iter().find(|known| known.code == code);
    let status = known.and_then(|known| known.status);
    match status.filter(|status| StatusCode::from_u16(*status).is_ok()) {
        Some(401) | None => Answer::documented_error(code, message),
        Some(status) => Answer::error(status, code, message),
    }
}

fn answer(operation: &'static Operation, filling: &Filling<'_>) -> Answer {
    match operation.reply {
        Reply::Empty => return Answer::no_content(),
        Reply::File => {
            let bytes = format!("{}\n{}\n", operation.name, operation.title_zh).into_bytes();
            return match operation.digest_header.as_deref() {
                Some(header) => Answer::file_by_digest(FILE, bytes, header),
                None => Answer::file(FILE, bytes),
            };
        }
        _ => {}
    }
    let fields = operation.request.iter().flat_map(|field| {
        let chosen = field.fields.iter();
        chosen.chain(std::iter::once(field))
    });
    let fields = fields.chain(&operation.response);
    let body = Described {
        members: filling.message(),
        repeated: fields
            .filter(|field| field.echo.is_some())
            .map(Field::wire)
            .collect(),
    };
    if operation.accepted {
        Answer::accepted(body)
    } else {
        Answer::ok(body)
    }
}

/// What the request says, in whichever place.
fn given(request: &Request<'_>, operation: &Operation) -> Result<Map<String, Value>, Answer> {
    let mut given = Map::new();
    if operation
        .request
        .iter()
        .any(|field| place(field) == Place::Body)
    {
        given = body(request)?;
    }
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8_lossy();
        Value::from(text.into_owned())
    };
    for field in &operation.request {
        let name = field.wire();
        match place(field) {
            Place::Path => {
                given.insert(name.to_owned(), decoded(request.route.part(name)));
            }
            Place::Header => {
                let value = request.call.headers.get(name);
                if let Some(value) = value.and_then(|value| value.to_str().ok()) {
                    given.insert(name.to_owned(), Value::from(value));
                }
            }
            _ => {}
        }
    }
    for pair in request.call.query().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let mut fields = operation
            .request
            .iter()
            .filter(|field| place(field) == Place::Query);
        let is_known = fields.any(|field| match field.ty.as_str() {
            "one_of" => field.fields.iter().any(|one| one.wire() == name),
            _ => field.wire() == name,
        });
        if is_known {
            given.insert(name.to_owned(), decoded(value));
        }
    }
    Ok(given)
}

fn body(request: &Request<'_>) -> Result<Map<String, Value>, Answer> {
    let call = request.call;
    let body = match call.form() {
        Some(form) => Body::parse(&form.meta)?,
        // A request without a member has no body.
        None if call.body.is_empty() => return Ok(Map::new()),
        None => Body::read(call)?,
    };
    match body.into_value() {
        Value::Object(members) => Ok(members),
        _ => Err(Answer::error(400, "PARAM_ERROR", "请求体须为JSON对象")),
    }
}

/// The digest that an upload says of its file.
fn check_file(
    request: &Request<'_>,
    operation: &Operation,
    asked: &Map<String, Value>,
) -> Result<(), Answer> {
    let Some(form) = request.call.form() else {
        return Ok(());
    };
    if form.file.size == 0 {
        return Err(Answer::error(
            400,
            "PARAM_ERROR",
            "文件为空，请检查后重新提交",
        ));
    }
    let mut fields = operation.request.iter();
    let told = fields
        .find(|field| field.from.as_deref() == Some("file_sha256"))
        .and_then(|field| asked.get(field.wire())?.as_str());
    match told {
        Some(told) if !told.eq_ignore_ascii_case(&form.file.sha256) => {
            let message = "文件sha256值有误，请检查后重新提交";
            Err(Answer::error(400, "PARAM_ERROR", message))
        }
        _ => Ok(()),
    }
}

fn param_error(issue: &Issue) -> Answer {
    let location = match issue.place {
        Some(Place::Path) => "url",
        Some(Place::Query) => "query",
        Some(Place::Header) => "header",
        _ => "body",
    };
    Answer::param_error(location, &issue.field, issue.value.clone(), &issue.said)
}

/// The number was used with other parameters: the first of these codes that the document has.
fn used(operation: &Operation) -> Answer {
    let code = super::code_of(operation, USED).unwrap_or("INVALID_REQUEST");
    error(
        operation,
        code,
        "同一单号已用于另一请求，参数与首次请求不一致",
    )
}

fn place(field: &Field) -> Place {
    field.place.unwrap_or(Place::Body)
}

/// What numbers follow from: the number that the merchant gave where there is one, so that a query
/// comes to the same.
pub(crate) fn subject(asked: &Map<String, Value>, digest: [u8; 16]) -> String {
    let number = asked.iter().find(|(name, value)| {
        let name = name.as_str();
        value.is_string() && name.starts_with("out_") && name.ends_with("_no")
    });
    match number {
        Some((_, Value::String(number))) => number.clone(),
        _ => digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The first amount of a request.
pub(crate) fn amount(fields: &[Field], asked: &Map<String, Value>) -> Option<i64> {
    fields
        .iter()
        .find_map(|field| match asked.get(field.wire()) {
            None if field.ty == "one_of" => amount(&field.fields, asked),
            None => None,
            Some(Value::Object(members)) => amount(&field.fields, members),
            Some(value) if field.ty == "Fen" => super::scalar::text(value)?.parse().ok(),
            Some(_) => None,
        })
}

const USED: &[&str] = &[
    "OUT_TRADE_NO_USED",
    "ALREADY_EXISTS",
    "RESOURCE_ALREADY_EXISTS",
    "INVALID_REQUEST",
    "PARAM_ERROR",
];

const FILE: &str = "application/octet-stream";
