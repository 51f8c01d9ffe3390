//! Requests of APIv2 to operations without behaviour.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use wxpay_catalog::{Operation, Reply, Written};
use wxpay_core::Params;

use super::form::Rules;
use super::reply::Filling;
use super::values::Values;
use super::{digest, first_asked, v3, wrong_host};
use crate::exchange::Draft;
use crate::v2::check;
use crate::v2::request::{params, wrong};
use crate::v2::sign::{REDPACK_FIELDS, SignType, WORKWX_FIELDS};
use crate::v2::{File, Message, Refusal, Refusals, Request};
use crate::v3::Caller;

/// Checks a request, and answers it.
pub(crate) fn respond(
    request: &mut Request<'_>,
    operation: &'static Operation,
) -> Result<Draft, Refusal> {
    if let Some(said) = wrong_host(operation, request.call) {
        return Err(Refusal::Return(said));
    }
    // The gateway looks at the certificate before anything reads the message.
    if operation.client_cert && !request.call.client_certificate {
        return Err(Refusal::code("CA_ERROR", "请求未携带证书，或证书出错"));
    }
    let params = if operation.method.as_deref() == Some("GET") {
        in_query(request.call.query())
    } else {
        params(&request.call.body)
            .map_err(|error| Refusal::code("XML_ERROR", format!("输入xml参数格式错误: {error}")))?
    };
    let sign_type = check_origin(request, operation, &params)?;
    let given: Map<String, Value> = params
        .iter()
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    let rules = Rules {
        key: None,
        texts: true,
    };
    let asked = rules
        .check(&operation.request, &given)
        .map_err(|issue| wrong(&issue.field, &issue.said))?;

    let digest = digest::of(&asked);
    let time = first_asked(request.shared, operation, &asked, digest, request.commit)
        .map_err(|_| used(operation))?;
    if operation.reply == Reply::File {
        return Ok(Draft::V2File(File {
            kind: "text/plain",
            bytes: format!("`{}\n`{}\n", operation.name, operation.title_zh).into_bytes(),
            digest: None,
        }));
    }
    let filling = Filling {
        operation,
        asked: &asked,
        values: Values {
            random: &request.shared.random,
            subject: v3::subject(&asked, digest),
            now: time,
            amount: v3::amount(&operation.request, &asked),
            caller: &Caller::merchant(request.shared),
        },
        texts: true,
    };
    let nonce = request.shared.random.nonce();
    Ok(Draft::V2(message(&filling, &params, sign_type, nonce)))
}

/// The fields of a URL.
fn in_query(query: &str) -> Params {
    let text = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// How a refusal is written.
pub(crate) fn refusals(operation: &Operation) -> Refusals {
    if operation.unsigned_reply || operation.reply == Reply::File {
        Refusals::Unsigned
    } else {
        Refusals::Signed
    }
}

/// Whose request it is: the merchant by its number, the nonce, and the signatures.
fn check_origin(
    request: &mut Request<'_>,
    operation: &Operation,
    params: &Params,
) -> Result<SignType, Refusal> {
    let merchant = &request.shared.merchant;
    let mch_id = own_name(operation.mch_id_field.as_deref(), "mch_id");
    if let Some(name) = mch_id {
        let told = params.get(name).ok_or_else(|| wrong(name, "缺少参数"))?;
        if told != merchant.mch_id.as_str() {
            let code = super::code_of(operation, NO_AUTH).unwrap_or("NOAUTH");
            return Err(Refusal::code(
                code,
                format!("商户号{name}不存在，或没有权限"),
            ));
        }
    }
    if let Some(name) = own_name(operation.app_id_field.as_deref(), "appid")
        && params.get(name).is_none()
    {
        return Err(wrong(name, "缺少参数"));
    }
    if !operation.no_nonce && params.get("nonce_str").is_none() {
        return Err(wrong("nonce_str", "缺少参数"));
    }
    let named = params.get("sign_type").and_then(SignType::parse);
    let only = match operation.sign_types.as_slice() {
        [one] => SignType::parse(one),
        _ => None,
    };
    let sign_type = only.or(named).unwrap_or(SignType::Md5);
    let held = match only {
        Some(SignType::Md5) => check::plain_sign(params, merchant, request.signatures),
        _ => check::sign(sign_type, params, merchant, request.signatures),
    };
    if !held {
        let code = super::code_of(operation, SIGN_ERROR).unwrap_or("SIGNERROR");
        return Err(Refusal::code(code, "签名错误"));
    }
    let covered: Option<&'static [&'static str]> = match operation.workwx_sign.as_deref() {
        None => None,
        Some("redpack") => Some(&REDPACK_FIELDS),
        Some(_) => Some(&WORKWX_FIELDS),
    };
    let held = |covered| check::workwx_sign(params, merchant, covered, request.signatures);
    if !covered.is_none_or(held) {
        return Err(Refusal::code("SIGN_ERROR", "企业微信签名错误"));
    }
    Ok(sign_type)
}

