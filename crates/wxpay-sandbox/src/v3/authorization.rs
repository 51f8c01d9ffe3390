//! 签名认证 of requests, from its document.

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use serde_json::json;
use wxpay_core::Timestamp;

use crate::brand::BrandAccount;
use crate::exchange::Call;
use crate::platform::{PlatformKey, Suite};
use crate::signature::SignatureCause;
use crate::state::Shared;
use crate::v3::caller::Caller;
use crate::v3::{Answer, diagnose};
use crate::{SignatureCheck, SignatureKind};

/// The members of an `Authorization` header.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Authorization<'a> {
    /// `mchid`, or a brand's `brand_id`.
    pub(crate) id: &'a str,
    pub(crate) nonce_str: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) serial_no: &'a str,
}

/// Checks that this caller sent this request, just now.
pub(crate) fn check(
    caller: &Caller<'_>,
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    signatures: &mut Vec<SignatureCheck>,
) -> Result<(), Answer> {
    if !call.headers.contains_key(ACCEPT) || !call.headers.contains_key(USER_AGENT) {
        let message = "Http头缺少Accept或User-Agent";
        return Err(Answer::error(400, "INVALID_REQUEST", message).unsigned());
    }
    let mut seen = SignatureCheck::new(SignatureKind::Authorization);
    let result = check_authorization(caller, call, shared, now, &mut seen);
    seen.held = result.is_ok();
    signatures.push(seen);
    result
}

/// The platform key that the request names, if it names one: some clients send the header empty
/// until they have a key.
pub(crate) fn named_key(
    caller: &Caller<'_>,
    call: &Call,
    shared: &Shared,
) -> Result<Option<Arc<PlatformKey>>, Answer> {
    if let Some(account) = caller.brand {
        // Every request of a brand names the key.
        let key = &account.platform_key;
        if call.serial() == Some(key.serial()) {
            return Ok(Some(Arc::clone(key)));
        }
        return Err(Answer::error(400, "INVALID_REQUEST", WRONG_SERIAL).unsigned());
    }
    if call
        .headers
        .get("wechatpay-serial")
        .is_none_or(|serial| serial.is_empty())
    {
        return Ok(None);
    }
    match call.serial().and_then(|serial| shared.platform.key(serial)) {
        Some(key) => Ok(Some(key)),
        None => Err(Answer::error(400, "PARAM_ERROR", WRONG_SERIAL)),
    }
}

/// Why a request with encrypted fields (敏感信息) has to name a key.
pub(crate) fn no_serial() -> Answer {
    let message = "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)";
    Answer::error(400, "PARAM_ERROR", message)
}

impl<'a> Authorization<'a> {
    /// Reads the header; `None` unless it has the scheme and each member once.
    pub(crate) fn parse(scheme: &str, id_name: &str, header: &'a str) -> Option<Self> {
        let mut members = Self::default();
        let rest = header.strip_prefix(scheme)?.strip_prefix(' ')?;
        for member in rest.split(',') {
            let (name, value) = member.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            let slot = match name {
                name if name == id_name => &mut members.id,
                "nonce_str" => &mut members.nonce_str,
                "signature" => &mut members.signature,
                "timestamp" => &mut members.timestamp,
                "serial_no" => &mut members.serial_no,
                _ => return None,
            };
            if !slot.is_empty() || value.is_empty() || value.contains('"') {
                return None;
            }
            *slot = value;
        }
        let all = [
            members.id,
            members.nonce_str,
            members.signature,
            members.timestamp,
            members.serial_no,
        ];
        all.iter()
            .all(|member| !member.is_empty())
            .then_some(members)
    }

