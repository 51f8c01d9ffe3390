//! The rules of one field.

use crate::codegen::call::chinese;
use crate::codegen::condition::{Asked, Condition};
use crate::codegen::emit::is_required;
use crate::codegen::names::is_snake;
use crate::codegen::spec::{Echo, Endpoint, Field, Place, Table, Version, Wire};
use crate::codegen::types::{self, Type, Written};

/// Where a field stands.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Home {
    Request,
    Choice,
    Response,
    Group,
    List,
    /// An object of the request.
    Sent,
    /// An object of the reply.
    Received,
}

impl Home {
    fn is_sent(self) -> bool {
        matches!(self, Self::Request | Self::Choice | Self::Sent)
    }
}

/// Everything that is wrong with a field.
pub(super) fn check(
    endpoint: &Endpoint,
    name: &str,
    field: &Field,
    table: &Table<Field>,
    home: Home,
) -> Vec<String> {
    let conditions = [&field.required_if, &field.only_if, &field.when];
    let conditions = conditions
        .into_iter()
        .flatten()
        .filter_map(|condition| broken_condition(endpoint, condition, table));
    let rules = [
        (
            !is_snake(name),
            "must be named in snake_case, and not by a keyword of Rust",
        ),
        (field.doc.trim().is_empty(), "doc must not be empty"),
        (
            field.one_of.is_none() && field.group.is_none() && chinese(&field.doc).is_none(),
            "doc needs the Chinese name in parentheses, which is the Chinese help of `wxpay call`",
        ),
    ];
    chosen(&rules)
        .chain(chosen(&kind_rules(endpoint, field, home)))
        .chain(unknown(endpoint, field))
        .chain(chosen(&sending_rules(endpoint, field, home)))
        .chain(chosen(&reading_rules(endpoint, name, field, home)))
        .chain(conditions)
        .collect()
}

