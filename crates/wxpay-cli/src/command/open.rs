use std::io::{Write, stderr};
use std::process::ExitCode;

use serde_json::json;
use wxpay_api::core::{FromWire, InvalidInput, Params};
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::v3::{ApiKey, Encrypted, PrivateKey, Sealed};
use wxpay_api::v3::Json;
use wxpay_explain::{Capture, Report, Verdict};

use super::input::{self, CaptureArgs};
use super::keys::{Known, KnownArgs, read};
use super::{explain, verify};
use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

/// What is closed, and what is known.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    capture: CaptureArgs,
    /// An encrypted field (敏感信息) instead of a message: its base64, @FILE or -
    #[arg(long, value_name = "TEXT")]
    sealed: Option<String>,
    /// Print JSON: `{"opened": [{"what", "text"}], "verified": true or false}`
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    known: KnownArgs,
}

/// A name and the text that came out.
type Opened = (String, String);

pub(crate) async fn run(arguments: Arguments, lang: Lang) -> Result<ExitCode, Fail> {
    let json = arguments.json;
    if let Some(sealed) = &arguments.sealed {
        let sealed = input::text(sealed)?;
        let known = arguments.known.load()?;
        return match open_sealed(sealed.trim(), &known).await? {
            Some(text) => print(&[("sealed".to_owned(), text)], false, json),
            None => {
                let keys = &known.keys;
                let report = wxpay_explain::explain_sealed("sealed", sealed.trim(), keys);
                say_why(&report, json, lang)
            }
        };
    }
    let capture = arguments.capture.read()?;
    let known = arguments.known.load()?;
    let signed = capture
        .headers()
        .any(|(name, _)| name.eq_ignore_ascii_case("Wechatpay-Signature"));
    let why = || wxpay_explain::explain(&capture, &known.keys, &known.context);
    if signed && let Some(reason) = verify::refused_v3(&capture, &known).await? {
        let report = why();
        if report.verdict() != Verdict::Broken {
            verify::tell(&reason, lang)?;
        }
        return say_why(&report, json, lang);
    }
    let opened = if capture.is_xml() {
        open_refund(&capture, &known)?
    } else {
        open_resources(&capture, &known)?
    };
    let Some(opened) = opened else {
        return say_why(&why(), json, lang);
    };
    if !signed {
        let said = lang.pick(
            "not verified: no signature proves it",
            "未验签：没有签名为其作证",
        );
        writeln!(stderr(), "{said}")?;
    }
    print(&opened, signed, json)
}

fn open_refund(capture: &Capture, known: &Known) -> Result<Option<Vec<Opened>>, Fail> {
    let params = Params::from_xml(capture.body()).map_err(|error| {
        Fail::usage(
            "the body is not a message of APIv2",
            "报文主体不是 APIv2 报文",
        )
        .because(error)
    })?;
    let req_info = params.get("req_info").ok_or_else(nothing)?;
    let Ok(key) = Key::new(known.config.v2_key()?.0) else {
        return Ok(None);
    };
    let opened = key.open_refund_notice(req_info).ok();
    Ok(opened.map(|params| vec![("req_info".to_owned(), params.get().to_xml())]))
}

fn open_resources(capture: &Capture, known: &Known) -> Result<Option<Vec<Opened>>, Fail> {
    let json = Json::parse(capture.body())
        .map_err(|error| Fail::usage("the body is not JSON", "报文主体不是 JSON").because(error))?;
    let mut parts: Vec<(&str, &Json)> = Vec::new();
    parts.extend(json.get("resource").map(|part| ("resource", part)));
    let data = match json.get("data") {
        Some(Json::List(items)) => items.as_slice(),
        _ => &[],
    };
    for item in data {
        let certificate = item.get("encrypt_certificate");
        parts.extend(certificate.map(|part| ("encrypt_certificate", part)));
    }
    if parts.is_empty() {
        return Err(nothing());
    }
    let Ok(key) = ApiKey::new(known.config.v3_key()?.0) else {
        return Ok(None);
    };
    let mut opened = Vec::new();
    for (what, part) in parts {
        let text = |name| part.get(name).and_then(Json::as_str);
        let encrypted = Encrypted {
            algorithm: text("algorithm").unwrap_or_default(),
            nonce: text("nonce").unwrap_or_default(),
            associated_data: text("associated_data"),
            ciphertext: text("ciphertext").unwrap_or_default(),
        };
        let Ok(plain) = key.open(&encrypted) else {
            return Ok(None);
        };
        let plain = String::from_utf8_lossy(plain.as_bytes()).into_owned();
        opened.push((what.to_owned(), plain));
    }
    Ok(Some(opened))
}

async fn open_sealed(sealed: &str, known: &Known) -> Result<Option<String>, Fail> {
    let key = opening_key(known)?;
    let Some(sealed) = Sealed::from_wire(sealed) else {
        return Ok(None);
    };
    let opened = sealed.open(&key).await.ok();
    Ok(opened.map(|text| text.expose().to_owned()))
}

/// The merchant's private key. An expired certificate's key still decrypts what was encrypted for
/// it.
fn opening_key(known: &Known) -> Result<PrivateKey, Fail> {
    let broken = |error: InvalidInput| {
        Fail::usage("the private key can't be read", "无法读取商户私钥").because(error)
    };
    match (known.config.identity()?, known.config.private_key()) {
        (Some(identity), _) => PrivateKey::from_pem_for_certificate(
            identity.private_key.expose(),
            &identity.certificate,
        )
        .map_err(broken),
        // Nothing is signed here, so the certificate's serial number does not matter.
        (None, Some(path)) => PrivateKey::from_pem(&read(&path)?, "00").map_err(broken),
        // Says what is missing, and where it can be set.
        (None, None) => known.config.signing_key(),
    }
}

fn say_why(report: &Report, json: bool, lang: Lang) -> Result<ExitCode, Fail> {
    explain::print(report, json, lang)?;
    Ok(ExitCode::FAILURE)
}

fn print(opened: &[Opened], verified: bool, json: bool) -> Result<ExitCode, Fail> {
    let mut out = stdout().lock();
    if json {
        let parts: Vec<_> = opened
            .iter()
            .map(|(what, text)| json!({"what": what, "text": text}))
            .collect();
        writeln!(out, "{}", json!({"opened": parts, "verified": verified}))?;
    } else {
        for (_, text) in opened {
            writeln!(out, "{}", text.trim_end())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn nothing() -> Fail {
    Fail::usage(
        "there is nothing to open: neither resource, encrypt_certificate nor req_info",
        "没有可解密的内容：既没有 resource、encrypt_certificate，也没有 req_info",
    )
}
