//! Samples of other people's messages, one line of JSON each, held against the typed operations.

use serde::Deserialize;
use serde_json::Value;
use wxpay_catalog::{Certainty, Field, Operation, Version};

use super::convert::{
    ENCRYPTED, find, is_absent, is_common, reachable, request_of_sample, response_of_sample, said,
    same,
};
use super::{OPERATIONS, Typed};

/// One line of a file of samples.
#[derive(Debug, Deserialize)]
pub struct Line {
    /// What names it in the report.
    pub id: String,
    version: String,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    side: Side,
    #[serde(default)]
    event_type: Vec<String>,
    #[serde(default)]
    broken: bool,
    sample: Value,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Side {
    Request,
    Response,
    Event,
}

/// How a sample compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Every member is as it is in the sample.
    Passed,
    /// A member differs, or the sample can't be read.
    Failed(String),
    /// It can't be compared, for this reason.
    Skipped(&'static str),
}

/// Compares one sample.
pub fn check(line: &Line) -> Outcome {
    if line.broken {
        return Outcome::Skipped("broken");
    }
    let found = match (line.side, operation(line)) {
        (Side::Event, _) => candidates(line),
        (_, Some(found)) => vec![found],
        (_, None) => neighbours(line),
    };
    if found.is_empty() {
        return Outcome::Skipped("unknown operation");
    }
    let mut first = None;
    for (operation, typed) in found {
        let result = match line.side {
            Side::Request => request(operation, typed, &line.sample),
            Side::Response | Side::Event => response(operation, typed, &line.sample),
        };
        match result {
            Ok(()) => return Outcome::Passed,
            Err(difference) => first = first.or(Some(difference)),
        }
    }
    Outcome::Failed(first.unwrap_or_default())
}

type Found = (&'static Operation, &'static Typed);

fn operation(line: &Line) -> Option<Found> {
    let (method, path) = (line.method.as_deref()?, line.path.as_deref()?);
    let operation = wxpay_catalog::find_route(method, path)?;
    typed(operation).filter(|_| is_version(operation, &line.version))
}

fn is_version(operation: &Operation, name: &str) -> bool {
    let version = match operation.version {
        Version::V2 => "v2",
        _ => "v3",
    };
    version == name
}

/// The operations at a path that is known only with another method, or with an ID at its end: other
/// people's clients follow older documents.
fn neighbours(line: &Line) -> Vec<Found> {
    let Some(path) = line.path.as_deref() else {
        return Vec::new();
    };
    let is_near = |template: &str| {
        template.strip_prefix(path).is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with("/{") && rest.matches('/').count() == 1)
        })
    };
    wxpay_catalog::entries()
        .iter()
        .map(wxpay_catalog::Entry::operation)
        .filter(|operation| operation.path.as_deref().is_some_and(is_near))
        .filter(|operation| is_version(operation, &line.version))
        .filter_map(typed)
        .collect()
}

/// The notifications that an event may be.
fn candidates(line: &Line) -> Vec<Found> {
    wxpay_catalog::entries()
        .iter()
        .map(wxpay_catalog::Entry::operation)
        .filter(|operation| {
            let mut events = operation.events.iter();
            events.any(|event| line.event_type.contains(event))
        })
        .filter_map(typed)
        .collect()
}

fn typed(operation: &'static Operation) -> Option<Found> {
    let mut typed = OPERATIONS.iter();
    typed
        .find(|typed| typed.name == operation.name)
        .map(|typed| (operation, typed))
}

