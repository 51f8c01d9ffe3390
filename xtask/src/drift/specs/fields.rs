//! The fields of a spec, flat.

use std::collections::BTreeSet;

use super::Identifiers;
use crate::codegen::model::{self, Kind, Scope, Text};
use crate::codegen::spec::{Fixed, Place};
use crate::codegen::types::{Form, Scalar};
use crate::drift::facts::{Amount, Field, Length, Operation, Required, Type};

/// Adds the fields of one operation.
pub(super) struct Reader<'a> {
    pub(super) scope: &'a Scope,
    pub(super) is_request: bool,
    pub(super) is_upload: bool,
    pub(super) identifiers: &'a Identifiers,
    pub(super) operation: &'a mut Operation,
}

/// What a field stands in beside its table.
#[derive(Clone, Copy)]
enum Within {
    Table,
    /// One of several is there.
    Choice,
    /// All are there, or none.
    Group,
}

impl Reader<'_> {
    /// Adds what stands on the top level, which says itself where it is sent.
    pub(super) fn add(&mut self, place: &str, fields: &[model::Field]) {
        for field in fields {
            let place = match field.place {
                None => place,
                Some(Place::Path) => "path",
                Some(Place::Query) => "query",
                Some(Place::Header) => "header",
                Some(Place::Body) if self.is_upload => "body.meta",
                Some(Place::Body | Place::Form) => "body",
            };
            self.one(place, field, Within::Table);
        }
    }

    fn members(&mut self, place: &str, ty: &model::TypeRef, within: Within) {
        let scope = self.scope;
        for field in scope.fields(ty) {
            self.one(place, field, within);
        }
    }

    fn one(&mut self, place: &str, spec: &model::Field, within: Within) {
        // Their members stand where the field does.
        match &spec.kind {
            Kind::Choice(ty) => return self.members(place, ty, Within::Choice),
            Kind::Group(ty) => return self.members(place, ty, Within::Group),
            Kind::Numbered(ty) => {
                if let Some(count) = &spec.count {
                    let implied = Field {
                        is_implied: true,
                        ..Field::default()
                    };
                    self.operation.add(format!("{place}.{count}"), implied);
                }
                return self.members(place, ty, Within::Group);
            }
            _ => {}
        }
        let name = format!("{place}.{}", spec.wire);
        let mut field = self.field(spec);
        match within {
            Within::Choice => field.required = Required::Sometimes,
            Within::Group if field.required == Required::Yes => {
                field.required = Required::Sometimes;
            }
            Within::Group | Within::Table => {}
        }
        if !spec.also.is_empty() {
            // It comes under one of its names.
            field.required = Required::Sometimes;
            for also in &spec.also {
                let other = Field {
                    is_optional_name: true,
                    ..field.clone()
                };
                self.operation.add(format!("{place}.{also}"), other);
            }
            field.is_optional_name = true;
        }
        self.operation.add(name.clone(), field);
        if let Some(ty) = object(&spec.kind) {
            self.members(&name, ty, Within::Table);
        }
    }

    fn field(&self, spec: &model::Field) -> Field {
        let limits = &spec.limits;
        let text = limits.max_bytes.map(Length::Bytes);
        let mut field = Field {
            text: text.or_else(|| limits.max_chars.map(Length::Chars)),
            min_text: limits.min_chars,
            alphabet: spec.alphabet.clone(),
            min: limits.min,
            max: limits.max,
            min_items: limits.min_items,
            max_items: limits.max_items,
            is_sealed: spec.encrypted,
            required: if spec.required {
                Required::Yes
            } else if spec.required_if.is_some() {
                Required::Sometimes
            } else {
                Required::No
            },
            ..Field::default()
        };
        self.kind(&spec.kind, spec, &mut field);
        field
    }

    fn kind(&self, kind: &Kind, spec: &model::Field, field: &mut Field) {
        match kind {
            Kind::Scalar(scalar) => self.scalar(scalar, spec, field),
            Kind::Enum(ty) | Kind::NumberEnum(ty) => {
                let values = self.scope.values(ty).iter();
                field.values = Some(values.map(|value| value.wire.clone()).collect());
                field.types = match kind {
                    Kind::Enum(_) => [Type::Text].into(),
                    _ => [Type::Integer].into(),
                };
            }
            Kind::Object(_) => field.types = [Type::Object].into(),
            Kind::List(item) => {
                self.kind(item, spec, field);
                field.items = std::mem::take(&mut field.types);
                field.types = [Type::List].into();
                if self.is_request {
                    field.min_items = field.min_items.or(Some(1));
                }
                // Of the members, these are not said.
                field.amount = Amount::Unsaid;
            }
            Kind::Embedded(text, inner) => {
                field.types = match text {
                    Text::Json => [Type::Json].into(),
                    Text::UrlEncoded => [Type::UrlEncoded].into(),
                    Text::Xml => [Type::List].into(),
                };
                if let (Text::Xml, Kind::List(_)) = (text, &**inner) {
                    field.items = [Type::Object].into();
                }
            }
            Kind::Client => field.types = [Type::Text].into(),
            Kind::OfFile(_) => {
                field.types = [Type::Text].into();
                field.required = Required::Always;
            }
            Kind::Fixed(fixed) => {
                let (ty, value) = match fixed {
                    Fixed::Flag(flag) => (Type::Boolean, flag.to_string()),
                    Fixed::Number(number) => (Type::Integer, number.to_string()),
                    Fixed::Text(text) => (Type::Text, text.clone()),
                };
                field.types = [ty].into();
                field.values = Some([value].into());
                field.required = Required::Always;
            }
            Kind::Choice(_) | Kind::Group(_) | Kind::Numbered(_) => {}
        }
    }

    fn scalar(&self, scalar: &'static Scalar, spec: &model::Field, field: &mut Field) {
        use Type::{Boolean, File, Integer, Number, Text};
        let types: &[Type] = match scalar.form {
            Form::Id | Form::Text | Form::Secret | Form::Sealed | Form::Ip | Form::Date => &[Text],
            Form::Fen => &[Integer],
            Form::Boolean => &[Boolean],
            Form::Integer => &[Integer],
            Form::Decimal => &[Number, Text],
            Form::Time if spec.format.as_deref() == Some("unix") => &[Integer, Text],
            Form::Time if self.is_request => &[Text],
            Form::Time => &[Integer, Text],
            Form::Raw => &[],
            Form::File => &[File],
        };
        field.types = types.iter().copied().collect::<BTreeSet<_>>();
        match scalar.form {
            Form::Fen => field.amount = Amount::Fen,
            Form::Integer if self.is_request => field.min = field.min.or(Some(0)),
            Form::Sealed => field.is_sealed = true,
            Form::Id => {
                field.is_identifier = true;
                field.text = self
                    .identifiers
                    .get(scalar.name)
                    .copied()
                    .map(Length::Chars);
            }
            Form::Time | Form::Date if self.is_request => {
                field.format = format(scalar.form, spec.format.as_deref());
            }
            // What a number's text or a file may be long is not said of the field.
            Form::File => field.text = None,
            _ => {}
        }
        if scalar.form == Form::Integer || scalar.form == Form::Decimal {
            field.amount = Amount::Other;
        }
    }
}

fn object(kind: &Kind) -> Option<&model::TypeRef> {
    match kind {
        Kind::Object(ty) => Some(ty),
        Kind::List(item) => object(item),
        Kind::Embedded(_, inner) => object(inner),
        _ => None,
    }
}

fn format(form: Form, format: Option<&str>) -> Option<&'static str> {
    const FORMATS: [&str; 6] = [
        "rfc3339",
        "yyyyMMddHHmmss",
        "yyyy-MM-dd HH:mm:ss",
        "unix",
        "yyyy-MM-dd",
        "yyyyMMdd",
    ];
    let usual = (form == Form::Date).then_some("yyyy-MM-dd");
    FORMATS
        .into_iter()
        .find(|known| Some(*known) == format)
        .or(usual)
}
