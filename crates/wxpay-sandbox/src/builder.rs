use std::error::Error as StdError;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpListener;

use crate::certificates::Certificates;
use crate::setup::Setup;
use crate::state::Shared;
use crate::{Sandbox, SnapshotError, Trust, server};

/// How a [`Sandbox`] is to be started.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SandboxBuilder {
    trust: Trust,
    pub(crate) setup: Setup,
}

/// Why the sandbox did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// No port on 127.0.0.1 could be bound.
    #[error("can't listen on 127.0.0.1")]
    Listen(#[source] io::Error),
    /// The keys, the certificates or the TLS configuration could not be made.
    #[error("can't make keys and certificates")]
    Keys(#[source] Box<dyn StdError + Send + Sync>),
    /// The snapshot that was to be gone on from can't be read.
    #[error("can't go on from the snapshot")]
    Snapshot(#[source] SnapshotError),
}

impl SandboxBuilder {
    /// Sets how the merchant is to trust the platform.
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Makes a merchant with fresh keys and starts to answer on a free port of 127.0.0.1.
    ///
    /// It runs on the Tokio runtime that this is called on.
    ///
    /// # Errors
    /// No port could be bound, no keys could be made, or the snapshot can't be read.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        self.setup.check().map_err(StartError::Snapshot)?;
        let certificates = tokio::task::spawn_blocking(move || Certificates::generate(self.trust))
            .await
            .map_err(|error| StartError::Keys(error.into()))?
            .map_err(StartError::Keys)?;
        let tls = server::tls_config(&certificates).map_err(StartError::Keys)?;
        let ca_pem = certificates.ca_pem.clone();
        let mut shared = Shared::new(certificates, self.trust).map_err(StartError::Keys)?;
        self.setup
            .apply(&mut shared)
            .map_err(StartError::Snapshot)?;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(StartError::Listen)?;
        let port = listener.local_addr().map_err(StartError::Listen)?.port();
        let shared = Arc::new(shared);
        let accepting = tokio::spawn(server::accept(listener, tls, Arc::clone(&shared)));
        let base_url = format!("https://localhost:{port}");
        Ok(Sandbox::new(
            shared,
            base_url,
            ca_pem,
            accepting.abort_handle(),
        ))
    }
}
