//! The fields of one table.

use std::ops::Range;

use super::Context;
use crate::codegen::model::{
    Asked, Condition, Field, Kind, Limits, OfFile, Scope, Shape, Text, TypeRef, Version,
};
use crate::codegen::names;
use crate::codegen::spec::{self, Table};
use crate::codegen::types;

/// Reads tables against a scope.
pub(super) struct Reader<'a, 'b> {
    pub(super) scope: &'a Scope,
    pub(super) version: Version,
    pub(super) context: &'a mut Context<'b>,
}

impl Reader<'_, '_> {
    pub(super) fn fields(&mut self, table: &Table<spec::Field>) -> Vec<Field> {
        let fields = table
            .iter()
            .filter_map(|(wire, field)| self.field(wire, field.get_ref(), field.span()));
        fields.collect()
    }

    fn field(&mut self, wire: &str, spec: &spec::Field, at: Range<usize>) -> Option<Field> {
        let kind = match self.kind(spec) {
            Ok(kind) => kind,
            Err(reason) => {
                let problem = self.scope.source.problem(&at, format!("{wire}: {reason}"));
                self.context.problems.push(problem);
                return None;
            }
        };
        let zh = spec.zh.clone().unwrap_or_default();
        let english = self.context.glossary.english(base(wire), &zh);
        let en = spec.en.clone().or_else(|| english.map(str::to_owned));
        Some(Field {
            at,
            name: spec.name.clone().unwrap_or_else(|| names::field(wire)),
            wire: wire.to_owned(),
            also: spec.also.clone().unwrap_or_default(),
            kind,
            place: spec.place,
            required: spec.required,
            required_if: spec.required_if.as_ref().map(condition),
            only_if: spec.only_if.as_ref().map(condition),
            when: spec.when.as_ref().map(condition),
            echo: spec.echo,
            count: spec.count.clone(),
            element: spec.element.clone(),
            extensions: spec.extensions.clone().unwrap_or_default(),
            limits: Limits {
                min_chars: spec.min_chars,
                max_chars: spec.max_chars,
                max_bytes: spec.max_bytes,
                min: spec.min,
                max: spec.max,
                min_items: spec.min_items,
                max_items: spec.max_items,
            },
            alphabet: spec.alphabet.clone(),
            format: spec.format.clone(),
            encrypted: spec.encrypted,
            en: en.unwrap_or_default(),
            zh,
            note: spec.note.clone(),
            example: spec.example.clone(),
        })
    }

    /// The one thing that the field is.
    fn kind(&self, spec: &spec::Field) -> Result<Kind, String> {
        const ONE: &str = "needs exactly one of `type`, `enum`, `one_of`, `group`, `object`, `list`, `from` and `fixed`; \
                           a `type` beside `enum`, `object` or `list` says how it is written";
        let named = [
            &spec.enumeration,
            &spec.one_of,
            &spec.group,
            &spec.object,
            &spec.list,
        ]
        .iter()
        .filter(|name| name.is_some())
        .count();
        let filled = usize::from(spec.from.is_some()) + usize::from(spec.fixed.is_some());
        let alone = usize::from(named == 0 && spec.ty.is_some());
        if named + filled + alone != 1 || (filled == 1 && spec.ty.is_some()) {
            return Err(ONE.to_owned());
        }
        match spec.from {
            None => {}
            Some(spec::From::Client) => return Ok(Kind::Client),
            Some(spec::From::FileName) => return Ok(Kind::OfFile(OfFile::Name)),
            Some(spec::From::FileSha256) => return Ok(Kind::OfFile(OfFile::Sha256)),
        }
        if let Some(fixed) = &spec.fixed {
            return Ok(Kind::Fixed(fixed.clone()));
        }
        if let Some(name) = &spec.one_of {
            let ty = self.named("one_of", name, |shape| matches!(shape, Shape::Choice(_)))?;
            return plain(spec, Kind::Choice(ty));
        }
        if let Some(name) = &spec.group {
            let ty = self.named("group", name, |shape| matches!(shape, Shape::Group(_)))?;
            return plain(spec, Kind::Group(ty));
        }
        if let Some(name) = &spec.enumeration {
            let ty = self.named("enum", name, |shape| matches!(shape, Shape::Enum(_)))?;
            return match spec.ty.as_deref() {
                None => Ok(Kind::Enum(ty)),
                Some("Integer") => Ok(Kind::NumberEnum(ty)),
                Some(other) => Err(format!("an enum is not written as `{other}`")),
            };
        }
        if let Some(name) = &spec.object {
            let ty = self.object(name)?;
            return embedded(spec, Kind::Object(ty));
        }
        if let Some(name) = &spec.list {
            return self.list(name, spec);
        }
        let name = spec.ty.as_deref().unwrap_or_default();
        types::find(name)
            .map(Kind::Scalar)
            .ok_or_else(|| format!("unknown type `{name}`"))
    }

