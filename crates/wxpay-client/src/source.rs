use std::fmt;
use std::sync::Arc;

use wxpay_core::{SigningError, Timestamp};

/// Where a client takes the time and its nonces from: the system, unless a test or a journal says
/// otherwise.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(crate) nonce: Arc<dyn Fn() -> Result<String, SigningError> + Send + Sync>,
}

impl Source {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// A nonce that the protocol allows.
    pub(crate) fn nonce(&self) -> Result<String, SigningError> {
        let nonce = (self.nonce)()?;
        if nonce.is_empty() || nonce.len() > 32 || !nonce.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Err(SigningError::new(
                "a nonce must be 1 to 32 letters and digits",
            ));
        }
        Ok(nonce)
    }
}

impl Default for Source {
    fn default() -> Self {
        Self {
            clock: Arc::new(Timestamp::now),
            nonce: Arc::new(wxpay_sign::nonce),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}
