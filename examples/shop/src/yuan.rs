//! Amounts as the staff types them.

use wxpay_api::Fen;

/// Reads yuan with at most two decimals, such as `12`, `12.5` or `12.50`, without a floating-point
/// number in between.
pub(crate) fn read(text: &str) -> Option<Fen> {
    let (yuan, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(yuan) || !is_number(decimals) || decimals.len() > 2 {
        return None;
    }
    let yuan: i64 = yuan.parse().ok()?;
    let fen: i64 = format!("{decimals:0<2}").parse().ok()?;
    Some(Fen::new(yuan.checked_mul(100)?.checked_add(fen)?))
}

#[cfg(test)]
mod tests {
    use wxpay_api::Fen;

    use super::read;

    #[test]
    fn yuan_are_read_to_the_fen() {
        for (text, fen) in [
            ("0", 0),
            ("12", 1200),
            ("12.5", 1250),
            ("12.05", 1205),
            ("0.29", 29),
        ] {
            assert_eq!(read(text), Some(Fen::new(fen)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1.005",
            "1e2",
            "1,00",
            " 1",
            "99999999999999999999",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
