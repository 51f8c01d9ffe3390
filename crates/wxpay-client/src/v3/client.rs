use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use wxpay_core::{
    AppId, BrandId, Error, InvalidInput, MchId, Result, Secret, SigningError, Timestamp,
    TransportError,
};
use wxpay_sign::v3::{MerchantKey, Sealed};
use wxpay_transport::Transport;
#[cfg(feature = "upload")]
use wxpay_transport::UploadBody;

use super::caller::Caller;
use super::reply::accept;
use super::{Call, Credentials, Endpoint, Outgoing};
use crate::base_url::{self, BaseUrl};
use crate::identity::Identity;
use crate::source::Source;

/// A client of APIv3. Cheap to clone.
///
/// # Where it signs
///
/// A signature by a key in memory is a quarter of a millisecond of computing. With the feature
/// `tokio`, which `reqwest` turns on, it is made at once while at most two calls are in flight in
/// the process. When they are more, a runtime with a thread for each core makes one on each of them
/// at a time and looks after sockets and timers in between, so that these wait for one or two
/// signatures rather than for dozens; one with fewer threads has them made on its threads for
/// blocking work, as many at once as there are cores. Without the feature, and outside a tokio
/// runtime, it is always made on the calling thread.
/// A key for which [`MerchantKey::in_memory`](crate::sign::v3::MerchantKey::in_memory) is false,
/// such as a KMS, is always called there.
#[derive(Clone, Debug)]
pub struct Client(pub(super) Arc<Config>);

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) caller: Caller,
    pub(super) identity: Identity,
    pub(super) credentials: Credentials,
    transport: Arc<dyn Transport>,
    pub(super) base_url: BaseUrl,
    pub(super) source: Source,
}

impl Client {
    /// Builds a client from a merchant, its credentials and a transport.
    ///
    /// `mch_id` is the merchant ID that the private key belongs to; for a service provider, its own
    /// (`sp_mchid`).
    pub fn builder(
        mch_id: MchId,
        credentials: Credentials,
        transport: impl Transport,
    ) -> ClientBuilder {
        ClientBuilder::new(Caller::Merchant(mch_id), credentials, transport)
    }

    /// The same for a brand (品牌), which asks for the paths under `/brand/` and for no others.
    ///
    /// The private key is that of the brand's own API certificate, and the platform key is the
    /// WeChat Pay public key of the brand. Every request names it in `Wechatpay-Serial`, and
    /// responses must be signed as those for a brand are.
    ///
    /// <https://pay.weixin.qq.com/doc/brand/4015407523>
    pub fn brand(
        brand_id: BrandId,
        credentials: Credentials,
        transport: impl Transport,
    ) -> ClientBuilder {
        ClientBuilder::new(Caller::Brand(brand_id), credentials, transport)
    }

    /// The same client for another app (公众账号ID) of the merchant.
    #[must_use]
    pub fn app_id(&self, app_id: AppId) -> Self {
        self.with(|identity| identity.app_id = Some(app_id))
    }

    /// The same client of a service provider (服务商) for one of its sub-merchants (子商户), and that
    /// one's app if it has one.
    #[must_use]
    pub fn sub_merchant(&self, sub_mch_id: MchId, sub_app_id: Option<AppId>) -> Self {
        self.with(|identity| {
            identity.sub_mch_id = Some(sub_mch_id);
            identity.sub_app_id = sub_app_id;
        })
    }

