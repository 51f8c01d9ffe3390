//! An unknown payout has no way to another number.
use wxpay_payout::{Intent, Payouts, Unknown};

async fn pay_again(payouts: &Payouts, unknown: Unknown, intent: &Intent) {
    let permit = unknown.into_permit();
    let _ = payouts.replace(permit, intent).await;
}

fn main() {}
