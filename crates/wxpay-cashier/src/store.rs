use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;
use thiserror::Error;

use crate::sale::SaleId;

mod memory;

pub use memory::MemoryStore;

/// Where the shop keeps its sales, so that none is lost in a crash: a table of its database, say.
///
/// One row for each sale: its name, the revision, whether it is settled, and the text. The cashier
/// saves before each charge and each reversal, and sends nothing that is not saved.
#[async_trait]
pub trait SaleStore: Debug + Send + Sync + 'static {
    /// The text that was saved last for this sale, if there is one.
    ///
    /// # Errors
    /// It can't be read.
    async fn load(&self, sale: &SaleId) -> Result<Option<String>, StoreError>;

    /// Keeps a snapshot in place of the one before it, durably: it has to be there after a loss of
    /// power once this returns.
    ///
    /// Only if the revision that is there is the one [before](Snapshot::revision): of two programs
    /// that work on one sale, one has to get a [conflict](StoreError::Conflict). In SQL: `INSERT`
    /// for revision 1, and `UPDATE … WHERE sale = ? AND revision = ?` for any other, which must
    /// have changed a row.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], or it can't be written.
    async fn save(&self, snapshot: &Snapshot) -> Result<(), StoreError>;

    /// The sales that are not settled.
    ///
    /// # Errors
    /// They can't be read.
    async fn open(&self) -> Result<Vec<SaleId>, StoreError>;
}

/// What is stored of a sale. It holds no payment code and nothing about the customer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    pub(crate) sale: SaleId,
    pub(crate) revision: u64,
    pub(crate) is_settled: bool,
    pub(crate) text: String,
}

impl Snapshot {
    /// The sale, which is the key.
    pub const fn sale(&self) -> &SaleId {
        &self.sale
    }

    /// 1 for the first snapshot of a sale, and one more for each that follows.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether it needs nothing more. What is not settled has to be in [`SaleStore::open`].
    pub const fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// The text to store: JSON of some hundred bytes, readable by this and later versions.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A store that failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The revision that is there is not the one before: another program works on the sale.
    #[error("another program works on this sale")]
    Conflict,
    /// The text is not what this crate has written.
    #[error("the stored text of the sale can't be read: {0}")]
    Unreadable(String),
    /// The sale was charged by another merchant or over the other protocol. Use that one's client.
    #[error("the sale was charged by {0}, and not by this client's merchant")]
    OtherAccount(String),
    /// Anything else: the database, the disk.
    #[error("the store failed: {0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    /// A failure of the database or the disk.
    pub fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}

#[async_trait]
impl<T: SaleStore + ?Sized> SaleStore for std::sync::Arc<T> {
    async fn load(&self, sale: &SaleId) -> Result<Option<String>, StoreError> {
        (**self).load(sale).await
    }

    async fn save(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        (**self).save(snapshot).await
    }

    async fn open(&self) -> Result<Vec<SaleId>, StoreError> {
        (**self).open().await
    }
}
