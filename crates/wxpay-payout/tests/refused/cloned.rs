//! There is one of each prepared payout.
use wxpay_payout::Prepared;

fn copy(prepared: &Prepared) -> Prepared {
    Prepared::clone(prepared)
}

fn main() {}
