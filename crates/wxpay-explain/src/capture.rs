mod curl;
mod escapes;
mod headers;
mod http;
mod log;
mod names;
mod parsed;
mod sdk;

use std::fmt;

use wxpay_core::InvalidInput;

/// A message as it was captured: a request to WeChat Pay, its response, or a notification.
///
/// `Debug` shows neither headers nor body.
#[derive(Clone, Default)]
pub struct Capture {
    /// Method and request target or URL, when it is known to be a request.
    pub(crate) request: Option<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The status of a response.
    pub(crate) status: Option<u16>,
    /// A line feed at the end that was taken for the editor's, and may have been the message's.
    pub(crate) line_feed: Vec<u8>,
    /// `Content-Length` in the capture was another than the body has.
    pub(crate) wrong_length: Option<usize>,
    /// URL or path of the request that this response answers, when it is known.
    pub(crate) answers: Option<String>,
    /// A header was named as CGI programs or logs name it, and is kept under its name on the wire.
    pub(crate) renamed: bool,
}

impl Capture {
    /// Reads a curl command line, the text of an HTTP request or response (CRLF or LF), or a bare
    /// body in XML or JSON.
    ///
    /// What HTTP clients print is read too: `curl -v`, the wire log of Apache HttpClient and the
    /// log of OkHttp, of which the response counts if there is one; the errors in which SDKs show
    /// headers and body; and headers without a first line, also under their names in CGI
    /// (`HTTP_WECHATPAY_NONCE`).
    ///
    /// One line feed at the end of a bare body, or of an HTTP text without `Content-Length`, counts
    /// as the editor's.
    ///
    /// # Errors
    /// It is empty, the quotes of the command line do not close, its body is in another file
    /// (`-d @file`), or the head of the HTTP text can't be read.
    pub fn read(text: &[u8]) -> Result<Self, InvalidInput> {
        let begin = text.trim_ascii_start();
        if begin.is_empty() {
            return Err(InvalidInput::new(
                "capture",
                "must not be empty",
                "不能为空",
            ));
        }
        if begin.starts_with(b"curl ") || begin.starts_with(b"$ curl ") {
            return curl::read(begin);
        }
        if let Some(logged) = log::read(begin) {
            return logged;
        }
        if http::is_head(begin) {
            return http::read(begin);
        }
        if let Some(capture) = headers::read(begin) {
            return Ok(capture);
        }
        if let Some(capture) = sdk::read(begin) {
            return Ok(capture);
        }
        let mut capture = Self::default();
        capture.set_body(text);
        Ok(capture)
    }

    /// A body alone, byte for byte.
    pub fn of_body(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }

    /// Adds a header that was captured apart from the body.
    ///
    /// A header that is named as in CGI, such as `HTTP_WECHATPAY_NONCE`, is kept under its name on
    /// the wire.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let meant = names::rewritten(name);
        self.renamed |= meant.is_some();
        let name = meant.unwrap_or(name).to_owned();
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Says that it is a request, with its method and its URL or path and query.
    #[must_use]
    pub fn request(mut self, method: &str, url: &str) -> Self {
        self.request = Some((method.to_owned(), url.to_owned()));
        self
    }

    /// Says that it is the response to a request with this URL or path and query. A request keeps
    /// its method.
    #[must_use]
    pub fn reply_to(mut self, url: &str) -> Self {
        match &mut self.request {
            Some((_, sent)) => url.clone_into(sent),
            None => self.answers = Some(url.to_owned()),
        }
        self
    }

    /// The headers, in their order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the body begins like XML, as in APIv2.
    pub fn is_xml(&self) -> bool {
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF");
        let body = body.unwrap_or(&self.body);
        body.trim_ascii_start().starts_with(b"<")
    }

    /// Whether it is a response of success with neither a body nor a signature.
    pub(crate) fn is_empty_reply(&self) -> bool {
        let signed = self.headers.iter().any(|(name, _)| {
            name.get(..10)
                .is_some_and(|begin| begin.eq_ignore_ascii_case("Wechatpay-"))
        });
        let reply = self.status == Some(200) || self.answers.is_some();
        reply && self.body.trim_ascii().is_empty() && !signed
    }

    /// Takes the body without a line feed at its end, which is kept apart.
    fn set_body(&mut self, text: &[u8]) {
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        let body = body.strip_suffix(b"\r").unwrap_or(body);
        self.body = body.to_vec();
        self.line_feed = text.get(body.len()..).unwrap_or_default().to_vec();
    }

    /// The body with the line feed that was taken for the editor's, if there was one.
    pub(crate) fn body_and_line_feed(&self) -> Option<Vec<u8>> {
        let body = || [self.body.as_slice(), &self.line_feed].concat();
        (!self.line_feed.is_empty()).then(body)
    }

    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The one value of a header.
    pub(crate) fn value<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.values(name).next()
    }

    /// Path and query as they are sent.
    pub(crate) fn target(&self) -> Option<&str> {
        self.request.as_ref().map(|(_, url)| target_of(url))
    }

    /// Path and query of the request, or of the one that this response answers.
    pub(crate) fn path(&self) -> Option<&str> {
        self.target()
            .or_else(|| self.answers.as_deref().map(target_of))
    }

    /// The same capture with the bytes that its body may stand for, each with the way in which the
    /// body is written.
    pub(crate) fn readings(&self) -> Vec<(Self, &'static str)> {
        let undone = escapes::undone(&self.body).into_iter();
        let readings = undone.map(|(body, written)| {
            let reading = Self {
                wrong_length: self.wrong_length.filter(|length| *length != body.len()),
                body,
                line_feed: Vec::new(),
                ..self.clone()
            };
            (reading, written)
        });
        readings.collect()
    }

    /// The host, from the URL or the header.
    pub(crate) fn host(&self) -> Option<&str> {
        let from_url = self.request.as_ref().and_then(|(_, url)| {
            let (_, rest) = url.split_once("://")?;
            rest.split(['/', '?']).next()
        });
        from_url.or_else(|| self.value("Host"))
    }
}

fn target_of(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or_default();
    let Some((_, rest)) = url.split_once("://") else {
        return url;
    };
    rest.find(['/', '?'])
        .and_then(|at| rest.get(at..))
        .unwrap_or("/")
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture")
            .field("method", &self.request.as_ref().map(|(method, _)| method))
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
