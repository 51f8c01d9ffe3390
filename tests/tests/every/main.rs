//! Every operation of the catalogue, called by its description as `wxpay call` does, over TLS,
//! against the sandbox: the response is verified, decoded, and decoded once more by the typed
//! operation.

mod refused;
mod world;

use std::collections::BTreeMap;

use serde_json::Value;
use wxpay_api::core::{Error, ErrorKind, Outcome, Params, XmlLimits};
use wxpay_catalog::{Field, Operation, Reply, Version};
use wxpay_sandbox::{Api, Fault};
use wxpay_tests::operations::{Extent, OPERATIONS, Typed, read_by_description};

use self::refused::{ANSWERED, PAGES, REFUSED, SAME_PATH, WRITES};
use self::world::World;

/// What became of the calls.
#[derive(Debug, Default, Eq, PartialEq)]
struct Count {
    /// Verified and decoded, by its description and typed.
    answered: usize,
    /// Refused by an endpoint with behaviour, with the code of the table in a verified response.
    refused: usize,
    /// Opened by a user's browser.
    pages: usize,
}

fn calls() -> impl Iterator<Item = (&'static Typed, &'static Operation)> {
    OPERATIONS.iter().filter_map(|typed| {
        let operation = wxpay_catalog::find(typed.name)?;
        operation.method.is_some().then_some((typed, operation))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_answered() {
    let world = World::new().await;
    let mut count = Count::default();
    let mut wrong = Vec::new();
    for (typed, operation) in calls() {
        if PAGES.contains(&typed.name) {
            count.pages += 1;
            continue;
        }
        match call(&world, typed, operation, Extent::Least).await {
            Ok(true) => count.answered += 1,
            Ok(false) => count.refused += 1,
            Err(error) => wrong.push(format!("{}: {error}", typed.name)),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    // Who adds an operation, or behaviour to one, corrects these by hand.
    let expected = Count {
        answered: ANSWERED,
        refused: REFUSED.len(),
        pages: PAGES.len(),
    };
    assert_eq!(count, expected);
    assert_eq!(calls().count(), ANSWERED + REFUSED.len() + PAGES.len());
}

/// What has behaviour looks at more than the catalogue describes, so that it is called with its own
/// arguments elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_described_operation_is_answered_with_all_its_fields() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    for (typed, operation) in calls() {
        if PAGES.contains(&typed.name) || Api::named(typed.name).is_some() {
            continue;
        }
        match call(&world, typed, operation, Extent::All).await {
            Ok(true) => {}
            other => wrong.push(format!("{}: {other:?}", typed.name)),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a merchant of the national algorithms (国密) encrypts is read, and what it is told is signed
/// with SM2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_described_operation_with_encrypted_fields_is_answered_with_sm2() {
    let world = World::sm().await;
    let mut wrong = Vec::new();
    let mut called = 0;
    for (typed, operation) in calls().filter(|(_, operation)| has_secrets(operation)) {
        let path = operation.path.as_deref().unwrap_or_default();
        let is_of_v3 = operation.version != Version::V2 && !path.starts_with("/brand/");
        if !is_of_v3 || Api::named(typed.name).is_some() {
            continue;
        }
        called += 1;
        match call(&world, typed, operation, Extent::All).await {
            Ok(true) => {}
            other => wrong.push(format!("{}: {other:?}", typed.name)),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(called > 50, "{called}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_code_leaves_the_outcome_of_every_write_unknown() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    let mut writes = 0;
    for (typed, operation) in calls().filter(|(_, operation)| operation.effect == "write") {
        let seen_as = SAME_PATH.get(typed.name).unwrap_or(&typed.name);
        let api = seen_as.parse().unwrap();
        let fault = Fault::error_code("A_CODE_OF_TOMORROW", "明天的错误码");
        world.sandbox.inject(api, fault).unwrap();
        let request = world.request(operation, Extent::Least);
        writes += 1;
        match world.send(operation, &request).await {
            Err(error)
                if error.outcome() == Outcome::Unknown
                    && code_of(&error) == Some("A_CODE_OF_TOMORROW") => {}
            other => wrong.push(format!("{}: {other:?}", typed.name)),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(writes, WRITES);
}

/// Calls an operation; false if the table says that it is refused, and it was.
async fn call(
    world: &World,
    typed: &Typed,
    operation: &'static Operation,
    extent: Extent,
) -> Result<bool, String> {
    let request = world.request(operation, extent);
    let before = world.sandbox.last_request();
    let sent = world.send(operation, &request).await;
    let seen = world.seen();
    if seen.number == before {
        return Err(format!("was not sent: {sent:?}"));
    }
    let known = seen.api.map(|api| api.name());
    let expected = [Some(typed.name), SAME_PATH.get(typed.name).copied()];
    if known.is_none() || !expected.contains(&known) {
        return Err(format!("was taken for {known:?}"));
    }
    if let Some(check) = seen.signatures.iter().find(|check| !check.held) {
        return Err(format!("the signature did not hold: {check:?}"));
    }
    if let Some(code) = REFUSED.get(typed.name) {
        return match sent {
            Err(error) if code_of(&error) == Some(code) => Ok(false),
            other => Err(format!("was not refused with {code}: {other:?}")),
        };
    }
    let response = sent.map_err(|error| {
        let reply = String::from_utf8_lossy(&seen.reply);
        format!("{error:?} {request} {reply}")
    })?;
    match operation.reply {
        Reply::File => {
            let file = response.file.ok_or("no file came")?;
            if file.is_empty() {
                return Err("the file is empty".to_owned());
            }
        }
        Reply::Empty => {}
        _ => {
            let message = message(operation, &seen.reply)?;
            let one = typed.decode(&request, &message);
            let one = one.map_err(|error| format!("typed: {error} {message}"))?;
            let other = read_by_description(operation, &request, &message);
            if Ok(one) != other {
                return Err("was read in two ways".to_owned());
            }
        }
    }
    Ok(true)
}

/// Whether a request or its response has encrypted fields (敏感信息).
fn has_secrets(operation: &Operation) -> bool {
    fn are_secret(fields: &[Field]) -> bool {
        fields.iter().any(|field| {
            let item = field.item.as_deref().map_or(&[][..], std::slice::from_ref);
            field.encrypted || field.ty == "Sealed" || are_secret(&field.fields) || are_secret(item)
        })
    }
    are_secret(&operation.request) || are_secret(&operation.response)
}

/// The code of a refusal.
fn code_of(error: &Error) -> Option<&str> {
    match error.kind() {
        ErrorKind::Business(refusal) => Some(refusal.code()),
        // With a `return_code` of `FAIL` nothing of APIv2 is signed.
        ErrorKind::Protocol(failure) => failure.claimed_code(),
        _ => None,
    }
}

/// A response as JSON.
fn message(operation: &Operation, reply: &[u8]) -> Result<Value, String> {
    if operation.version != Version::V2 {
        return serde_json::from_slice(reply).map_err(|error| error.to_string());
    }
    let mut limits = XmlLimits::default();
    limits.depth = 2;
    let params = Params::from_xml_within(reply, &limits).map_err(|error| error.to_string())?;
    let members: BTreeMap<&str, &str> = params.iter().collect();
    serde_json::to_value(members).map_err(|error| error.to_string())
}
