use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wxpay_core::{InvalidInput, MchId, Timestamp};
use wxpay_sign::v3::{ApiKey, MerchantKey, PublicKeys};
use wxpay_transport::Transport;

use super::platform::{Certificates, Inner};
use super::{Client, Credentials};

/// Builds [`Certificates`].
#[must_use]
pub struct CertificatesBuilder {
    mch_id: MchId,
    merchant_key: Arc<dyn MerchantKey>,
    api_key: ApiKey,
    transport: Arc<dyn Transport>,
    public_key: Option<(String, PublicKeys)>,
    base_url: Option<String>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    cool_down: Duration,
    refresh_every: Duration,
}

impl CertificatesBuilder {
    pub(super) fn new(
        mch_id: MchId,
        merchant_key: Arc<dyn MerchantKey>,
        api_key: ApiKey,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self {
            mch_id,
            merchant_key,
            api_key,
            transport,
            public_key: None,
            base_url: None,
            clock: Arc::new(Timestamp::now),
            cool_down: Duration::from_secs(60),
            refresh_every: Duration::from_secs(12 * 3600),
        }
    }

    /// Trusts the WeChat Pay public key (微信支付公钥) too, asks for it and seals with it, during the migration to it.
    ///
    /// # Errors
    /// The id is not `PUB_KEY_ID_…` or the text is not one PEM public key.
    pub fn public_key(mut self, id: &str, pem: &str) -> Result<Self, InvalidInput> {
        if !id.starts_with("PUB_KEY_ID_") {
            return Err(InvalidInput::new(
                "public key id",
                "must begin with PUB_KEY_ID_, as the merchant platform shows it",
                "必须以 PUB_KEY_ID_ 开头，与商户平台显示的一致",
            ));
        }
        let keys = PublicKeys::new().with_public_key(id, pem)?;
        self.public_key = Some((id.to_owned(), keys));
        Ok(self)
    }

    /// Fetches from another host, such as a sandbox or a gateway.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Takes the time from elsewhere, for tests and for machines whose clock can't be set.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The least time between two refreshes that unknown serial numbers cause. One minute by default.
    pub const fn cool_down(mut self, cool_down: Duration) -> Self {
        self.cool_down = cool_down;
        self
    }

    /// The age at which the certificates are fetched again. Twelve hours by default, which the documents set as the most.
    pub const fn refresh_every(mut self, age: Duration) -> Self {
        self.refresh_every = age;
        self
    }

    /// Builds it. Nothing is fetched yet: the first use does, or [`Certificates::refresh`].
    ///
    /// # Errors
    /// The merchant number or the base URL does not have its form.
    pub fn build(self) -> Result<Certificates, InvalidInput> {
        let clock = Arc::clone(&self.clock);
        let credentials = Credentials::new(self.merchant_key, PublicKeys::new());
        let mut client = Client::builder(self.mch_id, credentials, Arc::clone(&self.transport))
            .clock(move || clock());
        if let Some(base_url) = self.base_url {
            client = client.base_url(base_url);
        }
        Ok(Certificates::new(Inner {
            client: client.build()?,
            transport: self.transport,
            api_key: self.api_key,
            public_key: self.public_key,
            clock: self.clock,
            cool_down: self.cool_down,
            refresh_every: self.refresh_every,
            state: std::sync::Mutex::default(),
        }))
    }
}

impl fmt::Debug for CertificatesBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificatesBuilder")
            .field("mch_id", &self.mch_id)
            .finish_non_exhaustive()
    }
}
