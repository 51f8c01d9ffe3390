//! The message of several parts that carries a file.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use wxpay_core::SigningError;
use wxpay_transport::{UploadBody, UploadError, UploadReader, UploadSource};

use super::on_disk::OnDisk;
use super::{Content, Upload};
use crate::v3::Outgoing;

/// A file in a request: the part that it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) file: Upload,
}

/// A message of several parts.
pub(crate) struct Multipart {
    pub(crate) content_type: String,
    pub(crate) body: Outgoing,
}

impl Part {
    /// The whole message: what is signed as the part `meta`, then the file. `seed` begins the line
    /// that separates the parts of a message in memory.
    pub(crate) fn message(
        &self,
        meta: Option<&[u8]>,
        seed: &str,
    ) -> Result<Multipart, SigningError> {
        let boundary = match &self.file.content {
            Content::Memory(content) => unlike(content, meta.unwrap_or_default(), seed),
            // Nobody who wrote the file can have known it: it has 160 random bits, whatever nonces
            // the client is given.
            Content::Disk(_) => format!("wxpay-{}", wxpay_sign::nonce()?),
        };
        let head = self.head(meta, &boundary);
        let tail = format!("\r\n--{boundary}--\r\n").into_bytes();
        let body = match &self.file.content {
            Content::Memory(content) => {
                Outgoing::Whole([&head[..], content, &tail].concat().into())
            }
            Content::Disk(file) => Outgoing::Pieces(UploadBody::new(Form {
                head: head.into(),
                file: Arc::clone(file),
                tail: tail.into(),
            })),
        };
        Ok(Multipart {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body,
        })
    }

    /// What stands before the file's bytes.
    fn head(&self, meta: Option<&[u8]>, boundary: &str) -> Vec<u8> {
        let mut head = Vec::new();
        if let Some(meta) = meta {
            head.extend_from_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n"
                )
                .as_bytes(),
            );
            head.extend_from_slice(meta);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
                self.name,
                self.file.name,
                self.file.content_type()
            )
            .as_bytes(),
        );
        head
    }
}

/// A line that stands in neither part. It is no longer than the 70 characters that RFC 2046 allows,
/// whatever the file holds.
fn unlike(content: &[u8], meta: &[u8], seed: &str) -> String {
    let mut boundary = format!("wxpay-{seed}");
    let mut number = 0_u64;
    while holds(content, boundary.as_bytes()) || holds(meta, boundary.as_bytes()) {
        number += 1;
        boundary = format!("wxpay-{seed}-{number}");
    }
    boundary
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The message around a file on disk.
struct Form {
    head: Bytes,
    file: Arc<OnDisk>,
    tail: Bytes,
}

#[async_trait]
impl UploadSource for Form {
    fn length(&self) -> u64 {
        let around = (self.head.len() + self.tail.len()) as u64;
        self.file.length().saturating_add(around)
    }

    async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
        let file = Arc::clone(&self.file).read().await?;
        Ok(Box::new(Parts(VecDeque::from([
            Piece::Here(self.head.clone()),
            Piece::Of(Box::new(file)),
            Piece::Here(self.tail.clone()),
        ]))))
    }
}

/// What is left of a message in one pass. The end of the file is compared with what it was before
/// the last part is reached.
struct Parts(VecDeque<Piece>);

enum Piece {
    Here(Bytes),
    Of(Box<dyn UploadReader>),
}

#[async_trait]
impl UploadReader for Parts {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        loop {
            let Some(Piece::Of(file)) = self.0.front_mut() else {
                return Ok(match self.0.pop_front() {
                    Some(Piece::Here(bytes)) => Some(bytes),
                    _ => None,
                });
            };
            if let Some(piece) = file.next().await? {
                return Ok(Some(piece));
            }
            self.0.pop_front();
        }
    }
}
