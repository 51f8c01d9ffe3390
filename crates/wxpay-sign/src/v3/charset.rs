use wxpay_core::InvalidInput;

/// Checks that every character is in the Basic Multilingual Plane, since APIv3 takes no others: no
/// emoji, no rare Han characters.
///
/// # Errors
/// A character needs four bytes of UTF-8. WeChat Pay would refuse the request.
pub fn check_charset(text: &str) -> Result<(), InvalidInput> {
    let Some(c) = text.chars().find(|c| c.len_utf8() > 3) else {
        return Ok(());
    };
    let rule = format!(
        "must not hold U+{:04X} or other characters beyond U+FFFF, such as emoji",
        u32::from(c)
    );
    let rule_zh = format!(
        "不能含有 U+{:04X} 等 U+FFFF 以上的字符（如表情符号）",
        u32::from(c)
    );
    Err(InvalidInput::new("text", rule, rule_zh))
}