fn request(operation: &Operation, typed: &Typed, sample: &Value) -> Result<(), String> {
    let mut given = request_of_sample(operation, sample);
    if operation.certainty == Certainty::Official {
        // An older message lacks what the page asks for today.
        let least = super::request(operation, super::Extent::Least);
        complete(&mut given, &operation.request, &least);
    }
    let sent = typed.prepare(&given)?;
    let said = said(operation, &sent)?;
    for (name, expected) in sample.as_object().into_iter().flatten() {
        let field = find(&operation.request, name);
        let is_own = field.is_some_and(|field| field.from.is_some());
        if is_own || (field.is_none() && is_common(operation, name)) || is_absent(expected) {
            continue;
        }
        let expected = given.get(name).unwrap_or(expected);
        match said.get(name) {
            Some(got) if same(expected, got) => {}
            Some(got) if got == ENCRYPTED => {}
            got => return Err(difference(name, expected, got)),
        }
    }
    Ok(())
}

/// Adds the required members that a message lacks; which one of a choice it has is its own.
fn complete(message: &mut Value, fields: &[Field], least: &Value) {
    let Some(members) = message.as_object_mut() else {
        return;
    };
    for field in fields {
        if field.ty == "one_of" {
            let mut choice = field.fields.iter().map(Field::wire);
            let is_made = choice.clone().any(|name| members.contains_key(name));
            if let Some(name) = choice.next().filter(|_| !is_made)
                && let Some(value) = least.get(name)
            {
                members.insert(name.to_owned(), value.clone());
            }
            continue;
        }
        let Some(value) = least.get(field.wire()) else {
            continue;
        };
        match members.get_mut(field.wire()) {
            Some(Value::Array(list)) => {
                let of_item = field
                    .item
                    .as_ref()
                    .map_or(&field.fields, |item| &item.fields);
                let least = value.get(0).unwrap_or(value);
                list.iter_mut()
                    .for_each(|given| complete(given, of_item, least));
            }
            Some(given) => complete(given, &field.fields, value),
            None if field.required => {
                members.insert(field.wire().to_owned(), value.clone());
            }
            None => {}
        }
    }
}

fn response(operation: &'static Operation, typed: &Typed, sample: &Value) -> Result<(), String> {
    let message = response_of_sample(sample);
    let asked = asked(operation, &message);
    let says = |name: &str| {
        message
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if operation.version == Version::V2
        && [says("return_code"), says("result_code")].contains(&"FAIL")
    {
        return refused(
            operation,
            &asked,
            &message,
            (says("err_code"), says("err_code_des")),
        );
    }
    let decoded = typed.decode(&asked, &message)?;
    let reachable = reachable(operation, &decoded);
    for (name, expected) in message.as_object().into_iter().flatten() {
        if is_common(operation, name) || is_absent(expected) {
            continue;
        }
        match reachable.get(name) {
            Some(got) if same(expected, got) => {}
            got => return Err(difference(name, expected, got)),
        }
    }
    Ok(())
}

/// A failure is read right when its code is.
fn refused(
    operation: &'static Operation,
    asked: &Value,
    message: &Value,
    (code, description): (&str, &str),
) -> Result<(), String> {
    let (got, got_description) = super::refusal(operation, asked, message)?;
    if got.trim() != code.trim() {
        return Err(difference("err_code", &code.into(), Some(&got.into())));
    }
    if !description.is_empty() && got_description.trim() != description.trim() {
        let got = got_description.into();
        return Err(difference("err_code_des", &description.into(), Some(&got)));
    }
    Ok(())
}

/// A request to which this is a response: it asks for what the response repeats.
fn asked(operation: &Operation, message: &Value) -> Value {
    let mut request = super::request(operation, super::Extent::Least);
    let Some(members) = request.as_object_mut() else {
        return request;
    };
    for (name, value) in members.iter_mut() {
        if let Some(same) = message.get(name)
            && find(&operation.request, name)
                .is_some_and(|field| field.fields.is_empty() && field.item.is_none())
        {
            value.clone_from(same);
        }
    }
    request
}

fn difference(name: &str, expected: &Value, got: Option<&Value>) -> String {
    let got = got.map_or_else(|| "nothing".to_owned(), Value::to_string);
    format!("{name}: got {got}, expected {expected}")
}
