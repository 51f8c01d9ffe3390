//! What front ends of both protocols need beside signatures.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::{Effect, Error, ErrorKind, InvalidInput};

/// In whose app an order of a service provider (服务商) is paid, which decides about the IDs that the
/// front end gets.
///
/// A merchant by itself (直连商户) and a combined order (合单) have [`Own`](Self::Own) alone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PayingApp {
    /// The client's own app: `appid`, `sp_appid` or `combine_appid`.
    Own,
    /// The sub-merchant's app: the `sub_appid` that the order was made with.
    SubMerchant,
}

/// The URL of an H5 payment (H5支付) that leads back to a page of the shop: `h5_url` of APIv3 or
/// `mweb_url` of APIv2, with `&redirect_url=` and the encoded address behind it.
///
/// Without a page to lead back to, hand over the response's URL as it is. It lives five minutes and
/// is opened from a page of a domain that is set on the merchant platform, as that of
/// `redirect_url` must be: WeChat Pay looks at the header `Referer`. That the user comes back
/// proves no payment: query the order.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4012791835>
///
/// # Errors
/// `h5_url` is not the URL of an H5 payment or leads back already, or `redirect_url` is not a whole
/// `http` or `https` address.
pub fn h5_payment_url(h5_url: &str, redirect_url: &str) -> Result<String, InvalidInput> {
    let uri: Option<Uri> = web_address(h5_url).filter(|uri| uri.scheme_str() == Some("https"));
    let names = uri.as_ref().and_then(Uri::query).map(|query| {
        let pairs = query.split('&');
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    });
    let mut has_order = false;
    for (name, value) in names.into_iter().flatten() {
        has_order |= name == "prepay_id" && !value.is_empty();
        if name == "redirect_url" {
            return Err(InvalidInput::new(
                "h5_url",
                "must have no redirect_url yet: give it as the response has it",
                "不能已带有 redirect_url：请原样传入应答中的链接",
            ));
        }
    }
    if !has_order || h5_url.contains('#') {
        return Err(InvalidInput::new(
            "h5_url",
            "must be the h5_url or mweb_url of the response: https, with a prepay_id and without a fragment",
            "必须是应答中的 h5_url 或 mweb_url：以 https:// 开头，带有 prepay_id，不带 # 片段",
        ));
    }
    if web_address(redirect_url).is_none() {
        return Err(InvalidInput::new(
            "redirect_url",
            "must be a whole address, not encoded yet: https://, a host and a path",
            "必须是完整且未经编码的地址：https://、域名和路径",
        ));
    }
    Ok(format!("{h5_url}&redirect_url={}", encoded(redirect_url)))
}

/// A whole address of the web, for which a fragment is no obstacle.
fn web_address(text: &str) -> Option<Uri> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    let uri: Uri = address.parse().ok()?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    let is_visible = fragment.bytes().all(|b| b.is_ascii_graphic());
    (is_web && has_host && is_visible).then_some(uri)
}

/// A value as it stands in a URL.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

/// Why there is nothing for the front end. Nothing was sent.
pub(crate) fn failed(kind: impl Into<ErrorKind>) -> Error {
    Error::new("front end", Effect::Read, kind)
}

/// All but letters, digits and `-._~`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
