use std::borrow::Cow;
use std::cell::Cell;

use wxpay_core::{Decimal, DecodeError, FromWire};

use super::{Json, JsonText};

/// An object of a response being read; errors name the path to the member.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    pub(super) members: &'a [(JsonText, Json)],
    pub(super) path: String,
    /// Where to look first: behind the member that was found last, since members mostly come in the
    /// documents' order.
    next: Cell<usize>,
}

impl<'a> Object<'a> {
    /// The response itself.
    ///
    /// # Errors
    /// It is not an object.
    pub fn of(json: &'a Json) -> Result<Self, DecodeError> {
        match json {
            Json::Object(members) => Ok(Self::at_path(members, String::new())),
            _ => Err(DecodeError::malformed("json")),
        }
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// It is missing, null, empty or has an invalid format.
    pub fn require<T: FromWire>(&self, name: &str) -> Result<T, DecodeError> {
        self.optional(name)?
            .ok_or_else(|| DecodeError::missing(self.at(name)))
    }

    /// A member that must be there under one of several names that the documents give it.
    ///
    /// # Errors
    /// It is under none of them, has an invalid format, or two of them are there and differ.
    pub fn require_any<T: FromWire + PartialEq>(&self, names: &[&str]) -> Result<T, DecodeError> {
        let mut found = None;
        for name in names {
            let Some(value) = self.optional::<T>(name)? else {
                continue;
            };
            if found.as_ref().is_some_and(|earlier| *earlier != value) {
                return Err(DecodeError::mismatch(self.at(name)));
            }
            found = Some(value);
        }
        found.ok_or_else(|| DecodeError::missing(self.at(&names.join(" or "))))
    }

    /// A member that may be there; null and an empty text count as absent.
    ///
    /// # Errors
    /// It has an invalid format.
    pub fn optional<T: FromWire>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        let value = match self.member(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(json) if json.as_str() == Some("") => return Ok(None),
            Some(json) => scalar_of(json),
        };
        value
            .map(Some)
            .ok_or_else(|| DecodeError::malformed(self.at(name)))
    }

    /// Checks that the response repeats `asked` in the member `name`.
    ///
    /// # Errors
    /// The member is missing or differs.
    pub fn echo(&self, name: &str, asked: impl AsRef<str>) -> Result<(), DecodeError> {
        match self.scalar(name)? {
            Some(value) if value == asked.as_ref() => Ok(()),
            Some(_) => Err(DecodeError::mismatch(self.at(name))),
            None => Err(DecodeError::missing(self.at(name))),
        }
    }

    /// As [`echo`](Self::echo), where the documents do not promise the member.
    ///
    /// # Errors
    /// The member is there and differs.
    pub fn echo_if_present(&self, name: &str, asked: impl AsRef<str>) -> Result<(), DecodeError> {
        match self.scalar(name)? {
            None => Ok(()),
            Some(text) if text.is_empty() => Ok(()),
            Some(_) => self.echo(name, asked),
        }
    }

