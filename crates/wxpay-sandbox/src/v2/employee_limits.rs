use wxpay_core::{Fen, Timestamp};

use crate::clock::later;
use crate::state::Payouts;
use crate::v2::Refusal;

/// Holds a new payment to the limits, if there are any.
pub(crate) fn check(
    payouts: &Payouts,
    openid: &str,
    amount: Fen,
    now: Timestamp,
) -> Result<(), Refusal> {
    let Some(limits) = &payouts.rules.limits else {
        return Ok(());
    };
    if amount > limits.per_payment {
        return Err(Refusal::code("AMOUNT_LIMIT", "付款金额超出单笔限额"));
    }
    if let Some(last) = payouts.last_to(openid)
        && now < later(last, limits.gap)
    {
        let message = "给同一个用户付款过于频繁，请稍后再试";
        return Err(Refusal::code("FREQ_LIMIT", message));
    }
    let (user, all) = payouts.of_day(now, openid);
    if user.payments >= limits.payments_per_user_day {
        return Err(Refusal::code("SENDNUM_LIMIT", "用户今日付款次数超过限制"));
    }
    let amount = amount.get();
    if user.amount.saturating_add(amount) > limits.per_user_day.get() {
        return Err(Refusal::code(
            "MONEY_LIMIT",
            "已达到今日付款给此用户额度上限",
        ));
    }
    if all.amount.saturating_add(amount) > limits.per_day.get() {
        return Err(Refusal::code("MONEY_LIMIT", "已达到今日付款总额上限"));
    }
    Ok(())
}
