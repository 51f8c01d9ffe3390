//! Files, such as bills (账单), from the URL that a signed response named.

use std::fmt;
use std::io::Write as _;

use bytes::Bytes;
use flate2::write::GzDecoder;
use http::{Response, StatusCode, Uri};
use sha1::{Digest as _, Sha1};
use wxpay_core::{
    DecodeError, Effect, Error, ErrorKind, InvalidInput, Result, VerificationError,
    VerificationFailure,
};
use wxpay_transport::{Download, DownloadLimits};

use super::{Client, Meta, Method};

const META: &Meta = &Meta::read("v3.download", Method::Get, "/").accept("*/*");

/// The longest text that an error of a download is read from, in bytes.
const ERROR_BYTES: usize = 64 * 1024;

/// The digest that a signed response told of a file: the proof of a file that carries no signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileDigest([u8; 20]);

impl FileDigest {
    /// A SHA-1 digest (`hash_type` `SHA1`), 40 hexadecimal digits in upper or lower case. It is that of the unpacked file.
    ///
    /// # Errors
    /// It has an invalid format.
    pub fn sha1(hex: &str) -> Result<Self, InvalidInput> {
        let broken = || {
            InvalidInput::new(
                "hash_value",
                "must be 40 hexadecimal digits",
                "必须是 40 位十六进制数",
            )
        };
        let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
        let digits = digits
            .filter(|digits| digits.len() == 40)
            .ok_or_else(broken)?;
        let mut digest = [0; 20];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
            let value = pair.iter().fold(0, |value, digit| value * 16 + digit);
            *byte = u8::try_from(value).map_err(|_| broken())?;
        }
        Ok(Self(digest))
    }
}

impl Client {
    /// Fetches a file, such as a bill (账单), from the URL that a response named (`download_url`): it comes in pieces, unpacked if it
    /// was compressed, and its digest is compared at the end.
    ///
    /// The request is signed and goes to this client's host. A file changes nothing at WeChat Pay, so after any error it can be asked
    /// for again, with a new URL once the old one is no longer valid (five minutes for most bills).
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013071246>
    ///
    /// # Errors
    /// The URL is not one of WeChat Pay's, the call failed, or WeChat Pay refused it.
    pub async fn download(
        &self,
        url: &str,
        digest: FileDigest,
        limits: DownloadLimits,
    ) -> Result<File> {
        let failed = |kind| Error::new(META.name, Effect::Read, kind);
        let target = self.own_target(url).map_err(|error| failed(error.into()))?;
        let request = self.sign_target(META, &target).await.map_err(failed)?;
        let response = self.transport().download(request, limits).await;
        let response = response.map_err(|error| failed(error.into()))?;
        let (head, body) = response.into_parts();
        if head.status != StatusCode::OK {
            let body = beginning(body).await;
            let response = Response::from_parts(head, body);
            let refused = self.refused(META, &response).await;
            return Err(failed(refused).with_reply(response.into_body()));
        }
        Ok(File {
            body,
            form: Form::Unknown(Vec::new()),
            sha1: Sha1::new(),
            digest,
            written: 0,
            max_bytes: limits.max_bytes,
            ended: false,
        })
    }
}

/// A file that arrives in pieces.
///
/// Read it with [`chunk`](Self::chunk) until that gives `None`: only then its digest was compared. What was read before an error is
/// not proven to be WeChat Pay's, so write it to a temporary file and rename that at the end.
pub struct File {
    body: Download,
    form: Form,
    sha1: Sha1,
    digest: FileDigest,
    written: u64,
    max_bytes: u64,
    ended: bool,
}

/// How the bytes are packed, which the first two tell.
enum Form {
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<GzDecoder<Vec<u8>>>),
}

