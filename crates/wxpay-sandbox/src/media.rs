use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Api;
use crate::snapshot::base64_option;

/// A file that was uploaded (媒体文件).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Media {
    /// Its id (媒体文件标识ID).
    pub media_id: String,
    /// The endpoint that it was sent to.
    pub api: Api,
    /// Its name (文件名).
    pub filename: String,
    /// Its SHA-256, as 64 hexadecimal digits in lower case.
    pub sha256: String,
    /// How long it is, in bytes.
    pub size: usize,
    /// What is in it, if it is one that can be downloaded: an image of a complaint (投诉).
    #[serde(with = "base64_option")]
    pub content: Option<Bytes>,
}

/// The SHA-256 of bytes, as 64 hexadecimal digits in lower case.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
