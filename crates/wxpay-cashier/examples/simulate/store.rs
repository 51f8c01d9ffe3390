//! A store that fails now and then, and one that does not look at revisions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use wxpay_cashier::{MemoryStore, SaleId, SaleStore, Snapshot, StoreError};

use super::world::{World, Yield};

/// The shop's store. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    world: World,
    books: Arc<MemoryStore>,
    careless: Arc<Mutex<BTreeMap<SaleId, Snapshot>>>,
}

impl Store {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            world: world.clone(),
            books: Arc::default(),
            careless: Arc::default(),
        }
    }

    fn fails(&self) -> bool {
        let fails = self.world.troubles().store && self.world.percent(4);
        if fails {
            // The program forgets what it has not stored.
            self.world.state().judge.forgets();
        }
        fails
    }
}

#[async_trait]
impl SaleStore for Store {
    async fn load(&self, sale: &SaleId) -> Result<Option<String>, StoreError> {
        Yield::once().await;
        if self.fails() {
            return Err(StoreError::failed("the disk is full"));
        }
        if self.world.troubles().ignores_revisions {
            let careless = self.careless.lock().expect("nothing panics with it");
            return Ok(careless.get(sale).map(|known| known.text().to_owned()));
        }
        self.books.load(sale).await
    }

    async fn save(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        Yield::once().await;
        if self.fails() {
            return Err(StoreError::failed("the disk is full"));
        }
        if self.world.troubles().ignores_revisions {
            let mut careless = self.careless.lock().expect("nothing panics with it");
            careless.insert(snapshot.sale().clone(), snapshot.clone());
        } else {
            self.books.save(snapshot).await?;
        }
        Yield::once().await;
        // It is stored, and says that it is not.
        if self.fails() {
            return Err(StoreError::failed("the connection was lost"));
        }
        Ok(())
    }

    async fn open(&self) -> Result<Vec<SaleId>, StoreError> {
        Yield::once().await;
        if self.world.troubles().ignores_revisions {
            let careless = self.careless.lock().expect("nothing panics with it");
            let open = careless.values().filter(|known| !known.is_settled());
            return Ok(open.map(|known| known.sale().clone()).collect());
        }
        self.books.open().await
    }
}
