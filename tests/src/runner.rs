//! Runs golden vectors of the schema `wechatpay-golden-vectors/1` against the public API.
//!
//! A kind's function sees the input of a vector and never its expectation: what it returns is
//! compared afterwards.

mod aead;
mod bill;
mod case;
mod certificate;
mod compare;
mod got;
mod kinds;
mod message;
mod notice;
mod outcome;
mod paid;
mod payment;
mod refund;
mod reply;
mod report;
mod request;
mod sealed;
mod sm;
mod small;
mod transfer;
mod upload;
mod v2;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value};
use wxpay_api::sign::provider::Provider;

pub use self::case::{Case, Malformed};
use self::compare::{Comparison, compare};
pub use self::got::{Got, Refusal};
use self::kinds::Kind;
pub use self::report::Report;

/// Runs every vector of a file.
///
/// # Errors
/// The text is not a file of vectors.
pub fn run(text: &[u8], provider: Provider) -> Result<Report, Malformed> {
    let file: Value = serde_json::from_slice(text)
        .map_err(|error| Malformed::new(format!("it is not JSON: {error}")))?;
    let vectors = file
        .get("vectors")
        .and_then(Value::as_array)
        .ok_or_else(|| Malformed::new("it has no list `vectors`"))?;
    let none = Map::new();
    let keys = file.get("keys").and_then(Value::as_object).unwrap_or(&none);
    let mut report = Report::default();
    for (n, vector) in vectors.iter().enumerate() {
        let id = vector
            .get("id")
            .and_then(Value::as_str)
            .map_or_else(|| format!("vector {n}"), str::to_owned);
        match check(vector, keys, provider) {
            Ok(Checked::Compared(comparison)) => report.compared(&id, &comparison),
            Ok(Checked::Unknown(kind)) => report.skip(kind),
            Err(malformed) => report.fail(&id, &malformed.to_string()),
        }
    }
    Ok(report)
}

/// What the library makes of one input, or `None` for a kind that is not known here.
///
/// # Errors
/// The input lacks a member that its kind must have, or the library panicked.
pub fn evaluate(
    kind: &str,
    input: &Map<String, Value>,
    keys: &Map<String, Value>,
    provider: Provider,
) -> Result<Option<Got>, Malformed> {
    let kind = kinds::find(kind);
    kind.map(|kind| call(kind, &Case::new(input, keys, provider)))
        .transpose()
}

fn call(kind: Kind, case: &Case<'_>) -> Result<Got, Malformed> {
    catch_unwind(AssertUnwindSafe(|| kind(case)))
        .unwrap_or_else(|_| Err(Malformed::new("the library panicked")))
}

enum Checked<'a> {
    Compared(Comparison),
    Unknown(&'a str),
}

fn check<'a>(
    vector: &'a Value,
    keys: &Map<String, Value>,
    provider: Provider,
) -> Result<Checked<'a>, Malformed> {
    let object = |name: &str| {
        let member = vector.get(name).and_then(Value::as_object);
        member.ok_or_else(|| Malformed::new(format!("the vector has no object `{name}`")))
    };
    let name = vector
        .get("kind")
        .and_then(Value::as_str)
        .ok_or_else(|| Malformed::new("the vector has no text `kind`"))?;
    let Some(kind) = kinds::find(name) else {
        return Ok(Checked::Unknown(name));
    };
    let (input, expected) = (object("input")?, object("expected")?);
    let got = call(kind, &Case::new(input, keys, provider))?;
    Ok(Checked::Compared(compare(&got, expected)))
}

/// Runs what needs no more than this thread, as everything in memory does.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without I/O needs nothing")
        .block_on(future)
}
