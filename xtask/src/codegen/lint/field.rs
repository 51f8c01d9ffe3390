//! The rules of one field.

use super::tables::Home;
use super::{alphabet, condition, header, is_chinese, secret};
use crate::codegen::model::{Field, Kind, Text, Version};
use crate::codegen::names::is_snake;
use crate::codegen::spec::{self, Echo};
use crate::codegen::types::{self, Form};

/// Where a field stands.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Place {
    Request,
    Choice,
    Response,
    Group,
    Numbered,
    /// An object of a request.
    Sent,
    /// An object of a response.
    Received,
}

impl Place {
    pub(super) fn is_sent(self) -> bool {
        matches!(self, Self::Request | Self::Choice | Self::Sent)
    }
}

/// Everything that is wrong with a field.
pub(super) fn check(home: &Home<'_>, field: &Field, table: &[Field], place: Place) -> Vec<String> {
    let conditions = [&field.required_if, &field.only_if, &field.when]
        .into_iter()
        .flatten()
        .filter_map(|condition| condition::broken(home, condition, table));
    let rules = word_rules(field)
        .into_iter()
        .chain(kind_rules(home, field, place))
        .chain(sending_rules(home, field, place))
        .chain(header::rules(field))
        .chain(alphabet::rules(field, place))
        .chain(reading_rules(home, field, place));
    rules
        .filter(|(broken, _)| *broken)
        .map(|(_, reason)| reason.to_owned())
        .chain(conditions)
        .chain(condition::unchecked(home, field, table, place))
        .chain(secret::open(field, place).map(str::to_owned))
        .collect()
}

