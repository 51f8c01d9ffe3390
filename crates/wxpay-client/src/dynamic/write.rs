//! A request from JSON, by its description.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use wxpay_catalog::{Condition, Field, Is, Operation, Place, Written};
use wxpay_core::{
    Date, DateFormat, Decimal, Fen, Identifier, InvalidInput, Secret, TimeFormat, WireTime,
};

use super::scalar::{self, items, max, range};
use crate::json::{Body, Json};
use crate::limits::{NUMBER, check_items, check_range, checked};
use crate::v2::Form;
use crate::v3::Call;
use crate::{Extra, Max};

pub(super) fn v2(
    operation: &'static Operation,
    request: &Json,
    form: &mut Form,
) -> Result<(), InvalidInput> {
    let members = Members::of(request, &operation.request)?;
    members.conditions(&operation.request)?;
    for field in &operation.request {
        members.write(&mut Target::Form(form), field)?;
    }
    form.extra(&members.extra()?, &members.known)
}

pub(super) fn v3(
    operation: &'static Operation,
    request: &Json,
    call: &mut Call,
) -> Result<(), InvalidInput> {
    let members = Members::of(request, &operation.request)?;
    members.conditions(&operation.request)?;
    let is_body = |field: &&Field| field.place == Some(Place::Body);
    for field in operation.request.iter().filter(|field| !is_body(field)) {
        let mut target = match field.place {
            Some(Place::Path) => Target::Path(call),
            Some(Place::Header) => Target::Header(call),
            _ => Target::Query(call),
        };
        members.write(&mut target, field)?;
    }
    let extra = members.extra()?;
    if !operation.request.iter().any(|field| is_body(&field)) {
        return call.extra(&extra, &members.known);
    }
    let mut body = Body::new();
    for field in operation.request.iter().filter(is_body) {
        members.write(&mut Target::Body(&mut body, Some(call)), field)?;
    }
    body.extra(&extra, &members.known)?;
    call.body(body);
    Ok(())
}

/// Checks what is given, whatever the client fills.
pub(super) fn check(operation: &'static Operation, request: &Json) -> Result<(), InvalidInput> {
    let members = Members::of(request, &operation.request)?;
    members.conditions(&operation.request)?;
    let (mut call, mut body, mut form) = (Call::default(), Body::new(), Form::new());
    for field in operation
        .request
        .iter()
        .filter(|field| field.from.is_none())
    {
        let mut target = match field.place {
            Some(Place::Path) => Target::Path(&mut call),
            Some(Place::Header) => Target::Header(&mut call),
            Some(Place::Query) => Target::Query(&mut call),
            Some(_) => Target::Body(&mut body, None),
            None => Target::Form(&mut form),
        };
        members.write(&mut target, field)?;
    }
    Ok(())
}

/// The members of an object that is sent.
struct Members<'a> {
    json: &'a Json,
    known: Vec<&'static str>,
}

impl<'a> Members<'a> {
    fn of(json: &'a Json, fields: &'static [Field]) -> Result<Self, InvalidInput> {
        let Json::Object(members) = json else {
            return Err(InvalidInput::new(
                "request",
                "must be an object of its fields",
                "必须是由字段组成的对象",
            ));
        };
        let mut known = Vec::new();
        let mut given = Vec::new();
        for field in fields {
            if field.ty == "one_of" {
                known.extend(field.fields.iter().map(Field::wire));
                given.extend(field.fields.iter().map(Field::wire));
                continue;
            }
            known.push(field.wire());
            if field.from.is_none() && field.fixed.is_none() {
                given.push(field.wire());
            }
        }
        for (name, _) in members {
            if name != "extra" && !given.contains(&name.as_str()) {
                let names = given.join(", ");
                let rule = if known.contains(&name.as_str()) {
                    (
                        "is filled in by the client: leave it out".to_owned(),
                        "由客户端自动填写，请不要传入".to_owned(),
                    )
                } else {
                    (
                        format!("is not a field of this request; there are {names}"),
                        format!("不是该请求的字段；可用字段：{names}"),
                    )
                };
                return Err(InvalidInput::new(name.clone(), rule.0, rule.1));
            }
        }
        Ok(Self { json, known })
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        self.json.get(name).filter(|value| **value != Json::Null)
    }

