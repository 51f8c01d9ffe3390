use wxpay_core::{InvalidInput, Secret};

/// Checks the form of a payment code (付款码): what is scanned by mistake is refused before it costs a
/// request.
pub(super) fn check(code: &Secret) -> Result<(), InvalidInput> {
    let code = code.expose();
    let is_code = code.len() == 18
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && PREFIXES.iter().any(|prefix| code.starts_with(prefix));
    if is_code {
        return Ok(());
    }
    Err(InvalidInput::new(
        "auth_code",
        "must have 18 digits that begin with 10 to 15: ask the customer for the payment code of WeChat Pay and scan it again",
        "必须为 18 位数字，以 10 至 15 开头：请让顾客出示微信支付付款码后重新扫码",
    ))
}

const PREFIXES: [&str; 6] = ["10", "11", "12", "13", "14", "15"];
