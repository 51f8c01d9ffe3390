use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{DayFull, Entry, IntentId, Limits, Moment, Number};

pub mod conformance;
mod memory;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod owner;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod words;

pub use memory::MemoryJournal;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use owner::JournalOwner;
#[cfg(feature = "postgres")]
pub use postgres::{
    PostgresJournal,
    error::{PostgresError, PostgresErrorKind},
    server::PostgresServer,
};
#[cfg(feature = "sqlite")]
pub use sqlite::{
    SqliteJournal,
    backup::BackupError,
    error::{OpenError, OpenErrorKind},
    holder::LockHolder,
};

/// Where payouts are written down before they are sent, and what becomes of them.
///
/// Each method is one transaction, durable when it returns: after a power cut it is there, or the
/// method never returned. Several processes may share a journal.
/// [`conformance`] is a test suite for anyone who implements one.
///
/// # The rules of every implementation
///
/// - An intent has one entry at a time that is not [replaced](Entry::replaced_by), and a number has
///   one entry for ever.
/// - A change is taken only if [`Entry::version`] is that of the entry in the journal, which then
///   is counted up by one. Otherwise nothing changes, and the result is [`JournalError::Conflict`].
/// - No send begins for an entry when a number that it [replaces](Entry::replaces), directly or
///   through others, is anything else than failed or rejected: paid after all, say.
/// - The limits are kept in the same transaction, for each [product](Entry::product) by itself; the
///   rate of all sends is one. A payout counts on the day of [`Entry::counted`] from its insertion
///   until it is rejected or failed; anyone who writes such an end sets `counted` to `None`, and
///   the amount is free again.
#[async_trait]
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// Adds an entry for an intent that has none, if the day of [`Entry::counted`] has room for it.
    ///
    /// # Errors
    /// The journal can't be written.
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError>;

    /// Takes the change that begins a send, if the limits allow it now: the gap between two sends
    /// to a payee, the rate of all sends, and on a later day than the one it counts on, that day's
    /// limits.
    ///
    /// # Errors
    /// The journal can't be written, or the entry was changed by another process.
    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError>;

    /// Takes any other change, and gives the entry with its new version.
    ///
    /// # Errors
    /// The journal can't be written, or the entry was changed by another process.
    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError>;

    /// Takes `old`, whose [`Entry::replaced_by`] names the number of `new`, and adds `new` as
    /// [`insert`](Self::insert) does, both or neither.
    ///
    /// # Errors
    /// The journal can't be written, or `old` was changed by another process.
    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError>;

    /// The entry of a number.
    ///
    /// # Errors
    /// The journal can't be read.
    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError>;

    /// The entry of an intent that was not replaced.
    ///
    /// # Errors
    /// The journal can't be read.
    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError>;

    /// At most `most` numbers of unsettled payouts, from the one whose [`Entry::next_at`] is
    /// earliest on.
    ///
    /// # Errors
    /// The journal can't be read.
    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError>;

    /// At most `most` entries, replaced ones too, in the order of their numbers, from behind
    /// `after` on.
    ///
    /// # Errors
    /// The journal can't be read.
    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError>;
}

#[async_trait]
impl<J: Journal + ?Sized> Journal for Arc<J> {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        (**self).insert(entry, limits).await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        (**self).begin_send(entry, now, limits).await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        (**self).update(entry).await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        (**self).replace(old, new, limits).await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        (**self).by_number(number).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        (**self).by_intent(intent).await
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        (**self).open(most).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        (**self).page(after, most).await
    }
}

/// What came of an insertion.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum Inserted {
    /// The entry is in the journal.
    New,
    /// The intent has an entry already, and keeps it.
    Existing(Box<Entry>),
    /// A daily limit has no room. Nothing was added.
    Full(DayFull),
}

/// What came of beginning a send.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums)] // complete by definition
pub enum Begun {
    /// It is in the journal, with this version. Now the bytes may leave.
    Now(Box<Entry>),
    /// Not before this moment. Nothing was changed.
    NotBefore(Moment),
    /// The limits of the new day have no room. Nothing was changed.
    Full(DayFull),
    /// The number in whose place the entry is, or one before that, is paid, or may be. Nothing was
    /// changed, and nothing may be sent.
    PaidEarlier(Number),
}

/// The journal did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The entry was modified concurrently. Nothing was changed.
    #[error("the entry was modified concurrently")]
    Conflict,
    /// The payout was prepared for another product, which alone can send it or ask about it.
    /// Nothing was done.
    #[error("{number} is a payout of the product {product}: use that one")]
    OtherProduct {
        /// The number.
        number: Number,
        /// The [name](crate::Product::name) of its product.
        product: String,
    },
    /// The storage failed. What was to be written may be there or not.
    #[error("the journal's storage failed: {0}")]
    // not a source: a chain of errors would show it twice
    Storage(Box<dyn StdError + Send + Sync>),
}

impl JournalError {
    /// The storage failed for this reason.
    pub fn storage(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Storage(source.into())
    }
}
