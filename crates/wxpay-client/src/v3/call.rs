use std::borrow::Cow;
use std::fmt;

use http::{HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::{InvalidInput, Secret};

use super::{Body, Json, Meta};
use crate::Max;
use crate::identity::Identity;
use crate::limits::check_max;
#[cfg(feature = "upload")]
use crate::upload::{Part, Upload};

/// Everything but the characters that a URL may carry as they are in any place.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request being filled in: each parameter is checked as it is written.
///
/// `Debug` shows names and no values: an identity number can stand in a query.
#[derive(Clone, Default)]
pub struct Call {
    pub(super) identity: Identity,
    pub(super) path: Vec<(&'static str, String)>,
    pub(super) query: Vec<(Cow<'static, str>, Value)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Content>,
    #[cfg(feature = "upload")]
    file: Option<Part>,
}

#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    /// Still to be encrypted.
    Secret(Secret),
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Body(Body),
    Json(Json),
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: Vec<&str> = self.path.iter().map(|(name, _)| *name).collect();
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_ref()).collect();
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        let mut out = f.debug_struct("Call");
        out.field("path", &path)
            .field("query", &query)
            .field("headers", &headers)
            .field("body", &self.body);
        #[cfg(feature = "upload")]
        out.field("file", &self.file);
        out.finish()
    }
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

    /// Adds a header that the document of this endpoint asks for, such as `Idempotency-Key`.
    ///
    /// # Errors
    /// It is empty or too long, holds anything but printable ASCII, is given twice, or is one of
    /// those that the client itself writes: `Authorization`, `Accept`, `User-Agent`, `Host`,
    /// `Connection`, `Transfer-Encoding`, and every `Content-…` and `Wechatpay-…`.
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
    /// It holds null, a fraction or a character beyond U+FFFF, such as an emoji: WeChat Pay refuses
    /// them.
    pub fn json(&mut self, body: Json) -> Result<(), InvalidInput> {
        body.check_outgoing("body")?;
        self.body = Some(Content::Json(body));
        Ok(())
    }

    /// Sets the file to upload (上传文件), as the part `name` of the request. The body is then sent as
    /// the part `meta` before it, and `meta` alone is signed. `extensions` are the endings of file
    /// names that the document allows, in lower case; all when it is empty.
    ///
    /// # Errors
    /// It is empty, or over `max_bytes`; or its name is empty, over 128 characters, has another
    /// ending, or holds a path, quotation marks or control characters; or there is a file already.
    #[cfg(feature = "upload")]
    pub fn file(
        &mut self,
        name: &'static str,
        file: &Upload,
        extensions: &[&str],
        max_bytes: Option<u64>,
    ) -> Result<(), InvalidInput> {
        file.check(name, extensions, max_bytes)?;
        if self.file.is_some() {
            return Err(InvalidInput::new(
                name,
                "must be the only file",
                "只能上传一个文件",
            ));
        }
        let file = file.clone();
        self.file = Some(Part { name, file });
        Ok(())
    }

    #[cfg(feature = "upload")]
    pub(crate) fn take_file(&mut self) -> Option<Part> {
        self.file.take()
    }

    /// The endpoint's own headers.
    pub(crate) fn take_headers(&mut self) -> Vec<(HeaderName, HeaderValue)> {
        std::mem::take(&mut self.headers)
    }

    /// Puts the encrypted strings of the query in their places; false when they are fewer than the
    /// secrets.
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
                .map(|(_, value)| value)
                .ok_or_else(|| {
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
                    "must be encrypted first",
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

    /// What has to be encrypted: the query's members and then the body's, each in their order.
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

    /// The body with the encrypted strings in it; the outer `None` when they are fewer than the
    /// secrets.
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

/// The headers that say who asks, what is sent and what proves it.
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
