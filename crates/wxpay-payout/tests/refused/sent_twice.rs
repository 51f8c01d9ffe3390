//! A prepared payout is sent once.
use wxpay_payout::{Payouts, Prepared};

async fn twice(payouts: &Payouts, prepared: Prepared) {
    let _ = payouts.send(prepared).await;
    let _ = payouts.send(prepared).await;
}

fn main() {}
