//! The query right before a send, which finds what other journals have paid.

use super::{Engine, Step};
use crate::entry::{Entry, State};
use crate::evidence::QueryEnd;
use crate::journal::JournalError;
use crate::product::Payment;
use crate::settlement::NotSentCause;

/// What a query says that keeps a payout from being sent.
pub(super) enum Found {
    /// About its own number.
    Own(QueryEnd),
    /// About the failed number in whose place it is: it was paid after all, or nobody knows.
    Previous(QueryEnd),
}

impl<T: Payment> Engine<T> {
    /// `None` if it may be sent: WeChat Pay does not know the number, and still calls the one
    /// before it failed; or it holds the number, and takes the same request again.
    pub(super) async fn look(&self, begun: &Entry) -> Option<Found> {
        if !self.rules.query_before_send {
            return None;
        }
        if let Some(previous) = &begun.replaces {
            let end = self.service.query(previous).await;
            // One that was rejected by an older version of this crate was never known.
            if !matches!(end, QueryEnd::Failed(_) | QueryEnd::NotFound) {
                return Some(Found::Previous(end));
            }
        }
        let end = self.service.query(&begun.number).await;
        let goes_out = match &end {
            QueryEnd::NotFound => true,
            // It is sent for what only its response tells, and WeChat Pay still waits.
            QueryEnd::Waiting(hold) => begun.is_repeated_for(hold),
            _ => false,
        };
        (!goes_out).then_some(Found::Own(end))
    }

    /// Nothing has left: the entry goes back, or on to what WeChat Pay says of it.
    pub(super) async fn end_look(
        &self,
        begun: Entry,
        holder: &str,
        found: Found,
    ) -> Result<Step, JournalError> {
        let (end, previous) = match found {
            Found::Own(end) => (end, None),
            Found::Previous(end) => (end, begun.replaces.clone()),
        };
        let mut paid_earlier = None;
        let seen = match (previous, &end) {
            (Some(previous), QueryEnd::Paid { .. }) => {
                let known = self.entry_of(&previous).await?;
                self.record_late_query(known, &end).await?;
                paid_earlier = Some(previous);
                QueryEnd::NotFound
            }
            (Some(previous), _) => {
                let what = format!("its earlier number {previous} is not certain to have failed");
                QueryEnd::Unclear(what)
            }
            (None, _) => end.clone(),
        };
        let entry = self.record_look(begun, holder, &seen).await?;
        if let Some(paid) = paid_earlier {
            return self.stop_for(entry, &paid).await;
        }
        if entry.state == State::Prepared {
            let why = entry.reason.clone().unwrap_or_default();
            return Ok(match end {
                QueryEnd::Refused(refusal) => Step::NotSent(entry, NotSentCause::Refused(refusal)),
                _ => Step::NotSent(entry, NotSentCause::Unclear(why)),
            });
        }
        Ok(Step::Moved(entry))
    }
}
