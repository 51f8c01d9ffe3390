use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use wxpay_core::TransportError;

/// The body of a response that arrives in pieces, so that a file of any size needs little memory.
///
/// Read it with [`chunk`](Self::chunk) until that gives `None`. Only then is the file whole: what
/// was read before an error is the beginning of a file and nothing more. Dropping it ends the
/// transfer.
pub struct Download {
    chunks: Box<dyn Chunks>,
    read: u64,
    max_bytes: u64,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Open,
    Whole,
    /// A piece failed, or was dropped half-way: what follows the hole must not pass for the rest.
    Broken,
}

impl Download {
    /// A body from its pieces, which ends with an error once it is longer than `limits` allow.
    pub fn new(chunks: impl Chunks, limits: DownloadLimits) -> Self {
        Self {
            chunks: Box::new(chunks),
            read: 0,
            max_bytes: limits.max_bytes,
            state: State::Open,
        }
    }

    /// A body that is already here, in one piece.
    pub fn whole(body: Bytes, limits: DownloadLimits) -> Self {
        Self::new(Whole(Some(body)), limits)
    }

    /// The next piece; `None` when the body is complete. Pieces have any length and no meaning of
    /// their own.
    ///
    /// # Errors
    ///
    /// The body was cut short, stalled or is too long. A download changes nothing at WeChat Pay, so
    /// it can be asked for again from the start. After an error every further call is one too.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match self.state {
            State::Open => {}
            State::Whole => return Ok(None),
            State::Broken => return Err(TransportError::maybe_sent(BROKEN)),
        }
        self.state = State::Broken;
        let Some(chunk) = self.chunks.next().await? else {
            self.state = State::Whole;
            return Ok(None);
        };
        self.read = self.read.saturating_add(chunk.len() as u64);
        if self.read > self.max_bytes {
            return Err(too_long(self.max_bytes));
        }
        self.state = State::Open;
        Ok(Some(chunk))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("read", &self.read)
            .field("max_bytes", &self.max_bytes)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// The pieces of a body, as an HTTP client gives them.
#[async_trait]
pub trait Chunks: Send + 'static {
    /// The next piece; `None` only when the body is complete by the rules of HTTP.
    ///
    /// # Errors
    ///
    /// The body can't be read to its end, or nothing came for the stall timeout of the
    /// [`DownloadLimits`].
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError>;
}

struct Whole(Option<Bytes>);

#[async_trait]
impl Chunks for Whole {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        Ok(self.0.take())
    }
}

/// How large a download may get and how long it may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DownloadLimits {
    /// The longest body, in bytes.
    pub max_bytes: u64,
    /// The longest wait for the response's beginning, and then between two pieces of it.
    pub stall_timeout: Duration,
    /// The longest time from the start of the call to the last piece.
    pub total_timeout: Duration,
}

impl DownloadLimits {
    /// 4 GiB, 30 s without a byte, one hour in all.
    pub const DEFAULT: Self = Self {
        max_bytes: 4 * 1024 * 1024 * 1024,
        stall_timeout: Duration::from_secs(30),
        total_timeout: Duration::from_secs(3600),
    };

    /// The same with another longest body, in bytes.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The same with another longest wait for a piece.
    #[must_use]
    pub const fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = timeout;
        self
    }

    /// The same with another longest time in all.
    #[must_use]
    pub const fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

pub(crate) fn too_long(max_bytes: u64) -> TransportError {
    let problem = format!("the response is longer than {max_bytes} bytes (max_bytes)");
    TransportError::maybe_sent(problem)
}

const BROKEN: &str = "the download broke off before; ask for the file again";
