//! Files that come in several parts (multipart/form-data): `meta`, which is what was signed, and
//! the file.

use std::convert::Infallible;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};
use tokio::sync::mpsc;

use crate::media::hex;

/// What an upload brings.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// The JSON about the file, as it came.
    pub(crate) meta: Bytes,
    pub(crate) file: Received,
}

/// A file that was read to its end, of which the beginning is kept.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// How long it is, in bytes.
    pub(crate) size: u64,
    /// Its SHA-256, as 64 hexadecimal digits in lower case.
    pub(crate) sha256: String,
    /// No more than the first [`MAX_START`] bytes.
    pub(crate) start: Bytes,
}

impl Form {
    /// Reads the pieces of an upload's body; an error is what is wrong, for people.
    pub(crate) async fn read(
        headers: &HeaderMap,
        file_part: &str,
        pieces: mpsc::Receiver<Bytes>,
    ) -> Result<Self, String> {
        let kind = headers.get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind)
            .map_err(|_| "Http头Content-Type须为带boundary的multipart/form-data".to_owned())?;
        let body = stream::unfold(pieces, |mut pieces| async move {
            let piece = pieces.recv().await?;
            Some((Ok::<_, Infallible>(piece), pieces))
        });
        let mut parts = Multipart::new(body, boundary);
        let (mut meta, mut file) = (None, None);
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_second = if name == "meta" {
                meta.replace(read_meta(part).await?).is_some()
            } else if name == file_part {
                file.replace(Received::read(part).await?).is_some()
            } else {
                false
            };
            if is_second {
                return Err(format!("multipart/form-data中有两个{name}"));
            }
        }
        let missing = |name: &str| format!("multipart/form-data中缺少{name}");
        Ok(Self {
            meta: meta.ok_or_else(|| missing("meta"))?,
            file: file.ok_or_else(|| missing(file_part))?,
        })
    }
}

impl Received {
    async fn read(mut part: Field<'_>) -> Result<Self, String> {
        let (mut digest, mut size) = (Context::new(&SHA256), 0_u64);
        let mut start = BytesMut::new();
        while let Some(piece) = part.chunk().await.map_err(|error| broken(&error))? {
            digest.update(&piece);
            size = size.saturating_add(piece.len() as u64);
            let room = MAX_START - start.len();
            start.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        }
        Ok(Self {
            size,
            sha256: hex(digest.finish().as_ref()),
            start: start.freeze(),
        })
    }

    /// All of it, if it is short enough to be kept.
    pub(crate) fn whole(&self) -> Option<&Bytes> {
        (self.start.len() as u64 == self.size).then_some(&self.start)
    }
}

async fn read_meta(mut part: Field<'_>) -> Result<Bytes, String> {
    let mut meta = BytesMut::new();
    while let Some(piece) = part.chunk().await.map_err(|error| broken(&error))? {
        meta.extend_from_slice(&piece);
        if meta.len() > MAX_META {
            return Err("multipart/form-data中的meta过长".to_owned());
        }
    }
    Ok(meta.freeze())
}

fn broken(error: &multer::Error) -> String {
    format!("请求体不是合法的multipart/form-data: {error}")
}

/// What is kept of a file, in bytes: an image of a complaint, which can be downloaded, has no more.
const MAX_START: usize = 2 << 20;

/// In bytes; far beyond any JSON about a file.
const MAX_META: usize = 1 << 20;
