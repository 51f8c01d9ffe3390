use std::fmt;
use std::path::Path;

use async_trait::async_trait;
use rusqlite::Connection;
use wxpay_core::PartnerTradeNo;

use self::file::OpenError;
use self::worker::Worker;
use super::{Begun, Inserted, Journal, JournalError};
use crate::{Entry, IntentId, Limits, Moment};

mod books;
pub(super) mod file;
mod rows;
mod worker;

/// A journal in one SQLite file, which several processes of one machine may share.
///
/// Every change is on the disk before a method returns (`synchronous=FULL`, write-ahead log). The file may be read by its
/// owner only. It must not lie on a network file system.
///
/// SQLite works on a thread of its own, so that no runtime is held up and none is needed. Changes that come at once are
/// committed together. Dropping the journal waits until its work is done and the file is closed.
pub struct SqliteJournal(Worker);

impl SqliteJournal {
    /// Opens the journal at `path`, or makes a new one.
    ///
    /// # Errors
    /// The file is not a journal, is of a later version, can be read by others, or can't be written durably.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::start(file::open(path.as_ref(), None)?)
    }

    /// The same for a journal that holds the payouts of one owner only, a merchant (商户号) say: a new one is marked with the
    /// name, and another one is refused if it is marked with another name or none.
    ///
    /// Queries of one merchant do not find the payouts of another, which would look like payouts that never were.
    ///
    /// # Errors
    /// As for [`open`](Self::open), or the journal is another's.
    pub fn open_for(path: impl AsRef<Path>, owner: &str) -> Result<Self, OpenError> {
        Self::start(file::open(path.as_ref(), Some(owner))?)
    }

    fn start(connection: Connection) -> Result<Self, OpenError> {
        Worker::start(connection)
            .map(Self)
            .map_err(OpenError::thread)
    }

    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.0.run(work).await
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        let (entry, limits) = (entry.clone(), limits.clone());
        self.change(move |db| books::insert(db, &entry, &limits))
            .await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        let (entry, limits) = (entry.clone(), limits.clone());
        self.change(move |db| books::begin_send(db, entry, now, &limits))
            .await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        let entry = entry.clone();
        self.change(move |db| books::update(db, entry)).await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        let (old, new, limits) = (old.clone(), new.clone(), limits.clone());
        self.change(move |db| books::replace(db, old, &new, &limits))
            .await
    }

    async fn by_number(&self, number: &PartnerTradeNo) -> Result<Option<Entry>, JournalError> {
        let number = number.clone();
        self.change(move |db| rows::by_number(db, &number)).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        let intent = intent.clone();
        self.change(move |db| rows::by_intent(db, &intent)).await
    }

    async fn open(&self, most: usize) -> Result<Vec<PartnerTradeNo>, JournalError> {
        self.change(move |db| rows::open(db, most)).await
    }

    async fn page(
        &self,
        after: Option<&PartnerTradeNo>,
        most: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        let after = after.cloned();
        self.change(move |db| rows::page(db, after.as_ref(), most))
            .await
    }
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal").finish_non_exhaustive()
    }
}
