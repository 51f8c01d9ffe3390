use std::io::{Write, stderr};
use std::process::ExitCode;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use wxpay_api::NoticeError;
use wxpay_api::core::{InvalidInput, Params, Timestamp, VerificationError, VerificationFailure};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{self, Certificate, PublicKeys};
use wxpay_api::v2::Notices;
use wxpay_explain::{Capture, Verdict};

use super::explain;
use super::input::CaptureArgs;
use super::keys::{Known, KnownArgs};
use crate::fail::Fail;
use crate::lang::Lang;

/// What was received, and what is known.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    capture: CaptureArgs,
    /// Print JSON, as `wxpay explain` does
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    known: KnownArgs,
}

pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let capture = arguments.capture.read()?;
    let known = arguments.known.load()?;
    let holds = if capture.is_xml() {
        v2(&capture, &known, lang)?
    } else {
        v3(&capture, &known).await?
    };
    let report = wxpay_explain::explain(&capture, &known.keys, &known.context);
    explain::print(&report, arguments.json, lang)?;
    // The verifier of the library decides, and nothing in the report may speak against it.
    let passes = holds && report.verdict() != Verdict::Broken;
    Ok(if passes {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether a reply or notification of APIv2 is signed with the key.
fn v2(capture: &Capture, known: &Known, lang: Lang) -> Result<bool, Fail> {
    let (key, _) = known.config.v2_key()?;
    let (Ok(key), Ok(params)) = (Key::new(key), Params::from_xml(capture.body())) else {
        return Ok(false);
    };
    // A refund notification has no signature. Where there is one, it counts.
    if let (Some(req_info), None) = (params.get("req_info"), params.get("sign")) {
        return Ok(key.open_refund_notice(req_info).is_ok());
    }
    let long = params.get("sign").is_some_and(|sign| sign.len() == 64);
    let suggested = if long {
        SignType::HmacSha256
    } else {
        SignType::Md5
    };
    let sign_type = known.sign_type.unwrap_or(suggested);
    let verified = Notices::new(key, sign_type).verify(capture.body());
    if let Err(NoticeError::Unverified(error)) = &verified
        && let VerificationFailure::Ambiguous(name) = error.failure()
    {
        let said = lang.pick(
            "refused: the signature fits, and can't tell this value from further fields",
            "拒绝：签名相符，但无法区分该值与其他字段",
        );
        writeln!(stderr(), "{said}: {name}")?;
    }
    Ok(verified.is_ok())
}

/// Whether a reply or notification of APIv3 is signed by one of WeChat Pay's keys.
pub(super) async fn v3(capture: &Capture, known: &Known) -> Result<bool, Fail> {
    let keys = public_keys(known)?;
    if keys.is_empty() {
        // Says what is missing, and where it can be set.
        known.config.public_keys()?;
    }
    Ok(verified(capture, known, &keys)
        .await
        .is_some_and(|result| result.is_ok()))
}

async fn verified(
    capture: &Capture,
    known: &Known,
    keys: &PublicKeys,
) -> Option<Result<(), VerificationError>> {
    let mut headers = HeaderMap::new();
    for (name, value) in capture.headers() {
        let name: HeaderName = name.parse().ok()?;
        headers.append(name, HeaderValue::from_str(value).ok()?);
    }
    // Without a moment to compare with, the message's own.
    let own = headers
        .get("Wechatpay-Timestamp")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let now = known.now.or_else(|| Timestamp::from_unix(own?))?;
    let body = Bytes::copy_from_slice(capture.body());
    Some(v3::verify(&headers, body, keys, now).await.map(drop))
}

fn public_keys(known: &Known) -> Result<PublicKeys, Fail> {
    let mut keys = PublicKeys::new();
    if let Some((id, pem)) = known.config.public_key_pem()? {
        keys = keys.with_public_key(&id, &pem).map_err(broken)?;
    }
    for pem in &known.platform_certificates {
        let certificate = Certificate::first_from_pem(pem).map_err(broken)?;
        keys = keys.with_certificate(&certificate).map_err(broken)?;
    }
    Ok(keys)
}

fn broken(error: InvalidInput) -> Fail {
    Fail::usage(
        "a key of WeChat Pay can't be read",
        "无法读取微信支付的密钥",
    )
    .because(error)
}
