//! Writes down how a call ended, also if other processes have changed the entry meanwhile.

use wxpay_core::PartnerTradeNo;

use super::Engine;
use crate::entry::{Entry, State};
use crate::evidence::{PayEnd, QueryEnd};
use crate::journal::JournalError;

impl Engine {
    pub(super) async fn record_send(
        &self,
        begun: Entry,
        holder: &str,
        end: &PayEnd,
    ) -> Result<Entry, JournalError> {
        let number = begun.number.clone();
        let sent = begun.clone();
        self.record(&number, begun, |known| {
            if is_ours(known, holder) && known.state == State::Sending {
                known.end_send(end, self.now(), &self.rules);
            } else {
                known.end_late_send(end, &sent, self.now());
            }
        })
        .await
    }

    /// After the query before a send, when nothing was sent.
    pub(super) async fn record_look(
        &self,
        begun: Entry,
        holder: &str,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        let number = begun.number.clone();
        self.record(&number, begun, |known| {
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
        held: Entry,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        let number = held.number.clone();
        let holder = held.lease.clone().map(|lease| lease.holder);
        let holder = holder.unwrap_or_default();
        self.record(&number, held, |known| {
            if is_ours(known, &holder) && !known.state.is_settled() {
                known.end_query(end, self.now(), &self.rules);
            } else {
                known.end_late_query(end, self.now());
            }
        })
        .await
    }

    /// What a query says of an entry that this step does not hold.
    pub(super) async fn record_query_late(
        &self,
        known: Entry,
        end: &QueryEnd,
    ) -> Result<Entry, JournalError> {
        let number = known.number.clone();
        self.record(&number, known, |known| {
            known.end_late_query(end, self.now());
        })
        .await
    }

    /// Takes the change to the newest version of the entry, as often as others are faster.
    async fn record(
        &self,
        number: &PartnerTradeNo,
        mut known: Entry,
        change: impl Fn(&mut Entry),
    ) -> Result<Entry, JournalError> {
        for _ in 0..TRIES {
            let mut changed = known.clone();
            change(&mut changed);
            if changed == known {
                return Ok(known);
            }
            match self.journal.update(&changed).await {
                Ok(entry) => return Ok(entry),
                Err(JournalError::Conflict) => known = self.entry_of(number).await?,
                Err(error) => return Err(error),
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
