//! Every operation, typed and by its description.

use serde_json::Value;
use wxpay_api::json::Json;
use wxpay_catalog::{Operation, Reply};
use wxpay_client::dynamic::DynamicRequest;
use wxpay_tests::operations::{
    Extent, OPERATIONS, Typed, by_description, facts_by_description, read_by_description, request,
    response,
};

const EXTENTS: [Extent; 2] = [Extent::All, Extent::Least];

fn calls() -> impl Iterator<Item = (&'static Typed, &'static Operation)> {
    every().filter(|(_, operation)| operation.method.is_some())
}

fn every() -> impl Iterator<Item = (&'static Typed, &'static Operation)> {
    OPERATIONS.iter().map(|typed| {
        let operation = wxpay_catalog::find(typed.name);
        (typed, operation.unwrap_or_else(|| panic!("{}", typed.name)))
    })
}

#[test]
fn the_catalogue_has_what_is_typed_and_nothing_else() {
    let mut typed: Vec<&str> = OPERATIONS.iter().map(|typed| typed.name).collect();
    typed.sort_unstable();
    let known: Vec<&str> = wxpay_catalog::entries()
        .iter()
        .map(wxpay_catalog::Entry::name)
        .collect();
    assert_eq!(typed, known);
}

#[test]
fn typed_and_described_facts_are_the_same() {
    for (typed, operation) in calls() {
        assert_eq!(
            typed.facts(),
            facts_by_description(operation),
            "{}",
            typed.name
        );
    }
}

#[test]
fn a_described_request_shows_its_operation_alone() {
    let (_, operation) = calls().next().unwrap();
    let request = Json::object([("out_trade_no", Json::from("personal"))]);
    let shown = format!("{:?}", DynamicRequest::new(operation, request));
    assert!(shown.contains(&operation.name), "{shown}");
    assert!(!shown.contains("personal"), "{shown}");
}

#[test]
fn typed_and_described_requests_are_the_same_bytes() {
    for (typed, operation) in calls() {
        for extent in EXTENTS {
            let request = request(operation, extent);
            let one = typed.prepare(&request);
            let other = by_description(operation, &request);
            assert!(one.is_ok(), "{} {extent:?}: {one:?} {request}", typed.name);
            assert_eq!(one, other, "{} {extent:?}: {request}", typed.name);
        }
    }
}

#[test]
fn typed_and_described_responses_are_read_alike() {
    for (typed, operation) in every() {
        if operation.reply != Reply::Message {
            continue;
        }
        for extent in EXTENTS {
            let request = request(operation, extent);
            let message = response(operation, &request, extent);
            let one = typed.decode(&request, &message);
            let other = read_by_description(operation, &request, &message);
            assert!(one.is_ok(), "{} {extent:?}: {one:?} {message}", typed.name);
            assert_eq!(one, other, "{} {extent:?}: {message}", typed.name);
        }
    }
}

#[test]
fn a_response_without_a_required_field_is_refused_alike() {
    for (typed, operation) in every() {
        let request = request(operation, Extent::Least);
        let message = response(operation, &request, Extent::Least);
        for name in message
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            let mut less = message.clone();
            less.as_object_mut().unwrap().remove(name);
            let one = typed.decode(&request, &less);
            let other = read_by_description(operation, &request, &less);
            if operation.reply == Reply::Message {
                assert_eq!(one, other, "{} without {name}", typed.name);
            }
        }
    }
}

#[test]
fn a_request_that_breaks_a_rule_is_refused_alike() {
    for (typed, operation) in calls() {
        let whole = request(operation, Extent::All);
        for name in whole
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            for broken in [Value::Null, "".into(), "x".repeat(5000).into(), (-5).into()] {
                let mut request = whole.clone();
                request[name] = broken.clone();
                let one = typed.prepare(&request);
                let other = by_description(operation, &request);
                assert_eq!(
                    one.is_ok(),
                    other.is_ok(),
                    "{} with {name} {broken}: {one:?} {other:?}",
                    typed.name
                );
            }
        }
        let mut unknown = whole.clone();
        unknown["no_such_field"] = 1.into();
        let refusals = [
            typed.prepare(&unknown).unwrap_err(),
            by_description(operation, &unknown).unwrap_err(),
        ];
        for refusal in refusals {
            assert!(refusal.contains("no_such_field"), "{refusal}");
        }
    }
}

#[test]
fn further_members_are_sent_and_known_ones_refused() {
    for (typed, operation) in calls() {
        let mut request = request(operation, Extent::Least);
        request["extra"] = serde_json::json!({"brand_new": "yes"});
        let sent = typed.prepare(&request).unwrap();
        assert!(
            sent.body.contains("brand_new") || sent.target.contains("brand_new=yes"),
            "{sent:?}"
        );
        assert_eq!(Ok(sent), by_description(operation, &request));
        let Some(known) = operation.request.iter().find(|field| field.ty != "one_of") else {
            continue;
        };
        request["extra"] = serde_json::json!({ known.wire(): "no" });
        for refused in [typed.prepare(&request), by_description(operation, &request)] {
            let refused = refused.unwrap_err();
            assert!(refused.contains(known.wire()), "{}: {refused}", typed.name);
        }
    }
}

#[test]
fn an_echo_that_differs_is_refused_alike() {
    for (typed, operation) in calls() {
        let request = request(operation, Extent::Least);
        let message = response(operation, &request, Extent::Least);
        let chosen = operation.request.iter().flat_map(|field| &field.fields);
        let asked = operation.request.iter().chain(chosen);
        for field in asked.chain(&operation.response) {
            let name = field.wire();
            if field.echo.is_none() || message.get(name).is_none() || request.get(name).is_none() {
                continue;
            }
            let mut other = message.clone();
            other[name] = "SomethingElse1".into();
            let refused = typed.decode(&request, &other).unwrap_err();
            assert!(refused.contains(name), "{}: {refused}", typed.name);
            assert_eq!(
                Err(refused),
                read_by_description(operation, &request, &other)
            );
        }
    }
}

/// A member that is given as an empty text is not sent, so no response has to repeat it.
#[test]
fn an_empty_text_demands_no_echo() {
    let mut read = 0;
    for (typed, operation) in calls() {
        let least = request(operation, Extent::Least);
        let most = request(operation, Extent::All);
        let chosen = operation.request.iter().flat_map(|field| &field.fields);
        let asked = operation.request.iter().chain(chosen);
        for field in asked.chain(&operation.response) {
            let name = field.wire();
            let told = most.get(name).filter(|value| value.is_string());
            let Some(told) = told.filter(|_| field.echo.is_some() && least.get(name).is_none())
            else {
                continue;
            };
            let mut request = least.clone();
            request[name] = "".into();
            let mut message = response(operation, &request, Extent::Least);
            message[name] = told.clone();
            let one = typed.decode(&request, &message);
            assert_eq!(one, read_by_description(operation, &request, &message));
            assert!(one.is_ok(), "{} with an empty {name}: {one:?}", typed.name);
            read += 1;
        }
    }
    assert!(read > 0, "no operation has such a member");
}
