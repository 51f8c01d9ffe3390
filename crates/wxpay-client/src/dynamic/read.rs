//! A response into JSON, by its description: the fields that the catalogue knows, each of its type.

use wxpay_catalog::{Condition, Field, Is, Operation, Written};
use wxpay_core::{DecodeError, FromWire, Params};

use crate::json::{Json, JsonText, Object};
use crate::v2::Fields;

pub(super) fn v2(
    operation: &Operation,
    request: &Json,
    params: &Params,
) -> Result<Json, DecodeError> {
    let fields = Fields::of(params);
    for (field, wire, asked) in echoes(operation, request) {
        match field {
            "always" => fields.echo(wire, asked)?,
            _ => fields.echo_if_present(wire, asked)?,
        }
    }
    let source = Source::Params(params);
    read(&source, &operation.response, [None, None])
}

pub(super) fn v3(
    operation: &Operation,
    request: &Json,
    message: &Json,
) -> Result<Json, DecodeError> {
    let object = Object::of(message)?;
    for (field, wire, asked) in echoes(operation, request) {
        match field {
            "always" => object.echo(wire, asked)?,
            _ => object.echo_if_present(wire, asked)?,
        }
    }
    read(&Source::Object(object), &operation.response, [None, None])
}

/// What a response must repeat: how, under which name, and what was asked.
fn echoes<'a>(operation: &'a Operation, request: &Json) -> Vec<(&'a str, &'a str, String)> {
    let chosen = operation.request.iter().flat_map(|field| &field.fields);
    let asked = operation.request.iter().chain(chosen);
    let fields = asked.chain(&operation.response);
    let mut echoes = Vec::new();
    for field in fields {
        let value = request.get(field.wire()).and_then(Json::scalar_text);
        // As in the request, an empty text is none.
        let value = value.filter(|text| !text.is_empty());
        if let (Some(echo), Some(asked)) = (field.echo.as_deref(), value) {
            echoes.push((echo, field.wire(), asked));
        }
    }
    echoes
}

/// What is read.
enum Source<'a> {
    Params(&'a Params),
    Object(Object<'a>),
}

/// The numbers of the numbered lists around a field.
type Numbers = [Option<u32>; 2];

fn read(source: &Source<'_>, fields: &[Field], numbers: Numbers) -> Result<Json, DecodeError> {
    let mut members: Vec<(JsonText, Json)> = Vec::with_capacity(fields.len());
    for field in fields {
        let name = field.wire().split("_$").next().unwrap_or_default();
        if field.ty == "group" {
            if source.holds(field.when.as_ref())? {
                let group = read(source, &field.fields, numbers)?;
                members.push((name.into(), group));
            } else {
                members.push((name.into(), Json::Null));
            }
            continue;
        }
        let required = field.required || source.holds(field.required_if.as_ref())?;
        let value = match source {
            Source::Params(params) => from_params(params, field, required, numbers)?,
            Source::Object(object) => from_object(object, field, required)?,
        };
        members.push((name.into(), value));
    }
    Ok(Json::Object(members))
}

impl Source<'_> {
    /// Whether a condition holds; one that is not there does not.
    fn holds(&self, condition: Option<&Condition>) -> Result<bool, DecodeError> {
        let Some(condition) = condition else {
            return Ok(false);
        };
        let value: Option<String> = match self {
            Self::Params(params) => Fields::of(params).optional(&condition.field)?,
            Self::Object(object) => object.optional(&condition.field)?,
        };
        Ok(value.is_some_and(|value| {
            condition.is.iter().any(|is| match is {
                Is::Text(text) => *text == value,
                Is::Flag(flag) => flag.to_string() == value,
                Is::Number(number) => number.to_string() == value,
                _ => false,
            })
        }))
    }
}

fn from_params(
    params: &Params,
    field: &Field,
    required: bool,
    numbers: Numbers,
) -> Result<Json, DecodeError> {
    let fields = Fields::of(params);
    if field.ty == "numbered" {
        let count = filled(field.count.as_deref().unwrap_or_default(), numbers);
        let last = if numbers == [None, None] { "$n" } else { "$m" };
        let names: Vec<String> = field
            .fields
            .iter()
            .filter_map(|member| member.wire().strip_suffix(last))
            .map(|begin| filled(begin, numbers))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let members = fields.numbered(&count, &names, |n| {
            let numbers = match numbers {
                [None, _] => [Some(n), None],
                [outer, _] => [outer, Some(n)],
            };
            read(&Source::Params(params), &field.fields, numbers)
        })?;
        return Ok(Json::List(members));
    }
    let name = filled(field.wire(), numbers);
    if field.written == Some(Written::Xml) {
        let (element, item) = (field.element.as_deref(), field.item.as_deref());
        let (Some(element), Some(item)) = (element, item) else {
            return Ok(Json::Null);
        };
        let member =
            |object: &Object<'_>| read(&Source::Object(object.clone()), &item.fields, [None, None]);
        let list = if required {
            fields.require_xml_list(&name, element, member)?
        } else {
            fields.xml_list(&name, element, member)?
        };
        return Ok(Json::List(list));
    }
    if field.written == Some(Written::Json) {
        let json = match params.get(&name) {
            Some(text) => Json::object([(name.as_str(), Json::from(text))]),
            None => Json::Object(Vec::new()),
        };
        return from_object(&Object::of(&json)?, field, required);
    }
    let object = match params.get(&name).filter(|text| !text.is_empty()) {
        Some(text) => Json::object([(name.as_str(), Json::from(text))]),
        None => Json::Object(Vec::new()),
    };
    scalar(&Object::of(&object)?, &name, field, required)
}

