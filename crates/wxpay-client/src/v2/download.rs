//! Files that an operation of APIv2 answers with, read as they arrive.

use bytes::Bytes;
use http::Response;
use wxpay_core::{DecodeError, Error, ErrorKind, InvalidInput, Result};
use wxpay_transport::{Download, DownloadLimits};

use super::reply::{is_blank, is_markup};
use super::{Client, Endpoint};
use crate::{File, FileDigest};

impl Client {
    /// Sends a request that is answered with a file, such as [`/pay/downloadbill`] (下载交易账单), and
    /// reads the file in pieces, unpacked if it was compressed.
    ///
    /// [`send`](Self::send) reads such a file into memory, under the limits of a message; this is
    /// for files of any size.
    ///
    /// TLS alone proves the file: nothing signs it. The fund bill comes with a digest, which is
    /// compared at the end.
    ///
    /// [`/pay/downloadbill`]: https://pay.weixin.qq.com/doc/v2/merchant/4011935219
    ///
    /// # Errors
    /// The operation does not answer with a file, or a field breaks a documented rule: nothing was
    /// sent. The call failed, or WeChat Pay answered with an error in XML in place of the file,
    /// whose code and text the error has. A file is only read, so this can be asked again.
    pub async fn download<E: Endpoint>(&self, request: &E, limits: DownloadLimits) -> Result<File> {
        let meta = request.meta();
        let failed = |kind: ErrorKind| Error::new(meta.name, meta.effect, kind);
        if !meta.file_reply {
            let rule = "must be one that answers with a file";
            let invalid = InvalidInput::new("operation", rule, "该接口的应答不是文件");
            return Err(failed(invalid.into()));
        }
        let (http, pending) = self.prepare(request)?;
        let response = self.transport().download(http, limits).await;
        let (head, mut body) = match response {
            Ok(response) => response.into_parts(),
            Err(error) => return Err(pending.failed(error)),
        };
        let first = beginning(&mut body).await.map_err(failed)?;
        if head.status == 200 && !first.is_empty() && !is_markup(&first) {
            let digest = head.headers.get("digest");
            let digest = digest.and_then(|digest| FileDigest::of_header(digest.to_str().ok()?));
            let file = File::new(meta.name, &head.headers, body, limits).beginning(first);
            return Ok(match digest {
                Some(digest) => file.digest(digest),
                None => file,
            });
        }
        let text = rest(first, &mut body).await.map_err(failed)?;
        let response = Response::from_parts(head, text.clone());
        Err(match pending.finish(response) {
            Err(error) => error,
            Ok(_) => failed(DecodeError::malformed("body").into()).with_reply(text),
        })
    }
}

/// The body up to the first piece that shows what it is: a bill, gzip, or an error in XML.
async fn beginning(body: &mut Download) -> Result<Bytes, ErrorKind> {
    let mut first = Vec::new();
    while first.len() < LONGEST_SPACE
        && first.iter().all(is_blank)
        && let Some(piece) = body.chunk().await?
    {
        first.extend_from_slice(&piece);
    }
    Ok(first.into())
}

/// The whole of an error, which is a message of APIv2.
async fn rest(first: Bytes, body: &mut Download) -> Result<Bytes, ErrorKind> {
    let mut text = first.to_vec();
    while text.len() < ERROR_BYTES
        && let Some(piece) = body.chunk().await?
    {
        text.extend_from_slice(&piece);
    }
    text.truncate(ERROR_BYTES);
    Ok(text.into())
}

/// Bytes of white space before anything else.
const LONGEST_SPACE: usize = 1024;
/// Bytes: the most that the reader of XML takes.
const ERROR_BYTES: usize = 512 * 1024;