type Rule = (bool, &'static str);

fn chosen(rules: &[Rule]) -> impl Iterator<Item = String> {
    let broken: Vec<String> = rules
        .iter()
        .filter(|(broken, _)| *broken)
        .map(|(_, reason)| (*reason).to_owned())
        .collect();
    broken.into_iter()
}

/// That the field is exactly one thing, and that such a thing may stand here.
fn kind_rules(endpoint: &Endpoint, field: &Field, home: Home) -> Vec<Rule> {
    let v3 = endpoint.version == Version::V3;
    let kinds = [
        &field.ty,
        &field.enumeration,
        &field.one_of,
        &field.group,
        &field.object,
        &field.list,
    ];
    let count = kinds.iter().filter(|kind| kind.is_some()).count();
    let nested = field.object.is_some() || (v3 && field.list.is_some());
    let numbered = !v3 && field.list.is_some();
    vec![
        (
            count != 1,
            "needs exactly one of `type`, `enum`, `one_of`, `group`, `object` and `list`",
        ),
        (
            field.one_of.is_some() && home != Home::Request,
            "a choice stands in [request]",
        ),
        (
            field.group.is_some() && home != Home::Response,
            "a group stands in [response]",
        ),
        (
            field.group.is_some() && field.when.is_none(),
            "a group needs `when`",
        ),
        (
            numbered && !matches!(home, Home::Response | Home::Group),
            "a numbered list stands in [response] or a group",
        ),
        (
            numbered && field.count.is_none(),
            "a numbered list needs `count`",
        ),
        (
            !numbered && field.count.is_some(),
            "only a numbered list has a `count`",
        ),
        (
            nested && matches!(home, Home::Choice | Home::Group),
            "choices and groups hold no objects",
        ),
        (
            nested && home == Home::Request && field.place != Some(Place::Body),
            "an object goes into the body",
        ),
    ]
}

/// A name that stands for nothing.
fn unknown(endpoint: &Endpoint, field: &Field) -> Option<String> {
    let spec = &endpoint.spec;
    let v3 = endpoint.version == Version::V3;
    let missing = |what: &str, name: &Option<String>, known: &dyn Fn(&String) -> bool| {
        let name = name.as_ref().filter(|name| !known(name))?;
        Some(format!("unknown {what} `{name}`"))
    };
    let object = field
        .object
        .clone()
        .or_else(|| field.list.clone().filter(|_| v3));
    let list = field.list.clone().filter(|_| !v3);
    missing("type", &field.ty, &|name| types::find(name).is_some())
        .or_else(|| {
            missing("enum", &field.enumeration, &|name| {
                endpoint.enumeration(name).is_some()
            })
        })
        .or_else(|| {
            missing("one_of", &field.one_of, &|name| {
                spec.one_of.contains_key(name)
            })
        })
        .or_else(|| missing("group", &field.group, &|name| spec.group.contains_key(name)))
        .or_else(|| missing("object", &object, &|name| spec.object.contains_key(name)))
        .or_else(|| missing("list", &list, &|name| spec.list.contains_key(name)))
}

/// What holds for what is sent, and what only makes sense there.
fn sending_rules(endpoint: &Endpoint, field: &Field, home: Home) -> Vec<Rule> {
    let v3 = endpoint.version == Version::V3;
    let sent = home.is_sent();
    let written = field
        .ty
        .as_deref()
        .and_then(types::find)
        .map(|ty: &Type| ty.written);
    let is = |kind: Written| sent && written == Some(kind);
    let text = is(Written::Text) || is(Written::Secret);
    let bounded = field.max_chars.is_some() != field.max_bytes.is_some();
    let limited = field.max_chars.or(field.max_bytes).is_some() || field.min.is_some();
    let items = field.min_items.or(field.max_items).is_some();
    let list = v3 && field.list.is_some();
    let in_path = field.place == Some(Place::Path);
    let in_query = field.place == Some(Place::Query);
    let in_header = field.place == Some(Place::Header);
    vec![
        (
            text && !bounded,
            "a text in a request needs either `max_chars` or `max_bytes`",
        ),
        (
            is(Written::Fen) && field.min.is_none(),
            "an amount in a request needs a `min` in fen",
        ),
        (is(Written::Never), "is for replies only"),
        (v3 && is(Written::Ip), "APIv3 writes an address as a text"),
        (
            in_path && written != Some(Written::Id),
            "only identifiers go into a path",
        ),
        (in_query && is(Written::Fen), "an amount goes into the body"),
        (
            list && sent && field.max_items.is_none(),
            "a list in a request needs `max_items`",
        ),
        (
            items && (!list || !sent),
            "only a list in a request has `min_items` and `max_items`",
        ),
        (!sent && limited, "a reply is not limited"),
        (
            field.place.is_some() && (!v3 || !matches!(home, Home::Request | Home::Choice)),
            "only an APIv3 request has places",
        ),
        (
            field.encrypted && !sent,
            "what is sealed in a reply is of type `Sealed`",
        ),
        (
            field.encrypted && (!v3 || in_header || !is(Written::Secret)) && sent,
            "only a `Secret` in an APIv3 body or query is encrypted",
        ),
        (
            sent && !in_header && field.wire.is_some(),
            "a request field has its wire name",
        ),
        (
            in_header && written != Some(Written::Text),
            "a header is of type `String`",
        ),
        (
            in_header && !has_own_header(field),
            "a header needs its name in `wire`, and not one that the client itself writes",
        ),
    ]
}

/// Whether `wire` names a header that belongs to the endpoint.
fn has_own_header(field: &Field) -> bool {
    let Some(Wire::One(name)) = &field.wire else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    let taken = [
        "authorization",
        "accept",
        "user-agent",
        "host",
        "connection",
        "transfer-encoding",
    ];
    let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_name
        && !name.is_empty()
        && !taken.contains(&lower.as_str())
        && !lower.starts_with("content-")
        && !lower.starts_with("wechatpay-")
}

/// What holds for what is read, and for conditions.
fn reading_rules(endpoint: &Endpoint, name: &str, field: &Field, home: Home) -> Vec<Rule> {
    let spec = &endpoint.spec;
    let v2 = endpoint.version == Version::V2;
    let several = matches!(field.wire, Some(Wire::Several(_)));
    let conditional =
        field.required_if.is_some() || field.only_if.is_some() || field.when.is_some();
    let mut choices = spec.one_of.values();
    let asked = spec.request.contains_key(name)
        || choices.any(|members| members.get_ref().contains_key(name));
    vec![
        (
            several && (v2 || !field.required),
            "several wire names are for required APIv3 fields",
        ),
        (
            home == Home::List && field.required,
            "a member of a numbered list is never required",
        ),
        (
            is_required(field) && field.required_if.is_some(),
            "is required always or on a condition, not both",
        ),
        (
            field.only_if.is_some() && (is_required(field) || !home.is_sent()),
            "`only_if` is for optional fields of requests",
        ),
        (
            conditional && matches!(home, Home::Choice | Home::Group | Home::List),
            "a condition stands in [request], [response] or an object",
        ),
        (
            field.echo.is_some() && home != Home::Response,
            "an echo stands in [response]",
        ),
        (
            matches!(field.echo, Some(Echo::Always(false))),
            "leave `echo = false` out",
        ),
        (
            field.echo.is_some() && !asked,
            "echoes a field that is not in the request",
        ),
    ]
}

fn broken_condition(
    endpoint: &Endpoint,
    condition: &Condition,
    table: &Table<Field>,
) -> Option<String> {
    let Some((name, value)) = condition.first().filter(|_| condition.len() == 1) else {
        return Some("a condition names one field and one value".to_owned());
    };
    let field = table.get(name).map(|field| field.get_ref());
    if field.is_some_and(|field| !field.required) {
        return Some(format!("the condition's `{name}` must itself be required"));
    }
    let values = field
        .and_then(|field| field.enumeration.as_ref())
        .and_then(|name| endpoint.enumeration(name));
    let is_flag = field.is_some_and(|field| field.ty.as_deref() == Some("Boolean"));
    match (value, values) {
        (Asked::Flag(_), None) if is_flag => None,
        (Asked::Value(value), Some((values, _))) if values.contains_key(value) => None,
        (_, Some(_)) => Some(format!("`{value}` is not a value of `{name}`")),
        (_, None) if is_flag => Some(format!("`{name}` is true or false, without quotes")),
        (_, None) => Some(format!(
            "the condition's `{name}` is not an enum or a Boolean of this table"
        )),
    }
}
