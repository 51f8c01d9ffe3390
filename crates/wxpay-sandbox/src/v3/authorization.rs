//! 签名认证 of requests, from its document.

use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use serde_json::json;
use wxpay_core::Timestamp;

use crate::exchange::Call;
use crate::platform::{Platform, PlatformKey};
use crate::state::Shared;
use crate::v3::Answer;
use crate::{SignatureCheck, SignatureKind};

/// The members of an `Authorization` header.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Authorization<'a> {
    pub(crate) mchid: &'a str,
    pub(crate) nonce_str: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) timestamp: &'a str,
    pub(crate) serial_no: &'a str,
}

/// Checks that the merchant sent this request, just now.
pub(crate) fn check(
    call: &Call,
    shared: &Shared,
    now: Timestamp,
    signatures: &mut Vec<SignatureCheck>,
) -> Result<(), Answer> {
    if !call.headers.contains_key(ACCEPT) || !call.headers.contains_key(USER_AGENT) {
        let message = "Http头缺少Accept或User-Agent";
        return Err(Answer::error(400, "INVALID_REQUEST", message).unsigned());
    }
    let result = check_authorization(call, shared, now);
    let held = result.is_ok();
    signatures.push(SignatureCheck::new(SignatureKind::Authorization, held));
    result
}

/// The platform key that the request names, if it names one.
pub(crate) fn named_key(
    call: &Call,
    platform: &Platform,
) -> Result<Option<Arc<PlatformKey>>, Answer> {
    if !call.headers.contains_key("wechatpay-serial") {
        return Ok(None);
    }
    match call.serial().and_then(|serial| platform.key(serial)) {
        Some(key) => Ok(Some(key)),
        None => {
            let message = "平台证书序列号Wechatpay-Serial错误";
            Err(Answer::error(400, "PARAM_ERROR", message))
        }
    }
}

/// Why a request with sealed fields (敏感信息) has to name a key.
pub(crate) fn no_serial() -> Answer {
    let message = "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)";
    Answer::error(400, "PARAM_ERROR", message)
}

impl<'a> Authorization<'a> {
    /// Reads the header; `None` unless it has the scheme and each member once.
    pub(crate) fn parse(header: &'a str) -> Option<Self> {
        let mut members = Self::default();
        for member in header.strip_prefix(SCHEME)?.split(',') {
            let (name, value) = member.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            let slot = match name {
                "mchid" => &mut members.mchid,
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
            members.mchid,
            members.nonce_str,
            members.signature,
            members.timestamp,
            members.serial_no,
        ];
        all.iter()
            .all(|member| !member.is_empty())
            .then_some(members)
    }

    /// The text that the merchant has to have signed.
    pub(crate) fn message(&self, method: &str, target: &str, body: &[u8]) -> Vec<u8> {
        let (timestamp, nonce) = (self.timestamp, self.nonce_str);
        let mut message = format!("{method}\n{target}\n{timestamp}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        message
    }
}

fn check_authorization(call: &Call, shared: &Shared, now: Timestamp) -> Result<(), Answer> {
    let refuse = |message| Err(Answer::error(401, "SIGN_ERROR", message).unsigned());
    let mut headers = call.headers.get_all(AUTHORIZATION).iter();
    let header = match (headers.next(), headers.next()) {
        (Some(header), None) => header.to_str().ok(),
        _ => None,
    };
    let Some(members) = header.and_then(Authorization::parse) else {
        return refuse("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》");
    };
    let timestamp = members.timestamp.parse::<u32>().map(i64::from);
    let Ok(timestamp) = timestamp else {
        return refuse("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》");
    };
    if now.unix().abs_diff(timestamp) > WINDOW {
        return refuse("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟");
    }
    if members.nonce_str.len() > 32 {
        return refuse("Http头Authorization中的nonce_str过长");
    }
    if members.mchid != shared.merchant.mch_id.as_str() {
        return refuse("签名错误");
    }
    if members.serial_no != shared.merchant.serial_no {
        return refuse("商户证书序列号有误。请使用签名私钥匹配的证书序列号");
    }
    let message = members.message(call.method.as_str(), &call.target, &call.body);
    if shared.platform.merchant.signed(&message, members.signature) {
        return Ok(());
    }
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

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048 ";

/// In seconds.
const WINDOW: u64 = 300;
