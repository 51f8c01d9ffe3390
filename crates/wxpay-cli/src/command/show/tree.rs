//! Fields as a tree of lines.

use wxpay_catalog::{Field, Place};

use crate::lang::Lang;
use crate::operation::{is_choice, words};

/// Which way the fields go.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Way {
    Sent,
    Received,
}

pub(super) fn of(fields: &[Field], way: Way, lang: Lang) -> String {
    let mut out = String::new();
    lines(fields, way, 1, lang, &mut out);
    out
}

fn lines(fields: &[Field], way: Way, depth: usize, lang: Lang, out: &mut String) {
    let indent = "  ".repeat(depth);
    for field in fields {
        let (name, facts) = (name(field), facts(field, way, lang));
        let said = if let Some(fixed) = &field.fixed {
            let fixed = words::fixed(fixed);
            lang.pick(format!("always `{fixed}`"), format!("固定为 `{fixed}`"))
        } else if field.from.is_some() {
            lang.pick("the client fills it in", "由客户端自动填写")
                .to_owned()
        } else if way == Way::Sent {
            words::sent(field, lang)
        } else {
            words::received(field, lang)
        };
        let line = lang.pick(
            format!("{indent}{name} ({facts}): {said}"),
            format!("{indent}{name}（{facts}）：{said}"),
        );
        out.push_str(line.trim_end_matches([':', ' ', '：']));
        out.push('\n');
        let item = field.item.as_deref();
        values(item.unwrap_or(field), &indent, lang, out);
        let members = item.map_or(&field.fields, |item| &item.fields);
        lines(members, way, depth + 1, lang, out);
    }
}

/// A choice has no name on the wire.
fn name(field: &Field) -> &str {
    if is_choice(field) {
        &field.name
    } else {
        field.wire()
    }
}

/// The type, where it goes, and whether it must be there.
fn facts(field: &Field, way: Way, lang: Lang) -> String {
    let mut facts = vec![words::kind(field, lang)];
    if field.required && !is_choice(field) {
        let said = match way {
            Way::Sent => lang.pick("required", "必填"),
            Way::Received => lang.pick("always there", "必返回"),
        };
        facts.push(said.to_owned());
    }
    let place = match field.place {
        Some(Place::Path) => lang.pick("in the path", "路径"),
        Some(Place::Query) => lang.pick("in the query", "查询参数"),
        Some(Place::Header) => lang.pick("a header", "请求头"),
        _ => "",
    };
    if !place.is_empty() {
        facts.push(place.to_owned());
    }
    facts.join(lang.pick(", ", "，"))
}

/// The documented values, one a line.
fn values(field: &Field, indent: &str, lang: Lang, out: &mut String) {
    let width = field
        .values
        .iter()
        .map(|value| value.value.len())
        .max()
        .unwrap_or_default();
    for value in &field.values {
        let line = format!(
            "{indent}    {:width$}  {}",
            value.value,
            words::value(value, lang)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
