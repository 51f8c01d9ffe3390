use std::fmt;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use crate::UploadError;

/// The body of a request that is read in pieces while it is sent, so that a file of any size needs
/// little memory.
///
/// Its length is known before the first piece, and it can be read again from its beginning: a
/// wrapper that sends a request twice reads it twice. Cloning is cheap and copies no bytes.
#[derive(Clone)]
pub struct UploadBody {
    source: Arc<dyn UploadSource>,
    length: u64,
}

impl UploadBody {
    /// How much of a body a transport that can't stream puts together in memory, in bytes: 16 MiB,
    /// twice the longest file for which WeChat Pay documents a limit.
    pub const MAX_COLLECTED: usize = 16 << 20;

    /// A body from where its bytes come from.
    pub fn new(source: impl UploadSource) -> Self {
        Self {
            length: source.length(),
            source: Arc::new(source),
        }
    }

    /// A body that is in memory already.
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::new(Whole(bytes.into()))
    }

    /// How long it is, in bytes: what `Content-Length` has to say.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Begins to read it from its beginning.
    ///
    /// # Errors
    ///
    /// It can't be read. As long as no piece of it was sent, nothing was.
    pub async fn open(&self) -> Result<UploadPieces, UploadError> {
        Ok(UploadPieces {
            reader: self.source.open().await?,
            left: self.length,
            ahead: None,
            state: State::Begun,
        })
    }

    /// All of it in one piece, for a transport that can't stream.
    ///
    /// # Errors
    ///
    /// It is longer than `max_bytes`, of which nothing was read then, or it can't be read to its
    /// end.
    pub async fn collect(&self, max_bytes: usize) -> Result<Bytes, UploadError> {
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        if length > max_bytes {
            return Err(UploadError::too_long(self.length, max_bytes));
        }
        let mut pieces = self.open().await?;
        let mut all = BytesMut::with_capacity(length);
        while let Some(piece) = pieces.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}

impl fmt::Debug for UploadBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadBody")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Where the bytes of an [`UploadBody`] come from.
#[async_trait]
pub trait UploadSource: Send + Sync + 'static {
    /// How many bytes there are. It never changes.
    fn length(&self) -> u64;

    /// Begins to read from the first byte. Several readers can be open at the same time.
    ///
    /// # Errors
    ///
    /// There is nothing to read, such as a file that was deleted.
    async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError>;
}

/// One pass over the bytes of an [`UploadSource`].
#[async_trait]
pub trait UploadReader: Send + 'static {
    /// The next piece, of any length; `None` after the last one.
    ///
    /// It must not block the thread for long, since it is called where requests are sent.
    ///
    /// # Errors
    ///
    /// The bytes can't be read, or are no longer those that were to be sent:
    /// [`UploadError::changed`]. An error in the place of `None` is in time, since the last piece
    /// is not sent before that is known.
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError>;
}

/// The pieces of an [`UploadBody`], in one pass: exactly as many bytes as its length says.
///
/// The last piece is given out only when the reader has said that it was the last. So anyone who
/// sends what comes from here, under a `Content-Length`, never completes a request whose file
/// turned out to be another.
pub struct UploadPieces {
    reader: Box<dyn UploadReader>,
    /// How many bytes the reader still has to give.
    left: u64,
    /// The piece that waits until it is known whether it is the last.
    ahead: Option<Bytes>,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Begun,
    Ended,
    /// A piece failed, or was dropped half-way: what follows the hole must not pass for the rest.
    Broken,
}

impl UploadPieces {
    /// The next piece, never an empty one; `None` when all were given.
    ///
    /// # Errors
    ///
    /// The rest can't be read, or is not what it was. The request must not be completed; after the
    /// first piece has left it may have reached the server in part. After an error every further
    /// call is one too.
    pub async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        match self.state {
            State::Begun => {}
            State::Ended => return Ok(self.ahead.take()),
            State::Broken => return Err(UploadError::unreadable(io::Error::other(BROKEN))),
        }
        self.state = State::Broken;
        loop {
            match self.reader.next().await? {
                Some(piece) if piece.is_empty() => {}
                Some(piece) => {
                    let length = piece.len() as u64;
                    self.left = self
                        .left
                        .checked_sub(length)
                        .ok_or_else(UploadError::changed)?;
                    if let Some(before) = self.ahead.replace(piece) {
                        self.state = State::Begun;
                        return Ok(Some(before));
                    }
                }
                None if self.left > 0 => return Err(UploadError::changed()),
                None => {
                    self.state = State::Ended;
                    return Ok(self.ahead.take());
                }
            }
        }
    }
}

impl fmt::Debug for UploadPieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadPieces")
            .field("left", &self.left)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

struct Whole(Bytes);

#[async_trait]
impl UploadSource for Whole {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
        Ok(Box::new(WholeReader(Some(self.0.clone()))))
    }
}

struct WholeReader(Option<Bytes>);

#[async_trait]
impl UploadReader for WholeReader {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        Ok(self.0.take())
    }
}

const BROKEN: &str = "reading it failed before; read it again from its beginning";