    /// An object within this one.
    ///
    /// # Errors
    /// The member is there and is not an object.
    pub fn object(&self, name: &str) -> Result<Option<Self>, DecodeError> {
        match self.member(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Object(members)) => Ok(Some(Self::at_path(members, self.at(name)))),
            Some(_) => Err(DecodeError::malformed(self.at(name))),
        }
    }

    /// An object within this one that must be there.
    ///
    /// # Errors
    /// The member is missing or is not an object.
    pub fn require_object(&self, name: &str) -> Result<Self, DecodeError> {
        self.object(name)?
            .ok_or_else(|| DecodeError::missing(self.at(name)))
    }

    /// The objects of a list, each read by `read`; none when the member is absent.
    ///
    /// # Errors
    /// The member is not a list of objects; those of `read`.
    pub fn objects<T>(
        &self,
        name: &str,
        read: impl Fn(&Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let malformed = || DecodeError::malformed(self.at(name));
        let list = match self.member(name) {
            None | Some(Json::Null) => return Ok(Vec::new()),
            Some(Json::List(list)) => list,
            Some(_) => return Err(malformed()),
        };
        let object = |(n, json): (usize, &'a Json)| match json {
            Json::Object(members) => {
                read(&Self::at_path(members, format!("{}[{n}]", self.at(name))))
            }
            _ => Err(malformed()),
        };
        list.iter().enumerate().map(object).collect()
    }

    /// The objects of a list that must be there, each read by `read`.
    ///
    /// # Errors
    /// As [`objects`](Self::objects), or the member is absent.
    pub fn require_objects<T>(
        &self,
        name: &str,
        read: impl Fn(&Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        match self.member(name) {
            None | Some(Json::Null) => Err(DecodeError::missing(self.at(name))),
            Some(_) => self.objects(name, read),
        }
    }

    /// As [`objects`](Self::objects), where an absent list is told from an empty one.
    ///
    /// # Errors
    /// As [`objects`](Self::objects).
    pub fn optional_objects<T>(
        &self,
        name: &str,
        read: impl Fn(&Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        match self.member(name) {
            None | Some(Json::Null) => Ok(None),
            Some(_) => self.objects(name, read).map(Some),
        }
    }

    /// The values of a list; none when the member is absent.
    ///
    /// # Errors
    /// The member is not a list of values, or one of them has an invalid format.
    pub fn list<T: FromWire>(&self, name: &str) -> Result<Vec<T>, DecodeError> {
        Ok(self.optional_list(name)?.unwrap_or_default())
    }

    /// The values of a list that must be there.
    ///
    /// # Errors
    /// As [`list`](Self::list), or the member is absent.
    pub fn require_list<T: FromWire>(&self, name: &str) -> Result<Vec<T>, DecodeError> {
        self.optional_list(name)?
            .ok_or_else(|| DecodeError::missing(self.at(name)))
    }

    /// As [`list`](Self::list), where an absent list is told from an empty one.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn optional_list<T: FromWire>(&self, name: &str) -> Result<Option<Vec<T>>, DecodeError> {
        let list = match self.member(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::List(list)) => list,
            Some(_) => return Err(DecodeError::malformed(self.at(name))),
        };
        let value = |(n, json): (usize, &Json)| {
            let malformed = || DecodeError::malformed(format!("{}[{n}]", self.at(name)));
            scalar_of(json).ok_or_else(malformed)
        };
        list.iter()
            .enumerate()
            .map(value)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// JSON of any form; null counts as absent.
    pub fn raw(&self, name: &str) -> Option<Json> {
        self.member(name)
            .filter(|json| **json != Json::Null)
            .cloned()
    }

    /// JSON of any form that must be there.
    ///
    /// # Errors
    /// It is missing.
    pub fn require_raw(&self, name: &str) -> Result<Json, DecodeError> {
        self.raw(name)
            .ok_or_else(|| DecodeError::missing(self.at(name)))
    }

    /// A decimal number that may be there.
    ///
    /// # Errors
    /// It is not one.
    pub fn decimal(&self, name: &str) -> Result<Option<Decimal>, DecodeError> {
        let text = match self.member(name) {
            Some(Json::Number(number)) => number.to_string(),
            _ => match self.scalar(name)? {
                Some(text) if !text.is_empty() => text.into_owned(),
                _ => return Ok(None),
            },
        };
        Decimal::from_wire(&text)
            .map(Some)
            .ok_or_else(|| DecodeError::malformed(self.at(name)))
    }

    /// A decimal number that must be there.
    ///
    /// # Errors
    /// It is missing or not one.
    pub fn require_decimal(&self, name: &str) -> Result<Decimal, DecodeError> {
        self.decimal(name)?
            .ok_or_else(|| DecodeError::missing(self.at(name)))
    }

    /// An object at another place than the message's own.
    pub(super) fn within(json: &'a Json, path: String) -> Result<Self, DecodeError> {
        match json {
            Json::Object(members) => Ok(Self::at_path(members, path)),
            _ => Err(DecodeError::malformed(path)),
        }
    }

    const fn at_path(members: &'a [(JsonText, Json)], path: String) -> Self {
        Self {
            members,
            path,
            next: Cell::new(0),
        }
    }

    /// A text that must be there, shared with the message: a long one is not copied.
    ///
    /// # Errors
    /// As [`require`](Self::require).
    #[cfg(feature = "__keys")]
    pub(crate) fn require_text(&self, name: &str) -> Result<JsonText, DecodeError> {
        match self.member(name) {
            Some(Json::Text(text)) if !text.is_empty() => Ok(text.clone()),
            _ => self.require::<String>(name).map(JsonText::from),
        }
    }

    /// The text of a scalar. Numbers are sometimes sent as strings and strings as numbers.
    fn scalar(&self, name: &str) -> Result<Option<Cow<'a, str>>, DecodeError> {
        match self.member(name) {
            None | Some(Json::Null) => Ok(None),
            Some(json) => text_of(json)
                .map(Some)
                .ok_or_else(|| DecodeError::malformed(self.at(name))),
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<&'a Json> {
        let first = self.next.get();
        let (known, rest) = self.members.split_at_checked(first)?;
        let is_it = |(known, _): &(JsonText, Json)| **known == *name;
        let at = match rest.iter().position(is_it) {
            Some(at) => first + at,
            None => known.iter().position(is_it)?,
        };
        self.next.set(at + 1);
        self.members.get(at).map(|(_, value)| value)
    }

    pub(super) fn at(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// The value of a scalar.
fn scalar_of<T: FromWire>(json: &Json) -> Option<T> {
    match json {
        Json::Integer(integer) => T::from_integer(*integer),
        json => T::from_wire(&text_of(json)?),
    }
}

/// The text of a scalar.
fn text_of(json: &Json) -> Option<Cow<'_, str>> {
    match json {
        Json::Text(text) => Some(Cow::Borrowed(text)),
        Json::Integer(integer) => Some(Cow::Owned(integer.to_string())),
        Json::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        Json::Null | Json::Number(_) | Json::List(_) | Json::Object(_) => None,
    }
}
