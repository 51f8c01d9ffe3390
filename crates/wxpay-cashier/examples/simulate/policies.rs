//! Ours, and thirteen ways to take payments by scanned code that lose money. The same judge has to
//! find each of them.

use std::time::Duration;

use wxpay_cashier::{PayEnd, QueryEnd, ReverseEnd, Rules};
use wxpay_core::OutTradeNo;
use wxpay_transport::Timer;

use super::direct::Asked;
use super::judge::Belief;
use super::shop::AMOUNT;
use super::world::World;

/// A way to take payments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Policy {
    Ours,
    /// Reverses at once while the user is asked for the password, and says that it is not paid.
    ReversesWhilePaying,
    /// Takes `SYSTEMERROR` for a failure.
    SystemErrorIsFailure,
    /// Sends one reversal, and says that it is not paid, whatever came back.
    OneReversal,
    /// Takes an accepted reversal for a proof, once a query finds no order.
    AcceptedIsProof,
    /// Takes the first query that finds no order for a proof.
    NotFoundIsFailure,
    /// Takes any refusal of the charge for a proof.
    RefusalIsFailure,
    /// Charges again under another number after a time-out.
    TimeoutIsFailure,
    /// Ours, which believes a payment right after a reversal in doubt.
    BelievesAfterDoubt,
    /// Ours, which waits for nothing before a reversal.
    ReversesTooSoon,
    /// Ours, which soon takes what is not known for never arrived.
    Hasty,
    /// Ours over a store that does not look at revisions, with two programs.
    NoRevisions,
    /// Ours with requests that do not look at their fence.
    NoFence,
    /// Ours without the store: a crash forgets what was charged.
    Forgetful,
}

pub(crate) const POLICIES: [Policy; 14] = [
    Policy::Ours,
    Policy::ReversesWhilePaying,
    Policy::SystemErrorIsFailure,
    Policy::OneReversal,
    Policy::AcceptedIsProof,
    Policy::NotFoundIsFailure,
    Policy::RefusalIsFailure,
    Policy::TimeoutIsFailure,
    Policy::BelievesAfterDoubt,
    Policy::ReversesTooSoon,
    Policy::Hasty,
    Policy::NoRevisions,
    Policy::NoFence,
    Policy::Forgetful,
];

impl Policy {
    /// Whether it is ours, or ours with one thing wrong.
    pub(crate) fn uses_the_cashier(self) -> bool {
        matches!(
            self,
            Self::Ours
                | Self::BelievesAfterDoubt
                | Self::ReversesTooSoon
                | Self::Hasty
                | Self::NoRevisions
                | Self::NoFence
                | Self::Forgetful
        )
    }

    pub(crate) fn rules(self, mut rules: Rules) -> Rules {
        match self {
            Self::BelievesAfterDoubt => rules.doubt = Duration::ZERO,
            Self::ReversesTooSoon => {
                rules.wait = Duration::ZERO;
                rules.reverse_after = Duration::ZERO;
            }
            Self::Hasty => rules.not_known_for = Duration::ZERO,
            _ => {}
        }
        rules
    }

    /// A careless program, up to two charges.
    pub(crate) async fn sell(self, world: World) {
        for _ in 0..2 {
            let number = world.another_number();
            let belief = self.charge(&world, &number).await;
            let mut state = world.state();
            let super::world::State { server, judge, .. } = &mut *state;
            if let Some(belief) = belief {
                judge.believes(number.as_str(), belief, server);
            }
            if belief != Some(Belief::NotPaid) {
                return;
            }
        }
    }

    async fn charge(self, world: &World, number: &OutTradeNo) -> Option<Belief> {
        let asked = Asked {
            number: number.clone(),
            amount: AMOUNT,
        };
        match world.ask_to_pay(&asked, None).await {
            PayEnd::Paid(_) => return Some(Belief::Paid),
            PayEnd::NotSent(_) => return Some(Belief::NotPaid),
            PayEnd::Paying if self == Self::ReversesWhilePaying => {
                let _ = world.ask_to_reverse(number, None).await;
                return Some(Belief::NotPaid);
            }
            PayEnd::Refused(refusal)
                if self == Self::SystemErrorIsFailure && refusal.code == "SYSTEMERROR" =>
            {
                return Some(Belief::NotPaid);
            }
            PayEnd::Refused(refusal)
                if self == Self::RefusalIsFailure && refusal.code != "SYSTEMERROR" =>
            {
                return Some(Belief::NotPaid);
            }
            PayEnd::Unclear(_) if self == Self::TimeoutIsFailure => {
                return Some(Belief::NotPaid);
            }
            PayEnd::Paying | PayEnd::Refused(_) | PayEnd::Unclear(_) => {}
        }
        for _ in 0..5 {
            world.sleep(Duration::from_secs(10)).await;
            match world.ask(number).await {
                QueryEnd::Paid(_) => return Some(Belief::Paid),
                QueryEnd::Failed | QueryEnd::Closed | QueryEnd::Reversed => {
                    return Some(Belief::NotPaid);
                }
                QueryEnd::NotFound if self == Self::NotFoundIsFailure => {
                    return Some(Belief::NotPaid);
                }
                _ => {}
            }
        }
        let reversed = world.ask_to_reverse(number, None).await;
        match reversed {
            ReverseEnd::Accepted if self == Self::AcceptedIsProof => {
                world.sleep(Duration::from_secs(1)).await;
                match world.ask(number).await {
                    QueryEnd::NotFound | QueryEnd::Reversed => Some(Belief::NotPaid),
                    _ => None,
                }
            }
            ReverseEnd::Accepted => Some(Belief::NotPaid),
            _ if self == Self::OneReversal => Some(Belief::NotPaid),
            _ => None,
        }
    }
}
