//! Anyone who sends has to say what happens to a payout that is unknown.
use wxpay_payout::Settlement;

fn is_paid(settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Paid(_) => true,
        Settlement::Rejected(_) | Settlement::Waiting(_) => false,
    }
}

fn main() {}