pub(super) type Rule = (bool, &'static str);

fn word_rules(field: &Field) -> Vec<Rule> {
    let is_whole = matches!(field.kind, Kind::Choice(_) | Kind::Group(_));
    let filled = !field.is_given();
    let sentence = |text: &Option<String>| text.as_deref().is_some_and(|text| text.ends_with('.'));
    vec![
        (
            !is_snake(&field.name),
            "makes no Rust name; give it a `name` in snake_case that is not a keyword",
        ),
        (
            field.wire == "extra" || field.name == "options" || field.name == "reply",
            "has a name that every request or response has; give it a `name`",
        ),
        (
            field.en.trim().is_empty() && !filled,
            "needs `en`: the glossary has no English for this name and label",
        ),
        (
            !is_whole && !filled && !is_chinese(&field.zh) && !field.zh.is_ascii(),
            "`zh` must be the Chinese label",
        ),
        (
            !is_whole && !filled && field.zh.trim().is_empty(),
            "needs `zh`, the Chinese label of the page",
        ),
        (
            field.en.ends_with('.') || sentence(&field.note),
            "`en` and `note` have no full stop",
        ),
    ]
}

/// Whether such a thing may stand here.
fn kind_rules(home: &Home<'_>, field: &Field, place: Place) -> Vec<Rule> {
    let v3 = home.version() == Version::V3;
    let kind = &field.kind;
    let numbered = matches!(kind, Kind::Numbered(_));
    let nested = matches!(kind, Kind::Object(_) | Kind::List(_));
    let embedded = matches!(kind, Kind::Embedded(..));
    let body = field.place == Some(spec::Place::Body);
    let xml = matches!(kind, Kind::Embedded(Text::Xml, _));
    let xml_list = matches!(kind, Kind::Embedded(_, item) if is_list_of_objects(item));
    vec![
        (
            matches!(kind, Kind::Choice(_)) && place != Place::Request,
            "a choice stands in [request]",
        ),
        (
            matches!(kind, Kind::Group(_)) && place != Place::Response,
            "a group stands in [response]",
        ),
        (
            matches!(kind, Kind::Group(_)) && field.when.is_none(),
            "a group needs `when`",
        ),
        (
            field.when.is_some() && !matches!(kind, Kind::Group(_)),
            "`when` is for groups",
        ),
        (
            numbered && !matches!(place, Place::Response | Place::Group | Place::Numbered),
            "a numbered list stands in [response], a group or another numbered list",
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
            nested && matches!(place, Place::Choice | Place::Group | Place::Numbered),
            "choices, groups and numbered lists hold no objects",
        ),
        (
            nested && place == Place::Request && v3 && !body,
            "an object goes into the body",
        ),
        (
            nested && !v3 && matches!(place, Place::Request | Place::Response),
            "APIv2 has objects only within a string: `type = \"Json\"`",
        ),
        (
            embedded
                && place.is_sent()
                && field.limits.max_chars.is_none()
                && field.limits.max_bytes.is_none(),
            "a string in a request needs either `max_chars` or `max_bytes`",
        ),
        (
            matches!(kind, Kind::Embedded(_, item) if matches!(&**item, Kind::List(item) if !matches!(**item, Kind::Object(_)))),
            "a list within a string holds objects",
        ),
        (
            matches!(kind, Kind::Embedded(Text::UrlEncoded, item) if matches!(**item, Kind::List(_))),
            "only an object is url-encoded",
        ),
        (
            !field.is_given() && !matches!(place, Place::Request | Place::Sent),
            "what is filled in stands in a request",
        ),
        (
            matches!(kind, Kind::Client) && (place != Place::Request || !is_own(&field.wire)),
            "the client fills the IDs of app and merchant in [request] alone",
        ),
        (
            matches!(kind, Kind::OfFile(_)) && (place != Place::Request || !v3),
            "what follows from a file stands in the [request] of APIv3",
        ),
        (
            field.is_file() && (place != Place::Request || !v3),
            "a file is uploaded in the [request] of APIv3",
        ),
        (
            !field.extensions.is_empty() && !field.is_file(),
            "`extensions` are those of a file",
        ),
        (
            field.extensions.iter().any(|ending| !is_extension(ending)),
            "an extension is of lower-case letters and digits, without a dot",
        ),
        (
            xml && (v3 || place != Place::Response || !xml_list),
            "only a list of objects in the [response] of APIv2 stands in XML",
        ),
        (
            xml != field.element.as_deref().is_some_and(is_snake),
            "a list in XML, and nothing else, names its `element`",
        ),
    ]
}

/// Whether the value is a text in Rust.
pub(super) fn is_text(kind: &Kind) -> bool {
    match kind {
        Kind::Enum(_) => true,
        Kind::Scalar(scalar) => matches!(scalar.form, Form::Id | Form::Text),
        _ => false,
    }
}

fn is_list_of_objects(kind: &Kind) -> bool {
    matches!(kind, Kind::List(item) if matches!(**item, Kind::Object(_)))
}

fn is_extension(ending: &str) -> bool {
    !ending.is_empty()
        && ending
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// The members that a client fills.
fn is_own(wire: &str) -> bool {
    [
        "appid",
        "brand_id",
        "combine_appid",
        "combine_mchid",
        "mchid",
        "sp_appid",
        "sp_mchid",
        "sub_appid",
        "sub_mch_id",
        "sub_mchid",
    ]
    .contains(&wire)
}

/// What holds for what is sent, and what only makes sense there.
fn sending_rules(home: &Home<'_>, field: &Field, place: Place) -> Vec<Rule> {
    let v3 = home.version() == Version::V3;
    let sent = place.is_sent();
    let limits = &field.limits;
    let item = match &field.kind {
        Kind::List(item) => &**item,
        kind => kind,
    };
    let form = item.scalar().map(|scalar| scalar.form);
    let is = |form_: Form| form == Some(form_);
    let text = is(Form::Text) || is(Form::Secret);
    let bounded = limits.max_chars.is_some() != limits.max_bytes.is_some();
    let limited =
        limits.max_chars.or(limits.max_bytes).is_some() || limits.min.or(limits.max).is_some();
    let has_items = limits.min_items.or(limits.max_items).is_some();
    let list = matches!(&field.kind, Kind::List(_))
        || matches!(&field.kind, Kind::Embedded(_, item) if matches!(**item, Kind::List(_)));
    let path = field.place == Some(spec::Place::Path);
    let query = field.place == Some(spec::Place::Query);
    let timed = is(Form::Time) || is(Form::Date);
    let format = form.and_then(|form| types::format(form, field.format.as_deref()));
    let ranges = limits.min.or(limits.max).is_some();
    vec![
        (
            sent && text && !bounded,
            "a string in a request needs either `max_chars` or `max_bytes`",
        ),
        (
            sent && is(Form::Fen) && limits.min.is_none(),
            "an amount in a request needs a `min` in fen",
        ),
        (
            sent && !v3 && is(Form::Ip) && limits.max_chars.is_none(),
            "an address in an APIv2 request needs `max_chars`",
        ),
        (sent && is(Form::Sealed), "is for responses only"),
        (
            sent && timed && format.is_none(),
            "a time in a request needs its `format`",
        ),
        (
            field.format.is_some() && (!timed || format.is_none()),
            "`format` is rfc3339, yyyyMMddHHmmss, \"yyyy-MM-dd HH:mm:ss\" or unix of a Time; yyyy-MM-dd or yyyyMMdd of a Date",
        ),
        (
            path && !matches!(field.kind, Kind::Enum(_) | Kind::Choice(_) | Kind::Client)
                && !matches!(
                    form,
                    Some(Form::Id | Form::Text | Form::Integer | Form::Date)
                ),
            "only identifiers, strings, numbers, dates and enums go into a path",
        ),
        (
            (path || query) && matches!(form, Some(Form::Raw | Form::Decimal | Form::Ip)),
            "goes into the body",
        ),
        (
            list && sent && limits.max_items.is_none(),
            "a list in a request needs `max_items`",
        ),
        (
            has_items && (!list || !sent),
            "only a list in a request has `min_items` and `max_items`",
        ),
        (!sent && limited, "a response is not limited"),
        (
            ranges && sent && !is(Form::Fen) && !is(Form::Integer),
            "`min` and `max` are for amounts and integers",
        ),
        (
            field.place.is_some() && (!v3 || place != Place::Request),
            "only an APIv3 request has places",
        ),
        (
            field.encrypted && !sent,
            "what is encrypted in a response is of type `Sealed`",
        ),
        (
            field.encrypted
                && sent
                && (!v3 || path || field.place == Some(spec::Place::Header) || !is(Form::Secret)),
            "only a `Secret` in an APIv3 body or query is encrypted",
        ),
    ]
}

/// What holds for what is read, and for conditions.
fn reading_rules(home: &Home<'_>, field: &Field, place: Place) -> Vec<Rule> {
    let v2 = home.version() == Version::V2;
    let conditional =
        field.required_if.is_some() || field.only_if.is_some() || field.when.is_some();
    let asked = home.operation.is_some_and(|operation| {
        operation.request.iter().any(|other| match &other.kind {
            Kind::Choice(ty) => {
                let members = operation.scope.fields(ty);
                members.iter().any(|member| member.wire == field.wire)
            }
            _ => other.wire == field.wire && other.is_given(),
        })
    });
    let echoes_here = matches!(place, Place::Response | Place::Request | Place::Choice);
    vec![
        (
            !field.also.is_empty() && (v2 || !field.required || place.is_sent()),
            "`also` is for required fields of APIv3 responses",
        ),
        (
            place == Place::Numbered && field.required,
            "a member of a numbered list is never required",
        ),
        (
            field.is_required() && field.required_if.is_some(),
            "is required always or on a condition, not both",
        ),
        (
            field.only_if.is_some() && (field.is_required() || !place.is_sent()),
            "`only_if` is for optional fields of requests",
        ),
        (
            conditional && matches!(place, Place::Choice | Place::Group | Place::Numbered),
            "a condition stands in [request], [response] or an object",
        ),
        (
            field.echo.is_some() && !echoes_here,
            "an echo stands in [response] or [request]",
        ),
        (
            field.echo.is_some() && !is_text(&field.kind),
            "an echo is of an identifier, a string or an enum",
        ),
        (
            matches!(field.echo, Some(Echo::Always(false))),
            "leave `echo = false` out",
        ),
        (
            field.echo.is_some() && place == Place::Response && !asked,
            "echoes a field that is not in the request",
        ),
    ]
}