    /// A field's value. As in a typed request that is read from JSON, an empty text says that a scalar is absent.
    fn value(&self, field: &Field) -> Option<&'a Json> {
        let nested = matches!(field.ty.as_str(), "object" | "list") && field.written.is_none();
        let empty = |value: &&Json| value.as_str() == Some("");
        self.get(field.wire())
            .filter(|value| nested || !empty(value))
    }

    fn extra(&self) -> Result<Extra, InvalidInput> {
        let mut extra = Extra::new();
        match self.get("extra") {
            None => {}
            Some(Json::Object(members)) => {
                for (name, value) in members {
                    extra.insert(name.clone(), value.clone());
                }
            }
            Some(_) => {
                return Err(InvalidInput::new(
                    "extra",
                    "must be an object",
                    "必须是对象",
                ));
            }
        }
        Ok(extra)
    }

    /// The fields that other fields make necessary, or rule out.
    fn conditions(&self, fields: &'static [Field]) -> Result<(), InvalidInput> {
        for field in fields {
            let there = self.value(field).is_some();
            if let Some(condition) = &field.required_if
                && self.holds(condition)
                && !there
            {
                let (other, values) = (&condition.field, said(condition));
                return Err(InvalidInput::required_with(field.wire(), other, &values));
            }
            if let Some(condition) = &field.only_if
                && !self.holds(condition)
                && there
            {
                let (other, values) = (&condition.field, said(condition));
                return Err(InvalidInput::only_with(field.wire(), other, &values));
            }
        }
        Ok(())
    }

    fn holds(&self, condition: &Condition) -> bool {
        let text = self.get(&condition.field).and_then(Json::scalar_text);
        text.is_some_and(|text| condition.is.iter().any(|is| said_one(is) == text))
    }

    fn write(&self, target: &mut Target<'_>, field: &'static Field) -> Result<(), InvalidInput> {
        let name = field.wire();
        if field.from.is_some() {
            return target.own(name, field.required);
        }
        if let Some(fixed) = &field.fixed {
            return target.fixed(name, fixed);
        }
        if field.ty == "one_of" {
            let there: Vec<&Field> = field
                .fields
                .iter()
                .filter(|member| self.value(member).is_some())
                .collect();
            let [member] = there.as_slice() else {
                let names: Vec<&str> = field.fields.iter().map(Field::wire).collect();
                return Err(InvalidInput::new(
                    name,
                    format!("needs exactly one of {}", names.join(", ")),
                    format!("必须且只能传其中一个：{}", names.join("、")),
                ));
            };
            let member = field.fields.iter().find(|one| one.wire() == member.wire());
            return match member.and_then(|member| Some((member, self.value(member)?))) {
                Some((member, value)) => write(target, member, value),
                None => Ok(()),
            };
        }
        match self.value(field) {
            Some(value) => write(target, field, value),
            None if field.required => Err(InvalidInput::new(name, "is required", "必填")),
            None => Ok(()),
        }
    }
}

fn said(condition: &Condition) -> String {
    let values: Vec<String> = condition.is.iter().map(said_one).collect();
    values.join(" or ")
}

