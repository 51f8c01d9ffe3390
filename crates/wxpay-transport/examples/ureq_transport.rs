//! A `Transport` over ureq, for programs without an async runtime: it blocks the thread that polls
//! it. Then what the suite for implementers says of it.
//!
//! `cargo run -p wxpay-transport --example ureq_transport`

use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use rustls::crypto::aws_lc_rs;
use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    self, Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout,
};
use wxpay_core::TransportError;
use wxpay_transport::conformance::{self, Setup};
use wxpay_transport::{Deadline, DeadlinePassed, Transport};

#[derive(Debug)]
struct UreqTransport {
    config: Config,
    connector: Arc<DefaultConnector>,
    max_response_bytes: u64,
}

impl UreqTransport {
    fn new(setup: &Setup) -> Result<Self, ureq::Error> {
        let root = Certificate::from_pem(setup.root_pem.as_bytes())?;
        let identity = match &setup.identity {
            None => None,
            Some(identity) => {
                let cert = Certificate::from_pem(identity.cert_pem.as_bytes())?;
                let key = PrivateKey::from_pem(identity.key_pem.as_bytes())?;
                Some(ClientCert::new_with_certs(&[cert], key))
            }
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[root]))
            .client_cert(identity)
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent("ureq-example/1")
            .accept_encoding("")
            .timeout_resolve(Some(setup.connect_timeout))
            .timeout_connect(Some(setup.connect_timeout))
            .timeout_recv_response(Some(setup.response_timeout))
            .timeout_global(Some(setup.total_timeout))
            .build();
        Ok(Self {
            config,
            connector: Arc::default(),
            max_response_bytes: setup.max_response_bytes as u64,
        })
    }

    fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        // An agent for each call: its connector knows the call's deadline.
        let connector = Telling {
            connector: Arc::clone(&self.connector),
            deadline: Deadline::of(&request),
        };
        let agent = Agent::with_parts(self.config.clone(), connector, TellingResolver::default());
        let (head, body) = request.into_parts();
        // A GET has no body, not even an empty one.
        let answer = if body.is_empty() {
            agent.run(Request::from_parts(head, ()))?
        } else {
            agent.run(Request::from_parts(head, body.as_ref()))?
        };
        let (head, body) = answer.into_parts();
        let body = body
            .into_with_config()
            .limit(self.max_response_bytes)
            .read_to_vec()?;
        Ok(Response::from_parts(head, body.into()))
    }
}

#[async_trait]
impl Transport for UreqTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        // Plain HTTP is for the suite's servers alone.
        if request.uri().scheme_str() != Some("https") && request.uri().host() != Some("127.0.0.1")
        {
            return Err(TransportError::not_sent("the URL must be https"));
        }
        self.exchange(request).map_err(|error| match error {
            ureq::Error::Other(error) if error.is::<NotConnected>() => {
                TransportError::not_sent(error)
            }
            ureq::Error::Other(error) if error.is::<DeadlinePassed>() => {
                TransportError::not_sent(DeadlinePassed::new())
            }
            _ => TransportError::maybe_sent(error),
        })
    }
}

/// Connects as ureq does, and marks the errors from before there was a connection. By themselves
/// they look like those that come later.
#[derive(Debug)]
struct Telling {
    connector: Arc<DefaultConnector>,
    deadline: Option<Deadline>,
}

impl Connector<()> for Telling {
    type Out = Strict;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let connected = self
            .connector
            .connect(details, chained)
            .map_err(NotConnected::mark)?;
        Ok(connected.map(|connection| Strict {
            connection,
            unsent: Some(self.deadline),
        }))
    }
}

#[derive(Debug, Default)]
struct TellingResolver(DefaultResolver);

impl Resolver for TellingResolver {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let resolved = self.0.resolve(uri, config, timeout);
        resolved.map_err(NotConnected::mark)
    }
}

/// Tells every broken connection, and looks at the deadline before the first byte. ureq takes a
/// broken one for the end of a body that has no length, so an answer that was cut short would pass
/// for whole.
#[derive(Debug)]
struct Strict {
    connection: Box<dyn transport::Transport>,
    /// The call's deadline, until something was sent.
    unsent: Option<Option<Deadline>>,
}

impl transport::Transport for Strict {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.connection.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if self
            .unsent
            .take()
            .flatten()
            .is_some_and(|deadline| deadline.is_past())
        {
            return Err(ureq::Error::Other(Box::new(DeadlinePassed::new())));
        }
        self.connection.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.connection
            .await_input(timeout)
            .map_err(|error| match error {
                ureq::Error::Io(error) => ureq::Error::Other(Box::new(error)),
                error => error,
            })
    }

    fn is_open(&mut self) -> bool {
        self.connection.is_open()
    }

    fn is_tls(&self) -> bool {
        self.connection.is_tls()
    }
}

#[derive(Debug)]
struct NotConnected(ureq::Error);

impl NotConnected {
    fn mark(error: ureq::Error) -> ureq::Error {
        ureq::Error::Other(Box::new(Self(error)))
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl Error for NotConnected {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[allow(clippy::print_stdout, clippy::unwrap_used)] // an example reports to its terminal
fn main() -> ExitCode {
    let report = conformance::check(|setup| UreqTransport::new(setup).unwrap());
    println!("{report}");
    if report.is_conforming() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
