use std::ops::{Bound, RangeBounds};

use wxpay_core::{Alphabet, Identifier, InvalidInput, TimeFormat, Timestamp, WireTime};

/// The longest a string may be, in the unit that is checked.
///
/// The documents write `String(32)` and leave the unit open; for Chinese text that is a factor of
/// three.
#[allow(clippy::exhaustive_enums)] // there is no third unit
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Max {
    /// Unicode characters.
    Chars(usize),
    /// Bytes of UTF-8.
    Bytes(usize),
}

/// Checks a string against its limit.
pub(crate) fn check_max(field: &'static str, value: &str, max: Max) -> Result<(), InvalidInput> {
    let (has, limit, (unit, unit_zh)) = match max {
        Max::Chars(limit) => (value.chars().count(), limit, ("characters", "字符")),
        Max::Bytes(limit) => (value.len(), limit, ("bytes", "字节")),
    };
    if has > limit {
        return Err(InvalidInput::new(
            field,
            format!("must have at most {limit} {unit}, has {has}"),
            format!("最多 {limit} 个{unit_zh}，现有 {has} 个"),
        ));
    }
    Ok(())
}

/// Checks that a text has enough characters, and those of an alphabet alone.
///
/// [`Max`] says how long it may be. An alphabet is written as [`Alphabet`] has it; an empty one has
/// every character.
///
/// # Errors
/// Names the field and the rule, and never the text itself, which may be a secret. Nothing has been
/// sent.
pub fn check_text(
    field: &'static str,
    value: &str,
    min_chars: usize,
    alphabet: &str,
) -> Result<(), InvalidInput> {
    let has = value.chars().count();
    if has < min_chars {
        return Err(InvalidInput::new(
            field,
            format!("must have at least {min_chars} characters, has {has}"),
            format!("至少 {min_chars} 个字符，现有 {has} 个"),
        ));
    }
    if alphabet.is_empty() {
        return Ok(());
    }
    let set = Alphabet::new(alphabet);
    let Some(at) = value.chars().position(|c| !set.contains(c)) else {
        return Ok(());
    };
    let at = at.saturating_add(1);
    Err(InvalidInput::new(
        field,
        format!("must have only characters of {alphabet}, and character {at} is another"),
        format!("只能包含 {alphabet} 范围内的字符，第 {at} 个字符不在其中"),
    ))
}

/// Checks an identifier's form and gives its text.
pub(crate) fn checked<'a>(
    field: &'static str,
    id: &'a impl Identifier,
) -> Result<&'a str, InvalidInput> {
    id.check(field)?;
    Ok(id.as_ref())
}

/// Checks an amount or a number against its range.
pub(crate) fn check_range(
    field: &'static str,
    value: i64,
    range: &impl RangeBounds<i64>,
    (unit, unit_zh): (&str, &str),
) -> Result<(), InvalidInput> {
    if range.contains(&value) {
        return Ok(());
    }
    let least = match range.start_bound() {
        Bound::Included(least) => Some(*least),
        Bound::Excluded(least) => Some(least.saturating_add(1)),
        Bound::Unbounded => None,
    };
    let most = match range.end_bound() {
        Bound::Included(most) => Some(*most),
        Bound::Excluded(most) => Some(most.saturating_sub(1)),
        Bound::Unbounded => None,
    };
    let (rule, rule_zh) = match (least, most) {
        (Some(least), _) if value < least => (
            format!("must be at least {least}{unit}, is {value}"),
            format!("至少 {least}{unit_zh}，现为 {value}{unit_zh}"),
        ),
        (_, Some(most)) => (
            format!("must be at most {most}{unit}, is {value}"),
            format!("最多 {most}{unit_zh}，现为 {value}{unit_zh}"),
        ),
        _ => ("is out of range".to_owned(), "超出允许范围".to_owned()),
    };
    Err(InvalidInput::new(field, rule, rule_zh))
}

/// What an amount is counted in.
pub(crate) const FEN: (&str, &str) = (" fen", " 分");
/// A number is counted in nothing.
pub(crate) const NUMBER: (&str, &str) = ("", "");

/// Checks how many members a list has.
pub(crate) fn check_items(
    field: &'static str,
    has: usize,
    items: &impl RangeBounds<usize>,
) -> Result<(), InvalidInput> {
    if items.contains(&has) {
        return Ok(());
    }
    let min = match items.start_bound() {
        Bound::Included(min) => *min,
        Bound::Excluded(min) => min.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let max = match items.end_bound() {
        Bound::Included(max) => Some(*max),
        Bound::Excluded(max) => Some(max.saturating_sub(1)),
        Bound::Unbounded => None,
    };
    let (rule, rule_zh) = match max {
        Some(max) => (
            format!("must have {min} to {max} members, has {has}"),
            format!("必须有 {min} 至 {max} 项，现有 {has} 项"),
        ),
        None => (
            format!("must have at least {min} members, has {has}"),
            format!("至少有 {min} 项，现有 {has} 项"),
        ),
    };
    Err(InvalidInput::new(field, rule, rule_zh))
}

/// The text of a time in the form that is asked for. One that came in that form is sent as it came.
pub(crate) fn time_text(
    field: &'static str,
    value: &WireTime,
    format: TimeFormat,
) -> Result<String, InvalidInput> {
    if Timestamp::parse(value.as_str(), format).is_some() {
        return Ok(value.as_str().to_owned());
    }
    let timestamp = value.timestamp().ok_or_else(|| {
        InvalidInput::new(
            field,
            "must be a time, such as 2015-05-20T13:29:35+08:00",
            "必须是时间，如 2015-05-20T13:29:35+08:00",
        )
    })?;
    Ok(timestamp.format(format))
}

/// The number that a value of an enum of numbers is.
pub(crate) fn number(field: &'static str, text: &str) -> Result<i64, InvalidInput> {
    let number = text.parse::<i64>().ok();
    // `+5` and `007` are numbers in other ways of writing, which WeChat Pay does not have.
    let number = number.filter(|number| number.to_string() == text);
    number.ok_or_else(|| InvalidInput::new(field, "must be a whole number", "必须是整数"))
}
