//! A permit is for one replacement.
use wxpay_payout::{Intent, Payouts, ReplacementPermit};

async fn twice(payouts: &Payouts, permit: ReplacementPermit, intent: &Intent) {
    let _ = payouts.replace(permit, intent).await;
    let _ = payouts.replace(permit, intent).await;
}

fn main() {}
