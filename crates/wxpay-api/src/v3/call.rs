use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::{Identifier, InvalidInput};

use super::{Body, Json, Meta};
use crate::Max;
use crate::text::{check_max, checked};

/// Everything but the characters that a URL may carry as they are in any place.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request being filled in: each parameter is checked as it is written.
#[derive(Clone, Debug, Default)]
pub struct Call {
    path: Vec<(&'static str, String)>,
    query: Vec<(&'static str, String)>,
    body: Option<Content>,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Body(Body),
    Json(Json),
}

impl Call {
    /// Fills `{name}` in the path with an identifier.
    ///
    /// # Errors
    /// It does not have its documented form.
    pub fn path(
        &mut self,
        name: &'static str,
        value: &impl Identifier,
    ) -> Result<(), InvalidInput> {
        self.path.push((name, checked(name, value)?.to_owned()));
        Ok(())
    }

    /// Adds a query parameter that is an identifier.
    ///
    /// # Errors
    /// It does not have its documented form.
    pub fn query(
        &mut self,
        name: &'static str,
        value: &impl Identifier,
    ) -> Result<(), InvalidInput> {
        self.query.push((name, checked(name, value)?.to_owned()));
        Ok(())
    }

    /// Adds a query parameter that is a text.
    ///
    /// # Errors
    /// It is too long.
    pub fn query_text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        check_max(name, value.as_ref(), max)?;
        self.query.push((name, value.as_ref().to_owned()));
        Ok(())
    }

    /// Adds a query parameter that has no rule of its own, such as a number.
    pub fn query_value(&mut self, name: &'static str, value: impl Display) {
        self.query.push((name, value.to_string()));
    }

    /// Sets the body.
    pub fn body(&mut self, body: Body) {
        self.body = Some(Content::Body(body));
    }

    /// Sets a body that is not an object, or that the caller has as JSON.
    ///
    /// # Errors
    /// It holds null, a fraction or a character beyond U+FFFF, such as an emoji: WeChat Pay refuses them.
    pub fn json(&mut self, body: Json) -> Result<(), InvalidInput> {
        body.check_outgoing("body")?;
        self.body = Some(Content::Json(body));
        Ok(())
    }

    /// Path and query, encoded, as they are sent and signed.
    pub(crate) fn target(&self, meta: &Meta) -> Result<String, InvalidInput> {
        let mut target = String::with_capacity(meta.path.len() + 64);
        let mut rest = meta.path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| {
                InvalidInput::new(
                    meta.path,
                    "must close its brackets",
                    "路径中的花括号必须成对",
                )
            })?;
            let value = self
                .path
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value);
            let value = value.ok_or_else(|| {
                InvalidInput::new(name, "is missing from the path", "路径参数缺失")
            })?;
            target.push_str(before);
            target.extend(utf8_percent_encode(value, ENCODED));
            rest = after;
        }
        target.push_str(rest);
        let mut mark = '?';
        for (name, value) in &self.query {
            target.push(mark);
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, ENCODED));
            mark = '&';
        }
        Ok(target)
    }

    /// What has to be sealed before the body can be written.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let mut secrets = Vec::new();
        if let Some(Content::Body(body)) = &self.body {
            body.secrets(&mut secrets);
        }
        secrets
    }

    /// The body with the sealed texts in it; the outer `None` when they are fewer than the secrets.
    pub(crate) fn into_body(self, sealed: Vec<String>) -> Option<Option<Json>> {
        match self.body {
            None => Some(None),
            Some(Content::Json(json)) => Some(Some(json)),
            Some(Content::Body(body)) => body.seal(&mut sealed.into_iter()).map(Some),
        }
    }
}
