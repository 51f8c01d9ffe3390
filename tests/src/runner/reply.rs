//! Replies of APIv3: their signature, and what an error says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::json;
use wxpay_api::core::VerificationFailure;
use wxpay_api::sign::v3::{self, Certificate, PublicKeys, Suite, same_serial};
use wxpay_api::v3::ErrorBody;

use super::got::text_or_null;
use super::{Case, Got, Malformed, Refusal, block_on};

pub(super) fn verify(case: &Case<'_>) -> Result<Got, Malformed> {
    let (body, now) = (case.bytes("body")?, case.moment("now")?);
    let keys = trusted(case)?;
    let Some(headers) = case.headers()? else {
        return Ok(refused(not_http()));
    };
    let verified = block_on(v3::verify(&headers, body.clone(), &keys, now));
    Ok(match verified {
        Ok(verified) if *verified.get() == body => {
            Got::default().is("accept", true).advises("reason", "ok")
        }
        Ok(_) => Got::error("the library accepted the message and handed out another"),
        Err(error) => refused(error.into()),
    })
}

pub(super) fn error(case: &Case<'_>) -> Result<Got, Malformed> {
    let status = u16::try_from(case.integer("status")?)
        .map_err(|_| Malformed::new("the input's `status` is not one of HTTP"))?;
    let headers = case.headers()?.unwrap_or_else(HeaderMap::new);
    let error = ErrorBody::parse(status, &headers, &case.bytes("body")?);
    let detail = serde_json::to_value(&error.detail)
        .map_err(|error| Malformed::new(format!("the detail can't be written: {error}")))?;
    Ok(Got::default()
        .is("code", text_or_null(error.code.as_deref()))
        .is("message", text_or_null(error.message.as_deref()))
        .is("request_id", text_or_null(error.request_id.as_deref()))
        .is("detail_json", detail))
}

/// A message that is not accepted, with the reason in the words of the vectors.
pub(super) fn refused(refusal: Refusal) -> Got {
    let reason = match &refusal {
        Refusal::Verification(error) => match error.failure() {
            VerificationFailure::Mismatch | VerificationFailure::Probe => "bad_signature",
            VerificationFailure::UnknownSerial(_) => "unknown_serial",
            VerificationFailure::Stale(_) => "expired",
            VerificationFailure::Missing(_) => "missing_header",
            _ => "malformed",
        },
        _ => "malformed",
    };
    Got::default()
        .is("accept", false)
        .advises("reason", json!(reason))
        .refused(refusal)
}

/// What HTTP can't carry never arrives.
pub(super) fn not_http() -> Refusal {
    "the headers are none that HTTP can carry".into()
}

/// The keys that a vector trusts, each under the number that the vector gives it.
pub(super) fn trusted(case: &Case<'_>) -> Result<PublicKeys, Malformed> {
    trusted_by(case, Suite::Rsa)
}

pub(super) fn trusted_by(case: &Case<'_>, suite: Suite) -> Result<PublicKeys, Malformed> {
    let mut keys = PublicKeys::for_suite(suite);
    for (serial, pem) in case.trusted()? {
        let broken = |error| Malformed::new(format!("the key of {serial} can't be used: {error}"));
        keys = if pem.contains("BEGIN CERTIFICATE") {
            let certificate = Certificate::from_pem(pem).map_err(broken)?;
            if same_serial(certificate.serial_no(), serial) {
                keys.with_certificate_by(case.provider, &certificate)
            } else {
                let key = public_key_pem(certificate.public_key_der());
                keys.with_public_key_by(case.provider, serial, &key)
            }
        } else {
            keys.with_public_key_by(case.provider, serial, pem)
        }
        .map_err(broken)?;
    }
    Ok(keys)
}

fn public_key_pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
}
