//! 分账: the money of an order, shared among several.

pub(crate) mod add_receiver;
pub(crate) mod create_order;
pub(crate) mod create_return;
pub(crate) mod max_ratio;
pub(crate) mod query_order;
pub(crate) mod query_return;
pub(crate) mod remove_receiver;
mod report;
mod return_report;
pub(crate) mod unfreeze;
pub(crate) mod unsplit;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::state::SharingRefusal;
use crate::v3::input::Object;
use crate::v3::{Answer, Request};

/// The kinds of receivers (接收方类型).
const KINDS: &[&str] = &["MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID"];

/// A number of the merchant's for a share or a return.
fn number<'a>(fields: &Object<'a>, name: &str) -> Result<&'a str, Answer> {
    let number = fields.text(name, 64)?;
    if is_number(number) {
        Ok(number)
    } else {
        Err(fields.refuse(name, "只能由数字、大小写字母和_-|*@组成"))
    }
}

/// A number of this kind in the path, decoded.
fn path_number<'a>(request: &Request<'a>, name: &str) -> Result<Cow<'a, str>, Answer> {
    let part = request.route.part(name);
    let decoded = percent_decode_str(part)
        .decode_utf8()
        .ok()
        .filter(|number| is_number(number));
    let wrong = || Answer::param_error("url", name, part.into(), "不是有效的单号");
    decoded.ok_or_else(wrong)
}

fn is_number(number: &str) -> bool {
    let mut bytes = number.bytes();
    number.len() <= 64 && bytes.all(|b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b))
}

fn not_found() -> Answer {
    Answer::error(404, "RESOURCE_NOT_EXISTS", "记录不存在")
}

fn refuse(refusal: SharingRefusal) -> Answer {
    let (status, code, message) = match refusal {
        SharingRefusal::NotEnough => (403, "NOT_ENOUGH", "分账金额不足"),
        SharingRefusal::Ratio => (403, "RULE_LIMIT", "分账金额超出最大分账比例"),
        SharingRefusal::OtherTerms => {
            let message = "商户单号已存在，且本次请求的参数与首次请求不一致";
            (400, "INVALID_REQUEST", message)
        }
        SharingRefusal::NoSharing => (400, "INVALID_REQUEST", "非分账订单不支持分账"),
        SharingRefusal::NoReceiver => (400, "INVALID_REQUEST", "分账接收方未添加"),
        SharingRefusal::OtherName => (400, "INVALID_REQUEST", "分账接收方姓名不匹配"),
        SharingRefusal::TooMany => (400, "INVALID_REQUEST", "一笔订单最多支持50次分账"),
    };
    Answer::error(status, code, message)
}
