//! Requests of APIv3.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use serde_json::Value;
use wxpay_api::core::{BrandId, MchId};
use wxpay_api::sign::v3::{
    MerchantKey, PrivateKey, RequestToSign, authorize, authorize_brand, target,
};

use super::got::object;
use super::{Case, Got, Malformed, Refusal, block_on};

pub(super) fn canonical_url(case: &Case<'_>) -> Result<Got, Malformed> {
    Ok(match case.text("url")?.parse::<Uri>() {
        Ok(url) => Got::default().is("canonical", target(&url)),
        Err(error) => Got::error(error.to_string()),
    })
}

pub(super) fn sign(case: &Case<'_>) -> Result<Got, Malformed> {
    let url: Uri = match case.text("url")?.parse() {
        Ok(url) => url,
        Err(error) => return Ok(Got::error(format!("the URL is not one of HTTP: {error}"))),
    };
    let body = case.bytes("signed_body")?;
    let request = RequestToSign {
        method: case.text("method")?,
        target: target(&url),
        timestamp: case.moment("timestamp")?,
        nonce_str: case.text("nonce")?,
        body: &body,
    };
    let (pem, serial_no) = (case.pem("private_key")?, case.text("serial_no")?);
    let signer = match case.optional_text("mchid")? {
        Some(mch_id) => Signer::Merchant(mch_id),
        None => Signer::Brand(case.text("brand_id")?),
    };
    let got = match PrivateKey::from_pem_with(case.provider, pem, serial_no) {
        Ok(key) => block_on(signed(&key, signer, &request)),
        Err(error) => Err(error.into()),
    };
    Ok(got.unwrap_or_else(Got::error))
}

enum Signer<'a> {
    Merchant(&'a str),
    Brand(&'a str),
}

async fn signed(
    key: &PrivateKey,
    signer: Signer<'_>,
    request: &RequestToSign<'_>,
) -> Result<Got, Refusal> {
    let message = request.message();
    let signature = STANDARD.encode(key.sign(&message).await?);
    let header = match signer {
        Signer::Merchant(id) => authorize(key, &MchId::new(id)?, request).await?,
        Signer::Brand(id) => authorize_brand(key, &BrandId::new(id)?, request).await?,
    };
    let (scheme, members) = header
        .split_once(' ')
        .ok_or_else(|| Refusal::from("the header has no scheme"))?;
    Ok(Got::default()
        .is("message", String::from_utf8_lossy(&message))
        .is("message_b64", STANDARD.encode(&message))
        .is("signature", signature)
        .is("scheme", scheme)
        .is("authorization", authorization(members)?))
}

/// The members of the header, whose values are quoted and hold neither commas nor quotation marks.
fn authorization(members: &str) -> Result<Value, Refusal> {
    let members = members.split(',').map(|member| {
        let (name, value) = member.split_once('=')?;
        Some((name, value.strip_prefix('"')?.strip_suffix('"')?))
    });
    let members: Option<Vec<_>> = members.collect();
    let members = members.ok_or_else(|| Refusal::from("the header's members are malformed"))?;
    Ok(object(members))
}
