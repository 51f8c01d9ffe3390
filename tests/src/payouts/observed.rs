//! A journal whose writes somebody looks at.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use wxpay_payout::journal::{Begun, Inserted};
use wxpay_payout::{Entry, IntentId, Journal, JournalError, Limits, Moment, Number};

/// The writes, in the order in which a payout makes them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Write {
    /// Of a new entry, or of one in the place of another.
    Insert,
    /// That begins a send.
    Begin,
    /// Any other.
    Update,
}

/// Who looks at the writes.
pub trait Observer: Debug + Send + Sync + 'static {
    /// A write is about to be made.
    fn begins(&self, write: Write);
    /// It is on the disk, or has failed.
    fn ends(&self, write: Write, took: Duration);
}

/// A journal and who looks at it.
#[derive(Debug)]
pub struct Observed<J, O> {
    inner: J,
    observer: O,
}

impl<J: Journal, O: Observer> Observed<J, O> {
    /// This journal, looked at by this one.
    pub fn new(inner: J, observer: O) -> Self {
        Self { inner, observer }
    }

    async fn around<T>(&self, kind: Write, write: impl Future<Output = T>) -> T {
        self.observer.begins(kind);
        let start = Instant::now();
        let done = write.await;
        self.observer.ends(kind, start.elapsed());
        done
    }
}

#[async_trait]
impl<J: Journal, O: Observer> Journal for Observed<J, O> {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        self.around(Write::Insert, self.inner.insert(entry, limits))
            .await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        self.around(Write::Begin, self.inner.begin_send(entry, now, limits))
            .await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        self.around(Write::Update, self.inner.update(entry)).await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        self.around(Write::Insert, self.inner.replace(old, new, limits))
            .await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        self.inner.by_number(number).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        self.inner.by_intent(intent).await
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        self.inner.open(most).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.page(after, most).await
    }
}
