//! What the requests to the mmpaymkttransfers family are held to.

use std::net::IpAddr;

use http::Method;
use wxpay_core::{Params, XmlError, XmlLimits};

use crate::state::Shared;
use crate::v2::{Refusal, Request, check};
use crate::{Merchant, SignatureRefusal};

/// A field of a request: its name, the most characters it may have, and whether it must be there.
pub(crate) struct Rule(pub(crate) &'static str, pub(crate) usize, pub(crate) Need);

#[derive(PartialEq)]
pub(crate) enum Need {
    Required,
    Optional,
}

/// What the documents of endpoints call in several ways.
pub(crate) struct Words {
    /// The code for a merchant without the permission.
    pub(crate) no_auth: &'static str,
    /// What is said about a certificate that is missing or wrong.
    pub(crate) ca_error: &'static str,
    /// The field that has the app.
    pub(crate) app_id: &'static str,
    /// The code and the message for another app.
    pub(crate) wrong_app: (&'static str, &'static str),
}

/// Of the payments to employees, where they agree.
pub(crate) const EMPLOYEES: Words = Words {
    no_auth: "NO_AUTH",
    ca_error: "",
    app_id: "appid",
    wrong_app: ("WORKWX_MCHID_ERROR", "企业微信商户号和企业关系校验失败"),
};

/// Reads a request and checks what all of them check in the same way, up to `sign`.
pub(crate) fn read(request: &mut Request<'_>, words: &Words) -> Result<Params, Refusal> {
    let (call, shared) = (request.call, request.shared);
    // The gateway looks at the certificate before anything reads the message.
    if !call.client_certificate {
        return Err(Refusal::code("CA_ERROR", words.ca_error));
    }
    if call.method != Method::POST {
        return Err(Refusal::code("HTTP_METHOD_ERROR", "请使用HTTP POST方法"));
    }
    let params = params(&call.body)
        .map_err(|error| Refusal::code("XML_ERROR", format!("输入xml参数格式错误: {error}")))?;
    let merchant = &shared.merchant;
    check_merchant(&params, merchant, words)?;
    if !check::plain_sign(&params, merchant, request.signatures) {
        return Err(wrong_signature(shared, "SIGN_ERROR", "签名错误"));
    }
    Ok(params)
}

/// The refusal of a wrong signature, in the form that is set.
pub(crate) fn wrong_signature(shared: &Shared, code: &str, message: &str) -> Refusal {
    match shared.state().payouts.rules.signature_refusal {
        SignatureRefusal::ResultCode => Refusal::code(code, message),
        SignatureRefusal::ReturnCode => Refusal::Return("签名失败".to_owned()),
    }
}

/// Reads the fields of a request. The longest value is `detail` of an order: 6,000 characters.
pub(crate) fn params(body: &[u8]) -> Result<Params, XmlError> {
    let mut limits = XmlLimits::default();
    limits.value_bytes = 4 * 6000;
    Params::from_xml_within(body, &limits)
}

/// Holds every field to its rule.
pub(crate) fn check_fields(params: &Params, rules: &[Rule]) -> Result<(), Refusal> {
    for Rule(name, max, need) in rules {
        match params.get(name) {
            Some(value) if value.chars().count() > *max => {
                return Err(wrong(name, "长度超过限制"));
            }
            None if *need == Need::Required => return Err(wrong(name, "缺少参数")),
            _ => {}
        }
    }
    Ok(())
}

/// Whether this is an IP address that WeChat Pay takes: not an IPv4 address that is written as
/// IPv6.
pub(crate) fn is_client_ip(ip: &str) -> bool {
    ip.parse::<IpAddr>().is_ok_and(|ip| ip == ip.to_canonical())
}

/// What is said about another one.
pub(crate) const INVALID_IP: &str = "invalid spbill_create_ip";

/// `PARAM_ERROR` about one field.
pub(crate) fn wrong(name: &str, what: &str) -> Refusal {
    Refusal::code("PARAM_ERROR", format!("参数错误: {name} {what}"))
}

fn check_merchant(params: &Params, merchant: &Merchant, words: &Words) -> Result<(), Refusal> {
    let mch_id = params
        .get("mch_id")
        .ok_or_else(|| wrong("mch_id", "缺少参数"))?;
    if mch_id != merchant.mch_id.as_str() {
        return Err(Refusal::code(words.no_auth, "没有权限"));
    }
    let appid = params
        .get(words.app_id)
        .ok_or_else(|| wrong(words.app_id, "缺少参数"))?;
    if appid != merchant.appid.as_str() {
        let (code, message) = words.wrong_app;
        return Err(Refusal::code(code, message));
    }
    Ok(())
}
