use std::fmt;
use std::net::IpAddr;
use std::ops::RangeBounds;

use wxpay_core::{
    Date, DateFormat, Decimal, Fen, Identifier, InvalidInput, Secret, TimeFormat, WireTime,
};

use super::{Json, JsonText, check_characters};
use crate::limits::{FEN, NUMBER, check_items, check_max, check_range, checked, number, time_text};
use crate::v3::Call;
use crate::{Extra, Max};

/// A JSON object being filled in: each member is checked as it is written, and secret ones are
/// encrypted before they are sent.
#[derive(Clone, Default)]
pub struct Body(Vec<(JsonText, Node)>);

#[derive(Clone)]
enum Node {
    Plain(Json),
    Sealed(Secret),
    SealedList(Vec<Secret>),
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

    /// Writes a string.
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

    /// Writes a string that is encrypted for WeChat Pay (敏感信息加密) before it is sent. The limit
    /// counts the plain text.
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
        self.0
            .push((JsonText::of(name), Node::Sealed(value.clone())));
        Ok(())
    }

    /// Writes a list of strings that are encrypted for WeChat Pay (敏感信息加密) before they are sent,
    /// each by itself.
    ///
    /// # Errors
    /// It has too few or too many members; one of them is empty, too long or holds characters
    /// beyond U+FFFF.
    pub fn sealed_list(
        &mut self,
        name: &'static str,
        values: &[Secret],
        items: impl RangeBounds<usize>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        check_items(name, values.len(), &items)?;
        for value in values {
            check_text(name, value.expose(), max)?;
        }
        self.0
            .push((JsonText::of(name), Node::SealedList(values.to_vec())));
        Ok(())
    }

    /// Writes an amount in fen.
    ///
    /// # Errors
    /// It is out of range.
    pub fn fen(
        &mut self,
        name: &'static str,
        value: Fen,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value.get(), &range, FEN)?;
        self.set(name, value.get());
        Ok(())
    }

    /// Writes a whole number.
    ///
    /// # Errors
    /// It is out of range.
    pub fn integer(
        &mut self,
        name: &'static str,
        value: i64,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value, &range, NUMBER)?;
        self.set(name, value);
        Ok(())
    }

    /// Writes the value of an enum whose values are numbers.
    ///
    /// # Errors
    /// It is not a number.
    pub fn number(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
    ) -> Result<(), InvalidInput> {
        let value = number(name, value.as_ref())?;
        self.set(name, value);
        Ok(())
    }

    /// Writes a decimal number.
    ///
    /// # Errors
    /// It is more than a reader of JSON can hold.
    pub fn decimal(&mut self, name: &'static str, value: &Decimal) -> Result<(), InvalidInput> {
        let number: f64 = value
            .as_str()
            .parse()
            .map_err(|_| InvalidInput::new(name, "must be a decimal number", "必须是小数"))?;
        self.set(name, Json::Number(number));
        Ok(())
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, name: &'static str, value: bool) {
        self.set(name, value);
    }

    /// Writes an address. An IPv4 address written as IPv6 is sent as IPv4.
    ///
    /// # Errors
    /// None so far.
    pub fn ip(&mut self, name: &'static str, value: IpAddr) -> Result<(), InvalidInput> {
        self.set(name, value.to_canonical().to_string());
        Ok(())
    }

    /// Writes a time in one form.
    ///
    /// # Errors
    /// Its form is not known, so that it can't be written in another.
    pub fn time(
        &mut self,
        name: &'static str,
        value: &WireTime,
        format: TimeFormat,
    ) -> Result<(), InvalidInput> {
        let text = time_text(name, value, format)?;
        if format == TimeFormat::Unix {
            self.set(name, number(name, &text)?);
        } else {
            self.set(name, text);
        }
        Ok(())
    }

    /// Writes a day in one form.
    ///
    /// # Errors
    /// None so far.
    pub fn date(
        &mut self,
        name: &'static str,
        value: Date,
        format: DateFormat,
    ) -> Result<(), InvalidInput> {
        self.set(name, value.format(format));
        Ok(())
    }

    /// Writes JSON as it is.
    ///
    /// # Errors
    /// It holds null, or a character beyond U+FFFF.
    pub fn raw(&mut self, name: &'static str, value: &Json) -> Result<(), InvalidInput> {
        value.check_outgoing(name)?;
        self.set(name, value.clone());
        Ok(())
    }

    /// Writes a member that is always the same, or that has no rule.
    pub fn set(&mut self, name: &'static str, value: impl Into<Json>) {
        self.0.push((JsonText::of(name), Node::Plain(value.into())));
    }

    /// Writes an ID that the client has, such as `appid`.
    ///
    /// # Errors
    /// The client has none, and the operation can't do without.
    pub fn own(
        &mut self,
        name: &'static str,
        call: &Call,
        required: bool,
    ) -> Result<(), InvalidInput> {
        if let Some(value) = call.identity().own(name, required)? {
            self.set(name, value);
        }
        Ok(())
    }

    /// Writes members that this version does not know.
    ///
    /// # Errors
    /// One of them is a field of `known`, or holds what WeChat Pay refuses.
    pub fn extra(&mut self, extra: &Extra, known: &[&str]) -> Result<(), InvalidInput> {
        for member in extra.checked(known) {
            let (name, value) = member?;
            value.check_outgoing(name)?;
            self.0.push((name.into(), Node::Plain(value.clone())));
        }
        Ok(())
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
        self.0.push((JsonText::of(name), Node::Object(object)));
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
        items: impl RangeBounds<usize>,
        write: impl Fn(&T, &mut Self) -> Result<(), InvalidInput>,
    ) -> Result<(), InvalidInput> {
        check_items(name, members.len(), &items)?;
        let mut list = Vec::with_capacity(members.len());
        for (n, member) in members.iter().enumerate() {
            let mut object = Self::new();
            write(member, &mut object)
                .map_err(|error| error.within(format_args!("{name}[{n}]")))?;
            list.push(object);
        }
        self.0.push((JsonText::of(name), Node::List(list)));
        Ok(())
    }

    /// The first member's value, if it is not to be encrypted.
    #[cfg(feature = "catalog")]
    pub(crate) fn into_first(self) -> Option<Json> {
        match self.0.into_iter().next()?.1 {
            Node::Plain(json) => Some(json),
            _ => None,
        }
    }

    /// The secrets, in the order in which they stand.
    pub(crate) fn secrets<'a>(&'a self, found: &mut Vec<&'a str>) {
        for (_, node) in &self.0 {
            match node {
                Node::Plain(_) => {}
                Node::Sealed(secret) => found.push(secret.expose()),
                Node::SealedList(secrets) => found.extend(secrets.iter().map(Secret::expose)),
                Node::Object(object) => object.secrets(found),
                Node::List(list) => list.iter().for_each(|object| object.secrets(found)),
            }
        }
    }

    /// The JSON, with the encrypted strings in the places of the secrets; `None` when there are not
    /// as many.
    pub(crate) fn seal(self, texts: &mut impl Iterator<Item = String>) -> Option<Json> {
        let mut members = Vec::with_capacity(self.0.len());
        for (name, node) in self.0 {
            let json = match node {
                Node::Plain(json) => json,
                Node::Sealed(_) => Json::from(texts.next()?),
                Node::SealedList(secrets) => {
                    let list: Option<Vec<Json>> = secrets
                        .iter()
                        .map(|_| texts.next().map(Json::from))
                        .collect();
                    Json::List(list?)
                }
                Node::Object(object) => object.seal(texts)?,
                Node::List(list) => {
                    let list: Option<Vec<Json>> =
                        list.into_iter().map(|object| object.seal(texts)).collect();
                    Json::List(list?)
                }
            };
            members.push((name, json));
        }
        Some(Json::Object(members))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(name, _)| name.as_str()))
            .finish()
    }
}

pub(crate) fn check_text<'a>(
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
