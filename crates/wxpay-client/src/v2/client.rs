use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, header};
use wxpay_core::{
    AppId, Error, ErrorKind, InvalidInput, MchId, Params, Result, SigningError, Timestamp,
    TransportError,
};
use wxpay_sign::v2::SignType;
use wxpay_transport::{Hints, Transport};

use super::reply::{Accepted, Expected};
use super::{Credentials, Endpoint, Form, Merchant, Meta, SignTypes};
use crate::USER_AGENT;
use crate::base_url::{self, BaseUrl};
use crate::source::Source;

/// A client of APIv2. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(Arc<Config>);

#[derive(Clone, Debug)]
struct Config {
    merchant: Merchant,
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    base_url: BaseUrl,
    source: Source,
}

impl Client {
    /// Builds a client from a merchant, its credentials and a transport.
    pub fn builder(
        merchant: Merchant,
        credentials: Credentials,
        transport: impl Transport,
    ) -> ClientBuilder {
        ClientBuilder {
            merchant,
            credentials,
            transport: Arc::new(transport),
            base_url: base_url::MAIN.to_owned(),
            source: Source::default(),
        }
    }

    /// Sends a request and reads its verified response.
    ///
    /// Store the merchant order number before the call, and do not wrap this in a timeout of your
    /// own: when the future is dropped there is no error to ask, and the outcome of a write is
    /// unknown. Set the timeout in the transport.
    ///
    /// # Errors
    /// [`Error::outcome`] says what the failure means for the money.
    pub async fn send<E: Endpoint>(&self, request: &E) -> Result<E::Response> {
        let (http, pending) = self.prepare(request)?;
        match self.0.transport.send(http).await {
            Ok(response) => pending.finish(response),
            Err(error) => Err(pending.failed(error)),
        }
    }

    /// What it sends over.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.0.transport
    }

    /// The same client of a service provider (服务商) for one of its sub-merchants (子商户), and that
    /// one's app if it has one.
    #[must_use]
    pub fn sub_merchant(&self, sub_mch_id: MchId, sub_app_id: Option<AppId>) -> Self {
        let mut config = Config::clone(&self.0);
        config.merchant.sub_mch_id = Some(sub_mch_id);
        config.merchant.sub_app_id = sub_app_id;
        Self(Arc::new(config))
    }

    /// The merchant that it asks for.
    pub fn merchant(&self) -> &Merchant {
        &self.0.merchant
    }

    /// The first half of [`send`](Self::send): checks, signs and writes the request, for callers
    /// that do their own I/O.
    ///
    /// # Errors
    /// A field breaks a documented rule, or a key is missing. Nothing was sent.
    pub fn prepare<'a, E: Endpoint>(
        &self,
        request: &'a E,
    ) -> Result<(Request<Bytes>, Pending<'a, E>)> {
        let meta = request.meta();
        let mut form = Form::of(self.0.merchant.identity());
        let signed = request
            .encode(&mut form)
            .map_err(ErrorKind::from)
            .and_then(|()| self.sign(meta, form.into_params()))
            .and_then(|params| Ok(self.write(meta, &params)?));
        let http = signed.map_err(|kind| Error::new(meta.name, meta.effect, kind))?;
        Ok((
            http,
            Pending {
                client: self.clone(),
                request,
            },
        ))
    }

    pub(super) fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    pub(super) fn source(&self) -> &Source {
        &self.0.source
    }

    pub(super) fn sign(&self, meta: &Meta, mut params: Params) -> Result<Params, ErrorKind> {
        let Config {
            merchant,
            credentials,
            source,
            ..
        } = &*self.0;
        params.check_outgoing()?;
        if let Some(name) = meta.app_id_field {
            params.set_str(name, merchant.app_id.as_str());
        }
        if let Some(name) = meta.mch_id_field {
            params.set_str(name, merchant.mch_id.as_str());
        }
        if meta.nonce {
            params.set_str("nonce_str", &source.nonce()?);
        }
        let sign_type = self.sign_type(meta);
        if meta.sign_types != SignTypes::Md5Only {
            params.set_str("sign_type", sign_type.name());
        }
        if let Some(api) = meta.workwx {
            let secret = credentials.app_secret.as_ref().ok_or_else(|| {
                SigningError::new(
                    "this endpoint needs the WeCom app's secret (Credentials::workwx)",
                )
            })?;
            let workwx_sign = secret.sign(&params, api);
            params.set_str("workwx_sign", &workwx_sign);
        }
        // Only now all fields are there between which another one could begin.
        if let Some(name) = params.ambiguous(meta.names) {
            let rule = "must not hold `&`, another field's name and `=`: the signature would fit other fields too";
            let rule_zh = "不能含有“&其他字段名=”：否则同一签名也适用于另一组字段";
            return Err(InvalidInput::new(name.to_owned(), rule, rule_zh).into());
        }
        let sign = credentials.key.sign(&params, sign_type);
        params.set_str("sign", &sign);
        Ok(params)
    }

    fn write(&self, meta: &'static Meta, params: &Params) -> Result<Request<Bytes>, InvalidInput> {
        let (request, body) = if meta.get {
            (Request::get(self.url(meta, params)?), Bytes::new())
        } else {
            let request = Request::post(self.0.base_url.join(meta.host, meta.path)?)
                .header(header::CONTENT_TYPE, "text/xml; charset=utf-8");
            (request, params.to_xml().into())
        };
        request
            .header(header::USER_AGENT, USER_AGENT)
            .extension(
                Hints::new(meta.name, meta.effect, meta.client_cert).backup_host(meta.backup_host),
            )
            .body(body)
            .map_err(|_| {
                InvalidInput::new(
                    "path",
                    "cannot be used to build a request",
                    "无法组成 HTTP 请求",
                )
            })
    }

    fn sign_type(&self, meta: &Meta) -> SignType {
        meta.sign_types.choose(self.0.credentials.sign_type)
    }
}

