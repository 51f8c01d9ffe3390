use std::time::Duration;

use http::HeaderValue;
use reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use wxpay_core::Secret;

use crate::limits::Limits;
use crate::proxy::ProxyChoice;
use crate::reqwest_deadline::AfterConnecting;
use crate::target::LOOPBACK;
#[cfg(feature = "rustls")]
use crate::tls::TlsChoice;
use crate::{BuildError, ReqwestTransport};

/// Settings of a [`ReqwestTransport`]. The defaults are for production.
#[derive(Clone, Debug)]
pub struct ReqwestTransportBuilder {
    limits: Limits,
    user_agent: String,
    proxy: ProxyChoice,
    plain_http_to_loopback: bool,
    #[cfg(feature = "rustls")]
    pub(crate) tls: TlsChoice,
}

impl ReqwestTransportBuilder {
    pub(crate) fn new() -> Self {
        Self {
            limits: Limits::default(),
            user_agent: concat!("wxpay-rs/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: ProxyChoice::Direct,
            plain_http_to_loopback: false,
            #[cfg(feature = "rustls")]
            tls: TlsChoice::default(),
        }
    }

    /// The time for resolving the name, connecting and the TLS handshake together. 5 s by default.
    ///
    /// When this one runs out, the request was certainly not sent. It must be at most half of each
    /// other timeout.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// The time until the response begins, counted from the start of the call, and then between two
    /// pieces of it. 30 s by default.
    ///
    /// When this one runs out, the request may have taken effect. A longer wait means fewer unknown
    /// payments.
    #[must_use]
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.limits.response_timeout = timeout;
        self
    }

    /// The time for the whole call, the response's body included. 60 s by default.
    ///
    /// When this one runs out, the request may have taken effect.
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.limits.total_timeout = timeout;
        self
    }

    /// The time for the whole of an [`upload`](crate::Transport::upload), whose body is read while
    /// it is sent, in the place of the total one. One hour by default.
    ///
    /// It also ends, after the response timeout, when no piece of the body was taken and no
    /// response came for so long. When either runs out, the request may have taken effect.
    #[must_use]
    pub fn upload_timeout(mut self, timeout: Duration) -> Self {
        self.limits.upload_timeout = timeout;
        self
    }

    /// The longest body to read, in bytes. 1 MiB by default, at least 64 KiB. A
    /// [`download`](crate::Transport::download) has a limit of its own.
    ///
    /// A longer response ends the call with an error after which the request may have taken effect.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.max_response_bytes = bytes;
        self
    }

    /// The `User-Agent` of requests that have none. `wxpay-rs/VERSION` by default.
    ///
    /// It can't be empty: WeChat Pay refuses requests without one.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Goes through the HTTP proxy at `url`, such as `http://user:password@proxy.example:3128`.
    ///
    /// The proxy only tunnels (`CONNECT`). The TLS connection is to WeChat Pay itself, and plain
    /// HTTP to loopback goes past the proxy. A proxy that refuses or can't be reached means that
    /// the request was not sent.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = ProxyChoice::Url(url.into());
        self
    }

    /// Goes through the proxy that the environment names when [`build`](Self::build) is called, if
    /// it names one.
    ///
    /// Read are `HTTPS_PROXY`, then `ALL_PROXY`, and `NO_PROXY`, each also in lower case. Without
    /// this call the environment has no say in where payments go.
    #[must_use]
    pub fn proxy_from_env(mut self) -> Self {
        self.proxy = ProxyChoice::Environment;
        self
    }

    /// Allows `http://` URLs to this machine: to `localhost`, 127.0.0.0/8 and `::1`. For a
    /// simulator.
    ///
    /// `localhost` is then always dialled at 127.0.0.1 or `::1`, whatever a resolver says. To other
    /// hosts plain HTTP stays refused.
    #[must_use]
    pub fn allow_plain_http_to_loopback(mut self) -> Self {
        self.plain_http_to_loopback = true;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// A setting is out of its range, a file is not what it should be, or the TLS library refuses
    /// its settings. No request exists yet, so there is nothing to ask about money.
    pub fn build(self) -> Result<ReqwestTransport, BuildError> {
        self.limits.check()?;
        if cfg!(not(feature = "rustls")) && !self.plain_http_to_loopback {
            let problem = "built without TLS: turn on the feature `rustls`";
            return Err(BuildError::new("TLS", problem));
        }
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .ok()
            .filter(|value| !value.is_empty())
            .ok_or_else(|| BuildError::new("user_agent", "must be text that fits into a header"))?;
        let proxy = self.proxy.load()?;
        #[cfg(feature = "rustls")]
        let tls = self.tls.load()?;

        let client = |kept_connections, timeouts: bool| {
            let mut client = self.client(user_agent.clone(), proxy.clone());
            if timeouts {
                client = client
                    .read_timeout(self.limits.response_timeout)
                    .timeout(self.limits.total_timeout);
            }
            #[cfg(feature = "rustls")]
            let client = tls.apply(client);
            client
                .pool_max_idle_per_host(kept_connections)
                .build()
                .map_err(|error| {
                    BuildError::new("TLS", "can't be set up").with_source(error.without_url())
                })
        };
        let reads = client(KEPT_CONNECTIONS, true)?;
        // Every write has a connection of its own. The server may close a kept one just when the
        // next request is on its way, and that request would end as "maybe sent" without need.
        let writes = client(0, true)?;
        #[cfg(any(feature = "download", feature = "upload"))]
        let transfers = client(0, false)?;

        Ok(ReqwestTransport {
            reads,
            writes,
            #[cfg(any(feature = "download", feature = "upload"))]
            transfers,
            limits: self.limits,
            plain_http_to_loopback: self.plain_http_to_loopback,
            #[cfg(feature = "rustls")]
            identity: tls.identity_validity(),
        })
    }

    /// Everything that reqwest would otherwise decide by its features, which another crate can turn
    /// on, or by the environment.
    fn client(&self, user_agent: HeaderValue, proxy: Option<Proxy>) -> ClientBuilder {
        let mut client = Client::builder()
            .connect_timeout(self.limits.connect_timeout)
            .connector_layer(AfterConnecting)
            .pool_idle_timeout(READ_IDLE)
            .https_only(!self.plain_http_to_loopback)
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_hickory_dns()
            .no_proxy()
            .user_agent(user_agent);
        if let Some(proxy) = proxy {
            client = client.proxy(proxy);
        }
        if self.plain_http_to_loopback {
            client = client.resolve_to_addrs("localhost", &LOOPBACK);
        }
        client
    }
}

/// Shorter than what servers commonly keep a connection for, so that few reads meet one that is
/// just being closed.
const READ_IDLE: Duration = Duration::from_secs(30);

/// How many connections to one host are kept for later reads. With fewer than there are reads at
/// once, most reads end by closing a connection and begin with a TLS handshake.
const KEPT_CONNECTIONS: usize = 64;
