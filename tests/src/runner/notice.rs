//! Notifications of both protocols.

use wxpay_api::NoticeError;
use wxpay_api::core::{Params, VerificationFailure};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::ApiKey;
use wxpay_api::{v2, v3};

use super::got::object;
use super::reply::{not_http, refused, trusted};
use super::v2::{by_length, from_field, no_digest};
use super::{Case, Got, Malformed, Refusal, block_on};

pub(super) fn v2(case: &Case<'_>) -> Result<Got, Malformed> {
    let (body, key) = (case.bytes("xml")?, case.text("key")?);
    let verified = Key::new(key)
        .map_err(Refusal::from)
        .and_then(|key| v2_fields(key, &body));
    Ok(match verified {
        Ok(fields) => Got::default()
            .is("valid", true)
            .holds("fields_subset", object(fields.iter())),
        Err(refusal) => Got::default().is("valid", false).refused(refusal),
    })
}

/// A refund notification is sealed instead of signed, and known by that.
fn v2_fields(key: Key, body: &[u8]) -> Result<Params, Refusal> {
    let malformed = |error| VerificationFailure::Message(error).into();
    let message =
        Params::from_xml(body).map_err(|error| Refusal::Verification(malformed(error)))?;
    if message.get("sign").is_none() && message.get("req_info").is_some() {
        let opened = v2::Notices::new(key, SignType::Md5).open_refund(body)?;
        return Ok(opened.into_inner());
    }
    let sign_type = v2_sign_type(&message).ok_or_else(|| no_digest(&message))?;
    Ok(v2::Notices::new(key, sign_type).verify(body)?.into_inner())
}

/// The digest that a merchant of this message would have configured: the one it names, or else the
/// one of its length.
pub(super) fn v2_sign_type(message: &Params) -> Option<SignType> {
    match message.get("sign_type") {
        Some(_) => from_field(message),
        None => by_length(message),
    }
}

pub(super) fn v3(case: &Case<'_>) -> Result<Got, Malformed> {
    Ok(match v3_notice(case)? {
        Ok(notice) => Got::default()
            .is("accept", true)
            .advises("reason", "ok")
            .is("event_type", notice.event_type.as_str())
            .is("plaintext", String::from_utf8_lossy(notice.plaintext())),
        Err(refusal) => refused(refusal),
    })
}

/// A notification of APIv3, opened.
pub(super) fn v3_notice(case: &Case<'_>) -> Result<Result<v3::Notice, Refusal>, Malformed> {
    let (body, now) = (case.bytes("body")?, case.moment("now")?);
    let keys = trusted(case)?;
    let key = ApiKey::with_provider(case.provider, case.text("api_v3_key")?);
    let (key, headers) = match (key, case.headers()?) {
        (Ok(key), Some(headers)) => (key, headers),
        (Err(error), _) => return Ok(Err(error.into())),
        (_, None) => return Ok(Err(not_http())),
    };
    let notices = v3::Notices::new(keys, key).clock(move || now);
    let opened: Result<_, NoticeError> = block_on(notices.open(&headers, body));
    Ok(opened.map_err(Refusal::from))
}
