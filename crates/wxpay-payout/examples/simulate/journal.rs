//! A journal whose disk fails.

use std::sync::Arc;

use async_trait::async_trait;
use wxpay_payout::journal::{Begun, Inserted};
use wxpay_payout::{
    Entry, IntentId, Journal, JournalError, Limits, MemoryJournal, Moment, Number, State,
};

use super::world::{World, Yield};

/// A journal over a disk that fails now and then, before or after it has written.
#[derive(Clone, Debug)]
pub(crate) struct FailingJournal {
    pub(crate) world: World,
    pub(crate) books: Arc<MemoryJournal>,
}

impl FailingJournal {
    /// Without the future that a call through the `Arc` would add.
    fn books(&self) -> &MemoryJournal {
        &self.books
    }

    fn fails(&self) -> Result<(), JournalError> {
        match self.world.chance(|chance| chance.percent(2)) {
            true => Err(JournalError::storage("the disk failed")),
            false => Ok(()),
        }
    }

    /// Whether an entry that was given up is paid now, or may be.
    async fn was_given_up(&self, entry: &Entry) -> bool {
        let known = self.books().by_number(&entry.number).await.ok().flatten();
        let given_up =
            known.is_some_and(|known| known.state.is_settled() && known.state != State::Paid);
        given_up && matches!(entry.state, State::Paid | State::Unknown)
    }
}

#[async_trait]
impl Journal for FailingJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        self.fails()?;
        Yield::once().await;
        let inserted = self.books().insert(entry, limits).await;
        Yield::once().await;
        self.fails()?;
        inserted
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        self.fails()?;
        Yield::once().await;
        let begun = self.books().begin_send(entry, now, limits).await;
        Yield::once().await;
        self.fails()?;
        begun
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        self.fails()?;
        Yield::once().await;
        if self.world.troubles().drops_late && self.was_given_up(entry).await {
            return Ok(entry.clone());
        }
        let updated = self.books().update(entry).await;
        Yield::once().await;
        self.fails()?;
        updated
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        self.fails()?;
        Yield::once().await;
        let replaced = self.books().replace(old, new, limits).await;
        Yield::once().await;
        self.fails()?;
        replaced
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        self.fails()?;
        self.books().by_number(number).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        self.fails()?;
        self.books().by_intent(intent).await
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        self.books().open(most).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        self.books().page(after, most).await
    }
}
