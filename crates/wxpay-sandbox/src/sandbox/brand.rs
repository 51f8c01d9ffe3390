//! The brand of a sandbox.

use crate::brand::BrandAccount;
use crate::{Brand, BrandError, Sandbox};

impl Sandbox {
    /// The one brand (品牌商家) that the sandbox knows, for the operations under `/brand/`. Its keys
    /// are made when it is first asked for, which takes the time of two RSA keys; a directory has
    /// them from its first start on.
    ///
    /// # Errors
    /// No keys could be made.
    pub async fn brand(&self) -> Result<&Brand, BrandError> {
        let account = BrandAccount::of(&self.shared).await?;
        Ok(&account.brand)
    }
}
