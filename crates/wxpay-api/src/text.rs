use wxpay_core::{Identifier, InvalidInput};

/// The longest a text may be, in the unit that is checked.
///
/// The documents write `String(32)` and leave the unit open; for Chinese text that is a factor of three.
#[allow(clippy::exhaustive_enums)] // there is no third unit
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Max {
    /// Unicode characters.
    Chars(usize),
    /// Bytes of UTF-8.
    Bytes(usize),
}

/// Checks a text against its limit.
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

/// Checks an identifier's form and gives its text.
pub(crate) fn checked<'a>(
    field: &'static str,
    id: &'a impl Identifier,
) -> Result<&'a str, InvalidInput> {
    id.check(field)?;
    Ok(id.as_ref())
}
