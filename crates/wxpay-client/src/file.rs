//! Files that WeChat Pay answers with, such as bills (账单): read piece by piece, unpacked, and
//! compared with their digest.

mod digest;
mod packing;

use std::fmt;
use std::io::{self, Write};

use bytes::Bytes;
use http::{HeaderMap, header};
use thiserror::Error as ThisError;
use wxpay_core::{
    Effect, Error, ErrorKind, Result, TransportError, VerificationError, VerificationFailure,
};
use wxpay_sign::v3::{FileKey, FileOpening};
use wxpay_transport::{Download, DownloadLimits};

use self::digest::Digests;
pub use self::digest::FileDigest;
use self::packing::Packing;

/// A file that arrives in pieces.
///
/// Read it with [`chunk`](Self::chunk) until that gives `None`, or let it be written with
/// [`write_to`](Self::write_to): only at the end its digest is compared. What was read before an
/// error is not proven to be WeChat Pay's, so write it to a temporary file and rename that at the
/// end.
pub struct File {
    operation: &'static str,
    body: Download,
    /// What of the body was looked at before.
    first: Option<Bytes>,
    key: Option<FileOpening>,
    packing: Packing,
    digests: Option<Digests>,
    has_digest: bool,
    progress: FileProgress,
    unpacked: u64,
    max_bytes: u64,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Open,
    Whole,
    /// A piece failed: what would follow must not pass for the rest.
    Broken,
}

/// How much of a file has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FileProgress {
    /// Bytes that have come, packed as they are sent.
    pub fetched: u64,
    /// Bytes that are to come in all, if the response says so.
    pub total: Option<u64>,
}

/// Why a file was not written to its end. What was written so far is to be thrown away.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum FileError {
    /// The file did not come to its end, or is not the one that WeChat Pay named.
    #[error(transparent)]
    Fetch(#[from] Error),
    /// It could not be written here.
    #[error("the file could not be written: {0}")]
    Write(#[source] io::Error),
}

impl File {
    pub(crate) fn new(
        operation: &'static str,
        headers: &HeaderMap,
        body: Download,
        limits: DownloadLimits,
    ) -> Self {
        let total = headers.get(header::CONTENT_LENGTH);
        let total = total.and_then(|total| total.to_str().ok()?.parse().ok());
        Self {
            operation,
            body,
            first: None,
            key: None,
            packing: Packing::new(),
            digests: None,
            has_digest: false,
            progress: FileProgress { fetched: 0, total },
            unpacked: 0,
            max_bytes: limits.max_bytes,
            state: State::Open,
        }
    }

    /// The same, with the first piece of the body, which was read already.
    #[cfg(feature = "apiv2")]
    pub(crate) fn beginning(mut self, first: Bytes) -> Self {
        self.first = Some(first);
        self
    }

    pub(crate) fn digest(mut self, digest: FileDigest) -> Self {
        self.digests = Some(Digests::new(digest));
        self.has_digest = true;
        self
    }

    pub(crate) fn key(mut self, key: &FileKey) -> Self {
        self.key = Some(key.opening());
        self
    }

    /// Whether a digest is compared at the end. Without one, as for the trade bill of APIv2, TLS
    /// alone proves the file.
    pub fn has_digest(&self) -> bool {
        self.has_digest
    }

    /// How much of it has come.
    pub fn progress(&self) -> FileProgress {
        self.progress
    }

    /// The next piece of the unpacked file; `None` when it is complete and has the digest that was
    /// told.
    ///
    /// # Errors
    /// The transfer broke off, the file is too long, or can't be decrypted or unpacked, or it has
    /// another digest: then it is not the file that WeChat Pay named. After an error every further
    /// call is one too.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        match self.state {
            State::Open => {}
            State::Whole => return Ok(None),
            State::Broken => return Err(self.failed(TransportError::maybe_sent(BROKEN).into())),
        }
        // Also for a call that is dropped half-way.
        self.state = State::Broken;
        loop {
            let piece = match self.first.take() {
                Some(piece) => Some(piece),
                None => {
                    let piece = self.body.chunk().await;
                    piece.map_err(|error| self.failed(error.into()))?
                }
            };
            let is_last = piece.is_none();
            let unpacked = match piece {
                Some(piece) => self.take(&piece),
                None => self.end(),
            };
            let unpacked = unpacked.map_err(|kind| self.failed(kind))?;
            if !unpacked.is_empty() {
                self.state = if is_last { State::Whole } else { State::Open };
                return Ok(Some(unpacked.into()));
            }
            if is_last {
                self.state = State::Whole;
                return Ok(None);
            }
        }
    }

    /// The whole file, for those that fit into memory.
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk).
    pub async fn read(mut self) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = self.chunk().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    /// Writes the unpacked file, and gives its length in bytes once it is complete and has the
    /// digest that was told. `progress` is called after each piece.
    ///
    /// It writes on the caller's thread, as a local file can be; for a slow writer, read with
    /// [`chunk`](Self::chunk).
    ///
    /// # Errors
    /// As [`chunk`](Self::chunk), or the writer failed. What was written is not a file of WeChat
    /// Pay's: throw it away.
    pub async fn write_to(
        mut self,
        out: &mut impl Write,
        mut progress: impl FnMut(FileProgress),
    ) -> Result<u64, FileError> {
        while let Some(piece) = self.chunk().await? {
            out.write_all(&piece).map_err(FileError::Write)?;
            progress(self.progress);
        }
        out.flush().map_err(FileError::Write)?;
        Ok(self.unpacked)
    }

    fn failed(&self, kind: ErrorKind) -> Error {
        Error::new(self.operation, Effect::Read, kind)
    }

    /// Takes a piece as it came through everything that was done to it.
    fn take(&mut self, piece: &[u8]) -> Result<Vec<u8>, ErrorKind> {
        self.progress.fetched = self.progress.fetched.saturating_add(piece.len() as u64);
        if let Some(digests) = &mut self.digests {
            digests.fetched(piece);
        }
        let room = self.room();
        let unpacked = match &mut self.key {
            Some(key) => self.packing.unpack(&key.update(piece)?, room)?,
            None => self.packing.unpack(piece, room)?,
        };
        self.count(&unpacked);
        Ok(unpacked)
    }

    fn end(&mut self) -> Result<Vec<u8>, ErrorKind> {
        if let Some(key) = self.key.take() {
            key.end()?;
        }
        let rest = self.packing.end(self.room())?;
        self.count(&rest);
        if self.digests.take().is_some_and(|digests| !digests.agree()) {
            return Err(other_digest());
        }
        Ok(rest)
    }

    fn room(&self) -> u64 {
        self.max_bytes.saturating_sub(self.unpacked)
    }

    fn count(&mut self, unpacked: &[u8]) {
        self.unpacked = self.unpacked.saturating_add(unpacked.len() as u64);
        if let Some(digests) = &mut self.digests {
            digests.unpacked(unpacked);
        }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("operation", &self.operation)
            .field("progress", &self.progress)
            .field("unpacked", &self.unpacked)
            .field("max_bytes", &self.max_bytes)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

fn other_digest() -> ErrorKind {
    VerificationError::from(VerificationFailure::OtherDigest).into()
}

const BROKEN: &str = "the file failed before; ask for it again";
