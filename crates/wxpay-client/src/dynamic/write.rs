//! A request from JSON, by its description.

use wxpay_catalog::{Condition, Field, Is, Operation, Place, Written};
use wxpay_core::{InvalidInput, Secret};

use super::condition::{json_of, said, said_one};
use super::files::{Files, check_given, file};
use super::scalar::{self, items, max, range};
use super::target::Target;
use crate::json::{Body, Json};
use crate::limits::{NUMBER, check_items, check_range};
use crate::v2::Form;
use crate::v3::Call;
use crate::{Extra, Upload};

pub(super) fn v2(
    operation: &'static Operation,
    request: &Json,
    files: &Files,
    form: &mut Form,
) -> Result<(), InvalidInput> {
    let members = Members::with(files, request, operation)?;
    members.conditions(&operation.request)?;
    for field in &operation.request {
        members.write(&mut Target::Form(form), field)?;
    }
    form.extra(&members.extra()?, &members.known)
}

pub(super) fn v3(
    operation: &'static Operation,
    request: &Json,
    files: &Files,
    call: &mut Call,
) -> Result<(), InvalidInput> {
    let members = Members::with(files, request, operation)?;
    members.conditions(&operation.request)?;
    let is_body = |field: &&Field| field.place == Some(Place::Body);
    for field in operation.request.iter().filter(|field| !is_body(field)) {
        let mut target = match field.place {
            Some(Place::Path) => Target::Path(call),
            Some(Place::Header) => Target::Header(call),
            Some(Place::Form) => Target::File(call),
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
pub(super) fn check(
    operation: &'static Operation,
    request: &Json,
    files: &Files,
) -> Result<(), InvalidInput> {
    let members = Members::with(files, request, operation)?;
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
            Some(Place::Form) => Target::File(&mut call),
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
    /// Those that were given beside it.
    files: &'a Files,
    fields: &'static [Field],
    known: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// The members of a whole request.
    fn with(
        files: &'a Files,
        json: &'a Json,
        operation: &'static Operation,
    ) -> Result<Self, InvalidInput> {
        check_given(files, json, &operation.request)?;
        let members = Self::of(json, &operation.request)?;
        Ok(Self { files, ..members })
    }

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
            if field.from.is_none() {
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
                return Err(InvalidInput::new(name.to_string(), rule.0, rule.1));
            }
        }
        Ok(Self {
            json,
            files: &[],
            fields,
            known,
        })
    }

    fn get(&self, name: &str) -> Option<&'a Json> {
        self.json.get(name).filter(|value| **value != Json::Null)
    }

    /// A field's value. As in a typed request that is read from JSON, an empty text says that a
    /// scalar is absent.
    fn value(&self, field: &Field) -> Option<&'a Json> {
        let nested = matches!(field.ty.as_str(), "object" | "list") && field.written.is_none();
        let empty = |value: &&Json| value.as_str() == Some("");
        self.get(field.wire())
            .filter(|value| nested || !empty(value))
    }

    /// The file of a field that is one.
    fn file(&self, field: &Field) -> Result<Option<Upload>, InvalidInput> {
        match field.ty.as_str() {
            "File" => file(field.wire(), self.files, self.value(field)),
            _ => Ok(None),
        }
    }

    fn extra(&self) -> Result<Extra, InvalidInput> {
        let mut extra = Extra::new();
        match self.get("extra") {
            None => {}
            Some(Json::Object(members)) => {
                for (name, value) in members {
                    extra.insert(name.to_string(), value.clone());
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
            let there = self.value(field).is_some() || self.file(field)?.is_some();
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

    /// A member that always has the same value may be given with that value, and with no other.
    fn check_fixed(&self, name: &'static str, fixed: &Is) -> Result<(), InvalidInput> {
        let fixed = json_of(fixed);
        match self.json.get(name) {
            Some(given) if !given.stands_for(&fixed) => {
                let value = fixed.to_text();
                Err(InvalidInput::new(
                    name,
                    format!("is always {value}; leave it out, or give exactly that"),
                    format!("固定为 {value}；可以不传，传则必须是该值"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// What follows from the file in the request.
    fn of_file(
        &self,
        target: &mut Target<'_>,
        name: &'static str,
        what: &str,
    ) -> Result<(), InvalidInput> {
        let field = self.fields.iter().find(|field| field.ty == "File");
        let Some(file) = field.map_or(Ok(None), |field| self.file(field))? else {
            return Ok(());
        };
        let text = match what {
            "file_name" => file.name().to_owned(),
            _ => file.sha256(),
        };
        target.set(name, Json::from(text))
    }

    fn write(&self, target: &mut Target<'_>, field: &'static Field) -> Result<(), InvalidInput> {
        let name = field.wire();
        match field.from.as_deref() {
            None => {}
            Some("client") => return target.own(name, field.required),
            Some(what) => return self.of_file(target, name, what),
        }
        if let Some(fixed) = &field.fixed {
            self.check_fixed(name, fixed)?;
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
        if let Some(file) = self.file(field)? {
            return target.file(field, &file);
        }
        match self.value(field) {
            Some(value) => write(target, field, value),
            None if field.required => Err(InvalidInput::new(name, "is required", "必填")),
            None => Ok(()),
        }
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
    if field.encrypted {
        let secrets: Result<Vec<Secret>, InvalidInput> = members
            .iter()
            .map(|member| Ok(Secret::new(scalar::text(name, member)?)))
            .collect();
        return target.sealed_list(name, &secrets?, items(field), max(field));
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

/// JSON that may stand within a string.
fn embedded(name: &'static str, value: &Json) -> Result<Json, InvalidInput> {
    match value {
        Json::Text(text) => Json::parse(text.as_bytes())
            .map_err(|_| InvalidInput::new(name, "must be JSON", "必须是 JSON")),
        other => Ok(other.clone()),
    }
}
