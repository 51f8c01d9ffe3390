//! The catalogue as a program meets it.
#![allow(clippy::unwrap_used)]

use wxpay_catalog::{Field, Operation, entries, find, find_route, search};

fn names(fields: &[Field], found: &mut Vec<String>) {
    for field in fields {
        found.push(field.name.clone());
        names(&field.fields, found);
        if let Some(item) = &field.item {
            names(std::slice::from_ref(item), found);
        }
    }
}

#[test]
fn every_entry_is_read_and_says_what_it_is() {
    let mut before = "";
    for entry in entries() {
        let operation = entry.operation();
        let Operation { name, effect, .. } = operation;
        assert!(before < name.as_str(), "{name} after {before}");
        before = name;
        assert_eq!(entry.name(), name);
        assert_eq!(entry.title_en(), operation.title_en);
        assert_eq!(entry.title_zh(), operation.title_zh);
        assert!(!operation.title_en.is_empty() && !operation.title_en.ends_with('.'));
        assert!(!operation.title_zh.is_ascii(), "{name}");
        assert!(operation.doc.starts_with("https://"), "{name}");
        let is_notification = effect == "notification";
        assert_eq!(operation.path.is_none(), is_notification, "{name}");
        assert_eq!(!operation.events.is_empty(), is_notification, "{name}");
        assert_eq!(operation.resolve.is_some(), effect == "write", "{name}");
        if let Some(query) = operation.resolve.as_deref()
            && !["repeat", "none"].contains(&query)
        {
            assert_eq!(find(query).unwrap().effect, "read", "{name}");
        }
        let mut fields = Vec::new();
        names(&operation.request, &mut fields);
        names(&operation.response, &mut fields);
        assert!(fields.iter().all(|field| !field.contains("$n")), "{name}");
    }
    assert!(entries().len() > 8);
}

/// A path without the names of its parameters.
fn bare(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn an_operation_is_found_by_its_name_and_by_what_is_sent() {
    for entry in entries() {
        let operation = entry.operation();
        assert_eq!(find(&operation.name), Some(operation));
        let (Some(method), Some(path)) = (&operation.method, &operation.path) else {
            continue;
        };
        if operation.host.is_some() {
            continue;
        }
        let sent: Vec<&str> = path
            .split('/')
            .map(|part| if part.starts_with('{') { "1" } else { part })
            .collect();
        let sent = sent.join("/");
        let found = find_route(method, &format!("{sent}?a=b")).unwrap();
        // Two operations can differ in the name of a parameter alone.
        let found = found.path.as_deref().map(bare);
        assert_eq!(found, Some(bare(path)), "{}", operation.name);
    }
    assert_eq!(find("v2.pay"), None);
    assert_eq!(find_route("GET", "/pay/orderquery"), None);
    assert_eq!(find_route("POST", "/pay/orderquery/1"), None);
}

#[test]
fn a_search_takes_words_of_both_languages_and_puts_names_first() {
    let names = |text: &str| -> Vec<&str> { search(text).iter().map(|one| one.name()).collect() };
    assert!(names("查询订单").contains(&"v2.pay.query_order"));
    assert!(names("Query ORDER v2").contains(&"v2.pay.query_order"));
    assert!(names("/pay/orderquery").contains(&"v2.pay.query_order"));
    let found = names("echo");
    assert_eq!(found.first(), Some(&"v3.security.echo"));
    assert_eq!(names("no such operation"), Vec::<&str>::new());
    assert_eq!(names("").len(), entries().len());
}