    fn list(&self, name: &str, spec: &spec::Field) -> Result<Kind, String> {
        let numbered = |shape: &Shape| matches!(shape, Shape::Numbered(_));
        if self.version == Version::V2
            && spec.ty.is_none()
            && let Ok(ty) = self.named("list", name, numbered)
        {
            return Ok(Kind::Numbered(ty));
        }
        let item = if let Some(scalar) = types::find(name) {
            Kind::Scalar(scalar)
        } else if let Ok(ty) = self.named("enum", name, |shape| matches!(shape, Shape::Enum(_))) {
            Kind::Enum(ty)
        } else {
            let unknown = |_| format!("unknown list `{name}`");
            Kind::Object(self.object(name).map_err(unknown)?)
        };
        embedded(spec, Kind::List(Box::new(item)))
    }

    fn object(&self, name: &str) -> Result<TypeRef, String> {
        self.named("object", name, |shape| matches!(shape, Shape::Object(_)))
    }

    fn named(
        &self,
        what: &str,
        name: &str,
        fits: impl Fn(&Shape) -> bool,
    ) -> Result<TypeRef, String> {
        let found = self
            .scope
            .find(name)
            .filter(|ty| self.scope.get(ty).is_some_and(|ty| fits(&ty.shape)));
        found.ok_or_else(|| format!("unknown {what} `{name}`"))
    }
}

/// A choice and a group are written as their members are.
fn plain(spec: &spec::Field, kind: Kind) -> Result<Kind, String> {
    match &spec.ty {
        None => Ok(kind),
        Some(_) => Err("a choice or a group has no `type`".to_owned()),
    }
}

fn embedded(spec: &spec::Field, kind: Kind) -> Result<Kind, String> {
    match spec.ty.as_deref() {
        None => Ok(kind),
        Some("Json") => Ok(Kind::Embedded(Text::Json, Box::new(kind))),
        Some("UrlEncoded") => Ok(Kind::Embedded(Text::UrlEncoded, Box::new(kind))),
        Some("Xml") => Ok(Kind::Embedded(Text::Xml, Box::new(kind))),
        Some(other) => Err(format!("an object or list is not written as `{other}`")),
    }
}

/// The name of a numbered field without its numbers.
fn base(wire: &str) -> &str {
    wire.split("_$").next().unwrap_or(wire)
}

fn condition(condition: &spec::Condition) -> Condition {
    let first = condition.first();
    let asked = match first.map(|(_, asked)| asked) {
        None => Vec::new(),
        Some(spec::Asked::Flag(flag)) => vec![Asked::Flag(*flag)],
        Some(spec::Asked::Value(value)) => vec![Asked::Value(value.clone())],
        Some(spec::Asked::Values(values)) => values.iter().cloned().map(Asked::Value).collect(),
    };
    Condition {
        names: condition.len(),
        wire: first.map(|(name, _)| name.clone()).unwrap_or_default(),
        asked,
    }
}
