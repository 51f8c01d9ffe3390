//! Writes down how a call ended, also if other processes have changed the entry meanwhile.

use super::Engine;
use crate::Moment;
use crate::entry::{Entry, State};
use crate::evidence::{CancelEnd, PayEnd, QueryEnd};
use crate::journal::JournalError;
use crate::product::Payment;

impl<T: Payment> Engine<T> {
    pub(super) async fn record_send(
        &self,
        begun: &Entry,
        holder: &str,
        end: &PayEnd,
    ) -> Result<Entry, JournalError> {
        self.record(begun, |known| {
            if is_ours(known, holder) && known.state == State::Sending {
                known.end_send(end, self.now(), &self.rules);
            } else {
                known.end_late_send(end, begun, self.now());
            }
        })
        .await
    }

    /// After the query before a send, when nothing was sent.
    pub(super) async fn record_look(
        &self,
        begun: &Entry,
        holder: &str,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        self.record(begun, |known| {
            if is_ours(known, holder) && known.state == State::Sending {
                known.end_look(end, self.now(), &self.rules);
            } else {
                known.end_late_query(end, self.now());
            }
        })
        .await
    }

    pub(super) async fn record_query(
        &self,
        held: &Entry,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        let holder = held.lease.as_ref().map(|lease| lease.holder.as_str());
        self.record(held, |known| {
            if is_ours(known, holder.unwrap_or_default()) && !known.state.is_settled() {
                known.end_query(end, self.now(), &self.rules);
            } else {
                known.end_late_query(end, self.now());
            }
        })
        .await
    }

    /// After a cancellation. If others have changed the entry meanwhile, its response adds nothing
    /// to what they know.
    pub(super) async fn record_cancel(
        &self,
        held: &Entry,
        holder: &str,
        end: &CancelEnd,
        before: Option<Moment>,
    ) -> Result<Entry, JournalError> {
        self.record(held, |known| {
            if is_ours(known, holder) && !known.state.is_settled() {
                known.end_cancel(end, before, self.now(), &self.rules);
            }
        })
        .await
    }

    /// What a query says of an entry that this step does not hold.
    pub(super) async fn record_late_query(
        &self,
        known: &Entry,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        self.record(known, |known| known.end_late_query(end, self.now()))
            .await
    }

    /// Takes the change to the newest version of the entry, as often as others are faster.
    async fn record(
        &self,
        first: &Entry,
        change: impl Fn(&mut Entry),
    ) -> Result<Entry, JournalError> {
        let mut newer = None;
        for _ in 0..TRIES {
            let known = newer.as_ref().unwrap_or(first);
            let mut changed = known.clone();
            change(&mut changed);
            if changed == *known {
                return Ok(changed);
            }
            match self.journal.update(&changed).await {
                Err(JournalError::Conflict) => newer = Some(self.entry_of(&first.number).await?),
                updated => return updated,
            }
        }
        Err(JournalError::Conflict)
    }
}

fn is_ours(entry: &Entry, holder: &str) -> bool {
    let lease = entry.lease.as_ref();
    lease.is_some_and(|lease| lease.holder == holder)
}

const TRIES: usize = 8;
