//! Reading the body of a request: a message as a whole, and an upload in pieces, of which little is
//! kept.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::form::Form;

/// A body that came whole.
pub(crate) struct Body {
    /// Its bytes; of an upload no more than the first [`MAX_KEPT`].
    pub(crate) bytes: Bytes,
    /// The parts of an upload; an error is what is wrong with them, for people.
    pub(crate) form: Result<Option<Form>, String>,
}

/// Why a body did not come whole.
pub(crate) enum Lost {
    TooLong,
    /// The client went away, or took too long.
    Gone,
}

/// Reads a message.
pub(crate) async fn message(body: Incoming, patience: Duration) -> Result<Body, Lost> {
    let reading = Limited::new(body, MAX_MESSAGE).collect();
    match timeout(patience, reading).await {
        Ok(Ok(body)) => Ok(Body {
            bytes: body.to_bytes(),
            form: Ok(None),
        }),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Lost::TooLong),
        Ok(Err(_)) | Err(_) => Err(Lost::Gone),
    }
}

/// Reads an upload whose file is the part `file_part`. Each piece may take as long as `patience`.
///
/// A body whose parts are wrong is read to its end all the same, so that its client gets to hear
/// it.
pub(crate) async fn upload(
    body: Incoming,
    headers: &HeaderMap,
    file_part: &str,
    patience: Duration,
) -> Result<Body, Lost> {
    let length = body.size_hint().lower();
    if length > MAX_UPLOAD {
        return Err(Lost::TooLong);
    }
    let (pieces, taken) = mpsc::channel(1);
    let kept = usize::try_from(length).unwrap_or(MAX_KEPT).min(MAX_KEPT);
    let reading = pass_on(body, pieces, BytesMut::with_capacity(kept), patience);
    let form = async { Ok(Form::read(headers, file_part, taken).await) };
    let (bytes, form) = tokio::try_join!(reading, form)?;
    Ok(Body {
        bytes,
        form: form.map(Some),
    })
}

/// Hands each piece over, and keeps the beginning.
async fn pass_on(
    mut body: Incoming,
    pieces: mpsc::Sender<Bytes>,
    mut kept: BytesMut,
    patience: Duration,
) -> Result<Bytes, Lost> {
    let mut read = 0_u64;
    loop {
        let Ok(frame) = timeout(patience, body.frame()).await else {
            return Err(Lost::Gone);
        };
        let Some(frame) = frame.transpose().map_err(|_| Lost::Gone)? else {
            return Ok(kept.freeze());
        };
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        read = read.saturating_add(piece.len() as u64);
        if read > MAX_UPLOAD {
            return Err(Lost::TooLong);
        }
        let room = MAX_KEPT - kept.len();
        kept.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        // Nobody takes it where the parts are wrong.
        let _ = pieces.send(piece).await;
    }
}

/// In bytes; far beyond any message.
const MAX_MESSAGE: usize = 1 << 20;

/// The same for a request with a file. Its operation can have a limit of its own, of which the
/// longest is 7.5 MiB.
const MAX_UPLOAD: u64 = 4 << 30;

/// What is kept of an upload's body, in bytes: all of it where the file keeps to the longest limit
/// that is documented.
const MAX_KEPT: usize = 8 << 20;