    /// What it sends over.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.0.transport
    }

    /// The merchant ID that it signs for; none for a brand.
    pub fn mch_id(&self) -> Option<&MchId> {
        self.0.identity.mch_id.as_ref()
    }

    /// The sub-merchant that it calls for, if there is one.
    pub fn sub_mch_id(&self) -> Option<&MchId> {
        self.0.identity.sub_mch_id.as_ref()
    }

    fn with(&self, change: impl FnOnce(&mut Identity)) -> Self {
        let mut config = Config::clone(&self.0);
        change(&mut config.identity);
        Self(Arc::new(config))
    }

    /// Sends a request and reads its verified response.
    ///
    /// Store the merchant order number before the call, and do not wrap this in a timeout of your
    /// own: when the future is dropped there is no error to ask, and the outcome of a write is
    /// unknown. Set the timeout in the transport.
    ///
    /// A file on disk ([`Upload::open`](crate::Upload::open)) is read while it is sent, if the
    /// transport can ([`Transport::upload`]).
    ///
    /// # Errors
    /// [`Error::outcome`] says what the failure means for the money.
    pub async fn send<E: Endpoint>(&self, request: &E) -> Result<E::Response> {
        let (http, pending) = self.begin(request).await?;
        let transport = &self.0.transport;
        let (head, body) = http.into_parts();
        let sent = match body {
            Outgoing::Whole(body) => transport.send(Request::from_parts(head, body)).await,
            #[cfg(feature = "upload")]
            Outgoing::Pieces(body) => transport.upload(Request::from_parts(head, body)).await,
        };
        match sent {
            Ok(response) => pending.finish(response).await,
            Err(error) => Err(pending.failed(error)),
        }
    }

    /// The first half of [`send`](Self::send): checks, writes and signs the request, for callers
    /// that do their own I/O.
    ///
    /// A file on disk ([`Upload::open`](crate::Upload::open)) is read into memory, up to
    /// [`UploadBody::MAX_COLLECTED`] bytes together with what stands around it;
    /// [`prepare_upload`](Self::prepare_upload) takes a longer one.
    ///
    /// # Errors
    /// A parameter breaks a documented rule, the key can't sign, no key of WeChat Pay is there to
    /// verify the response to a write, or a file on disk is too long, can't be read or has changed.
    /// Nothing was sent.
    pub async fn prepare<'a, E: Endpoint>(
        &self,
        request: &'a E,
    ) -> Result<(Request<Bytes>, Pending<'a, E>)> {
        let (http, pending) = self.begin(request).await?;
        let (head, body) = http.into_parts();
        // Without uploads there is one case.
        #[cfg_attr(not(feature = "upload"), allow(clippy::infallible_destructuring_match))]
        let body = match body {
            Outgoing::Whole(body) => body,
            #[cfg(feature = "upload")]
            Outgoing::Pieces(body) => match body.collect(UploadBody::MAX_COLLECTED).await {
                Ok(body) => body,
                Err(error) => return Err(pending.failed(TransportError::not_sent(error))),
            },
        };
        Ok((Request::from_parts(head, body), pending))
    }

    /// As [`prepare`](Self::prepare), with a body that is to be read while it is sent, so that a
    /// file on disk can have any length. A body that is in memory comes as one piece.
    ///
    /// Send it with [`Transport::upload`], or with a client of your own: open the body with
    /// [`UploadBody::open`], write `Content-Length` from its [`length`](UploadBody::length), and
    /// then each piece. When a piece is an error, close the connection without the rest; as soon as
    /// one has left, [`maybe_sent`](TransportError::maybe_sent) is the truth about the request.
    ///
    /// # Errors
    /// As with [`prepare`](Self::prepare), but for the file, which is read later. Nothing was sent.
    #[cfg(feature = "upload")]
    pub async fn prepare_upload<'a, E: Endpoint>(
        &self,
        request: &'a E,
    ) -> Result<(Request<UploadBody>, Pending<'a, E>)> {
        let (http, pending) = self.begin(request).await?;
        let http = http.map(|body| match body {
            Outgoing::Whole(body) => UploadBody::whole(body),
            Outgoing::Pieces(body) => body,
        });
        Ok((http, pending))
    }

    async fn begin<'a, E: Endpoint>(
        &self,
        request: &'a E,
    ) -> Result<(Request<Outgoing>, Pending<'a, E>)> {
        let meta = request.meta();
        #[cfg(feature = "tokio")]
        let in_flight = super::offload::InFlight::begin();
        let mut call = Call::of(self.0.identity.clone());
        let signed = match request.encode(&mut call) {
            Ok(()) => self.sign(meta, call).await,
            Err(error) => Err(error.into()),
        };
        let http = signed.map_err(|kind| Error::new(meta.name, meta.effect, kind))?;
        Ok((
            http,
            Pending {
                client: self.clone(),
                request,
                #[cfg(feature = "tokio")]
                _in_flight: in_flight,
            },
        ))
    }

    /// Decrypts an encrypted field of a response (敏感信息解密), such as a name, with the merchant's
    /// private key.
    ///
    /// # Errors
    /// It was not encrypted for this key. The response around it stands.
    pub async fn open(&self, sealed: &Sealed) -> Result<Secret, SigningError> {
        #[cfg(feature = "tokio")]
        let _in_flight = super::offload::InFlight::begin();
        sealed.open(&*self.0.credentials.merchant_key).await
    }
}