    /// The text that has to have been signed.
    pub(crate) fn message(&self, method: &str, target: &str, body: &[u8]) -> Vec<u8> {
        let (timestamp, nonce) = (self.timestamp, self.nonce_str);
        let mut message = format!("{method}\n{target}\n{timestamp}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        message
    }
}

fn check_authorization(
    caller: &Caller<'_>,
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    seen: &mut SignatureCheck,
) -> Result<(), Answer> {
    let mut refuse = |message, cause| {
        seen.causes.push(cause);
        Err(Answer::error(401, "SIGN_ERROR", message).unsigned())
    };
    let mut headers = call.headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (headers.next(), headers.next());
    if first.is_none() {
        return refuse(MALFORMED, SignatureCause::missing("Authorization"));
    }
    let header = first.filter(|_| second.is_none());
    let header = header.and_then(|header| header.to_str().ok());
    let parse = |header| Authorization::parse(caller.scheme, caller.id_name, header);
    let Some(members) = header.and_then(parse) else {
        let scheme = header.and_then(|header| header.split(' ').next());
        let cause = match scheme {
            Some(scheme) if scheme != caller.scheme && SCHEMES.contains(&scheme) => {
                SignatureCause::other_scheme(scheme, caller.scheme)
            }
            _ => malformed(caller),
        };
        return refuse(MALFORMED, cause);
    };
    let message = members.message(call.method.as_str(), &call.target, call.signed_body());
    seen.text = String::from_utf8_lossy(&message).into_owned();
    seen.received = Some(members.signature.to_owned());
    let mut refuse = |message, cause| {
        seen.causes.push(cause);
        Err(Answer::error(401, "SIGN_ERROR", message).unsigned())
    };
    let timestamp = members.timestamp.parse::<u32>().map(i64::from);
    let Ok(timestamp) = timestamp else {
        return refuse(MALFORMED, bad_timestamp());
    };
    let behind = now.unix().saturating_sub(timestamp);
    if behind.unsigned_abs() > WINDOW {
        let message = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟";
        return refuse(message, SignatureCause::clock(behind));
    }
    if members.nonce_str.len() > 32 {
        return refuse("Http头Authorization中的nonce_str过长", long_nonce());
    }
    if members.id != caller.id {
        let cause = match caller.id_name {
            "brand_id" => SignatureCause::other_brand(caller.id),
            _ => SignatureCause::other_merchant(caller.id),
        };
        return refuse("签名错误", cause);
    }
    // The documents do not say how it is written, and clients that read it from the certificate
    // write it in small letters.
    if !members.serial_no.eq_ignore_ascii_case(caller.serial_no) {
        let cause = match shared.platform.key(members.serial_no) {
            Some(_) => SignatureCause::platform_serial(),
            None => SignatureCause::other_serial(caller.serial_no),
        };
        let message = "商户证书序列号有误。请使用签名私钥匹配的证书序列号";
        return refuse(message, cause);
    }
    let key = caller.key;
    if key.signed(&message, members.signature) {
        return Ok(());
    }
    (seen.causes, seen.signed_text) = diagnose::diagnose(call, &members, key);
    // The real one helps in this way too.
    let text = String::from_utf8_lossy(&message);
    let detail = json!({
        "field": "signature",
        "issue": "sign not match",
        "location": "authorization",
        "sign_information": {
            "method": call.method.as_str(),
            "url": call.target,
            "truncated_sign_message": text.chars().take(512).collect::<String>(),
            "sign_message_length": message.len(),
        },
    });
    let answer = Answer::error(401, "SIGN_ERROR", "错误的签名，验签失败");
    Err(answer.with_detail(detail).unsigned())
}

fn malformed(caller: &Caller<'_>) -> SignatureCause {
    let (scheme, id) = (caller.scheme, caller.id_name);
    SignatureCause::malformed(
        &format!(
            "The header is not {scheme}, a space, and {id}, nonce_str, signature, timestamp and serial_no, each once, in double \
             quotes, with commas between them."
        ),
        &format!(
            "请求头格式不对：应为 {scheme}、一个空格，然后是用逗号分隔、用双引号括起的 {id}、nonce_str、signature、timestamp 和 \
             serial_no，各出现一次。"
        ),
    )
}

fn bad_timestamp() -> SignatureCause {
    SignatureCause::malformed(
        "The timestamp is not a number of seconds since 1970.",
        "timestamp 不是以秒为单位的时间戳。",
    )
}

fn long_nonce() -> SignatureCause {
    SignatureCause::malformed(
        "The nonce_str is longer than 32 characters.",
        "nonce_str 超过 32 个字符。",
    )
}

const MALFORMED: &str = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》";

/// Those of RSA, of the national algorithms (国密) and of brands.
const SCHEMES: [&str; 3] = [
    Suite::Rsa.scheme(),
    "WECHATPAY2-SM2-WITH-SM3",
    BrandAccount::SCHEME,
];

const WRONG_SERIAL: &str = "平台证书序列号Wechatpay-Serial错误";

/// In seconds.
const WINDOW: u64 = 300;
