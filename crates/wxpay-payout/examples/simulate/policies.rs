//! Ours, and twelve ways to pay out that lose money. The same checker has to find each of them.

use wxpay_payout::{PayEnd, QueryEnd};

use super::bank::message;
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
    /// `FATAL_ERROR`'s advice is followed.
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
    /// Ours with a product whose users confirm: payments wait, are closed, and are cancelled.
    OursWithUsers,
    /// The same with a program that books a payment as failed when its cancellation was taken.
    CancelIsFailure,
    /// The same with a program that gives up what waits for its user.
    ImpatientWithUsers,
}

pub(crate) const POLICIES: [Policy; 14] = [
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
    Policy::OursWithUsers,
    Policy::CancelIsFailure,
    Policy::ImpatientWithUsers,
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
        matches!(
            self,
            Self::Ours
                | Self::RandomNumbers
                | Self::NoFence
                | Self::AttestsUnderALease
                | Self::DropsLatePayments
        ) || self.has_users()
    }

    /// Whether what it pays is confirmed by users.
    pub(crate) fn has_users(self) -> bool {
        matches!(
            self,
            Self::OursWithUsers | Self::CancelIsFailure | Self::ImpatientWithUsers
        )
    }

    /// Whether nothing is wrong with it.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursWithUsers)
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
                    PayEnd::Refused(refusal) if refusal.code == "FATAL_ERROR" => {
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

const TRIES: usize = 6;
