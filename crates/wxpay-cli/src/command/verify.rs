use std::io::{Write, stderr};
use std::process::ExitCode;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use wxpay_api::NoticeError;
use wxpay_api::core::{InvalidInput, Params, Timestamp, VerificationError, VerificationFailure};
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{self, Certificate, PublicKeys};
use wxpay_api::v2::Notices;
use wxpay_api::v3::Json;
use wxpay_explain::{Capture, Verdict};

use super::explain;
use super::input::CaptureArgs;
use super::keys::{Known, KnownArgs};
use crate::chinese::payout_text;
use crate::fail::Fail;
use crate::lang::{Lang, Text};

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
    let refused = if capture.is_xml() {
        v2(&capture, &known)?
    } else {
        let signed = |(name, _): (&str, &str)| name.eq_ignore_ascii_case("Wechatpay-Signature");
        let object = matches!(Json::parse(capture.body()), Ok(Json::Object(_)));
        if !object && !capture.headers().any(signed) {
            return Err(Fail::usage(
                "this is not a message of WeChat Pay: neither XML nor a JSON object",
                "这不是微信支付的报文：既不是 XML，也不是 JSON 对象",
            ));
        }
        refused_v3(&capture, &known).await?
    };
    let report = wxpay_explain::explain(&capture, &known.keys, &known.context);
    explain::print(&report, arguments.json, lang)?;
    // The verifier of the library decides, and nothing in the report may speak against it.
    if let Some(reason) = &refused
        && report.verdict() != Verdict::Broken
    {
        tell(reason, lang)?;
    }
    Ok(
        if refused.is_none() && report.verdict() != Verdict::Broken {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

/// Says that the verifier refuses a message in which the report finds nothing wrong.
pub(super) fn tell(reason: &Text, lang: Lang) -> Result<(), Fail> {
    let said = lang.pick("refused: ", "拒绝：");
    writeln!(stderr(), "{said}{}", reason.in_lang(lang))?;
    Ok(())
}

/// Why a response or notification of APIv2 is not believed, if it is not.
fn v2(capture: &Capture, known: &Known) -> Result<Option<Text>, Fail> {
    let key = match Key::new(known.config.v2_key()?.0) {
        Ok(key) => key,
        Err(error) => {
            let zh = format!("APIv2 密钥：{}", error.rule_zh());
            return Ok(Some(Text::new(error.to_string(), zh)));
        }
    };
    let params = match Params::from_xml(capture.body()) {
        Ok(params) => params,
        Err(error) => return Ok(Some(why(&VerificationFailure::Message(error)))),
    };
    // A refund notification has no signature. Where there is one, it counts.
    if let (Some(req_info), None) = (params.get("req_info"), params.get("sign")) {
        let opened = key.open_refund_notice(req_info);
        return Ok(opened.err().map(|error| why(error.failure())));
    }
    let long = params.get("sign").is_some_and(|sign| sign.len() == 64);
    let suggested = if long {
        SignType::HmacSha256
    } else {
        SignType::Md5
    };
    let sign_type = known.sign_type.unwrap_or(suggested);
    let verified = Notices::new(key, sign_type).verify(capture.body());
    Ok(verified.err().map(|error| match &error {
        NoticeError::Unverified(error) => why(error.failure()),
        other => {
            let said = other.to_string();
            let zh = payout_text(&said);
            Text::new(said, zh)
        }
    }))
}

/// Why something is not believed.
fn why(failure: &VerificationFailure) -> Text {
    let said = failure.to_string();
    let zh = payout_text(&said);
    Text::new(said, zh)
}

/// Why a response or notification of APIv3 is not believed, if it is not.
pub(super) async fn refused_v3(capture: &Capture, known: &Known) -> Result<Option<Text>, Fail> {
    let keys = public_keys(known)?;
    if keys.is_empty() {
        // Says what is missing, and where it can be set.
        known.config.public_keys()?;
    }
    Ok(match verified(capture, known, &keys).await {
        Some(Ok(())) => None,
        Some(Err(error)) => Some(why(error.failure())),
        None => Some(Text::new(
            "the headers can't be read, or hold no timestamp",
            "无法读取请求头，或其中没有时间戳",
        )),
    })
}

async fn verified(
    capture: &Capture,
    known: &Known,
    keys: &PublicKeys,
) -> Option<Result<(), VerificationError>> {
    let mut headers = HeaderMap::new();
    // The others prove nothing, and some captures hold lines that are no headers of HTTP/1.1, such
    // as `:status`.
    let ours = |(name, _): &(&str, &str)| name.to_ascii_lowercase().starts_with("wechatpay-");
    for (name, value) in capture.headers().filter(ours) {
        let name: HeaderName = name.parse().ok()?;
        headers.append(name, HeaderValue::from_str(value).ok()?);
    }
    // Without a moment to compare with, the message's own.
    let own = headers
        .get("Wechatpay-Timestamp")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let now = known.now.or_else(|| Timestamp::from_unix(own?))?;
    let body = Bytes::copy_from_slice(capture.body());
    let verified = if known.config.is_of_brand() {
        v3::verify_brand(&headers, body, keys, now).await
    } else {
        v3::verify(&headers, body, keys, now).await
    };
    Some(verified.map(drop))
}

fn public_keys(known: &Known) -> Result<PublicKeys, Fail> {
    let mut keys = PublicKeys::for_suite(known.config.suite());
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
