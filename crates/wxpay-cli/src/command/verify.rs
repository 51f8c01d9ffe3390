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
                "this is no message of WeChat Pay: neither XML nor a JSON object",
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
        let said = lang.pick("refused: ", "拒绝：");
        writeln!(stderr(), "{said}{}", reason.in_lang(lang))?;
    }
    Ok(
        if refused.is_none() && report.verdict() != Verdict::Broken {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

/// Why a reply or notification of APIv2 is not believed, if it is not.
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
        other => Text::new(other.to_string(), other.to_string()),
    }))
}

/// Why something is not believed.
fn why(failure: &VerificationFailure) -> Text {
    use VerificationFailure as Failure;
    let zh = match failure {
        Failure::Missing(part) => format!("缺少 {part}"),
        Failure::Repeated(part) => format!("{part} 出现了不止一次"),
        Failure::Malformed(part) => format!("{part} 的格式不对"),
        Failure::Message(error) => format!("不是 APIv2 的报文：{error}"),
        Failure::Algorithm(name) => format!("使用的算法不是所配置的 {name}"),
        Failure::Mismatch => "签名不符".to_owned(),
        Failure::Unopened(part) => format!("无法用该密钥解密 {part}"),
        Failure::Probe => "这是签名探测，与其他错误签名一样拒绝".to_owned(),
        Failure::Stale(seconds) => format!("时间戳与本机时钟相差 {seconds} 秒，超过 300 秒"),
        Failure::UnknownSerial(serial) => format!("没有序列号为 {serial} 的密钥"),
        Failure::Ambiguous(field) => {
            format!("签名相符，但 {field} 的值中间可以开始另一个字段，无法区分是哪一组字段")
        }
        Failure::Key(reason) => format!("无法使用密钥：{reason}"),
        other => other.to_string(),
    };
    Text::new(failure.to_string(), zh)
}

/// Whether a reply or notification of APIv3 is signed by one of WeChat Pay's keys.
pub(super) async fn v3(capture: &Capture, known: &Known) -> Result<bool, Fail> {
    Ok(refused_v3(capture, known).await?.is_none())
}

/// Why a reply or notification of APIv3 is not believed, if it is not.
async fn refused_v3(capture: &Capture, known: &Known) -> Result<Option<Text>, Fail> {
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
