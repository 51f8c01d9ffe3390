use std::error::Error as StdError;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;
use tokio::net::TcpListener;

use crate::certificates::{self, Certificates};
#[cfg(feature = "directory")]
use crate::directory::{Directory, DirectoryError};
use crate::platform::Suite;
use crate::setup::Setup;
use crate::state::Shared;
use crate::state_file::{self, StateFile};
use crate::{ConnectionLimits, Sandbox, SnapshotError, StateFileError, Trust, server};

/// How a [`Sandbox`] is to be started.
#[derive(Clone, Debug)]
#[must_use]
pub struct SandboxBuilder {
    trust: Trust,
    listen: SocketAddr,
    names: Vec<String>,
    keep_requests: Option<usize>,
    state_file: Option<PathBuf>,
    connection_limits: ConnectionLimits,
    suite: Suite,
    #[cfg(feature = "directory")]
    directory: Option<Directory>,
    pub(crate) setup: Setup,
}

/// Why the sandbox did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address could not be bound: another program has the port, or the machine has no such
    /// address.
    #[error("can't listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The keys, the certificates or the TLS configuration could not be made.
    #[error("can't make keys and certificates")]
    Keys(#[source] Box<dyn StdError + Send + Sync>),
    /// The snapshot that was to be gone on from can't be read.
    #[error("can't go on from the snapshot")]
    Snapshot(#[source] SnapshotError),
    /// The file of the state can't be read or written.
    #[error(transparent)]
    StateFile(#[from] StateFileError),
    /// The directory can't be the one to keep the keys in.
    #[cfg(feature = "directory")]
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            trust: Trust::default(),
            setup: Setup::default(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            names: Vec::new(),
            keep_requests: None,
            state_file: None,
            connection_limits: ConnectionLimits::default(),
            suite: Suite::default(),
            #[cfg(feature = "directory")]
            directory: None,
        }
    }
}

impl SandboxBuilder {
    /// Sets how the merchant is to trust the platform.
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Makes the merchant one of the national algorithms (国密): its requests of APIv3 are signed
    /// with [`Merchant::sm`](crate::Merchant::sm), and those that are signed with RSA are refused.
    /// Responses and notifications are signed with SM2, encrypted fields are sealed with it, and
    /// notifications and certificates with SM4.
    ///
    /// Such a merchant trusts platform certificates, whatever [`trust`](Self::trust) says. APIv2
    /// and TLS go on with RSA.
    #[cfg(feature = "sm")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sm")))]
    pub fn sm(mut self) -> Self {
        self.suite = Suite::Sm;
        self
    }

    /// Sets the address to listen on, in place of a free port of 127.0.0.1.
    ///
    /// Anyone who reaches an address that is not loopback can make requests; without the keys none
    /// takes effect.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Adds a host name or an IP address that clients will know the server by. Its certificate is
    /// always one for `localhost`, for the address that it listens on and for WeChat Pay's two
    /// hosts.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Keeps the latest `limit` requests, and as many attempts to deliver notifications, in place
    /// of 50,000. Of the bodies of requests and responses 64 MiB at most are kept in any case.
    pub fn keep_requests(mut self, limit: usize) -> Self {
        self.keep_requests = Some(limit);
        self
    }

    /// Keeps the keys in a directory, so that they are the same at the next start.
    ///
    /// A directory that is new or empty gets fresh keys. Its files for a client are `ca.pem`,
    /// `apiclient_cert.pem`, `apiclient_key.pem`, `apiclient_cert.p12` (whose password is the
    /// merchant ID), `pub_key.pem` and `wechatpay_{serial_no}.pem`; those for its callbacks are
    /// `callback_cert.pem` and `callback_key.pem`. A merchant of the national algorithms also has
    /// `sm_cert.pem` and `sm_key.pem`. The directory `brand` in it has the same for the
    /// [brand](crate::Brand), and `server` is the sandbox's own. Files that hold secrets can be
    /// read by their owner only.
    #[cfg(feature = "directory")]
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directory = Some(Directory::new(path.into()));
        self
    }

    /// Sets how many connections there may be, and how long one may keep the sandbox waiting.
    pub fn connection_limits(mut self, limits: ConnectionLimits) -> Self {
        self.connection_limits = limits;
        self
    }

    /// Keeps the state in a file: what a [`Sandbox::snapshot`] has. A file that is there already is
    /// gone on from, in place of a [`snapshot`](Self::snapshot).
    ///
    /// Each request that changes something is answered only after the file has the change, so that
    /// a sandbox that is killed has lost nothing that a client heard of. If the file can't be
    /// written the connection is closed without a response. What changes by the clock or by a call
    /// of [`Sandbox`] is written soon after; [`Sandbox::save`] waits for it. The whole state is
    /// written each time, which takes longer the more there is of it.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Makes a merchant with fresh keys, unless a directory has some, and starts to answer.
    ///
    /// It runs on the Tokio runtime that this is called on.
    ///
    /// # Errors
    /// The address could not be bound, there are no keys, or the snapshot can't be read.
    pub async fn start(mut self) -> Result<Sandbox, StartError> {
        #[cfg(feature = "sm")]
        if self.suite == Suite::Sm {
            self.trust = Trust::Certificates;
        }
        if let Some(path) = &self.state_file
            && let Some(text) = state_file::read(path)?
        {
            self = self.snapshot(text);
        }
        self.setup.check().map_err(StartError::Snapshot)?;
        let listener = self.bind().await?;
        let address = listener
            .local_addr()
            .map_err(|source| self.listen_error(source))?;
        let builder = self.clone();
        let mut certificates = tokio::task::spawn_blocking(move || builder.certificates())
            .await
            .map_err(|error| StartError::Keys(error.into()))??;
        if self.trust == Trust::PublicKey {
            certificates.platform_certificates.clear();
        }
        let mut names = self.names.clone();
        names.extend(certificates::name_of(address.ip()));
        let tls = server::tls_config(&certificates, &names).map_err(StartError::Keys)?;
        let ca_pem = certificates.ca_pem.clone();
        let mut shared = Shared::new(certificates, self.trust).map_err(StartError::Keys)?;
        let setup = self.setup.clone();
        setup
            .apply(&mut shared, self.keep_requests)
            .map_err(StartError::Snapshot)?;
        shared.connection_limits = self.connection_limits;
        shared.state_file = self.state_file.map(StateFile::new);

        let shared = Arc::new(shared);
        // A file that can't be written is found before there is anything to lose.
        state_file::save(&shared).await?;
        let accepting = tokio::spawn(server::accept(listener, tls, Arc::clone(&shared)));
        let sandbox = Sandbox::new(shared, base_url(address), ca_pem, accepting.abort_handle());
        #[cfg(feature = "directory")]
        let sandbox = sandbox.kept_in(self.directory);
        Ok(sandbox)
    }

    async fn bind(&self) -> Result<TcpListener, StartError> {
        let listener = TcpListener::bind(self.listen).await;
        listener.map_err(|source| self.listen_error(source))
    }

    fn certificates(&self) -> Result<Certificates, StartError> {
        #[cfg(feature = "directory")]
        if let Some(directory) = &self.directory {
            return Ok(directory.open(self.suite)?);
        }
        Certificates::generate(self.trust, self.suite).map_err(StartError::Keys)
    }

    fn listen_error(&self, source: io::Error) -> StartError {
        let address = self.listen;
        StartError::Listen { address, source }
    }
}

/// Loopback goes by its name, which a client's own rules about IP addresses in certificates don't
/// touch.
fn base_url(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!("https://localhost:{}", address.port())
    } else {
        format!("https://{address}")
    }
}
