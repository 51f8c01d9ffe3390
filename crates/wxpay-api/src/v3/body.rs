use std::fmt;
use std::ops::RangeInclusive;

use wxpay_core::{Fen, Identifier, InvalidInput, Secret};

use super::Json;
use super::json::check_characters;
use crate::Max;
use crate::text::{check_max, checked};

/// A JSON object being filled in: each member is checked as it is written, and secret ones are sealed before they are sent.
#[derive(Clone, Default)]
pub struct Body(Vec<(&'static str, Node)>);

#[derive(Clone)]
enum Node {
    Plain(Json),
    Sealed(Secret),
    Object(Body),
    List(Vec<Body>),
}

impl Body {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes an identifier.
    ///
    /// # Errors
    /// It does not have its documented form.
    pub fn id(&mut self, name: &'static str, value: &impl Identifier) -> Result<(), InvalidInput> {
        let text = checked(name, value)?;
        self.set(name, Json::from(text));
        Ok(())
    }

    /// Writes a text.
    ///
    /// # Errors
    /// It is empty, too long or holds characters beyond U+FFFF.
    pub fn text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        let value = check_text(name, value.as_ref(), max)?;
        self.set(name, Json::from(value));
        Ok(())
    }

    /// Writes a text that is sealed for WeChat Pay (敏感信息加密) before it is sent. The limit counts the plain text.
    ///
    /// # Errors
    /// It is empty, too long or holds characters beyond U+FFFF.
    pub fn sealed(
        &mut self,
        name: &'static str,
        value: &Secret,
        max: Max,
    ) -> Result<(), InvalidInput> {
        check_text(name, value.expose(), max)?;
        self.0.push((name, Node::Sealed(value.clone())));
        Ok(())
    }

    /// Writes an amount of at least `min` fen.
    ///
    /// # Errors
    /// It is less.
    pub fn fen(&mut self, name: &'static str, value: Fen, min: i64) -> Result<(), InvalidInput> {
        if value.get() < min {
            return Err(InvalidInput::new(
                name,
                format!("must be at least {min} fen, is {value}"),
                format!("至少 {min} 分，现为 {value} 分"),
            ));
        }
        self.set(name, Json::from(value.get()));
        Ok(())
    }

    /// Writes a number.
    pub fn integer(&mut self, name: &'static str, value: u32) {
        self.set(name, Json::from(i64::from(value)));
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, name: &'static str, value: bool) {
        self.set(name, Json::from(value));
    }

    /// Writes an object.
    ///
    /// # Errors
    /// Those of `write`, with the path to the member.
    pub fn object(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut Self) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        let mut object = Self::new();
        write(&mut object).map_err(|error| error.within(name))?;
        self.0.push((name, Node::Object(object)));
        Ok(())
    }

    /// Writes a list of objects.
    ///
    /// # Errors
    /// It has too few or too many members; those of `write`, with the path to the member.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        members: &[T],
        items: RangeInclusive<usize>,
        write: impl Fn(&T, &mut Self) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        if !items.contains(&members.len()) {
            let (min, max, has) = (items.start(), items.end(), members.len());
            return Err(InvalidInput::new(
                name,
                format!("must have {min} to {max} members, has {has}"),
                format!("必须有 {min} 至 {max} 项，现有 {has} 项"),
            ));
        }
        let mut list = Vec::with_capacity(members.len());
        for (n, member) in members.iter().enumerate() {
            let mut object = Self::new();
            write(member, &mut object)
                .map_err(|error| error.within(format_args!("{name}[{n}]")))?;
            list.push(object);
        }
        self.0.push((name, Node::List(list)));
        Ok(())
    }

    /// The secrets, in the order in which they stand.
    pub(crate) fn secrets<'a>(&'a self, found: &mut Vec<&'a str>) {
        for (_, node) in &self.0 {
            match node {
                Node::Plain(_) => {}
                Node::Sealed(secret) => found.push(secret.expose()),
                Node::Object(object) => object.secrets(found),
                Node::List(list) => list.iter().for_each(|object| object.secrets(found)),
            }
        }
    }

    /// The JSON, with the sealed texts in the places of the secrets; `None` when there are not as many.
    pub(crate) fn seal(self, texts: &mut impl Iterator<Item = String>) -> Option<Json> {
        let mut members = Vec::with_capacity(self.0.len());
        for (name, node) in self.0 {
            let json = match node {
                Node::Plain(json) => json,
                Node::Sealed(_) => Json::Text(texts.next()?),
                Node::Object(object) => object.seal(texts)?,
                Node::List(list) => {
                    let list: Option<Vec<Json>> =
                        list.into_iter().map(|object| object.seal(texts)).collect();
                    Json::List(list?)
                }
            };
            members.push((name.to_owned(), json));
        }
        Some(Json::Object(members))
    }

    fn set(&mut self, name: &'static str, value: Json) {
        self.0.push((name, Node::Plain(value)));
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// The rules for a text that is sent, in a body or in a query.
pub(super) fn check_text<'a>(
    name: &'static str,
    value: &'a str,
    max: Max,
) -> Result<&'a str, InvalidInput> {
    if value.is_empty() {
        return Err(InvalidInput::new(
            name,
            "must not be empty; leave it out instead",
            "不能为空；没有值时请不要传该字段",
        ));
    }
    check_max(name, value, max)?;
    check_characters(name, value)?;
    Ok(value)
}
