//! Samples of other people's messages, one line of JSON each, held against the typed operations.

use serde::Deserialize;
use serde_json::Value;
use wxpay_catalog::{Operation, Version};

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

#[derive(Debug, Deserialize, Eq, PartialEq)]
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
    let found = if line.side == Side::Event {
        candidates(line)
    } else {
        operation(line).into_iter().collect()
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
    let version = match operation.version {
        Version::V2 => "v2",
        _ => "v3",
    };
    typed(operation).filter(|_| version == line.version)
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
    let given = request_of_sample(operation, sample);
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

fn response(operation: &Operation, typed: &Typed, sample: &Value) -> Result<(), String> {
    let message = response_of_sample(sample);
    let asked = asked(operation, &message);
    let decoded = typed.decode(&asked, &message)?;
    let reachable = reachable(operation, &decoded);
    for (name, expected) in message.as_object().into_iter().flatten() {
        if is_common(operation, name) || is_absent(expected) {
            continue;
        }
        match reachable.get(name) {
            Some(got) if same(expected, got) => {}
            Some(got) if got == "[redacted]" => {}
            got => return Err(difference(name, expected, got)),
        }
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
