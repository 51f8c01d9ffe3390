use std::sync::Arc;

use crate::brand::{BrandAccount, BrandKeys};
use crate::{Brand, BrandError, Sandbox};

impl Sandbox {
    /// The one brand (品牌商家) that the sandbox knows, for the operations under `/brand/`. Its keys are made when it is first
    /// asked for, which takes the time of two RSA keys; a directory has them from its first start on.
    ///
    /// # Errors
    /// No keys could be made.
    pub async fn brand(&self) -> Result<&Brand, BrandError> {
        let brand = &self.shared.brand;
        if let Some(known) = brand.get() {
            return Ok(&known.brand);
        }
        let shared = Arc::clone(&self.shared);
        let made = tokio::task::spawn_blocking(move || {
            BrandKeys::generate(&shared.ca_key).and_then(BrandAccount::new)
        });
        let made = made.await.map_err(|error| BrandError(error.into()))?;
        let made = made.map_err(BrandError)?;
        // Who asked at the same time may have been faster.
        Ok(&brand.get_or_init(|| made).brand)
    }
}
