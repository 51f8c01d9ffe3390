//! Ours, and fourteen ways to pay out that lose money. The same checker has to find each of them.

use wxpay_payout::{Number, PayEnd, QueryEnd};

use super::bank::message;
use super::kind::Kind;
use super::world::World;

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
    /// `FATAL_ERROR`'s advice is followed, or what other products call it.
    FatalErrorsAdvice,
    /// A refusal is booked as a failure.
    FailIsFailure,
    /// Ours with random numbers, so that a lost journal is paid again.
    RandomNumbers,
    /// Ours with sends that do not look at their fence.
    NoFence,
    /// Ours with a person who attests while a call is under way.
    AttestsUnderALease,
    /// Ours with a journal that drops what it hears of a payment after it has given it up.
    DropsLatePayments,
    /// Ours with a program that books a payment as failed when its cancellation was taken.
    CancelIsFailure,
    /// Ours with a program that gives up what waits for somebody.
    Impatient,
    /// Ours with a program that books as paid what WeChat Pay has only taken.
    TakenIsPaid,
    /// Ours with a program that books what a notification sounds like.
    BelievesNotices,
}

pub(crate) const POLICIES: [Policy; 15] = [
    Policy::Ours,
    Policy::NewNumberOnAnything,
    Policy::NewNumberOnTimeout,
    Policy::NewNumberOnNotFound,
    Policy::NumberInMemory,
    Policy::FatalErrorsAdvice,
    Policy::FailIsFailure,
    Policy::RandomNumbers,
    Policy::NoFence,
    Policy::AttestsUnderALease,
    Policy::DropsLatePayments,
    Policy::CancelIsFailure,
    Policy::Impatient,
    Policy::TakenIsPaid,
    Policy::BelievesNotices,
];

/// What a bad policy has in its books at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Claim {
    Paid,
    Failed,
    Open,
}

impl Policy {
    /// Whether it is ours, or ours with one thing wrong.
    pub(crate) fn uses_the_engine(self) -> bool {
        !matches!(
            self,
            Self::NewNumberOnAnything
                | Self::NewNumberOnTimeout
                | Self::NewNumberOnNotFound
                | Self::NumberInMemory
                | Self::FatalErrorsAdvice
                | Self::FailIsFailure
        )
    }

    /// Whether it can be followed with this product: what is never waited for can't be given up too
    /// early, say.
    pub(crate) fn fits(self, kind: Kind) -> bool {
        match self {
            Self::CancelIsFailure => kind.is_cancelled(),
            Self::Impatient | Self::TakenIsPaid => kind.waits(),
            Self::BelievesNotices => kind.notifies(),
            _ => true,
        }
    }

    /// Whether nothing is wrong with it.
    pub(crate) fn is_ours(self) -> bool {
        self == Self::Ours
    }

    pub(crate) async fn pay(self, world: &World) -> Claim {
        let mut number = world.another_number();
        let mut text = "20000";
        for _ in 0..TRIES {
            let end = world.answer(&number, &message(&number, text));
            world.pass(5_000);
            if matches!(end, PayEnd::Paid { .. }) {
                return Claim::Paid;
            }
            if matches!(end, PayEnd::Waiting(_)) {
                return follow(world, &number);
            }
            let refused = matches!(end, PayEnd::Refused(_));
            let timeout = matches!(end, PayEnd::Unclear(_));
            world.pass(600_000);
            match self {
                Self::NewNumberOnAnything => number = world.another_number(),
                Self::NewNumberOnTimeout if timeout => number = world.another_number(),
                Self::NewNumberOnTimeout => {}
                Self::NewNumberOnNotFound => match world.find(&number) {
                    QueryEnd::Paid { .. } => return Claim::Paid,
                    QueryEnd::NotFound | QueryEnd::Failed(_) => number = world.another_number(),
                    _ => {}
                },
                Self::NumberInMemory if world.chance(|chance| chance.percent(20)) => {
                    number = world.another_number();
                }
                Self::NumberInMemory => {}
                Self::FatalErrorsAdvice => match &end {
                    PayEnd::Refused(refusal) if refusal.code == world.kind().differs() => {
                        number = world.another_number();
                    }
                    // The second try is written again, with another text.
                    _ => text = "20000 again",
                },
                Self::FailIsFailure if refused => {
                    // Not even what is plainly ambiguous is looked at.
                    return Claim::Failed;
                }
                _ => {}
            }
        }
        Claim::Open
    }
}

/// Asks how one ends that WeChat Pay has taken.
fn follow(world: &World, number: &Number) -> Claim {
    while !world.is_over() {
        world.pass(3_600_000);
        match world.find(number) {
            QueryEnd::Paid { .. } => return Claim::Paid,
            QueryEnd::Failed(_) => return Claim::Failed,
            _ => {}
        }
    }
    Claim::Open
}

const TRIES: usize = 6;
