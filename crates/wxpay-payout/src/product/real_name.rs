//! When a transfer needs the user's real name.

use wxpay_core::{Fen, InvalidInput};

/// What WeChat Pay's pages say of the name (收款用户姓名).
pub(super) fn check(amount: Fen, is_named: bool) -> Result<(), InvalidInput> {
    let broken = |rule, rule_zh| Err(InvalidInput::new("user_name", rule, rule_zh));
    if amount >= NAMED_FROM && !is_named {
        return broken(
            "must be given for 2,000 yuan and more",
            "转账金额达到 2000 元时必须填写",
        );
    }
    if amount < NAMELESS_BELOW && is_named {
        return broken(
            "must not be given for less than 0.3 yuan",
            "转账金额不足 0.3 元时不能填写",
        );
    }
    Ok(())
}

const NAMED_FROM: Fen = Fen::new(200_000);
const NAMELESS_BELOW: Fen = Fen::new(30);
