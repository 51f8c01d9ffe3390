//! How a request is signed, once it is written.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header};
#[cfg(feature = "download")]
use wxpay_core::ProtocolError;
use wxpay_core::{Effect, ErrorKind, InvalidInput, SigningError};
use wxpay_sign::v3::RequestToSign;
use wxpay_transport::Hints;

use super::client::Config;
#[cfg(feature = "download")]
use super::reply::accept;
use super::{Call, Client, Meta, Outgoing};
use crate::USER_AGENT;
#[cfg(feature = "upload")]
use crate::upload::Part;

impl Client {
    /// Encrypts what is to be encrypted, and signs.
    pub(super) async fn sign(
        &self,
        meta: &'static Meta,
        mut call: Call,
    ) -> Result<Request<Outgoing>, ErrorKind> {
        let Config {
            caller,
            credentials,
            ..
        } = &*self.0;
        caller.check(meta)?;
        let keys = &*credentials.platform_keys;
        if meta.effect == Effect::Write {
            keys.ready().await?;
        }
        let (serial_no, texts) = match call.secrets().as_slice() {
            [] => (caller.serial_no(meta, keys).await?, Vec::new()),
            secrets => {
                let sealed = keys.seal(secrets).await?;
                if sealed.texts.len() != secrets.len() {
                    return Err(SigningError::new(
                        "the platform keys encrypted another number of fields than they were given",
                    )
                    .into());
                }
                (Some(sealed.serial_no), sealed.texts)
            }
        };
        let mut texts = texts.into_iter();
        let too_few =
            || SigningError::new("the platform keys encrypted fewer fields than they were given");
        if !call.seal_query(&mut texts) {
            return Err(too_few().into());
        }
        let target = call.target(meta)?;
        let own_headers = call.take_headers();
        #[cfg(feature = "upload")]
        let file = call.take_file();
        let body: Option<Bytes> = call
            .into_body(&mut texts)
            .ok_or_else(too_few)?
            .map(|json| json.to_bytes().into());
        let written = Written {
            target: &target,
            serial_no,
            own_headers,
            body,
            #[cfg(feature = "upload")]
            file,
        };
        self.authorized(meta, written).await
    }

    /// Signs a request for a target as it is, such as that of a file.
    #[cfg(feature = "download")]
    pub(super) async fn sign_target(
        &self,
        meta: &'static Meta,
        target: &str,
    ) -> Result<Request<Bytes>, ErrorKind> {
        let keys = &*self.0.credentials.platform_keys;
        let written = Written {
            target,
            serial_no: self.0.caller.serial_no(meta, keys).await?,
            own_headers: Vec::new(),
            body: None,
            #[cfg(feature = "upload")]
            file: None,
        };
        let request = self.authorized(meta, written).await?;
        Ok(request.map(|_| Bytes::new()))
    }

    /// Why WeChat Pay refused: a response that is no success.
    #[cfg(feature = "download")]
    pub(super) async fn refused(
        &self,
        meta: &'static Meta,
        response: &http::Response<Bytes>,
    ) -> ErrorKind {
        let Config {
            caller,
            credentials,
            source,
            ..
        } = &*self.0;
        let keys = &*credentials.platform_keys;
        match accept(caller, meta, keys, source.now(), response).await {
            Err(kind) => kind,
            Ok(_) => ProtocolError::new(response.status().as_u16(), "not a file").into(),
        }
    }

    /// The host of the client's own base URL.
    #[cfg(feature = "download")]
    pub(super) fn host(&self) -> Option<&str> {
        self.0.base_url.host()
    }

    async fn authorized(
        &self,
        meta: &'static Meta,
        written: Written<'_>,
    ) -> Result<Request<Outgoing>, ErrorKind> {
        let Config {
            caller,
            credentials,
            base_url,
            source,
            ..
        } = &*self.0;
        let Written {
            target,
            serial_no,
            own_headers,
            body,
            #[cfg(feature = "upload")]
            file,
        } = written;
        let nonce = source.nonce()?;
        let to_sign = RequestToSign {
            method: meta.method.name(),
            target,
            timestamp: source.now(),
            nonce_str: &nonce,
            body: body.as_deref().unwrap_or_default(),
        };
        let authorization = caller
            .authorize(&*credentials.merchant_key, &to_sign)
            .await?;
        let mut authorization = HeaderValue::try_from(authorization)
            .map_err(|_| SigningError::new("the serial number must be printable ASCII"))?;
        authorization.set_sensitive(true);

        let mut request = Request::builder()
            .method(meta.method.name())
            .uri(base_url.join(meta.host, target)?)
            .header(header::ACCEPT, meta.accept)
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::AUTHORIZATION, authorization)
            .extension(
                Hints::new(meta.name, meta.effect, false)
                    .backup_host(meta.backup_host)
                    .per_second(meta.per_second),
            );
        // What is signed is the JSON, with a file as without one.
        #[cfg(feature = "upload")]
        let (content_type, body) = match file {
            Some(file) => {
                let message = file.message(body.as_deref(), &nonce)?;
                (Some(message.content_type), message.body)
            }
            None => json_content(body),
        };
        #[cfg(not(feature = "upload"))]
        let (content_type, body) = json_content(body);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(serial_no) = serial_no {
            request = request.header("Wechatpay-Serial", serial_no);
        }
        for (name, value) in own_headers {
            request = request.header(name, value);
        }
        let request = request.body(body);
        Ok(request
            .map_err(|_| InvalidInput::new("path", "must make a request", "无法组成 HTTP 请求"))?)
    }
}

/// The type and the body of a request without a file.
fn json_content(body: Option<Bytes>) -> (Option<String>, Outgoing) {
    let content_type = body.is_some().then(|| "application/json".to_owned());
    (content_type, Outgoing::Whole(body.unwrap_or_default()))
}

/// A request before it is signed.
struct Written<'a> {
    target: &'a str,
    serial_no: Option<String>,
    own_headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
    #[cfg(feature = "upload")]
    file: Option<Part>,
}
