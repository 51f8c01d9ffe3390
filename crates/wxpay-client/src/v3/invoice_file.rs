//! Electronic invoices (电子发票) as files: from another host, and without a signature.

use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, StatusCode, Uri, header};
use wxpay_core::{Effect, Error, ErrorKind, InvalidInput, MchId, Result};
use wxpay_transport::{DownloadLimits, Hints};

use super::download::beginning;
use super::{Client, Meta, Method};
use crate::front_end::encoded;
use crate::{File, FileDigest, USER_AGENT};

const META: &Meta = &Meta::read("v3.download_invoice", Method::Get, "/").accept("*/*");

/// The host that serves invoices.
const HOST: &str = "pay.wechatpay.cn";

/// Which invoice (电子发票) is to be fetched, beside what the URL says of it.
#[derive(Clone, Debug)]
#[must_use]
pub struct InvoiceFile {
    card_open_id: String,
    invoice_no: String,
    fapiao_id: String,
    invoice_code: Option<String>,
    format: Option<String>,
}

impl InvoiceFile {
    /// An invoice by `card_openid` and `fapiao_no` (发票号码) of the query of invoices, and its
    /// `fapiao_id` (商户发票单号).
    pub fn new(
        card_open_id: impl Into<String>,
        invoice_no: impl Into<String>,
        fapiao_id: impl Into<String>,
    ) -> Self {
        Self {
            card_open_id: card_open_id.into(),
            invoice_no: invoice_no.into(),
            fapiao_id: fapiao_id.into(),
            invoice_code: None,
            format: None,
        }
    }

    /// The same with the invoice's code (发票代码), which fully digitalised invoices do not have.
    pub fn invoice_code(mut self, code: impl Into<String>) -> Self {
        self.invoice_code = Some(code.into());
        self
    }

    /// The same in another format than `PDF`: `XML` or `OFD`.
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// The parameters that belong to the URL's token, with `&` before each.
    fn parameters(&self, mch_id: &MchId, sub_mch_id: &MchId) -> Result<String, InvalidInput> {
        let mut text = String::new();
        for (name, value, max) in [
            ("mchid", Some(mch_id.as_str()), 32),
            ("sub_mchid", Some(sub_mch_id.as_str()), 32),
            ("openid", Some(self.card_open_id.as_str()), 128),
            ("invoice_code", self.invoice_code.as_deref(), 12),
            ("invoice_no", Some(self.invoice_no.as_str()), 20),
            ("fapiao_id", Some(self.fapiao_id.as_str()), 32),
            ("file_format", self.format.as_deref(), 8),
        ] {
            let Some(value) = value else { continue };
            if value.is_empty() {
                return Err(InvalidInput::new(name, "is required", "必填"));
            }
            crate::limits::check_max(name, value, crate::Max::Chars(max))?;
            text += &format!("&{name}={}", encoded(value));
        }
        Ok(text)
    }
}

impl Client {
    /// Fetches an electronic invoice (下载发票文件) of the client's sub-merchant from the `download_url`
    /// of a response, which serves for 30 seconds.
    ///
    /// The request goes to another host than all others, `pay.wechatpay.cn` over HTTPS or the
    /// client's own, and carries no signature: the server there learns nothing of the merchant's
    /// keys. The response is not signed either. With the feature `sm`, the file is compared with
    /// its header `SM3-Digest`, which finds a broken file but proves nothing about who made it;
    /// without, or when the header is missing, [`File::has_digest`] is false.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/partner/4015792569>
    ///
    /// # Errors
    /// The URL is of another host or without a token, the client has no sub-merchant, the call
    /// failed, or it was refused. A file changes nothing at WeChat Pay: ask for a new URL, and
    /// fetch it again.
    pub async fn download_invoice(
        &self,
        download_url: &str,
        invoice: &InvoiceFile,
        limits: DownloadLimits,
    ) -> Result<File> {
        let failed = |kind: ErrorKind| Error::new(META.name, Effect::Read, kind);
        let request = self
            .invoice_request(download_url, invoice)
            .map_err(|error| failed(error.into()))?;
        let response = self
            .transport()
            .download(request, limits)
            .await
            .map_err(|error| failed(error.into()))?;
        let (head, body) = response.into_parts();
        let kind = head.headers.get(header::CONTENT_TYPE);
        let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if head.status != StatusCode::OK || is_json {
            let body = beginning(body).await;
            let response = Response::from_parts(head, body);
            let refused = self.refused(META, &response).await;
            return Err(failed(refused).with_reply(response.into_body()));
        }
        let file = File::new(META.name, &head.headers, body, limits);
        let digest = head
            .headers
            .get("sm3-digest")
            .and_then(|hex| FileDigest::new("SM3", hex.to_str().ok()?).ok());
        Ok(match digest {
            Some(digest) => file.digest(digest),
            None => file,
        })
    }

    fn invoice_request(
        &self,
        download_url: &str,
        invoice: &InvoiceFile,
    ) -> Result<Request<Bytes>, InvalidInput> {
        let broken = |rule, rule_zh| Err(InvalidInput::new("download_url", rule, rule_zh));
        let Ok(url) = download_url.parse::<Uri>() else {
            return broken("must be a URL", "必须是 URL");
        };
        let host = url.host().unwrap_or_default();
        let authority = url.authority().map_or("", |authority| authority.as_str());
        // Whatever stands before the host, such as a name and a password, would be sent as
        // credentials.
        let is_own = self.host() == Some(host) && !authority.contains('@');
        if url.scheme() != Some(&Scheme::HTTPS) || !(authority == HOST || is_own) {
            return broken(
                "must be a URL of https://pay.wechatpay.cn, as a response named it",
                "必须是应答中给出的 https://pay.wechatpay.cn 的 URL",
            );
        }
        if !url.query().is_some_and(|query| query.contains("token=")) {
            return broken(
                "must have its token, as a response named it",
                "必须保留应答中给出的 token 参数",
            );
        }
        let identity = &self.0.identity;
        let parameters = invoice.parameters(identity.merchant()?, identity.sub_merchant()?)?;
        Request::get(format!("{url}{parameters}"))
            .header(header::ACCEPT, META.accept)
            .header(header::USER_AGENT, USER_AGENT)
            .extension(Hints::new(META.name, META.effect, false))
            .body(Bytes::new())
            .map_err(|_| {
                InvalidInput::new("download_url", "must make a request", "无法组成 HTTP 请求")
            })
    }
}
