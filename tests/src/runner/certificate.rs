//! Certificates: the platform's list, and the serial number of one.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde_json::{Value, json};
use wxpay_api::core::{MchId, Timestamp};
use wxpay_api::sign::v3::{ApiKey, Certificate, Encrypted, PlatformKeys, PrivateKey, same_serial};
use wxpay_api::v3::{Certificates, Json};

use super::got::object;
use super::reply::{not_http, refused};
use super::{Case, Got, Malformed, Refusal, block_on};
use crate::scripted::Scripted;
use crate::{clients, vectors};

pub(super) fn serial(case: &Case<'_>) -> Result<Got, Malformed> {
    Ok(match Certificate::from_pem(case.text("certificate_pem")?) {
        Ok(certificate) => Got::default().is("serial", certificate.serial_no()),
        Err(error) => Got::error(error),
    })
}

/// The list as a program without any earlier trust takes it in: fetched, and then asked what it
/// knows.
pub(super) fn list(case: &Case<'_>) -> Result<Got, Malformed> {
    let (body, now) = (case.bytes("body")?, case.moment("now")?);
    let key = ApiKey::with_provider(case.provider, case.text("api_v3_key")?);
    let got = match (key, case.headers()?) {
        (Err(error), _) => Err(error.into()),
        (_, None) => Err(not_http()),
        (Ok(key), Some(headers)) => {
            let certificates = fetch(case, key.clone(), reply(headers, body.clone()), now)?;
            block_on(believed(&certificates, &key, &body))
        }
    };
    Ok(got.unwrap_or_else(|refusal| refused(refusal).is("serials", json!([]))))
}

fn fetch(
    case: &Case<'_>,
    key: ApiKey,
    reply: Response<Bytes>,
    now: Timestamp,
) -> Result<Certificates, Malformed> {
    // Who asks does not matter for the answer.
    let merchant_key =
        PrivateKey::from_pem_with(case.provider, &vectors::key("mch"), clients::SERIAL_NO);
    let mch_id = MchId::new(clients::MCH_ID);
    let (Ok(merchant_key), Ok(mch_id)) = (merchant_key, mch_id) else {
        return Err(Malformed::new("the runner's own merchant can't be used"));
    };
    Certificates::builder(mch_id, merchant_key, key, Scripted::answering(reply))
        .clock(move || now)
        .build()
        .map_err(|error| Malformed::new(error.to_string()))
}

async fn believed(certificates: &Certificates, key: &ApiKey, body: &Bytes) -> Result<Got, Refusal> {
    certificates.refresh().await?;
    let mut serials = certificates.serial_numbers();
    serials.sort();
    let sealed = certificates.seal(&["text"]).await?;
    let digests = digests(key, body, &serials)?;
    Ok(Got::default()
        .is("accept", true)
        .advises("reason", "ok")
        .is_one_of("serials", orders(&serials, body))
        .is("encrypt_with", sealed.serial_no)
        .is("pem_sha256", digests))
}

/// The library hands out no PEM texts, so those of the certificates that it believed are opened
/// with its APIv3 key.
fn digests(key: &ApiKey, body: &Bytes, serials: &[String]) -> Result<Value, Refusal> {
    let mut digests = Vec::new();
    for (serial, entry) in entries(body)? {
        let Some(serial) = serials.iter().find(|known| same_serial(known, &serial)) else {
            continue;
        };
        let part = |name: &str| entry.get(name).and_then(Json::as_str);
        let pem = key.open(&Encrypted {
            algorithm: part("algorithm").unwrap_or_default(),
            nonce: part("nonce").unwrap_or_default(),
            associated_data: part("associated_data"),
            ciphertext: part("ciphertext").unwrap_or_default(),
        })?;
        let hash = digest(&SHA256, pem.as_bytes());
        let hex: String = hash.as_ref().iter().map(|b| format!("{b:02x}")).collect();
        digests.push((serial.clone(), hex));
    }
    Ok(object(digests))
}

/// The numbers sorted, and in the order of the list.
fn orders(sorted: &[String], body: &Bytes) -> [Value; 2] {
    let listed: Vec<String> = entries(body)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(serial, _)| sorted.iter().find(|known| same_serial(known, &serial)))
        .cloned()
        .collect();
    [json!(sorted), json!(listed)]
}

fn entries(body: &Bytes) -> Result<Vec<(String, Json)>, Refusal> {
    let list = Json::parse(body).map_err(Refusal::Decode)?;
    let Some(Json::List(entries)) = list.get("data") else {
        return Ok(Vec::new());
    };
    let entries = entries.iter().filter_map(|entry| {
        let serial = entry.get("serial_no")?.as_str()?;
        Some((serial.to_owned(), entry.get("encrypt_certificate")?.clone()))
    });
    Ok(entries.collect())
}

fn reply(headers: HeaderMap, body: Bytes) -> Response<Bytes> {
    let mut reply = Response::new(body);
    *reply.headers_mut() = headers;
    reply
}
