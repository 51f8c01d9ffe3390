use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{SaleStore, Snapshot, StoreError};
use crate::sale::SaleId;

/// A store in memory, for tests and trials. It forgets everything when the program ends, so it is
/// not for real money.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<BTreeMap<SaleId, Snapshot>>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn sales(&self) -> MutexGuard<'_, BTreeMap<SaleId, Snapshot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SaleStore for MemoryStore {
    async fn load(&self, sale: &SaleId) -> Result<Option<String>, StoreError> {
        Ok(self.sales().get(sale).map(|known| known.text.clone()))
    }

    async fn save(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let mut sales = self.sales();
        let known = sales.get(&snapshot.sale).map_or(0, |known| known.revision);
        if known.checked_add(1) != Some(snapshot.revision) {
            return Err(StoreError::Conflict);
        }
        sales.insert(snapshot.sale.clone(), snapshot.clone());
        Ok(())
    }

    async fn open(&self) -> Result<Vec<SaleId>, StoreError> {
        let sales = self.sales();
        let open = sales.values().filter(|known| !known.is_settled);
        Ok(open.map(|known| known.sale.clone()).collect())
    }
}
