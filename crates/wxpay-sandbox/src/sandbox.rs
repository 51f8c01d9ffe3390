mod books;
mod brand;
mod codes;
mod complaints;
mod faults;
mod red_packets;
mod refunds;
mod sharing;
mod time;
mod transfer_authorizations;
mod transfer_bills;
mod withdrawals;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use tokio::task::AbortHandle;

#[cfg(feature = "directory")]
use crate::directory::{Directory, DirectoryError};
use crate::notice::{self, Notice, NoticeAnswer, NotifyError};
use crate::state::Shared;
use crate::{
    CallbackCertificate, ConnectionLimits, EventNotice, Merchant, SandboxBuilder, SeenRequest,
    StartError, Trust, Watch,
};

/// A running local WeChat Pay (微信支付).
///
/// It stops, and closes every connection, when it is dropped.
pub struct Sandbox {
    shared: Arc<Shared>,
    base_url: String,
    ca_pem: String,
    server: AbortHandle,
    #[cfg(feature = "directory")]
    directory: Option<Directory>,
}

/// Why there is no new platform certificate.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RotateError {
    /// The sandbox runs in the mode [`Trust::PublicKey`], which has no certificates.
    #[error("there are no platform certificates")]
    NoCertificates,
    /// The key or the certificate could not be made.
    #[error("can't make a platform certificate")]
    Keys(#[source] Box<dyn StdError + Send + Sync>),
    /// The certificate is in use, but could not be kept for the next start.
    #[cfg(feature = "directory")]
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl Sandbox {
    /// Makes a merchant with fresh keys and starts to answer on a free port of 127.0.0.1, in the
    /// mode [`Trust::PublicKey`].
    ///
    /// It runs on the Tokio runtime that this is called on.
    ///
    /// # Errors
    /// No port could be bound, or no keys could be made.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A sandbox to be started in another way than [`start`](Self::start) does.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    pub(crate) fn new(
        shared: Arc<Shared>,
        base_url: String,
        ca_pem: String,
        server: AbortHandle,
    ) -> Self {
        Self {
            shared,
            base_url,
            ca_pem,
            server,
            #[cfg(feature = "directory")]
            directory: None,
        }
    }

    #[cfg(feature = "directory")]
    pub(crate) fn kept_in(mut self, directory: Option<Directory>) -> Self {
        self.directory = directory;
        self
    }

    /// Adds a platform certificate (平台证书) and gives its serial number. Responses and notifications
    /// are signed with it from now on; `/v3/certificates` lists the earlier ones too, and they stay
    /// good for encryption.
    ///
    /// # Errors
    /// The sandbox has no certificates, or none could be made.
    pub async fn rotate_certificate(&self) -> Result<String, RotateError> {
        let now = self.shared.state().now();
        let shared = Arc::clone(&self.shared);
        let added = tokio::task::spawn_blocking(move || shared.platform.rotate(now))
            .await
            .map_err(|error| RotateError::Keys(error.into()))?
            .map_err(RotateError::Keys)?
            .ok_or(RotateError::NoCertificates)?;
        #[cfg(feature = "directory")]
        if let Some(directory) = &self.directory {
            directory.add(&added)?;
        }
        Ok(added.key.serial().to_owned())
    }

    /// Posts a notification of APIv3 to a callback URL, and gives what was answered.
    ///
    /// # Errors
    /// There is nothing to tell, or nobody answered. See [`NotifyError`].
    pub async fn notify_v3(&self, url: &str, notice: Notice) -> Result<NoticeAnswer, NotifyError> {
        notice::notify_v3(&self.shared, url, &notice).await
    }

    /// Posts a notification of APIv3 about any event to a callback URL, and gives what was
    /// answered.
    ///
    /// # Errors
    /// The brand that is to be told can't get its keys, or nobody answered. See [`NotifyError`].
    pub async fn notify_event(
        &self,
        url: &str,
        notice: EventNotice,
    ) -> Result<NoticeAnswer, NotifyError> {
        notice::notify_event(&self.shared, url, &notice).await
    }

    /// Posts a notification of APIv2 to a callback URL, and gives what was answered.
    ///
    /// # Errors
    /// There is nothing to tell, or nobody answered. See [`NotifyError`].
    pub async fn notify_v2(&self, url: &str, notice: Notice) -> Result<NoticeAnswer, NotifyError> {
        notice::notify_v2(&self.shared, url, &notice).await
    }

    /// `https://localhost:` and the port.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The certificate authority that a client has to trust, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The certificate with which a callback on this machine can be served over HTTPS:
    /// notifications that go to `https://` trust those of the sandbox's authority only.
    pub fn callback_certificate(&self) -> &CallbackCertificate {
        &self.shared.callback_certificate
    }

    /// How many connections there may be, and how long one may keep the sandbox waiting.
    pub fn connection_limits(&self) -> ConnectionLimits {
        self.shared.connection_limits
    }

    /// How the merchant is to trust the platform.
    pub fn trust(&self) -> Trust {
        self.shared.platform.trust()
    }

    /// The one merchant that the sandbox knows, with every key a client needs.
    pub fn merchant(&self) -> &Merchant {
        &self.shared.merchant
    }

    /// The platform certificates (平台证书) as PEM, from the oldest to the newest; none in the mode
    /// [`Trust::PublicKey`].
    pub fn platform_certificate_pems(&self) -> Vec<String> {
        let certificates = self.shared.platform.certificates();
        let pems = certificates.iter().map(|certificate| &certificate.pem);
        pems.cloned().collect()
    }

    /// The requests that were read to their end, in order of arrival: the latest ones, as many as
    /// the sandbox [keeps](SandboxBuilder::keep_requests).
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.requests_after(0)
    }

    /// The requests with a higher [number](SeenRequest::number) than this.
    pub fn requests_after(&self, number: u64) -> Vec<SeenRequest> {
        self.shared.state().seen.after(number)
    }

    /// The request of a [number](SeenRequest::number), unless it is forgotten already.
    pub fn request(&self, number: u64) -> Option<SeenRequest> {
        self.shared.state().seen.get(number).cloned()
    }

    /// The number of the last request that came; 0 before the first.
    pub fn last_request(&self) -> u64 {
        self.shared.state().seen.last()
    }

    /// Something to wait for the next change of [`requests`](Self::requests) with.
    pub fn watch(&self) -> Watch {
        self.shared.state().seen.watch()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
        self.shared.held.stop();
    }
}
