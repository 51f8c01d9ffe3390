use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeBounds;

use http::{HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::{Date, DateFormat, Fen, Identifier, InvalidInput, Secret, TimeFormat, WireTime};

use super::{Body, Json, Meta};
use crate::identity::Identity;
use crate::json::{check_characters, check_text};
use crate::limits::{FEN, NUMBER, check_max, check_range, checked, number, time_text};
use crate::{Extra, Max};

/// Everything but the characters that a URL may carry as they are in any place.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request being filled in: each parameter is checked as it is written.
#[derive(Clone, Debug, Default)]
pub struct Call {
    identity: Identity,
    path: Vec<(&'static str, String)>,
    query: Vec<(Cow<'static, str>, Value)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Content>,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    /// Still to be sealed.
    Secret(Secret),
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Body(Body),
    Json(Json),
}

impl Call {
    /// An empty request of a client with these IDs.
    pub(crate) fn of(identity: Identity) -> Self {
        Self {
            identity,
            ..Self::default()
        }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

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
        let value = checked(name, value)?.to_owned();
        self.query.push((name.into(), Value::Text(value)));
        Ok(())
    }

    /// Adds a query parameter that is a text.
    ///
    /// # Errors
    /// It is empty, too long or holds characters beyond U+FFFF.
    pub fn query_text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        let value = check_text(name, value.as_ref(), max)?.to_owned();
        self.query.push((name.into(), Value::Text(value)));
        Ok(())
    }

    /// Adds a query parameter that is sealed for WeChat Pay before it is sent (敏感信息加密). The limit counts the plain text.
    ///
    /// # Errors
    /// It is empty, too long or holds characters beyond U+FFFF.
    pub fn query_sealed(
        &mut self,
        name: &'static str,
        value: &Secret,
        max: Max,
    ) -> Result<(), InvalidInput> {
        check_text(name, value.expose(), max)?;
        self.query.push((name.into(), Value::Secret(value.clone())));
        Ok(())
    }

    /// Fills `{name}` in the path with a text, such as the value of an enum.
    ///
    /// # Errors
    /// It is empty or too long.
    pub fn path_text(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        let value = check_text(name, value.as_ref(), max)?;
        // A client of HTTP would take it for a folder, and leave it out.
        if [".", ".."].contains(&value) {
            return Err(InvalidInput::new(
                name,
                "must not be `.` or `..`",
                "不能是 `.` 或 `..`",
            ));
        }
        self.path.push((name, value.to_owned()));
        Ok(())
    }

    /// Fills `{name}` in the path with a whole number.
    ///
    /// # Errors
    /// It is out of range.
    pub fn path_integer(
        &mut self,
        name: &'static str,
        value: i64,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value, &range, NUMBER)?;
        self.path.push((name, value.to_string()));
        Ok(())
    }

    /// Fills `{name}` in the path with a day.
    ///
    /// # Errors
    /// None so far.
    pub fn path_date(
        &mut self,
        name: &'static str,
        value: Date,
        format: DateFormat,
    ) -> Result<(), InvalidInput> {
        self.path.push((name, value.format(format)));
        Ok(())
    }

    /// Adds a query parameter that is a whole number.
    ///
    /// # Errors
    /// It is out of range.
    pub fn query_integer(
        &mut self,
        name: &'static str,
        value: i64,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value, &range, NUMBER)?;
        self.query_set(name, value);
        Ok(())
    }

    /// Adds a query parameter that is the value of an enum whose values are numbers.
    ///
    /// # Errors
    /// It is no number.
    pub fn query_number(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
    ) -> Result<(), InvalidInput> {
        let value = number(name, value.as_ref())?;
        self.query_set(name, value);
        Ok(())
    }

    /// Adds a query parameter that is an amount in fen.
    ///
    /// # Errors
    /// It is out of range.
    pub fn query_fen(
        &mut self,
        name: &'static str,
        value: Fen,
        range: impl RangeBounds<i64>,
    ) -> Result<(), InvalidInput> {
        check_range(name, value.get(), &range, FEN)?;
        self.query_set(name, value);
        Ok(())
    }

    /// Adds a query parameter that is `true` or `false`.
    pub fn query_boolean(&mut self, name: &'static str, value: bool) {
        self.query_set(name, value);
    }

    /// Adds a query parameter that is a time in one form.
    ///
    /// # Errors
    /// Its form is not known, so that it can't be written in another.
    pub fn query_time(
        &mut self,
        name: &'static str,
        value: &WireTime,
        format: TimeFormat,
    ) -> Result<(), InvalidInput> {
        let text = time_text(name, value, format)?;
        self.query_set(name, text);
        Ok(())
    }

    /// Adds a query parameter that is a day in one form.
    ///
    /// # Errors
    /// None so far.
    pub fn query_date(
        &mut self,
        name: &'static str,
        value: Date,
        format: DateFormat,
    ) -> Result<(), InvalidInput> {
        self.query_set(name, value.format(format));
        Ok(())
    }

    /// Adds a query parameter that has no rule of its own.
    pub fn query_set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display) {
        self.query
            .push((name.into(), Value::Text(value.to_string())));
    }

    /// Fills `{name}` in the path with an ID that the client has, such as `sub_mchid`.
    ///
    /// # Errors
    /// The client has none.
    pub fn own_path(&mut self, name: &'static str, required: bool) -> Result<(), InvalidInput> {
        if let Some(value) = self.identity.own(name, required)? {
            let value = value.to_owned();
            self.path.push((name, value));
        }
        Ok(())
    }

    /// Adds a query parameter that is an ID that the client has, such as `mchid`.
    ///
    /// # Errors
    /// The client has none, and the operation can't do without.
    pub fn own_query(&mut self, name: &'static str, required: bool) -> Result<(), InvalidInput> {
        if let Some(value) = self.identity.own(name, required)? {
            let value = value.to_owned();
            self.query_set(name, value);
        }
        Ok(())
    }

    /// Adds parameters that this version does not know to the query.
    ///
    /// # Errors
    /// One of them is a field of `known`, or is a list or an object.
    pub fn extra(&mut self, extra: &Extra, known: &[&str]) -> Result<(), InvalidInput> {
        for member in extra.checked(known) {
            let (name, value) = member?;
            let text = value.scalar_text().ok_or_else(|| {
                InvalidInput::new(
                    name.to_owned(),
                    "must be a text, a whole number, true or false: it goes into the query",
                    "必须是字符串、整数或布尔值：该字段放在查询参数中",
                )
            })?;
            check_characters(name, &text)?;
            self.query_set(name.to_owned(), text);
        }
        Ok(())
    }

    /// Adds a header that the document of this endpoint asks for, such as `Idempotency-Key`.
    ///
    /// # Errors
    /// It is empty or too long, holds anything but printable ASCII, is given twice, or is one of those that the client itself
    /// writes: `Authorization`, `Accept`, `User-Agent`, `Host`, `Connection`, `Transfer-Encoding`, and every `Content-…` and
    /// `Wechatpay-…`.
    pub fn header(
        &mut self,
        name: &'static str,
        value: impl AsRef<str>,
        max: Max,
    ) -> Result<(), InvalidInput> {
        let value = value.as_ref();
        let broken = |rule, rule_zh| Err(InvalidInput::new(name, rule, rule_zh));
        check_max(name, value, max)?;
        let Ok(key) = HeaderName::from_bytes(name.as_bytes()) else {
            return broken("must be the name of a header", "必须是合法的请求头名称");
        };
        if is_the_clients(&key) {
            return broken(
                "must not be a header that the client itself writes",
                "不能是由客户端自行填写的请求头",
            );
        }
        if self.headers.iter().any(|(known, _)| *known == key) {
            return broken("must be given once", "只能出现一次");
        }
        if value.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) {
            return broken(
                "must be printable ASCII without spaces, and not empty",
                "必须是非空的可打印 ASCII 字符，不含空格",
            );
        }
        let Ok(value) = HeaderValue::from_str(value) else {
            return broken("must be the value of a header", "必须是合法的请求头取值");
        };
        self.headers.push((key, value));
        Ok(())
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

    /// The endpoint's own headers.
    pub(crate) fn take_headers(&mut self) -> Vec<(HeaderName, HeaderValue)> {
        std::mem::take(&mut self.headers)
    }

    /// Puts the sealed texts of the query in their places; false when they are fewer than the secrets.
    #[must_use]
    pub(crate) fn seal_query(&mut self, sealed: &mut impl Iterator<Item = String>) -> bool {
        for (_, value) in &mut self.query {
            if matches!(value, Value::Secret(_)) {
                let Some(text) = sealed.next() else {
                    return false;
                };
                *value = Value::Text(text);
            }
        }
        true
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
            let Value::Text(value) = value else {
                return Err(InvalidInput::new(
                    name.clone(),
                    "must be sealed first",
                    "必须先加密",
                ));
            };
            target.push(mark);
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, ENCODED));
            mark = '&';
        }
        Ok(target)
    }

    /// What has to be sealed: the query's members and then the body's, each in their order.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let mut secrets = Vec::new();
        for (_, value) in &self.query {
            if let Value::Secret(secret) = value {
                secrets.push(secret.expose());
            }
        }
        if let Some(Content::Body(body)) = &self.body {
            body.secrets(&mut secrets);
        }
        secrets
    }

    /// The body with the sealed texts in it; the outer `None` when they are fewer than the secrets.
    pub(crate) fn into_body(
        self,
        sealed: &mut impl Iterator<Item = String>,
    ) -> Option<Option<Json>> {
        match self.body {
            None => Some(None),
            Some(Content::Json(json)) => Some(Some(json)),
            Some(Content::Body(body)) => body.seal(sealed).map(Some),
        }
    }
}

/// The headers that say who asks, what is sent and what vouches for it.
fn is_the_clients(name: &HeaderName) -> bool {
    let fixed = [
        header::AUTHORIZATION,
        header::ACCEPT,
        header::USER_AGENT,
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
    ];
    fixed.contains(name)
        || name.as_str().starts_with("content-")
        || name.as_str().starts_with("wechatpay-")
}
