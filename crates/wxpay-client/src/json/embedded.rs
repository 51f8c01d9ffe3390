//! Objects that stand as JSON within a string, being read.

use wxpay_core::DecodeError;

use super::{Json, Object};

impl Object<'_> {
    /// An object that stands as JSON within a string, and may be there.
    ///
    /// # Errors
    /// The text is not the JSON of an object; those of `read`.
    pub fn optional_json<T>(
        &self,
        name: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        match self.embedded(name)? {
            None => Ok(None),
            Some(json) => read(&Object::within(&json, self.at(name))?).map(Some),
        }
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
        self.optional_json(name, read)?
            .ok_or_else(|| DecodeError::missing(self.at(name)))
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
        Ok(self.optional_json_list(name, read)?.unwrap_or_default())
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
        self.optional_json_list(name, read)?
            .ok_or_else(|| DecodeError::missing(self.at(name)))
    }

    /// As [`json_list`](Self::json_list), where an absent list is told from an empty one.
    ///
    /// # Errors
    /// As [`json_list`](Self::json_list).
    pub fn optional_json_list<T>(
        &self,
        name: &str,
        read: impl Fn(&Object<'_>) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(json) = self.embedded(name)? else {
            return Ok(None);
        };
        let outer = Json::Object(vec![(name.into(), json)]);
        Object::within(&outer, self.path.clone())?
            .objects(name, |object| read(object))
            .map(Some)
    }

    /// JSON within a string, or where it stands as it is.
    fn embedded(&self, name: &str) -> Result<Option<Json>, DecodeError> {
        match self.member(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(text)) if text.is_empty() => Ok(None),
            Some(Json::Text(text)) => Json::parse(text.as_bytes())
                .map(Some)
                .map_err(|_| DecodeError::malformed(self.at(name))),
            Some(json) => Ok(Some(json.clone())),
        }
    }
}
