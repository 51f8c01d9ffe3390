//! One field of both sides.

use std::collections::BTreeSet;

use crate::drift::difference::Kind;
use crate::drift::facts::{Amount, Field, Required, Type};

type Say<'a> = dyn FnMut(Kind, String) + 'a;

/// Says what differs. A response is only held against what it is read as: what is sent is WeChat
/// Pay's own.
pub(super) fn compare(
    name: &str,
    described: &Field,
    spec: &Field,
    is_request: bool,
    say: &mut Say<'_>,
) {
    if spec.is_implied {
        return;
    }
    kinds(described, spec, say);
    required(described, spec, is_request, say);
    values(described, spec, say);
    if described.is_sealed != spec.is_sealed {
        let (there, here) = (sealed(described), sealed(spec));
        say(Kind::Sealed, format!("{there}, the spec has it {here}"));
    }
    if is_request {
        if !name.starts_with("path.") || !spec.is_identifier {
            text(described, spec, say);
        }
        numbers(described, spec, say);
        characters(described, spec, say);
        if let (Some(there), Some(here)) = (described.format, spec.format)
            && there != here
        {
            say(Kind::Format, format!("{there}, the spec has {here}"));
        }
    }
}

/// The types of a field, in words.
pub(super) fn types(field: &Field) -> String {
    let names = |types: &BTreeSet<Type>| {
        if types.is_empty() {
            return "anything".to_owned();
        }
        let names: Vec<_> = types.iter().map(Type::to_string).collect();
        names.join(" or ")
    };
    if field.items.is_empty() {
        names(&field.types)
    } else {
        format!("{} of {}", names(&field.types), names(&field.items))
    }
}

fn kinds(described: &Field, spec: &Field, say: &mut Say<'_>) {
    let fits = |there: &BTreeSet<Type>, here: &BTreeSet<Type>| {
        there.is_empty() || !there.is_disjoint(here)
    };
    if !fits(&described.types, &spec.types)
        || !(spec.items.is_empty() || fits(&described.items, &spec.items))
    {
        let (there, here) = (types(described), types(spec));
        say(Kind::Type, format!("{there}, the spec has {here}"));
        return;
    }
    match (described.amount, spec.amount) {
        (Amount::Fen, Amount::Other) => {
            say(Kind::Amount, "fen, the spec has a number".to_owned());
        }
        (Amount::Other, Amount::Fen) => {
            say(Kind::Amount, "not in fen, the spec has Fen".to_owned());
        }
        _ => {}
    }
}

fn required(described: &Field, spec: &Field, is_request: bool, say: &mut Say<'_>) {
    let too_strict = match (spec.required, described.required) {
        (Required::Yes, Required::No | Required::Sometimes) => true,
        // What depends on another field stays the reader's, unless nothing is said of it.
        (Required::Sometimes, Required::No) => !is_request,
        _ => false,
    };
    let too_lax = is_request
        && described.required == Required::Yes
        && matches!(spec.required, Required::No | Required::Sometimes);
    if too_strict || too_lax {
        let (there, here) = (word(described.required), word(spec.required));
        say(Kind::Required, format!("{there}, the spec has {here}"));
    }
}

fn word(required: Required) -> &'static str {
    match required {
        Required::No => "no",
        Required::Sometimes => "sometimes",
        Required::Yes | Required::Always => "yes",
    }
}

fn values(described: &Field, spec: &Field, say: &mut Say<'_>) {
    match (&described.values, &spec.values) {
        (Some(there), Some(here)) => {
            for value in there.difference(here) {
                say(Kind::Value, format!("{value} is new"));
            }
            for value in here.difference(there) {
                say(Kind::Value, format!("{value} is gone"));
            }
        }
        (Some(there), None) if takes_any(spec) => {
            let there: Vec<_> = there.iter().map(String::as_str).collect();
            say(
                Kind::Value,
                format!("{}, the spec has any", there.join(", ")),
            );
        }
        _ => {}
    }
}

/// Whether a type leaves the values open; a flag or an object does not.
fn takes_any(field: &Field) -> bool {
    let open = [Type::Text, Type::Integer];
    let types = if field.items.is_empty() {
        &field.types
    } else {
        &field.items
    };
    types.iter().all(|ty| open.contains(ty))
}

fn sealed(field: &Field) -> &'static str {
    if field.is_sealed {
        "encrypted"
    } else {
        "plain"
    }
}

fn text(described: &Field, spec: &Field, say: &mut Say<'_>) {
    let (Some(there), Some(here)) = (described.text, spec.text) else {
        return;
    };
    let differs = if spec.is_identifier {
        // One type stands for the identifier in all operations: it may be wider, never narrower.
        there.number() > here.number()
    } else {
        there != here
    };
    let is_number = !spec.types.is_empty() && spec.types.iter().all(|ty| *ty == Type::Integer);
    if differs && !is_number {
        say(Kind::Limit, format!("{there}, the spec has {here}"));
    }
}

/// What both sides say of the shortest text and its characters.
fn characters(described: &Field, spec: &Field, say: &mut Say<'_>) {
    if let (Some(there), Some(here)) = (described.min_text, spec.min_text)
        && there != here
    {
        let says = format!("at least {there} characters, the spec has {here}");
        say(Kind::Limit, says);
    }
    let sorted = |alphabet: &str| {
        let mut chars: Vec<char> = alphabet.chars().collect();
        chars.sort_unstable();
        chars
    };
    if let (Some(there), Some(here)) = (&described.alphabet, &spec.alphabet)
        && sorted(there) != sorted(here)
    {
        say(
            Kind::Limit,
            format!("characters of {there}, the spec has {here}"),
        );
    }
}

fn numbers(described: &Field, spec: &Field, say: &mut Say<'_>) {
    let mut limit = |name: &str, there: Option<i64>, here: Option<i64>| {
        if there != here {
            let shown = |limit: Option<i64>| {
                limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string())
            };
            let (there, here) = (shown(there), shown(here));
            say(Kind::Limit, format!("{name} {there}, the spec has {here}"));
        }
    };
    // A spec has to give these, so they count where the description has them or the spec refuses
    // much.
    if described.min.is_some() || spec.min.is_some_and(|min| min > 1) {
        limit("min", described.min, spec.min);
    }
    limit("max", described.max, spec.max);
    let items = |items: Option<usize>| items.and_then(|items| i64::try_from(items).ok());
    if described.min_items.is_some() || spec.min_items.is_some_and(|min| min > 1) {
        limit(
            "min_items",
            items(described.min_items),
            items(spec.min_items),
        );
    }
    if described.max_items.is_some() {
        limit(
            "max_items",
            items(described.max_items),
            items(spec.max_items),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, compare};
    use crate::drift::facts::Length;

    #[test]
    fn a_type_of_identifiers_may_be_wider_than_a_page_says() {
        let identifier = |length| Field {
            text: Some(Length::Chars(length)),
            is_identifier: true,
            ..Field::default()
        };
        let described = |length| Field {
            text: Some(Length::Chars(length)),
            ..Field::default()
        };
        for (there, here, differs) in [(32, 64, false), (32, 32, false), (64, 32, true)] {
            let mut found = Vec::new();
            compare(
                "body.id",
                &described(there),
                &identifier(here),
                true,
                &mut |_, says| found.push(says),
            );
            assert_eq!(!found.is_empty(), differs, "{found:?}");
        }
    }
}
