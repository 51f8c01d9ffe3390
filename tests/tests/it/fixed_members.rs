//! Members that always have the same value: who gives that value is right, who gives another is
//! told so.

use serde_json::{Value, json};
use wxpay_catalog::{Field, Is, Operation};
use wxpay_tests::operations::{Extent, OPERATIONS, Typed, by_description, request};

/// A fixed member: the JSON pointer of its object, its name and its value.
#[derive(Debug)]
struct Fixed {
    object: String,
    name: &'static str,
    value: Value,
}

#[test]
fn a_fixed_member_may_be_given_with_its_own_value() {
    let mut operations = 0;
    for (typed, operation) in calls() {
        let plain = request(operation, Extent::All);
        let fixed = fixed(operation, &plain);
        if fixed.is_empty() {
            continue;
        }
        operations += 1;
        let expected = typed.prepare(&plain).unwrap();
        let whole = fixed.iter().fold(plain, |request, fixed| {
            with(request, fixed, fixed.value.clone())
        });
        assert_eq!(typed.prepare(&whole).as_ref(), Ok(&expected), "{whole}");
        let described = by_description(operation, &whole);
        assert_eq!(described.as_ref(), Ok(&expected), "{whole}");
    }
    assert!(operations > 50, "{operations}");
}

#[test]
fn a_fixed_member_that_is_null_or_empty_is_absent() {
    for (typed, operation) in calls() {
        let plain = request(operation, Extent::All);
        let expected = typed.prepare(&plain).unwrap();
        for fixed in fixed(operation, &plain) {
            for absent in [Value::Null, json!("")] {
                let given = with(plain.clone(), &fixed, absent);
                assert_eq!(typed.prepare(&given).as_ref(), Ok(&expected), "{given}");
                let described = by_description(operation, &given);
                assert_eq!(described.as_ref(), Ok(&expected), "{given}");
            }
        }
    }
}

#[test]
fn a_fixed_member_with_another_value_is_refused_with_the_right_one() {
    for (typed, operation) in calls() {
        let plain = request(operation, Extent::All);
        for fixed in fixed(operation, &plain) {
            let rule = format!("is always {}; leave it out", fixed.value);
            let others = [json!("USD"), json!(77), json!(true), json!({}), json!([])];
            for other in others {
                let given = with(plain.clone(), &fixed, other);
                let of_typed = typed.prepare(&given).unwrap_err();
                let of_described = by_description(operation, &given).unwrap_err();
                for error in [of_typed, of_described] {
                    assert!(error.contains(&rule), "{}: {error}", typed.name);
                    assert!(error.contains(fixed.name), "{}: {error}", typed.name);
                }
            }
        }
    }
}

#[test]
fn the_error_names_the_path_to_the_member() {
    let operation = wxpay_catalog::find("v3.refund.create_refund").unwrap();
    let mut given = request(operation, Extent::Least);
    given["amount"]["currency"] = json!("HKD");
    let mut typed = OPERATIONS.iter();
    let typed = typed.find(|typed| typed.name == operation.name).unwrap();
    for error in [
        typed.prepare(&given).unwrap_err(),
        by_description(operation, &given).unwrap_err(),
    ] {
        assert!(error.contains("amount.currency"), "{error}");
        assert!(error.contains("is always \"CNY\""), "{error}");
    }
}

fn calls() -> impl Iterator<Item = (&'static Typed, &'static Operation)> {
    let every = OPERATIONS.iter().map(|typed| {
        let operation = wxpay_catalog::find(typed.name);
        (typed, operation.unwrap_or_else(|| panic!("{}", typed.name)))
    });
    every.filter(|(_, operation)| operation.method.is_some())
}

/// The fixed members of what a request has, at any depth.
fn fixed(operation: &'static Operation, request: &Value) -> Vec<Fixed> {
    let mut found = Vec::new();
    collect(&operation.request, request, "", &mut found);
    found
}

fn collect(fields: &'static [Field], given: &Value, object: &str, found: &mut Vec<Fixed>) {
    for field in fields {
        if let Some(is) = &field.fixed {
            found.push(Fixed {
                object: object.to_owned(),
                name: field.wire(),
                value: value(is),
            });
        }
        if field.ty == "one_of" {
            collect(&field.fields, given, object, found);
            continue;
        }
        let inner = format!("{object}/{}", field.wire());
        match given.get(field.wire()) {
            Some(member @ Value::Object(_)) => collect(&field.fields, member, &inner, found),
            Some(Value::Array(list)) => {
                let Some(item) = field.item.as_deref() else {
                    continue;
                };
                for (n, member) in list.iter().enumerate() {
                    collect(&item.fields, member, &format!("{inner}/{n}"), found);
                }
            }
            _ => {}
        }
    }
}

fn value(is: &Is) -> Value {
    match is {
        Is::Flag(flag) => json!(flag),
        Is::Number(number) => json!(number),
        Is::Text(text) => json!(text),
        other => panic!("{other:?}"),
    }
}

fn with(mut request: Value, fixed: &Fixed, value: Value) -> Value {
    let object = request.pointer_mut(&fixed.object).unwrap();
    object[fixed.name] = value;
    request
}