/// A request on its way.
#[must_use = "the response still has to be verified"]
pub struct Pending<'a, E> {
    client: Client,
    request: &'a E,
}

impl<E: Endpoint> Pending<'_, E> {
    /// The second half of [`Client::send`]: verifies and reads the response.
    ///
    /// # Errors
    /// [`Error::outcome`] says what the failure means for the money.
    pub fn finish(self, response: Response<Bytes>) -> Result<E::Response> {
        let meta = self.request.meta();
        let Config {
            merchant,
            credentials,
            ..
        } = &*self.client.0;
        let expected = Expected {
            meta,
            merchant,
            key: &credentials.key,
            sign_type: self.client.sign_type(meta),
        };
        expected
            .accept(&response)
            .and_then(|accepted| match accepted {
                Accepted::Message(reply) => Ok(self.request.decode(reply)?),
                Accepted::File(file) => Ok(self.request.decode_file(file)?),
            })
            .map_err(|kind| {
                Error::new(meta.name, meta.effect, kind).with_reply(response.into_body())
            })
    }

    /// Converts a transport error into an [`Error`] for this call.
    pub fn failed(self, error: TransportError) -> Error {
        let meta = self.request.meta();
        Error::new(meta.name, meta.effect, error)
    }
}

impl<E: Endpoint> fmt::Debug for Pending<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("endpoint", &self.request.meta().name)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Client`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    merchant: Merchant,
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    base_url: String,
    source: Source,
}

impl ClientBuilder {
    /// Sends to another host, such as a sandbox or a gateway. A path in it is sent but not signed.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Takes nonces from elsewhere, for tests and for repeating a request byte for byte: 1 to 32
    /// letters and digits.
    pub fn nonce(
        mut self,
        nonce: impl Fn() -> Result<String, SigningError> + Send + Sync + 'static,
    ) -> Self {
        self.source.nonce = Arc::new(nonce);
        self
    }

    /// Takes the time from elsewhere, for tests and for machines whose clock can't be set. Only
    /// what a front end gets names it.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.source.clock = Arc::new(clock);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// The merchant ID, the app id or the base URL has an invalid format.
    pub fn build(self) -> Result<Client, InvalidInput> {
        crate::limits::checked("mch_id", &self.merchant.mch_id)?;
        crate::limits::checked("appid", &self.merchant.app_id)?;
        Ok(Client(Arc::new(Config {
            merchant: self.merchant,
            credentials: self.credentials,
            transport: self.transport,
            base_url: BaseUrl::new(&self.base_url)?,
            source: self.source,
        })))
    }
}
