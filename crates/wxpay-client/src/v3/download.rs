//! Files from the URL that a signed response named.

use bytes::Bytes;
use http::{Response, StatusCode, Uri};
use wxpay_core::{Effect, Error, InvalidInput, Result};
use wxpay_sign::v3::FileKey;
use wxpay_transport::{Download, DownloadLimits};

use super::{Client, Meta, Method};
use crate::{File, FileDigest};

const META: &Meta = &Meta::read("v3.download", Method::Get, "/").accept("*/*");

/// The longest text that an error of a download is read from, in bytes.
const ERROR_BYTES: usize = 64 * 1024;

impl Client {
    /// Fetches a file, such as a bill (账单), from the URL that a response named (`download_url`): it
    /// comes in pieces, unpacked if it was compressed, and its digest is compared at the end.
    ///
    /// The request is signed and goes to this client's host. A file changes nothing at WeChat Pay,
    /// so after any error it can be asked for again, with a new URL once the old one is no longer
    /// valid: five minutes for trade and fund bills, 30 seconds for the bills of profit sharing. A
    /// transfer that broke off begins again from the start.
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
        Ok(self.fetch(url, limits).await?.digest(digest))
    }

    /// Fetches a file that is encrypted with a key of its own, such as the fund bill of a
    /// sub-merchant (单个子商户资金账单): as [`download`](Self::download), and decrypted before it is
    /// unpacked.
    ///
    /// `encrypt_key` of the response is decrypted with [`open`](Self::open), and makes the key
    /// together with its `nonce`. The file's end proves what was decrypted, so that it is all to be
    /// thrown away if the last piece is an error.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/partner/4014314390>
    ///
    /// # Errors
    /// The URL is not one of WeChat Pay's, the call failed, or WeChat Pay refused it.
    pub async fn download_encrypted(
        &self,
        url: &str,
        digest: FileDigest,
        key: &FileKey,
        limits: DownloadLimits,
    ) -> Result<File> {
        let file = self.fetch(url, limits).await?;
        Ok(file.digest(digest).key(key))
    }

    async fn fetch(&self, url: &str, limits: DownloadLimits) -> Result<File> {
        let failed = |kind| Error::new(META.name, Effect::Read, kind);
        let target = self.own_target(url).map_err(|error| failed(error.into()))?;
        let request = self.sign_target(META, &target).await.map_err(failed)?;
        let response = self
            .transport()
            .download(request, limits)
            .await
            .map_err(|error| failed(error.into()))?;
        let (head, body) = response.into_parts();
        if head.status != StatusCode::OK {
            let body = beginning(body).await;
            let response = Response::from_parts(head, body);
            let refused = self.refused(META, &response).await;
            return Err(failed(refused).with_reply(response.into_body()));
        }
        Ok(File::new(META.name, &head.headers, body, limits))
    }

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

/// The beginning of an error's body, all of it in practice.
pub(super) async fn beginning(mut body: Download) -> Bytes {
    let mut text = Vec::new();
    while text.len() < ERROR_BYTES
        && let Ok(Some(piece)) = body.chunk().await
    {
        text.extend_from_slice(&piece);
    }
    text.truncate(ERROR_BYTES);
    text.into()
}
