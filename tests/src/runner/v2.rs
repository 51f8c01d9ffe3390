//! The signatures of APIv2.

use wxpay_api::core::{Params, VerificationFailure};
use wxpay_api::sign::v2::{Key, SignType, canonical_text};
use wxpay_api::sign::workwx::{self, Api, AppSecret};

use super::{Case, Got, Malformed, Refusal};

pub(super) fn sign(case: &Case<'_>) -> Result<Got, Malformed> {
    let params = case.params("params")?;
    let name = case.text("sign_type")?;
    let sign_type = named(name).ok_or_else(|| no_such_type(name))?;
    signed(Got::default(), case.text("key")?, &params, sign_type)
}

pub(super) fn verify(case: &Case<'_>) -> Result<Got, Malformed> {
    let params = case.params("params")?;
    let sign_type = match case.text("sign_type")? {
        "from_field" => from_field(&params),
        "auto" => by_length(&params),
        name => Some(named(name).ok_or_else(|| no_such_type(name))?),
    };
    verified(case, params, sign_type)
}

pub(super) fn auto_verify(case: &Case<'_>) -> Result<Got, Malformed> {
    let params = case.params("params")?;
    let sign_type = by_length(&params);
    verified(case, params, sign_type)
}

pub(super) fn workwx_sign(case: &Case<'_>) -> Result<Got, Malformed> {
    let (params, api, secret) = workwx(case)?;
    let text = workwx::canonical_text(&params, api);
    Ok(match AppSecret::new(secret) {
        Ok(key) => Got::default()
            .is("string_to_sign", format!("{text}&secret={secret}"))
            .is("workwx_sign", key.sign(&params, api)),
        Err(error) => Got::error(error),
    })
}

pub(super) fn workwx_full(case: &Case<'_>) -> Result<Got, Malformed> {
    let (mut params, api, secret) = workwx(case)?;
    match AppSecret::new(secret) {
        Ok(secret) => {
            let sign = secret.sign(&params, api);
            params.set("workwx_sign", &sign);
            let got = Got::default().is("workwx_sign", sign);
            signed(got, case.text("key")?, &params, SignType::Md5)
        }
        Err(error) => Ok(Got::error(error)),
    }
}

/// What the field `sign_type` says; a message without one is signed with MD5.
pub(super) fn from_field(params: &Params) -> Option<SignType> {
    params.get("sign_type").map_or(Some(SignType::Md5), named)
}

/// What the number of the signature's digits says.
pub(super) fn by_length(params: &Params) -> Option<SignType> {
    match params.get("sign")?.len() {
        32 => Some(SignType::Md5),
        64 => Some(SignType::HmacSha256),
        _ => None,
    }
}

pub(super) fn named(name: &str) -> Option<SignType> {
    [SignType::Md5, SignType::HmacSha256]
        .into_iter()
        .find(|sign_type| sign_type.name() == name)
}

pub(super) fn no_such_type(name: &str) -> Malformed {
    Malformed::new(format!("no such sign_type: {name}"))
}

fn signed(got: Got, key: &str, params: &Params, sign_type: SignType) -> Result<Got, Malformed> {
    let text = canonical_text(params);
    Ok(match Key::new(key) {
        Ok(signing) => got
            .is("string_to_sign", format!("{text}&key={key}"))
            .is("sign", signing.sign(params, sign_type)),
        Err(error) => Got::error(error),
    })
}

/// `None` is a digest that APIv2 does not have.
fn verified(
    case: &Case<'_>,
    params: Params,
    sign_type: Option<SignType>,
) -> Result<Got, Malformed> {
    let verified = match (Key::new(case.text("key")?), sign_type) {
        (Err(error), _) => Err(Refusal::from(error)),
        (Ok(_), None) => Err(no_digest(&params)),
        (Ok(key), Some(sign_type)) => key.verify(params, sign_type).map_err(Refusal::from),
    };
    Ok(match verified {
        Ok(_) => Got::default().is("valid", true),
        Err(refusal) => Got::default().is("valid", false).refused(refusal),
    })
}

/// Why no digest could be chosen.
pub(super) fn no_digest(params: &Params) -> Refusal {
    let failure = match params.get("sign") {
        None => VerificationFailure::Missing("sign"),
        Some(_) => VerificationFailure::Malformed("sign"),
    };
    Refusal::Verification(failure.into())
}

fn workwx<'a>(case: &Case<'a>) -> Result<(Params, Api, &'a str), Malformed> {
    let api = match case.text("api")? {
        "pay" => Api::Pay,
        "redpack" => Api::RedPack,
        other => return Err(Malformed::new(format!("no such api: {other}"))),
    };
    Ok((case.params("params")?, api, case.text("secret")?))
}