impl File {
    /// The next piece of the unpacked file; `None` when it is complete and has the digest that was told.
    ///
    /// # Errors
    /// The transfer broke off, the file is too long or can't be unpacked, or it has another digest: then it is not the file that
    /// WeChat Pay named. After an error every further call is one too.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let failed = |kind| Error::new(META.name, Effect::Read, kind);
        while !self.ended {
            let piece = self
                .body
                .chunk()
                .await
                .map_err(|error| failed(error.into()))?;
            let unpacked = match piece {
                Some(piece) => self.unpack(&piece),
                None => self.finish(),
            };
            let unpacked = unpacked.map_err(failed)?;
            self.written = self.written.saturating_add(unpacked.len() as u64);
            if self.written > self.max_bytes {
                return Err(failed(DecodeError::malformed("file").into()));
            }
            self.sha1.update(&unpacked);
            if self.ended && <[u8; 20]>::from(self.sha1.clone().finalize()) != self.digest.0 {
                self.ended = false;
                let other = VerificationError::from(VerificationFailure::OtherDigest);
                return Err(failed(other.into()));
            }
            if !unpacked.is_empty() {
                return Ok(Some(unpacked.into()));
            }
        }
        Ok(None)
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

    fn unpack(&mut self, piece: &[u8]) -> Result<Vec<u8>, ErrorKind> {
        if let Form::Unknown(first) = &mut self.form {
            first.extend_from_slice(piece);
            if first.len() < 2 {
                return Ok(Vec::new());
            }
            let first = std::mem::take(first);
            self.form = if first.starts_with(&[0x1F, 0x8B]) {
                Form::Gzip(Box::new(GzDecoder::new(Vec::new())))
            } else {
                Form::Plain
            };
            return self.unpack(&first);
        }
        match &mut self.form {
            Form::Gzip(decoder) => {
                // Piece by piece, so that a small file can't become a huge one in memory.
                let mut unpacked = Vec::new();
                for part in piece.chunks(4096) {
                    decoder.write_all(part).map_err(|_| packed())?;
                    unpacked.append(decoder.get_mut());
                    if self.written + unpacked.len() as u64 > self.max_bytes {
                        return Err(DecodeError::malformed("file").into());
                    }
                }
                Ok(unpacked)
            }
            _ => Ok(piece.to_vec()),
        }
    }

    fn finish(&mut self) -> Result<Vec<u8>, ErrorKind> {
        let rest = match &mut self.form {
            Form::Unknown(first) => std::mem::take(first),
            Form::Plain => Vec::new(),
            Form::Gzip(decoder) => {
                decoder.try_finish().map_err(|_| packed())?;
                std::mem::take(decoder.get_mut())
            }
        };
        self.ended = true;
        Ok(rest)
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("written", &self.written)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

fn packed() -> ErrorKind {
    DecodeError::malformed("gzip").into()
}

/// The beginning of an error's body, all of it in practice.
async fn beginning(mut body: Download) -> Bytes {
    let mut text = Vec::new();
    while text.len() < ERROR_BYTES
        && let Ok(Some(piece)) = body.chunk().await
    {
        text.extend_from_slice(&piece);
    }
    text.truncate(ERROR_BYTES);
    text.into()
}

impl Client {
    /// Path and query of a URL that a response named. Nothing signed is sent to anyone else's host.
    fn own_target(&self, url: &str) -> Result<String, InvalidInput> {
        let broken = |rule, rule_zh| Err(InvalidInput::new("download_url", rule, rule_zh));
        let Ok(uri) = url.parse::<Uri>() else {
            return broken("must be a URL", "必须是 URL");
        };
        let host = uri.host().unwrap_or_default();
        let is_own = host.ends_with(".mch.weixin.qq.com") || self.host() == Some(host);
        match uri.path_and_query() {
            Some(target) if is_own => Ok(target.as_str().to_owned()),
            _ => broken(
                "must be a URL of WeChat Pay, as a response named it",
                "必须是微信支付应答中给出的 URL",
            ),
        }
    }
}
