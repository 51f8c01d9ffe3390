//! The forms of single values.

use std::net::IpAddr;

use serde_json::Value;
use wxpay_catalog::{Field, Is};
use wxpay_core::{
    Alphabet, AppId, BatchId, Date, DateFormat, DetailId, MchId, OpenId, OutBatchNo, OutDetailNo,
    OutRefundNo, OutTradeNo, PartnerTradeNo, PaymentNo, RefundId, TimeFormat, Timestamp,
    TransactionId,
};

/// The text of a value that is no object and no list.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Whether a value is of the type that a field has in JSON; in a form, a query, a path or a header
/// all are texts.
pub(crate) fn type_issue(field: &Field, value: &Value) -> Option<&'static str> {
    let fits = match field.ty.as_str() {
        "Fen" | "Integer" => value.is_i64(),
        "Boolean" => value.is_boolean(),
        "Decimal" => value.is_number() || value.is_string(),
        "Time" if format(field) == TimeFormat::Unix => value.is_number() || value.is_string(),
        "enum" if field.number => value.is_number(),
        "Raw" => true,
        _ => value.is_string(),
    };
    let said = match field.ty.as_str() {
        "Fen" | "Integer" => "须为整数",
        "Boolean" => "须为布尔值",
        "Decimal" => "须为数字",
        "enum" if field.number => "须为数字",
        _ => "须为字符串",
    };
    (!fits).then_some(said)
}

/// What is wrong with a value's text.
pub(crate) fn form_issue(field: &Field, text: &str) -> Option<String> {
    let ty = field.ty.as_str();
    if let "Fen" | "Integer" = ty {
        return number_issue(field, text);
    }
    if !has_form(field, text) {
        return Some("格式不正确".to_owned());
    }
    if ty == "enum" && !field.values.is_empty() {
        let known = field.values.iter().any(|known| known.value == text);
        return (!known).then(|| "不是有效的枚举值".to_owned());
    }
    length_issue(field, text)
}

/// Whether a text is of the form of a field's type.
pub(crate) fn has_form(field: &Field, text: &str) -> bool {
    macro_rules! id {
        ($($ty:ident),+) => {
            match field.ty.as_str() {
                $(stringify!($ty) => return $ty::new(text).is_ok(),)+
                _ => {}
            }
        };
    }
    id!(
        AppId,
        BatchId,
        DetailId,
        MchId,
        OpenId,
        OutBatchNo,
        OutDetailNo,
        OutRefundNo,
        OutTradeNo,
        PartnerTradeNo,
        PaymentNo,
        RefundId,
        TransactionId
    );
    match field.ty.as_str() {
        "Fen" | "Integer" => text.parse::<i64>().is_ok(),
        "Boolean" => matches!(text, "true" | "false"),
        "Decimal" => text.parse::<f64>().is_ok(),
        "Ip" => text.parse::<IpAddr>().is_ok(),
        "Time" => Timestamp::parse(text, format(field)).is_some(),
        "Date" => Date::parse(text, date_format(field)).is_some(),
        _ => true,
    }
}

fn number_issue(field: &Field, text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = text
        .parse::<i64>()
        .ok()
        .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    let Some(number) = number else {
        return Some("须为整数".to_owned());
    };
    let least = field.min.unwrap_or(0);
    if number < least {
        return Some(format!("不能小于{least}"));
    }
    let most = field.max?;
    (number > most).then(|| format!("不能大于{most}"))
}

/// Whether a text is longer or shorter than a field may be, or has other characters.
pub(crate) fn length_issue(field: &Field, text: &str) -> Option<String> {
    if let Some(min) = field.min_chars
        && text.chars().count() < min
    {
        return Some(format!("长度不足，最少{min}个字符"));
    }
    if let Some(alphabet) = field.alphabet.as_deref()
        && !text.chars().all(|c| Alphabet::new(alphabet).contains(c))
    {
        return Some("包含不允许的字符".to_owned());
    }
    if let Some(max) = field.max_chars {
        return (text.chars().count() > max).then(|| format!("长度超过限制，最多{max}个字符"));
    }
    let max = field.max_bytes?;
    (text.len() > max).then(|| format!("长度超过限制，最多{max}字节"))
}

pub(crate) fn format(field: &Field) -> TimeFormat {
    match field.format.as_deref() {
        Some("Compact") => TimeFormat::Compact,
        Some("DateTime") => TimeFormat::DateTime,
        Some("Unix") => TimeFormat::Unix,
        _ => TimeFormat::Rfc3339,
    }
}

pub(crate) fn date_format(field: &Field) -> DateFormat {
    match field.format.as_deref() {
        Some("Compact") => DateFormat::Compact,
        _ => DateFormat::Dashed,
    }
}

/// The text of a value that is known beforehand.
pub(crate) fn said(is: &Is) -> String {
    match is {
        Is::Flag(flag) => flag.to_string(),
        Is::Number(number) => number.to_string(),
        Is::Text(text) => text.clone(),
        _ => String::new(),
    }
}
