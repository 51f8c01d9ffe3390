use bytes::Bytes;
use http::{Response, StatusCode};
use wxpay_core::{BusinessError, Effect, ErrorKind, ProtocolError, Timestamp};
use wxpay_sign::Verified;
use wxpay_sign::v3::{PlatformKeys, danger_accept_unsigned};

use super::caller::Caller;
use super::unsigned::UNSIGNED;
use super::{ErrorBody, Meta};

/// Takes a response through its signature first and its status second.
///
/// Responses of success must be signed, but for those that the specs list. An error may come
/// unsigned, from a gateway or before WeChat Pay knows who asks: then its code and message are
/// claims for a person, and nothing more.
///
/// A 202 is not a success, unless the endpoint's document says so: the request was taken in, and
/// nothing was done yet. It may carry a code of its own, such as `USERPAYING`, which says more.
pub(super) async fn accept(
    caller: &Caller,
    meta: &Meta,
    keys: &dyn PlatformKeys,
    now: Timestamp,
    response: &Response<Bytes>,
) -> Result<Verified<Bytes>, ErrorKind> {
    let status = response.status();
    let is_waiting = status == StatusCode::ACCEPTED && !meta.accepted_is_success;
    let is_signed = response.headers().contains_key("Wechatpay-Signature");
    if status.is_success() && !is_waiting && !is_signed && is_unsigned(meta) {
        return Ok(danger_accept_unsigned(response.body().clone()));
    }
    let error = |body: &[u8]| ErrorBody::parse(status.as_u16(), response.headers(), body);
    if !status.is_success() && !is_signed {
        return Err(claimed_failure(&error(response.body())).into());
    }
    let body = response.body().clone();
    if let Some(digest) = meta.digest_header.filter(|_| status.is_success()) {
        let file = caller.verify_file(response.headers(), digest, body, keys, now);
        return Ok(file.await?);
    }
    let body = caller.verify(response.headers(), body, keys, now).await?;
    if status.is_success() && !is_waiting {
        return Ok(body);
    }
    let error = error(body.get());
    let Some(code) = error.code else {
        if is_waiting {
            return Err(ErrorKind::NotProcessed);
        }
        return Err(ProtocolError::new(error.status, "signed, but not an error of APIv3").into());
    };
    let message = error.message.unwrap_or_default();
    Err(BusinessError::new(error.status, &code, &message, meta.errors).into())
}

/// Whether the path is one of the few whose responses carry no signature, and reading it changes
/// nothing.
fn is_unsigned(meta: &Meta) -> bool {
    let segment = |segment: &str| {
        if segment.starts_with('{') {
            "{}".to_owned()
        } else {
            segment.to_owned()
        }
    };
    let path: Vec<String> = meta.path.split('/').map(segment).collect();
    meta.effect == Effect::Read && UNSIGNED.contains(&path.join("/").as_str())
}

fn claimed_failure(error: &ErrorBody) -> ProtocolError {
    match &error.code {
        Some(code) => {
            let message = error.message.as_deref().unwrap_or_default();
            ProtocolError::new(error.status, message).with_code(Some(code))
        }
        None => ProtocolError::new(error.status, "not a response of APIv3"),
    }
}
