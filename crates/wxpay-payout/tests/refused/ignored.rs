//! A settlement must be looked at.
#![deny(unused_must_use)]
use wxpay_payout::{Payouts, Unknown};

async fn forget(payouts: &Payouts, unknown: Unknown) {
    payouts.resolve(unknown).await.unwrap();
}

fn main() {}
