use bytes::Bytes;
use http::{Response, StatusCode};
use wxpay_core::{BusinessError, ErrorKind, ProtocolError, Timestamp};
use wxpay_sign::Verified;
use wxpay_sign::v3::{PlatformKeys, verify};

use super::{Json, Meta};

/// Takes a reply through its signature first and its status second.
///
/// Replies of success must be signed. An error may come unsigned, from a gateway or before WeChat Pay knows who asks: then
/// its code and message are claims for a person, and nothing more.
pub(super) async fn accept(
    meta: &Meta,
    keys: &dyn PlatformKeys,
    now: Timestamp,
    response: &Response<Bytes>,
) -> Result<Verified<Bytes>, ErrorKind> {
    let status = response.status();
    if !status.is_success() && !response.headers().contains_key("Wechatpay-Signature") {
        return Err(claimed_failure(status, response.body()).into());
    }
    let body = verify(response.headers(), response.body().clone(), keys, now).await?;
    if status.is_success() {
        return Ok(body);
    }
    let Some((code, message)) = code_and_message(body.get()) else {
        return Err(
            ProtocolError::new(status.as_u16(), "signed, but not an error of APIv3").into(),
        );
    };
    Err(BusinessError::new(status.as_u16(), &code, &message, meta.errors).into())
}

fn claimed_failure(status: StatusCode, body: &[u8]) -> ProtocolError {
    match code_and_message(body) {
        Some((code, message)) => {
            ProtocolError::new(status.as_u16(), &message).with_code(Some(&code))
        }
        None => ProtocolError::new(status.as_u16(), "not a reply of APIv3"),
    }
}

fn code_and_message(body: &[u8]) -> Option<(String, String)> {
    let json = Json::parse(body).ok()?;
    let text = |name| json.get(name).and_then(Json::as_str);
    Some((
        text("code")?.to_owned(),
        text("message").unwrap_or_default().to_owned(),
    ))
}
