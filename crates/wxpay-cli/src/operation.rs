//! Operations of the catalogue, as the command finds them and speaks of them.

pub(crate) mod words;

use wxpay_api::core::Effect;
use wxpay_catalog::{Entry, Field, Operation, entries, find_route, search};

use crate::fail::Fail;

/// The operation of this full name.
pub(crate) fn find(name: &str) -> Result<&'static Operation, Fail> {
    wxpay_catalog::find(name).ok_or_else(|| match nearest(name).as_slice() {
        [] => Fail::usage(
            format!("there is no operation {name}: `wxpay list` has the names of all"),
            format!("没有名为 {name} 的接口：`wxpay list` 列出全部接口名"),
        ),
        names => Fail::usage(
            format!(
                "there is no operation {name}; did you mean {}? `wxpay list` has all",
                names.join(", ")
            ),
            format!(
                "没有名为 {name} 的接口，是否应为 {}？`wxpay list` 列出全部接口名",
                names.join("、")
            ),
        ),
    })
}

/// What a text finds: operations with its words, or the one whose path it is, with or without the
/// method before it.
pub(crate) fn found(text: &str) -> Vec<&'static Operation> {
    let found: Vec<&Operation> = search(text).into_iter().map(Entry::operation).collect();
    if found.is_empty() {
        return of_route(text);
    }
    found
}

/// The fields that a caller gives, those of a choice each by itself.
pub(crate) fn given(operation: &'static Operation) -> impl Iterator<Item = &'static Field> {
    operation
        .request
        .iter()
        .filter(|field| field.from.is_none() && field.fixed.is_none())
        .flat_map(|field| match field.ty.as_str() {
            "one_of" => field.fields.iter(),
            _ => std::slice::from_ref(field).iter(),
        })
}

/// The choice that a field belongs to: exactly one of its fields is given.
pub(crate) fn choice_of(operation: &'static Operation, field: &Field) -> Option<&'static Field> {
    let mut choices = operation.request.iter().filter(|field| is_choice(field));
    choices.find(|choice| choice.fields.iter().any(|one| one.wire() == field.wire()))
}

pub(crate) fn is_choice(field: &Field) -> bool {
    field.ty == "one_of"
}

/// Whether a request's value is personal, or holds what is.
pub(crate) fn is_secret(field: &Field) -> bool {
    field.ty == "Secret"
        || field.encrypted
        || field.fields.iter().any(is_secret)
        || field.item.as_deref().is_some_and(is_secret)
}

/// The name of a response's field as it is read: that of a numbered one has no number.
pub(crate) fn shown_name(field: &Field) -> &str {
    let wire = field.wire();
    wire.split("_$").next().unwrap_or(wire)
}

pub(crate) fn effect(operation: &Operation) -> Effect {
    match operation.effect.as_str() {
        "read" | "page" => Effect::Read,
        _ => Effect::Write,
    }
}

/// Whether it is one that WeChat Pay calls.
pub(crate) fn is_notification(operation: &Operation) -> bool {
    operation.effect == "notification" || operation.path.is_none()
}

/// Whether it is a page that the user's browser opens.
pub(crate) fn is_page(operation: &Operation) -> bool {
    operation.effect == "page"
}

fn of_route(text: &str) -> Vec<&'static Operation> {
    let mut words = text.split_whitespace();
    let (method, path) = match (words.next(), words.next(), words.next()) {
        (Some(path), None, None) => (None, path),
        (Some(method), Some(path), None) => (Some(method.to_uppercase()), path),
        _ => return Vec::new(),
    };
    if !path.starts_with('/') {
        return Vec::new();
    }
    let is_asked = |known: &&str| method.as_deref().is_none_or(|method| method == *known);
    let methods = METHODS.iter().copied().filter(is_asked);
    methods
        .filter_map(|method| find_route(method, path))
        .collect()
}

/// The names that are most like a text, the best first.
fn nearest(text: &str) -> Vec<&'static str> {
    let route = of_route(text);
    if !route.is_empty() {
        return route
            .iter()
            .map(|operation| operation.name.as_str())
            .collect();
    }
    let text = text.to_lowercase();
    let likeness = |name: &str| {
        // Two words that have changed places are still alike by their pairs of letters.
        let whole = strsim::sorensen_dice(&text, name);
        let typed = strsim::normalized_damerau_levenshtein(&text, name);
        let last = name.rsplit('.').next().unwrap_or(name);
        whole
            .max(typed)
            .max(0.95 * strsim::sorensen_dice(&text, last))
    };
    let mut names: Vec<(f64, &str)> = entries()
        .iter()
        .map(|entry| (likeness(entry.name()), entry.name()))
        .filter(|(likeness, _)| *likeness > 0.6)
        .collect();
    names.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.len().cmp(&other.len())));
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    fn said(name: &str, lang: Lang) -> String {
        let fail = find(name).unwrap_err();
        assert_eq!(fail.exit, 2);
        let mut out = Vec::new();
        fail.write(&mut out, lang).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest() {
        for name in [
            "v2.pay.order_query",
            "v2.pay.query_ordr",
            "query_order",
            "/pay/orderquery",
            "POST /pay/orderquery",
        ] {
            for lang in [Lang::En, Lang::Zh] {
                let said = said(name, lang);
                assert!(said.contains("v2.pay.query_order"), "{name}: {said}");
            }
        }
        assert!(said("zzzz", Lang::En).contains("`wxpay list`"));
        assert!(!said("zzzz", Lang::Zh).contains("v2."));
    }

    #[test]
    fn a_text_finds_words_and_paths() {
        let first = |text: &str| found(text).first().map(|found| found.name.as_str());
        assert_eq!(first("查询订单"), Some("v2.pay.query_order"));
        assert_eq!(first("/pay/orderquery?a=b"), Some("v2.pay.query_order"));
        assert_eq!(
            first("post /pay/orderquery?a=b"),
            Some("v2.pay.query_order")
        );
        assert_eq!(first("GET /pay/orderquery?a=b"), None);
        assert!(found("zzzz").is_empty());
        assert_eq!(found("").len(), entries().len());
    }

    #[test]
    fn a_choice_is_given_by_one_of_its_fields() {
        let operation = find("v2.pay.reverse_order").unwrap();
        let names: Vec<&str> = given(operation).map(Field::wire).collect();
        assert_eq!(names, ["transaction_id", "out_trade_no"]);
        for field in given(operation) {
            assert_eq!(choice_of(operation, field).unwrap().name, "order");
        }
    }
}
