use wxpay_core::{CodeFacts, Effect, Resolve};

/// The constant facts of an APIv3 endpoint.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Meta {
    /// The endpoint's name, such as `v3.partner_transfer.query_detail_by_out_detail_no`.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// The path, with `{name}` where a part of it is a parameter.
    pub path: &'static str,
    /// The host, where it is not that of the other operations.
    pub host: Option<&'static str>,
    /// Whether a call can change anything.
    pub effect: Effect,
    /// What settles an unknown outcome.
    pub resolve: Option<Resolve>,
    /// Whether the document names the backup host `api2.mch.weixin.qq.com` (备域名).
    pub backup_host: bool,
    /// Calls a second that the document allows a merchant, if it says so.
    pub per_second: Option<u32>,
    /// What the request's `Accept` asks for: `application/json`, unless the document names another.
    pub accept: &'static str,
    /// Whether the document wants `Wechatpay-Serial` in every request, also when nothing is
    /// encrypted.
    pub serial_required: bool,
    /// Whether the document names HTTP 202 (已受理) as the response of success.
    pub accepted_is_success: bool,
    /// The header of the response with the digest (SHA-1) of a file, which the signature covers in
    /// the place of the file.
    pub digest_header: Option<&'static str>,
    /// The documented error codes, sorted. A code that is not here is unknown.
    pub errors: &'static [CodeFacts],
}

/// The methods that APIv3 uses.
#[allow(missing_docs)] // their names say it
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The name as it is sent and signed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Meta {
    /// An endpoint that only reads.
    pub const fn read(name: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            name,
            method,
            path,
            host: None,
            effect: Effect::Read,
            resolve: None,
            backup_host: false,
            per_second: None,
            accept: "application/json",
            serial_required: false,
            accepted_is_success: false,
            digest_header: None,
            errors: &[],
        }
    }

    /// An endpoint that can move money or change an order; `resolve` says what settles an unknown
    /// outcome.
    pub const fn write(
        name: &'static str,
        method: Method,
        path: &'static str,
        resolve: Resolve,
    ) -> Self {
        let mut meta = Self::read(name, method, path);
        meta.effect = Effect::Write;
        meta.resolve = Some(resolve);
        meta
    }

    /// The document names the backup host.
    #[must_use]
    pub const fn backup_host(mut self) -> Self {
        self.backup_host = true;
        self
    }

    /// Calls a second that the document allows a merchant.
    #[must_use]
    pub const fn per_second(mut self, calls: u32) -> Self {
        self.per_second = Some(calls);
        self
    }

    /// The document wants another `Accept` than `application/json`, such as `*/*` for an image.
    #[must_use]
    pub const fn accept(mut self, media_types: &'static str) -> Self {
        self.accept = media_types;
        self
    }

    /// The document wants `Wechatpay-Serial` in every request, also when nothing is encrypted: the
    /// number of the key that would encrypt, which is a certificate's in certificate mode (平台证书模式).
    #[must_use]
    pub const fn serial_required(mut self) -> Self {
        self.serial_required = true;
        self
    }

    /// The document names HTTP 202 as the response of success: the request was taken in (已受理), and
    /// a query tells how it ends. For every other endpoint 202 means that nothing was done yet and
    /// that the request is to be repeated.
    #[must_use]
    pub const fn accepted_is_success(mut self) -> Self {
        self.accepted_is_success = true;
        self
    }

    /// The response is a file, and its signature covers the digest in this header (`{"sha1":"…"}`)
    /// in the place of the file.
    #[must_use]
    pub const fn digest_header(mut self, name: &'static str) -> Self {
        self.digest_header = Some(name);
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
