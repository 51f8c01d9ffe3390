use wxpay_core::{CodeFacts, Effect, PAYMENT_NAMES, Resolve};
use wxpay_sign::v2::SignType;
use wxpay_sign::workwx;

/// The constant facts of an APIv2 endpoint.
///
/// ```
/// use wxpay_client::v2::Meta;
///
/// const META: &Meta = &Meta::read("my.close_report", "/pay/closereport").md5_only();
/// assert_eq!(META.path, "/pay/closereport");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Meta {
    /// The endpoint's name, such as `v2.wecom.pay_employee`.
    pub name: &'static str,
    /// The path that is posted to.
    pub path: &'static str,
    /// Whether the signed fields go into the query of a GET, and not into a body of XML that is
    /// posted.
    pub get: bool,
    /// The host, where it is not that of the other operations.
    pub host: Option<&'static str>,
    /// Whether a call can change anything.
    pub effect: Effect,
    /// What settles an unknown outcome.
    pub resolve: Option<Resolve>,
    /// Whether the merchant's client certificate (双向证书) is asked for.
    pub client_cert: bool,
    /// Whether the document names the backup host `api2.mch.weixin.qq.com` (备用域名).
    pub backup_host: bool,
    /// The digests that the endpoint takes.
    pub sign_types: SignTypes,
    /// Which `workwx_sign` the message carries, if any.
    pub workwx: Option<workwx::Api>,
    /// The field that carries the app: `appid`, or another name such as `wxappid`; `None` where the
    /// request has none.
    pub app_id_field: Option<&'static str>,
    /// The field that carries the merchant ID: `mch_id`, or another name such as `mchid`; `None`
    /// where the request has none.
    pub mch_id_field: Option<&'static str>,
    /// Whether the request carries a `nonce_str`.
    pub nonce: bool,
    /// Whether a response must carry a `sign`; without one, the TLS connection is its only proof.
    pub reply_signed: bool,
    /// Whether a response of success carries `result_code`; without one, `return_code` alone says
    /// that it succeeded.
    pub result_code: bool,
    /// Whether a response of success names the merchant. It must where responses carry no `sign`,
    /// unless the documents have none.
    pub merchant_reply: bool,
    /// Whether a response of success is a file, such as a bill (对账单), and not XML.
    pub file_reply: bool,
    /// Whether a field of the response can hold further elements, which are read as a list
    /// ([`Fields::xml_list`](super::Fields::xml_list)).
    pub nested_reply: bool,
    /// The names of all fields of request and response, for finding a value in which another field
    /// could begin ([`Params::ambiguous`](wxpay_core::Params::ambiguous)); [`PAYMENT_NAMES`] unless
    /// others are given.
    pub names: &'static [&'static str],
    /// The documented error codes, sorted. A code that is not here is unknown.
    pub errors: &'static [CodeFacts],
}

/// The digests that an endpoint takes.
#[allow(clippy::exhaustive_enums)] // the protocol is frozen
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignTypes {
    /// MD5 or HMAC-SHA256, named by the field `sign_type`.
    Either,
    /// MD5; the field `sign_type` is neither sent nor signed.
    Md5Only,
    /// HMAC-SHA256, named by the field `sign_type`.
    HmacSha256Only,
}

impl SignTypes {
    /// The digest to use when the merchant prefers `preferred`.
    pub const fn choose(self, preferred: SignType) -> SignType {
        match self {
            Self::Either => preferred,
            Self::Md5Only => SignType::Md5,
            Self::HmacSha256Only => SignType::HmacSha256,
        }
    }
}

impl Meta {
    /// An endpoint that only reads, takes either digest and signs its responses.
    pub const fn read(name: &'static str, path: &'static str) -> Self {
        Self {
            name,
            path,
            get: false,
            host: None,
            effect: Effect::Read,
            resolve: None,
            client_cert: false,
            backup_host: false,
            sign_types: SignTypes::Either,
            workwx: None,
            app_id_field: Some("appid"),
            mch_id_field: Some("mch_id"),
            nonce: true,
            reply_signed: true,
            result_code: true,
            merchant_reply: true,
            file_reply: false,
            nested_reply: false,
            names: PAYMENT_NAMES,
            errors: &[],
        }
    }

    /// An endpoint that can move money or change an order; `resolve` says what settles an unknown
    /// outcome.
    pub const fn write(name: &'static str, path: &'static str, resolve: Resolve) -> Self {
        let mut meta = Self::read(name, path);
        meta.effect = Effect::Write;
        meta.resolve = Some(resolve);
        meta
    }

    /// The signed fields go into the query of a GET.
    #[must_use]
    pub const fn get(mut self) -> Self {
        self.get = true;
        self
    }

    /// The client certificate is asked for.
    #[must_use]
    pub const fn client_cert(mut self) -> Self {
        self.client_cert = true;
        self
    }

    /// The document names the backup host.
    #[must_use]
    pub const fn backup_host(mut self) -> Self {
        self.backup_host = true;
        self
    }

    /// MD5 only, without the field `sign_type`.
    #[must_use]
    pub const fn md5_only(mut self) -> Self {
        self.sign_types = SignTypes::Md5Only;
        self
    }

    /// HMAC-SHA256 only.
    #[must_use]
    pub const fn hmac_sha256_only(mut self) -> Self {
        self.sign_types = SignTypes::HmacSha256Only;
        self
    }

    /// The message carries this `workwx_sign`.
    #[must_use]
    pub const fn workwx(mut self, api: workwx::Api) -> Self {
        self.workwx = Some(api);
        self
    }

    /// The app stands in a field of another name, or the request has none.
    #[must_use]
    pub const fn app_id_field(mut self, name: Option<&'static str>) -> Self {
        self.app_id_field = name;
        self
    }

    /// The merchant ID stands in a field of another name, or the request has none.
    #[must_use]
    pub const fn mch_id_field(mut self, name: Option<&'static str>) -> Self {
        self.mch_id_field = name;
        self
    }

    /// The request carries no `nonce_str`.
    #[must_use]
    pub const fn no_nonce(mut self) -> Self {
        self.nonce = false;
        self
    }

    /// A response of success has no `result_code`.
    #[must_use]
    pub const fn no_result_code(mut self) -> Self {
        self.result_code = false;
        self
    }

    /// A response does not name the merchant.
    #[must_use]
    pub const fn no_merchant_reply(mut self) -> Self {
        self.merchant_reply = false;
        self
    }

    /// A response of success is a file: [`Endpoint::decode_file`](super::Endpoint::decode_file)
    /// takes it.
    #[must_use]
    pub const fn file_reply(mut self) -> Self {
        self.file_reply = true;
        self
    }

    /// A field of the response can hold further elements. Only where responses carry no `sign`: how
    /// one would cover them is not documented.
    #[must_use]
    pub const fn nested_reply(mut self) -> Self {
        self.nested_reply = true;
        self
    }

    /// Responses carry no `sign`.
    #[must_use]
    pub const fn unsigned_reply(mut self) -> Self {
        self.reply_signed = false;
        self
    }

    /// The names of all fields of request and response.
    #[must_use]
    pub const fn names(mut self, names: &'static [&'static str]) -> Self {
        self.names = names;
        self
    }

    /// Calls go to another host, unless the client has a base URL of its own.
    #[must_use]
    pub const fn host(mut self, host: &'static str) -> Self {
        self.host = Some(host);
        self
    }

    /// The documented error codes, sorted by code.
    #[must_use]
    pub const fn errors(mut self, errors: &'static [CodeFacts]) -> Self {
        self.errors = errors;
        self
    }
}