fn message(filling: &Filling<'_>, params: &Params, sign_type: SignType, nonce: String) -> Message {
    let operation = filling.operation;
    let mut fields = vec![
        ("return_code".to_owned(), "SUCCESS".to_owned()),
        ("return_msg".to_owned(), "OK".to_owned()),
    ];
    if !operation.no_merchant_reply {
        for (own, usual) in [
            (operation.app_id_field.as_deref(), "appid"),
            (operation.mch_id_field.as_deref(), "mch_id"),
        ] {
            let name = own_name(own, usual);
            if let Some((name, value)) = name.and_then(|name| Some((name, params.get(name)?))) {
                fields.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    if !operation.no_nonce {
        fields.push(("nonce_str".to_owned(), nonce));
    }
    if !operation.no_result_code {
        fields.push(("result_code".to_owned(), "SUCCESS".to_owned()));
    }
    let mut message = if operation.unsigned_reply {
        Message::default()
    } else {
        Message::signed(sign_type)
    };
    let made = filling.message();
    for (name, value) in fields {
        message = message.text(name, value);
    }
    for (name, value) in made {
        if ALWAYS.contains(&&*name)
            || own_name(operation.app_id_field.as_deref(), "appid") == Some(&*name)
            || own_name(operation.mch_id_field.as_deref(), "mch_id") == Some(&*name)
        {
            continue;
        }
        let text = super::scalar::text(&value).unwrap_or_default();
        let mut fields = operation.response.iter();
        let field = fields.find(|field| field.wire() == name);
        message = match field.and_then(|field| field.written) {
            // Elements within an element.
            Some(Written::Xml) => message.raw(name, text),
            _ => message.text(name, text),
        };
    }
    message
}

fn used(operation: &Operation) -> Refusal {
    let code = super::code_of(operation, USED).unwrap_or("PARAM_ERROR");
    Refusal::code(code, "同一单号已用于另一请求，参数与首次请求不一致")
}

/// The name of a field for the app or the merchant: its own, the usual one, or none.
fn own_name<'a>(own: Option<&'a str>, usual: &'a str) -> Option<&'a str> {
    Some(own.unwrap_or(usual)).filter(|name| !name.is_empty())
}

const USED: &[&str] = &[
    "OUT_TRADE_NO_USED",
    "ALREADY_EXISTS",
    "INVALID_REQUEST",
    "PARAM_ERROR",
];
const SIGN_ERROR: &[&str] = &["SIGNERROR", "SIGN_ERROR"];
const NO_AUTH: &[&str] = &["NOAUTH", "NO_AUTH", "MCHID_NOT_EXIST"];

/// What every response begins with.
const ALWAYS: &[&str] = &[
    "return_code",
    "return_msg",
    "nonce_str",
    "result_code",
    "sign",
];
