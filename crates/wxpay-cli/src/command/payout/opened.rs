//! A journal that is open, in a file or in a database.

use std::path::Path;

use async_trait::async_trait;
#[cfg(feature = "postgres")]
use wxpay_payout::PostgresJournal;
use wxpay_payout::journal::{Begun, Inserted};
use wxpay_payout::{
    BackupError, Entry, IntentId, Journal, JournalError, JournalOwner, Limits, Moment, Number,
    SqliteJournal,
};

use crate::fail::Fail;

/// A journal, wherever it is.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // there is one of it
pub(super) enum OpenJournal {
    File(SqliteJournal),
    #[cfg(feature = "postgres")]
    Database(PostgresJournal),
}

impl OpenJournal {
    /// Whose payouts it holds.
    pub(super) fn owner(&self) -> &JournalOwner {
        match self {
            Self::File(journal) => journal.owner(),
            #[cfg(feature = "postgres")]
            Self::Database(journal) => journal.owner(),
        }
    }

    /// Makes a backup of a file.
    pub(super) async fn backup(&self, to: &Path) -> Result<(), Fail> {
        let failed = |error: BackupError| {
            Fail::usage("no backup was made", "未能备份付款日志").because(error)
        };
        match self {
            Self::File(journal) => journal.backup(to).await.map_err(failed),
            #[cfg(feature = "postgres")]
            Self::Database(_) => Err(Fail::usage(
                "no backup was made: back the database up with PostgreSQL's own programs, pg_basebackup or pg_dump",
                "未能备份付款日志：请用 PostgreSQL 自带的 pg_basebackup 或 pg_dump 备份数据库",
            )),
        }
    }

    fn inner(&self) -> &dyn Journal {
        match self {
            Self::File(journal) => journal,
            #[cfg(feature = "postgres")]
            Self::Database(journal) => journal,
        }
    }
}

#[async_trait]
impl Journal for OpenJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        self.inner().insert(entry, limits).await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        self.inner().begin_send(entry, now, limits).await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        self.inner().update(entry).await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        self.inner().replace(old, new, limits).await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        self.inner().by_number(number).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        self.inner().by_intent(intent).await
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        self.inner().open(most).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner().page(after, most).await
    }
}
