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
        self.record(
            begun.clone(),
            |known| is_ours(known, holder) && known.state == State::Sending,
            |known| known.end_send(end, self.now(), &self.rules),
            |known| known.end_late_send(end, begun, self.now()),
        )
        .await
    }

    /// After the query before a send, when nothing was sent.
    pub(super) async fn record_look(
        &self,
        begun: Entry,
        holder: &str,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        self.record(
            begun,
            |known| is_ours(known, holder) && known.state == State::Sending,
            |known| known.end_look(end, self.now(), &self.rules),
            |known| known.end_late_query(end, self.now()),
        )
        .await
    }

    pub(super) async fn record_query(
        &self,
        held: Entry,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        let lease = held.lease.as_ref();
        let holder = lease.map(|lease| lease.holder.clone()).unwrap_or_default();
        self.record(
            held,
            |known| is_ours(known, &holder) && !known.state.is_settled(),
            |known| known.end_query(end, self.now(), &self.rules),
            |known| known.end_late_query(end, self.now()),
        )
        .await
    }

    /// After a cancellation. If others have changed the entry meanwhile, its response adds nothing
    /// to what they know.
    pub(super) async fn record_cancel(
        &self,
        held: Entry,
        holder: &str,
        end: &CancelEnd,
        before: Option<Moment>,
    ) -> Result<Entry, JournalError> {
        self.record(
            held,
            |known| is_ours(known, holder) && !known.state.is_settled(),
            |known| known.end_cancel(end, before, self.now(), &self.rules),
            |_| {},
        )
        .await
    }

    /// What a query says of an entry that this step does not hold.
    pub(super) async fn record_late_query(
        &self,
        known: Entry,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        let late = |known: &mut Entry| known.end_late_query(end, self.now());
        self.record(known, |_| false, |_| {}, late).await
    }

    /// Takes the change to the newest version of the entry, as often as others are faster. What
    /// comes in time changes the entry in any case, since it ends the lease; what comes late may
    /// add nothing.
    async fn record(
        &self,
        first: Entry,
        is_in_time: impl Fn(&Entry) -> bool,
        in_time: impl Fn(&mut Entry),
        late: impl Fn(&mut Entry),
    ) -> Result<Entry, JournalError> {
        let mut known = first;
        for _ in 0..TRIES {
            let mut changed = known;
            if is_in_time(&changed) {
                in_time(&mut changed);
            } else {
                let before = changed.clone();
                late(&mut changed);
                if changed == before {
                    return Ok(changed);
                }
            }
            known = match self.journal().update(&changed).await {
                Err(JournalError::Conflict) => self.entry_of(&changed.number).await?,
                updated => return updated,
            };
        }
        Err(JournalError::Conflict)
    }
}

fn is_ours(entry: &Entry, holder: &str) -> bool {
    let lease = entry.lease.as_ref();
    lease.is_some_and(|lease| lease.holder == holder)
}

const TRIES: usize = 8;