fn said_one(is: &Is) -> String {
    match is {
        Is::Flag(flag) => flag.to_string(),
        Is::Number(number) => number.to_string(),
        Is::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// Writes one field that is there.
fn write(target: &mut Target<'_>, field: &'static Field, value: &Json) -> Result<(), InvalidInput> {
    let name = field.wire();
    match (field.ty.as_str(), field.written) {
        ("object", None) => target.object(name, |body| object(field, value, body)),
        ("object", Some(Written::Json)) => {
            let value = embedded(name, value)?;
            target.json(name, max(field), |body| object(field, &value, body))
        }
        ("object", Some(_)) => {
            target.url_encoded(name, max(field), |body| object(field, value, body))
        }
        ("list", written) => {
            let embedded = match written {
                Some(_) => embedded(name, value)?,
                None => value.clone(),
            };
            let Json::List(members) = embedded else {
                return Err(InvalidInput::new(name, "must be a list", "必须是列表"));
            };
            list(target, field, &members)
        }
        _ => scalar::write(target, field, value),
    }
}

fn list(
    target: &mut Target<'_>,
    field: &'static Field,
    members: &[Json],
) -> Result<(), InvalidInput> {
    let name = field.wire();
    let Some(item) = field.item.as_deref() else {
        return Ok(());
    };
    if item.ty == "object" {
        return target.objects(field, members, |member, body| object(item, member, body));
    }
    check_items(name, members.len(), &items(field))?;
    let mut list = Vec::with_capacity(members.len());
    for member in members {
        list.push(list_item(name, field, item, member)?);
    }
    target.set(name, Json::List(list))
}

/// A member of a list of scalars.
fn list_item(
    name: &'static str,
    field: &Field,
    item: &'static Field,
    value: &Json,
) -> Result<Json, InvalidInput> {
    if item.ty == "Integer" {
        let number: i64 = scalar::parse(name, value, "whole numbers", "整数")?;
        check_range(name, number, &range(field), NUMBER)?;
        return Ok(Json::from(number));
    }
    let mut body = Body::new();
    let mut target = Target::Body(&mut body, None);
    match item.ty.as_str() {
        "String" | "Secret" | "enum" => {
            target.text(name, &scalar::text(name, value)?, max(field))?;
        }
        _ => scalar::write(&mut target, item, value).map_err(|error| error.named(name))?,
    }
    Ok(body.into_first().unwrap_or(Json::Null))
}

fn object(field: &'static Field, value: &Json, body: &mut Body) -> Result<(), InvalidInput> {
    let members = Members::of(value, &field.fields)?;
    members.conditions(&field.fields)?;
    for field in &field.fields {
        members.write(&mut Target::Body(body, None), field)?;
    }
    body.extra(&members.extra()?, &members.known)
}

/// JSON that may stand within a text.
fn embedded(name: &'static str, value: &Json) -> Result<Json, InvalidInput> {
    match value {
        Json::Text(text) => Json::parse(text.as_bytes())
            .map_err(|_| InvalidInput::new(name, "must be JSON", "必须是 JSON")),
        other => Ok(other.clone()),
    }
}

/// What a field is written to.
pub(super) enum Target<'a> {
    Form(&'a mut Form),
    Path(&'a mut Call),
    Query(&'a mut Call),
    Header(&'a mut Call),
    /// The call knows the client's own IDs; objects within the body have none.
    Body(&'a mut Body, Option<&'a Call>),
}

type Done = Result<(), InvalidInput>;

impl Target<'_> {
    pub(super) fn id(&mut self, name: &'static str, value: &impl Identifier) -> Done {
        match self {
            Self::Form(form) => form.id(name, value),
            Self::Path(call) => call.path(name, value),
            Self::Query(call) => call.query(name, value),
            Self::Header(call) => call.header(name, checked(name, value)?, Max::Chars(128)),
            Self::Body(body, _) => body.id(name, value),
        }
    }

    pub(super) fn text(&mut self, name: &'static str, value: &str, max: Max) -> Done {
        match self {
            Self::Form(form) => form.text(name, value, max),
            Self::Path(call) => call.path_text(name, value, max),
            Self::Query(call) => call.query_text(name, value, max),
            Self::Header(call) => call.header(name, value, max),
            Self::Body(body, _) => body.text(name, value, max),
        }
    }

    pub(super) fn sealed(&mut self, name: &'static str, value: &Secret, max: Max) -> Done {
        match self {
            Self::Query(call) => call.query_sealed(name, value, max),
            Self::Body(body, _) => body.sealed(name, value, max),
            _ => misplaced(name),
        }
    }

    pub(super) fn fen(&mut self, name: &'static str, value: Fen, range: Range) -> Done {
        match self {
            Self::Form(form) => form.fen(name, value, range),
            Self::Query(call) => call.query_fen(name, value, range),
            Self::Body(body, _) => body.fen(name, value, range),
            _ => misplaced(name),
        }
    }

    pub(super) fn integer(&mut self, name: &'static str, value: i64, range: Range) -> Done {
        match self {
            Self::Form(form) => form.integer(name, value, range),
            Self::Path(call) => call.path_integer(name, value, range),
            Self::Query(call) => call.query_integer(name, value, range),
            Self::Body(body, _) => body.integer(name, value, range),
            Self::Header(_) => misplaced(name),
        }
    }

    pub(super) fn number(&mut self, name: &'static str, value: &str) -> Done {
        match self {
            Self::Form(form) => form.number(name, value),
            Self::Query(call) => call.query_number(name, value),
            Self::Body(body, _) => body.number(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn decimal(&mut self, name: &'static str, value: &Decimal) -> Done {
        match self {
            Self::Form(form) => form.decimal(name, value),
            Self::Body(body, _) => body.decimal(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn boolean(&mut self, name: &'static str, value: bool) -> Done {
        match self {
            Self::Form(form) => form.boolean(name, value),
            Self::Query(call) => call.query_boolean(name, value),
            Self::Body(body, _) => body.boolean(name, value),
            _ => return misplaced(name),
        }
        Ok(())
    }

    pub(super) fn ip(&mut self, name: &'static str, value: IpAddr) -> Done {
        match self {
            Self::Form(form) => form.ip(name, value),
            Self::Body(body, _) => body.ip(name, value),
            _ => misplaced(name),
        }
    }

    pub(super) fn time(
        &mut self,
        name: &'static str,
        value: &WireTime,
        format: TimeFormat,
    ) -> Done {
        match self {
            Self::Form(form) => form.time(name, value, format),
            Self::Query(call) => call.query_time(name, value, format),
            Self::Body(body, _) => body.time(name, value, format),
            _ => misplaced(name),
        }
    }

    pub(super) fn date(&mut self, name: &'static str, value: Date, format: DateFormat) -> Done {
        match self {
            Self::Form(form) => form.date(name, value, format),
            Self::Path(call) => call.path_date(name, value, format),
            Self::Query(call) => call.query_date(name, value, format),
            Self::Body(body, _) => body.date(name, value, format),
            Self::Header(_) => misplaced(name),
        }
    }

    pub(super) fn raw(&mut self, name: &'static str, value: &Json) -> Done {
        match self {
            Self::Body(body, _) => body.raw(name, value),
            _ => misplaced(name),
        }
    }

    fn set(&mut self, name: &'static str, value: Json) -> Done {
        match self {
            Self::Body(body, _) => {
                body.set(name, value);
                Ok(())
            }
            _ => misplaced(name),
        }
    }

    fn fixed(&mut self, name: &'static str, value: &Is) -> Done {
        let json = match value {
            Is::Flag(flag) => Json::from(*flag),
            Is::Number(number) => Json::from(*number),
            Is::Text(text) => Json::from(text.as_str()),
            _ => return misplaced(name),
        };
        match self {
            Self::Form(form) => form.set(name, said_one(value)),
            Self::Query(call) => call.query_set(name, said_one(value)),
            Self::Body(body, _) => body.set(name, json),
            _ => return misplaced(name),
        }
        Ok(())
    }

    fn own(&mut self, name: &'static str, required: bool) -> Done {
        match self {
            Self::Form(form) => form.own(name, required),
            Self::Path(call) => call.own_path(name, required),
            Self::Query(call) => call.own_query(name, required),
            Self::Body(body, Some(call)) => body.own(name, call, required),
            _ => misplaced(name),
        }
    }

    fn object(&mut self, name: &'static str, write: impl FnOnce(&mut Body) -> Done) -> Done {
        match self {
            Self::Body(body, _) => body.object(name, write),
            _ => misplaced(name),
        }
    }

    fn objects(
        &mut self,
        field: &'static Field,
        members: &[Json],
        write: impl Fn(&Json, &mut Body) -> Done,
    ) -> Done {
        let (name, items) = (field.wire(), items(field));
        match (self, field.written) {
            (Self::Body(body, _), None) => body.objects(name, members, items, write),
            (Self::Body(body, _), Some(_)) => {
                body.json_list(name, members, items, max(field), write)
            }
            (Self::Form(form), _) => form.json_list(name, members, items, max(field), write),
            _ => misplaced(name),
        }
    }

    fn json(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Done,
    ) -> Done {
        match self {
            Self::Form(form) => form.json(name, max, write),
            Self::Body(body, _) => body.json(name, max, write),
            _ => misplaced(name),
        }
    }

    fn url_encoded(
        &mut self,
        name: &'static str,
        max: Max,
        write: impl FnOnce(&mut Body) -> Done,
    ) -> Done {
        match self {
            Self::Form(form) => form.url_encoded(name, max, write),
            _ => misplaced(name),
        }
    }
}

type Range = RangeInclusive<i64>;

/// The generator refuses such a description.
fn misplaced(name: &'static str) -> Done {
    Err(InvalidInput::new(
        name,
        "can't be written here: the catalogue is wrong",
        "无法写入此处：接口目录有误",
    ))
}
