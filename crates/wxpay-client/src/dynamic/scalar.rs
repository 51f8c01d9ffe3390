//! One value by its type's name.

use wxpay_catalog::Field;
use wxpay_core::{
    AppId, BatchId, Date, DateFormat, Decimal, DetailId, Fen, FromWire, InvalidInput, MchId,
    OpenId, OutBatchNo, OutDetailNo, OutRefundNo, OutTradeNo, PartnerTradeNo, PaymentNo, RefundId,
    Secret, TimeFormat, TransactionId, WireTime,
};

use super::target::Target;
use crate::json::Json;
use crate::{Max, check_text};

/// Writes a scalar or the value of an enum.
pub(super) fn write(
    target: &mut Target<'_>,
    field: &'static Field,
    value: &Json,
) -> Result<(), InvalidInput> {
    let name = field.wire();
    macro_rules! id {
        ($($ty:ident),+) => {
            match field.ty.as_str() {
                $(stringify!($ty) => return target.id(name, &parse::<$ty>(name, value, "a string", "字符串")?),)+
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
        "Fen" => {
            let fen: Fen = parse(name, value, "a whole number of fen", "以分为单位的整数")?;
            target.fen(name, fen, range(field))
        }
        "Integer" => {
            let number: i64 = parse(name, value, "a whole number", "整数")?;
            target.integer(name, number, range(field))
        }
        "Boolean" => {
            let flag: bool = parse(name, value, "true or false", "true 或 false")?;
            target.boolean(name, flag)
        }
        "Decimal" => {
            let text = match value {
                Json::Number(number) => number.to_string(),
                other => text(name, other)?,
            };
            let number: Decimal = text
                .parse()
                .map_err(|_| broken(name, "a decimal number", "小数"))?;
            target.decimal(name, &number)
        }
        "Ip" => {
            let address = parse(name, value, "an IP address", "IP 地址")?;
            target.ip(name, address, max(field))
        }
        "Time" => {
            let time: WireTime = parse(name, value, "a time", "时间")?;
            target.time(name, &time, time_format(field))
        }
        "Date" => {
            let date: Date = parse(
                name,
                value,
                "a day such as 2019-06-11",
                "日期，如 2019-06-11",
            )?;
            target.date(name, date, date_format(field))
        }
        "Raw" => target.raw(name, value),
        "Secret" if field.encrypted => {
            let secret = Secret::new(checked_text(field, value)?);
            target.sealed(name, &secret, max(field))
        }
        "enum" if field.number => target.number(name, &text(name, value)?),
        _ => target.text(name, &checked_text(field, value)?, max(field)),
    }
}

/// The text of a value, if it is long enough and of the field's characters.
fn checked_text(field: &'static Field, value: &Json) -> Result<String, InvalidInput> {
    let text = text(field.wire(), value)?;
    let alphabet = field.alphabet.as_deref().unwrap_or_default();
    check_text(field.wire(), &text, field.min_chars.unwrap_or(0), alphabet)?;
    Ok(text)
}

/// The text of a value that stands as a string, a number or a flag.
pub(super) fn text(name: &'static str, value: &Json) -> Result<String, InvalidInput> {
    value
        .scalar_text()
        .ok_or_else(|| broken(name, "a string", "字符串"))
}

pub(super) fn parse<T: FromWire>(
    name: &'static str,
    value: &Json,
    what: &str,
    what_zh: &str,
) -> Result<T, InvalidInput> {
    let text = value.scalar_text();
    text.and_then(|text| T::from_wire(&text))
        .ok_or_else(|| broken(name, what, what_zh))
}

fn broken(name: &'static str, what: &str, what_zh: &str) -> InvalidInput {
    InvalidInput::new(name, format!("must be {what}"), format!("必须是{what_zh}"))
}

/// The longest text; 64 characters for the value of an enum that has no limit of its own.
pub(super) fn max(field: &Field) -> Max {
    match (field.max_chars, field.max_bytes) {
        (Some(max), _) => Max::Chars(max),
        (None, Some(max)) => Max::Bytes(max),
        (None, None) => Max::Chars(64),
    }
}

pub(super) fn range(field: &Field) -> std::ops::RangeInclusive<i64> {
    field.min.unwrap_or(0)..=field.max.unwrap_or(i64::MAX)
}

pub(super) fn items(field: &Field) -> std::ops::RangeInclusive<usize> {
    field.min_items.unwrap_or(1)..=field.max_items.unwrap_or(usize::MAX)
}

fn time_format(field: &Field) -> TimeFormat {
    match field.format.as_deref() {
        Some("Compact") => TimeFormat::Compact,
        Some("DateTime") => TimeFormat::DateTime,
        Some("Unix") => TimeFormat::Unix,
        _ => TimeFormat::Rfc3339,
    }
}

fn date_format(field: &Field) -> DateFormat {
    match field.format.as_deref() {
        Some("Compact") => DateFormat::Compact,
        _ => DateFormat::Dashed,
    }
}
