use std::fmt;
use std::time::Duration;

/// What the transport under test must be built with.
///
/// Plain HTTP to 127.0.0.1 must be allowed, and no proxy used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The only certificate authority to trust, in PEM.
    pub root_pem: String,
    /// The client certificate to show when a server asks, if any.
    pub identity: Option<Identity>,
    /// The time for resolving, connecting and the TLS handshake.
    pub connect_timeout: Duration,
    /// The time until the response begins, and between two pieces of it.
    pub response_timeout: Duration,
    /// The time for the whole call.
    pub total_timeout: Duration,
    /// The longest body to read, in bytes.
    pub max_response_bytes: usize,
}

impl Setup {
    pub(super) fn new(root_pem: String, identity: Option<Identity>) -> Self {
        Self {
            root_pem,
            identity,
            connect_timeout: Duration::from_millis(700),
            response_timeout: Duration::from_millis(1500),
            total_timeout: Duration::from_millis(2500),
            max_response_bytes: 256 * 1024,
        }
    }
}

/// A client certificate of the suite and its key, in PEM.
#[derive(Clone)]
#[non_exhaustive]
pub struct Identity {
    /// The certificate.
    pub cert_pem: String,
    /// Its private key, PKCS#8.
    pub key_pem: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
