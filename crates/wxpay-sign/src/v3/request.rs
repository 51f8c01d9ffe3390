use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::uri::{PathAndQuery, Uri};
use wxpay_core::{BrandId, MchId, SigningError, Timestamp};

use super::{MerchantKey, Suite};

/// What is signed of a request, exactly as it goes on the wire.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // the protocol signs these five and nothing else
pub struct RequestToSign<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// Path and query as they are sent, encoded; no host and no fragment.
    pub target: &'a str,
    /// When it is signed; WeChat Pay accepts five minutes to either side.
    pub timestamp: Timestamp,
    /// At most 32 characters, new for every request.
    pub nonce_str: &'a str,
    /// The body as it is sent; empty for a GET. For an upload, the text of its `meta` part alone.
    pub body: &'a [u8],
}

impl RequestToSign<'_> {
    /// The scheme of the `Authorization` header, which is also the value of
    /// `Wechatpay-Signature-Type`.
    pub const SCHEME: &'static str = "WECHATPAY2-SHA256-RSA2048";

    /// The same for keys of the national algorithms (国密).
    #[cfg(feature = "sm")]
    pub const SM_SCHEME: &'static str = "WECHATPAY2-SM2-WITH-SM3";

    /// The same for a brand (品牌).
    pub const BRAND_SCHEME: &'static str = "WECHATPAY-BRAND-SHA256-RSA2048";

    /// The five lines that are signed, each ended by a line feed.
    pub fn message(&self) -> Vec<u8> {
        let Self {
            method,
            target,
            timestamp,
            nonce_str,
            body,
        } = self;
        let head = format!("{method}\n{target}\n{}\n{nonce_str}\n", timestamp.unix());
        let mut message = Vec::with_capacity(head.len() + body.len() + 1);
        message.extend_from_slice(head.as_bytes());
        message.extend_from_slice(body);
        message.push(b'\n');
        message
    }
}

/// The request target that is signed: path and query as they are sent, without host and fragment.
pub fn target(url: &Uri) -> &str {
    url.path_and_query().map_or("/", PathAndQuery::as_str)
}

/// Signs a request: the value of its `Authorization` header, whose scheme is that of the key's
/// [`Suite`].
///
/// `mch_id` is the merchant ID that the key belongs to; for a service provider, its own
/// (`sp_mchid`).
///
/// # Errors
/// The key can't sign. Nothing was sent.
pub async fn authorize(
    key: &dyn MerchantKey,
    mch_id: &MchId,
    request: &RequestToSign<'_>,
) -> Result<String, SigningError> {
    header(
        key,
        key.suite().signature_type(),
        "mchid",
        mch_id.as_str(),
        request,
    )
    .await
}

/// Signs a request of a brand (品牌), whose paths begin with `/brand/`: the value of its
/// `Authorization` header.
///
/// The key is that of the brand's own certificate. What is signed is the same as for a merchant;
/// the scheme and the member that names who signs are not.
///
/// # Errors
/// The key can't sign, or is not RSA. Nothing was sent.
pub async fn authorize_brand(
    key: &dyn MerchantKey,
    brand_id: &BrandId,
    request: &RequestToSign<'_>,
) -> Result<String, SigningError> {
    if key.suite() != Suite::Rsa {
        return Err(SigningError::new(
            "the requests of a brand are signed with an RSA key",
        ));
    }
    header(
        key,
        RequestToSign::BRAND_SCHEME,
        "brand_id",
        brand_id.as_str(),
        request,
    )
    .await
}

async fn header(
    key: &dyn MerchantKey,
    scheme: &str,
    member: &str,
    id: &str,
    request: &RequestToSign<'_>,
) -> Result<String, SigningError> {
    let signature = STANDARD.encode(key.sign(&request.message()).await?);
    Ok(format!(
        r#"{scheme} {member}="{id}",nonce_str="{}",signature="{signature}",timestamp="{}",serial_no="{}""#,
        request.nonce_str,
        request.timestamp.unix(),
        key.serial_no(),
    ))
}
