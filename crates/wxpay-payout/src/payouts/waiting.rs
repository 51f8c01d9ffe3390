//! Payouts that WeChat Pay holds until somebody does something.

use crate::engine::{May, Step};
use crate::entry::State;
use crate::evidence::{CancelEnd, Refusal};
use crate::journal::JournalError;
use crate::product::Payment;
use crate::settlement::Settlement;
use crate::{IntentId, Moment, Number, Payouts};

impl<T: Payment> Payouts<T> {
    /// Asks WeChat Pay about a payout now, though the rules would wait longer: because a
    /// notification of it has come, say.
    ///
    /// What a notification says is not taken over: it may be late, come twice, or overtake another.
    /// It is only an occasion to ask.
    ///
    /// # Errors
    /// The journal failed.
    pub async fn ask(&self, number: &Number) -> Result<Settlement, JournalError> {
        let engine = &*self.0;
        engine.bring_forward(number).await?;
        match engine.step(number, May::OnlyFollow).await? {
            Step::Moved(entry)
            | Step::Person(entry)
            | Step::Unsent(entry)
            | Step::Wait(entry, _)
            | Step::NotSent(entry, _) => Ok(Settlement::of(entry)),
        }
    }

    /// Asks WeChat Pay to cancel a payout (撤销) that it holds, such as a transfer that the user has
    /// not confirmed.
    ///
    /// That WeChat Pay takes the cancellation does not mean that it is done: the user may have
    /// confirmed meanwhile. Queries tell. The payout ends as [`Rejected`](Settlement::Rejected)
    /// when it was cancelled, and as [`Paid`](Settlement::Paid) when it was not. From now on
    /// nothing is sent under its number; the same call may be made again.
    ///
    /// # Errors
    /// See [`CancelError`]. The payout goes on as it was, unless it says otherwise.
    pub async fn cancel(&self, intent: &IntentId) -> Result<Settlement, CancelError> {
        let engine = &*self.0;
        let found = engine.journal().by_intent(intent).await?;
        let entry = found.ok_or(CancelError::NotThere)?;
        engine.own(&entry)?;
        if let Some(until) = entry.held_until(engine.now(), &engine.rules) {
            return Err(CancelError::Held(until));
        }
        if entry.state != State::Waiting {
            return Err(CancelError::NotWaiting(Box::new(Settlement::of(entry))));
        }
        let (entry, end) = engine.cancel(entry).await?;
        match end {
            CancelEnd::Unsupported => Err(CancelError::Unsupported),
            CancelEnd::NotSent(error) => Err(CancelError::NotSent(error)),
            CancelEnd::Refused(refusal) if refusal.is_definite() => {
                Err(CancelError::Refused(refusal))
            }
            CancelEnd::Taken | CancelEnd::Refused(_) | CancelEnd::Unclear(_) => {
                Ok(Settlement::of(entry))
            }
        }
    }
}

/// Why a payout was not cancelled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CancelError {
    /// The journal does not have the intent.
    #[error("the journal does not have this intent")]
    NotThere,
    /// WeChat Pay does not hold it, so there is nothing to cancel: it is settled, its outcome is
    /// unknown, or nothing of it was sent. This is how it stands.
    #[error("WeChat Pay does not hold it, so there is nothing to cancel")]
    NotWaiting(Box<Settlement>),
    /// Another process is working on it, until this moment at most.
    #[error("another process is working on it, until {0} at the latest")]
    Held(Moment),
    /// Payments of this product can't be cancelled. Nothing was sent.
    #[error("payments of this product can't be cancelled")]
    Unsupported,
    /// Provably nothing left this machine.
    #[error("the cancellation was not sent: {0}")]
    // not a source: a chain of errors would show it twice
    NotSent(wxpay_core::Error),
    /// WeChat Pay refused the cancellation, since the user has confirmed, say. Queries tell how the
    /// payout ends.
    #[error("the cancellation was refused with {}: {}", .0.code, .0.message)]
    Refused(Refusal),
    /// The journal failed. The cancellation may have been sent; queries tell.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
