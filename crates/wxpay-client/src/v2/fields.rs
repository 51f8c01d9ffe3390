use wxpay_core::{DecodeError, FromWire, Params, XmlLimits};

use crate::json::{Json, Object};

/// The most members that a numbered list may say it has.
const MAX_LIST: u32 = 100;

/// The fields of a response being read.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(&'a Params);

impl<'a> Fields<'a> {
    /// The fields of a response.
    pub const fn of(reply: &'a Params) -> Self {
        Self(reply)
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// It is missing, empty or has an invalid format.
    pub fn require<T: FromWire>(&self, name: &str) -> Result<T, DecodeError> {
        self.0.require(name)
    }

    /// A field that may be there.
    ///
    /// # Errors
    /// It has an invalid format.
    pub fn optional<T: FromWire>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        self.0.optional(name)
    }

    /// Checks that the response repeats `asked` in the field `name`.
    ///
    /// A signature does not bind a response to its request, so an authentic response may be about
    /// another payment.
    ///
    /// # Errors
    /// The field is missing or differs.
    pub fn echo(&self, name: &str, asked: impl AsRef<str>) -> Result<(), DecodeError> {
        match self.0.get(name) {
            Some(value) if value == asked.as_ref() => Ok(()),
            Some(_) => Err(DecodeError::mismatch(name)),
            None => Err(DecodeError::missing(name)),
        }
    }

    /// As [`echo`](Self::echo), where the documents do not promise the field.
    ///
    /// # Errors
    /// The field is there and differs.
    pub fn echo_if_present(&self, name: &str, asked: impl AsRef<str>) -> Result<(), DecodeError> {
        match self.0.get(name) {
            None => Ok(()),
            Some(_) => self.echo(name, asked),
        }
    }

    /// An object that stands as JSON within a string, and may be there.
    ///
    /// # Errors
    /// The text is not the JSON of an object; those of `read`.
    pub fn optional_json<T>(
        &self,
        name: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        let json = self.member(name);
        Object::of(&json)?.optional_json(name, read)
    }

    /// An object that stands as JSON within a string, and must be there.
    ///
    /// # Errors
    /// As [`optional_json`](Self::optional_json), or it is missing.
    pub fn require_json<T>(
        &self,
        name: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let json = self.member(name);
        Object::of(&json)?.require_json(name, read)
    }

    /// A list of objects that stands as JSON within a string; none when it is absent.
    ///
    /// # Errors
    /// The text is not the JSON of such a list; those of `read`.
    pub fn json_list<T>(
        &self,
        name: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let json = self.member(name);
        Object::of(&json)?.json_list(name, read)
    }

    /// A list of objects that stands as JSON within a string, and must be there.
    ///
    /// # Errors
    /// As [`json_list`](Self::json_list), or it is missing.
    pub fn require_json_list<T>(
        &self,
        name: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let json = self.member(name);
        Object::of(&json)?.require_json_list(name, read)
    }

    /// A list of `<item>` elements within the field, each of flat fields; none when it is absent.
    /// The endpoint's [`Meta`](super::Meta) must allow them.
    ///
    /// # Errors
    /// The field holds anything else; those of `read`.
    pub fn xml_list<T>(
        &self,
        name: &str,
        item: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let Some(value) = self.0.get(name) else {
            return Ok(Vec::new());
        };
        let members = Params::list_from_xml(value, item, &XmlLimits::default())
            .map_err(|_| DecodeError::malformed(name))?
            .iter()
            .map(json_of)
            .collect();
        Object::of(&Json::object([(name, Json::List(members))]))?.objects(name, read)
    }

    /// A list of `<item>` elements within the field, which must be there.
    ///
    /// # Errors
    /// As [`xml_list`](Self::xml_list), or it is missing.
    pub fn require_xml_list<T>(
        &self,
        name: &str,
        item: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        match self.0.get(name) {
            Some(_) => self.xml_list(name, item, read),
            None => Err(DecodeError::missing(name)),
        }
    }

    /// The members of a numbered list (`coupon_id_0`, `coupon_id_1`, …), as many as the field
    /// `count` says. Without that field, as many as there are fields that begin with one of
    /// `names`, such as `coupon_id_`, and end with their number.
    ///
    /// # Errors
    /// The count is not a number up to 100, or a member can't be read.
    pub fn numbered<T>(
        &self,
        count: &str,
        names: &[&str],
        member: impl Fn(u32) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        match self.optional::<u32>(count)? {
            Some(members) if members > MAX_LIST => Err(DecodeError::malformed(count)),
            Some(members) => (0..members).map(member).collect(),
            None => (0..MAX_LIST)
                .take_while(|n| {
                    let mut names = names.iter();
                    names.any(|name| self.0.get(&format!("{name}{n}")).is_some())
                })
                .map(member)
                .collect(),
        }
    }

    /// The field as an object of one member.
    fn member(&self, name: &str) -> Json {
        match self.0.get(name) {
            Some(text) => Json::object([(name, Json::from(text))]),
            None => Json::Object(Vec::new()),
        }
    }
}

/// Fields as a JSON object of strings; an empty one is absent.
fn json_of(params: &Params) -> Json {
    let filled = params.iter().filter(|(_, value)| !value.is_empty());
    Json::object(filled.map(|(name, value)| (name, Json::from(value))))
}