fn from_object(object: &Object<'_>, field: &Field, required: bool) -> Result<Json, DecodeError> {
    let name = field.wire();
    let inner = |object: &Object<'_>, fields: &[Field]| {
        read(&Source::Object(object.clone()), fields, [None, None])
    };
    match (field.ty.as_str(), field.written, required) {
        ("object", None, true) => inner(&object.require_object(name)?, &field.fields),
        ("object", None, false) => match object.object(name)? {
            Some(object) => inner(&object, &field.fields),
            None => Ok(Json::Null),
        },
        ("object", Some(_), true) => {
            object.require_json(name, |object| inner(object, &field.fields))
        }
        ("object", Some(_), false) => Ok(object
            .optional_json(name, |object| inner(object, &field.fields))?
            .unwrap_or(Json::Null)),
        ("list", written, required) => {
            let Some(item) = field.item.as_deref() else {
                return Ok(Json::Null);
            };
            if item.ty != "object" {
                return scalars(object, name, item, required);
            }
            let members = |object: &Object<'_>| inner(object, &item.fields);
            let list = match (written, required) {
                (None, true) => object.require_objects(name, members)?,
                (None, false) => object.objects(name, members)?,
                (Some(_), true) => object.require_json_list(name, members)?,
                (Some(_), false) => object.json_list(name, members)?,
            };
            Ok(Json::List(list))
        }
        _ => scalar(object, name, field, required),
    }
}

fn scalars(
    object: &Object<'_>,
    name: &str,
    item: &Field,
    required: bool,
) -> Result<Json, DecodeError> {
    fn list<T: FromWire>(
        object: &Object<'_>,
        name: &str,
        required: bool,
        json: impl Fn(T) -> Json,
    ) -> Result<Json, DecodeError> {
        let list: Vec<T> = if required {
            object.require_list(name)?
        } else {
            object.list(name)?
        };
        Ok(Json::List(list.into_iter().map(json).collect()))
    }
    match item.ty.as_str() {
        "Integer" | "Fen" => list(object, name, required, |number: i64| Json::from(number)),
        "Boolean" => list(object, name, required, |flag: bool| Json::from(flag)),
        _ => list(object, name, required, |text: String| Json::from(text)),
    }
}

fn scalar(
    object: &Object<'_>,
    name: &str,
    field: &Field,
    required: bool,
) -> Result<Json, DecodeError> {
    fn value<T: FromWire + PartialEq>(
        object: &Object<'_>,
        name: &str,
        field: &Field,
        required: bool,
        json: impl Fn(T) -> Json,
    ) -> Result<Json, DecodeError> {
        if !field.also.is_empty() {
            let names: Vec<&str> = std::iter::once(name)
                .chain(field.also.iter().map(String::as_str))
                .collect();
            return object.require_any(&names).map(json);
        }
        if required {
            return object.require(name).map(json);
        }
        Ok(object.optional(name)?.map_or(Json::Null, json))
    }
    match field.ty.as_str() {
        "Integer" | "Fen" => value(object, name, field, required, |number: i64| {
            Json::from(number)
        }),
        "Boolean" => value(object, name, field, required, |flag: bool| Json::from(flag)),
        "Decimal" if required => object
            .require_decimal(name)
            .map(|number| Json::from(number.as_str())),
        "Decimal" => Ok(object
            .decimal(name)?
            .map_or(Json::Null, |number| Json::from(number.as_str()))),
        "Raw" if required => object.require_raw(name),
        "Raw" => Ok(object.raw(name).unwrap_or(Json::Null)),
        _ => value(object, name, field, required, |text: String| {
            Json::from(text)
        }),
    }
}

/// `coupon_id_$n_$m` with its numbers.
fn filled(wire: &str, [n, m]: Numbers) -> String {
    let mut name = wire.to_owned();
    for (mark, number) in [("$n", n), ("$m", m)] {
        if let Some(number) = number {
            name = name.replace(mark, &number.to_string());
        }
    }
    name
}
