//! Nothing is sent that is not in a journal.
use wxpay_payout::{Entry, Payouts, Prepared};

async fn pay(payouts: &Payouts, entry: Entry) {
    let _ = payouts.send(Prepared(entry)).await;
}

fn main() {}
