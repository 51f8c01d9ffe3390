//! A file that is read from disk, and is still the same when it is read again.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sha2::digest::Output;
use sha2::{Digest as _, Sha256};
use wxpay_transport::{UploadError, UploadReader};

/// Where a file is, and what it was when it was opened.
#[derive(Eq, PartialEq)]
pub(super) struct OnDisk {
    path: PathBuf,
    length: u64,
    digest: Output<Sha256>,
}

impl OnDisk {
    pub(super) async fn open(path: &Path) -> Result<Self, UploadError> {
        // Whatever folder the program is in later.
        let path = std::path::absolute(path).map_err(UploadError::unreadable)?;
        off_the_runtime(move || Self::digested(path)).await
    }

    fn digested(path: PathBuf) -> Result<Self, UploadError> {
        // A pipe would wait for its writer.
        let is_file = path.metadata().map_err(UploadError::unreadable)?.is_file();
        if !is_file {
            return Err(UploadError::not_a_file());
        }
        let mut file = File::open(&path).map_err(UploadError::unreadable)?;
        let (mut digest, mut length) = (Sha256::new(), 0_u64);
        let mut buffer = vec![0; PIECE];
        loop {
            let read = match file.read(&mut buffer) {
                Ok(0) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(UploadError::unreadable)?,
            };
            digest.update(buffer.get(..read).unwrap_or_default());
            length = length.saturating_add(read as u64);
        }
        Ok(Self {
            path,
            length,
            digest: digest.finalize(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    pub(super) const fn digest(&self) -> &Output<Sha256> {
        &self.digest
    }

    /// Begins to read it again.
    pub(super) async fn read(self: Arc<Self>) -> Result<Reader, UploadError> {
        off_the_runtime(move || {
            let file = File::open(&self.path).map_err(UploadError::unreadable)?;
            // One that was replaced by another kind of file, or by one of another length, is told
            // before anything is sent.
            let now = file.metadata().map_err(UploadError::unreadable)?;
            if !now.is_file() || now.len() != self.length {
                return Err(UploadError::changed());
            }
            Ok(Reader(Some(Reading {
                file,
                left: self.length,
                digest: Sha256::new(),
                was: self,
            })))
        })
        .await
    }
}

/// One pass over the file. Nothing is left after its end, or an error.
pub(super) struct Reader(Option<Reading>);

struct Reading {
    file: File,
    left: u64,
    digest: Sha256,
    was: Arc<OnDisk>,
}

#[async_trait]
impl UploadReader for Reader {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        let Some(mut reading) = self.0.take() else {
            return Ok(None);
        };
        let (reading, piece) = off_the_runtime(move || {
            let piece = reading.next()?;
            Ok((reading, piece))
        })
        .await?;
        if reading.left > 0 {
            self.0 = Some(reading);
        }
        Ok(Some(piece))
    }
}

impl Reading {
    /// The next piece; the last one only if the whole file is what it was.
    fn next(&mut self) -> Result<Bytes, UploadError> {
        let wanted = self.left.min(PIECE as u64);
        let mut piece = Vec::with_capacity(PIECE);
        let mut limited = (&mut self.file).take(wanted);
        let read = limited
            .read_to_end(&mut piece)
            .map_err(UploadError::unreadable)? as u64;
        self.digest.update(&piece);
        self.left = self.left.saturating_sub(read);
        if read < wanted || (self.left == 0 && !self.is_the_same()?) {
            return Err(UploadError::changed());
        }
        Ok(piece.into())
    }

    /// Whether nothing follows, and all of it had the digest that the request says.
    fn is_the_same(&mut self) -> Result<bool, UploadError> {
        let mut further = Vec::new();
        let mut limited = (&mut self.file).take(1);
        let read = limited.read_to_end(&mut further);
        let is_end = read.map_err(UploadError::unreadable)? == 0;
        Ok(is_end && self.digest.finalize_reset() == *self.was.digest())
    }
}

/// Does the work where it holds up no other task: on a thread for blocking work if there is a tokio
/// runtime, and else here.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
) -> Result<T, UploadError> {
    #[cfg(feature = "tokio")]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let done = runtime.spawn_blocking(work).await;
        return match done.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(done) => done,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(error)) => Err(UploadError::unreadable(io::Error::other(error))),
        };
    }
    work()
}

/// How much is read at once, in bytes.
const PIECE: usize = 256 * 1024;