/// A request on its way.
#[must_use = "the response still has to be verified"]
pub struct Pending<'a, E> {
    client: Client,
    request: &'a E,
    #[cfg(feature = "tokio")]
    _in_flight: super::offload::InFlight,
}

impl<E: Endpoint> Pending<'_, E> {
    /// The second half of [`Client::send`]: verifies and reads the response.
    ///
    /// # Errors
    /// [`Error::outcome`] says what the failure means for the money.
    pub async fn finish(self, response: Response<Bytes>) -> Result<E::Response> {
        let Config {
            caller,
            credentials,
            source,
            ..
        } = &*self.client.0;
        let keys = &*credentials.platform_keys;
        let meta = self.request.meta();
        let accepted = accept(caller, meta, keys, source.now(), &response).await;
        accepted
            .and_then(|body| Ok(self.request.decode_body(body)?))
            .map_err(|kind| {
                let request_id = response
                    .headers()
                    .get("Request-ID")
                    .and_then(|id| id.to_str().ok());
                Error::new(meta.name, meta.effect, kind)
                    .with_request_id(request_id)
                    .with_reply(response.into_body())
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
    caller: Caller,
    identity: Identity,
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    base_url: String,
    source: Source,
}

impl ClientBuilder {
    fn new(caller: Caller, credentials: Credentials, transport: impl Transport) -> Self {
        let mut identity = Identity::default();
        match &caller {
            Caller::Merchant(mch_id) => identity.mch_id = Some(mch_id.clone()),
            Caller::Brand(brand_id) => identity.brand_id = Some(brand_id.clone()),
        }
        Self {
            caller,
            identity,
            credentials,
            transport: Arc::new(transport),
            base_url: base_url::MAIN.to_owned(),
            source: Source::default(),
        }
    }

    /// The app (公众账号ID), which the client sends as `appid`, `sp_appid` or `combine_appid` where an
    /// operation asks for it.
    pub fn app_id(mut self, app_id: AppId) -> Self {
        self.identity.app_id = Some(app_id);
        self
    }

    /// The sub-merchant (子商户号) that a service provider calls for; [`Client::sub_merchant`] takes
    /// another.
    pub fn sub_merchant(mut self, sub_mch_id: MchId) -> Self {
        self.identity.sub_mch_id = Some(sub_mch_id);
        self
    }

    /// The sub-merchant's app (子商户应用ID).
    pub fn sub_app_id(mut self, sub_app_id: AppId) -> Self {
        self.identity.sub_app_id = Some(sub_app_id);
        self
    }

    /// Sends to another host, such as a sandbox or a gateway. A path in it is sent but not signed.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Takes nonces from elsewhere, for tests: 1 to 32 letters and digits.
    pub fn nonce(
        mut self,
        nonce: impl Fn() -> Result<String, SigningError> + Send + Sync + 'static,
    ) -> Self {
        self.source.nonce = Arc::new(nonce);
        self
    }

    /// Takes the time from elsewhere, for tests and for machines whose clock can't be set.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.source.clock = Arc::new(clock);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// The merchant ID, the brand ID or the base URL is malformed, one of the keys to verify with
    /// has the serial number of the key that signs the requests, or one side's keys are for RSA and
    /// the other's for SM2 (国密).
    pub fn build(self) -> Result<Client, InvalidInput> {
        self.caller.check_id()?;
        let Credentials {
            merchant_key,
            platform_keys,
            ..
        } = &self.credentials;
        self.caller
            .check_suites(merchant_key.suite(), platform_keys.suite())?;
        if platform_keys.holds(merchant_key.serial_no()) {
            return Err(InvalidInput::new(
                "platform keys",
                "must be keys of WeChat Pay: one of them has the serial number of the key that signs the requests",
                "必须是微信支付的公钥或平台证书，其中却有与请求签名私钥序列号相同的证书",
            ));
        }
        Ok(Client(Arc::new(Config {
            caller: self.caller,
            identity: self.identity,
            credentials: self.credentials,
            transport: self.transport,
            base_url: BaseUrl::new(&self.base_url)?,
            source: self.source,
        })))
    }
}
