//! Ours, and six ways to pay out that lose money. The same checker has to find each of them.

use wxpay_core::PartnerTradeNo;
use wxpay_payout::{Message, Numbers, PayEnd, QueryEnd, Service};

use super::world::{World, message};

/// A way to pay out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Policy {
    Ours,
    /// Another number after anything but success.
    NewNumberOnAnything,
    /// Another number after a time-out.
    NewNumberOnTimeout,
    /// A query, and another number if it finds nothing.
    NewNumberOnNotFound,
    /// The number is kept in memory only; a crash forgets it.
    NumberInMemory,
    /// `FATAL_ERROR`'s advice is followed.
    FatalErrorsAdvice,
    /// A refusal is booked as a failure.
    FailIsFailure,
}

pub(crate) const POLICIES: [Policy; 7] = [
    Policy::Ours,
    Policy::NewNumberOnAnything,
    Policy::NewNumberOnTimeout,
    Policy::NewNumberOnNotFound,
    Policy::NumberInMemory,
    Policy::FatalErrorsAdvice,
    Policy::FailIsFailure,
];

/// What a bad policy has in its books at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Claim {
    Paid,
    Failed,
    Open,
}

impl Policy {
    pub(crate) async fn pay(self, world: &World) -> Claim {
        let mut number = new_number(world);
        let mut text = "20000";
        for _ in 0..TRIES {
            let end = world.pay(&number, &written(&number, text)).await;
            if matches!(end, PayEnd::Paid { .. }) {
                return Claim::Paid;
            }
            let refused = matches!(end, PayEnd::Refused(_));
            let timeout = matches!(end, PayEnd::Unclear(_));
            world.pass(600_000);
            match self {
                Self::Ours => return Claim::Open,
                Self::NewNumberOnAnything => number = new_number(world),
                Self::NewNumberOnTimeout if timeout => number = new_number(world),
                Self::NewNumberOnTimeout => {}
                Self::NewNumberOnNotFound => match world.query(&number).await {
                    QueryEnd::Paid { .. } => return Claim::Paid,
                    QueryEnd::NotFound | QueryEnd::Failed(_) => number = new_number(world),
                    _ => {}
                },
                Self::NumberInMemory => {
                    if world.chance(|chance| chance.percent(20)) {
                        number = new_number(world);
                    }
                }
                Self::FatalErrorsAdvice => match &end {
                    PayEnd::Refused(refusal) if refusal.code == "FATAL_ERROR" => {
                        number = new_number(world);
                    }
                    // The second try is written anew, with another text.
                    _ => text = "20000 again",
                },
                Self::FailIsFailure if refused => {
                    // Not even what is plainly ambiguous is looked at.
                    return Claim::Failed;
                }
                Self::FailIsFailure => {}
            }
        }
        Claim::Open
    }
}

fn new_number(world: &World) -> PartnerTradeNo {
    world.next().expect("the world has numbers")
}

fn written(number: &PartnerTradeNo, text: &str) -> Message {
    message(number, text)
}

const TRIES: usize = 6;
