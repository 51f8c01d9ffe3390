use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wxpay_core::{InvalidInput, MchId, Timestamp};
use wxpay_sign::v3::{ApiKey, MerchantKey, PublicKeys, TrustedIssuers};
use wxpay_transport::Transport;

use super::store::{Certificates, Inner};
use crate::v3::{Client, Credentials};

/// Builds [`Certificates`].
#[must_use]
pub struct CertificatesBuilder {
    mch_id: MchId,
    merchant_key: Arc<dyn MerchantKey>,
    api_key: ApiKey,
    transport: Arc<dyn Transport>,
    public_key: PublicKeys,
    issuers: Option<TrustedIssuers>,
    base_url: Option<String>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    cool_down: Duration,
    refresh_every: Duration,
    keep_missing: Duration,
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
            public_key: PublicKeys::for_suite(merchant_key.suite()),
            merchant_key,
            api_key,
            transport,
            issuers: None,
            base_url: None,
            clock: Arc::new(Timestamp::now),
            cool_down: Duration::from_secs(60),
            refresh_every: Duration::from_secs(11 * 3600),
            keep_missing: Duration::from_secs(24 * 3600),
        }
    }

    /// Trusts the WeChat Pay public key (微信支付公钥) too, asks for it and encrypts with it, during the
    /// migration to it.
    ///
    /// From the moment on at which the switch was begun on the merchant platform (开启公钥切换), and not
    /// before: see [`public_key_to_verify`](Self::public_key_to_verify).
    ///
    /// # Errors
    /// The id is not `PUB_KEY_ID_…` or the text is not one PEM public key.
    pub fn public_key(mut self, id: &str, pem: &str) -> Result<Self, InvalidInput> {
        self.public_key = self.public_key_of(id, pem)?;
        Ok(self)
    }

    /// Trusts the WeChat Pay public key too, and goes on asking for certificates and encrypting
    /// with them.
    ///
    /// For the time before the switch is begun on the merchant platform (开启公钥切换): WeChat Pay does
    /// not use the key yet, so nothing that is encrypted with it could be decrypted. Every program
    /// of the merchant ID must know the key before the switch.
    ///
    /// <https://pay.weixin.qq.com/doc/v3/merchant/4013038816>
    ///
    /// # Errors
    /// As [`public_key`](Self::public_key).
    pub fn public_key_to_verify(mut self, id: &str, pem: &str) -> Result<Self, InvalidInput> {
        self.public_key = self.public_key_of(id, pem)?.only_verifying(id)?;
        Ok(self)
    }

    /// Takes only certificates that one of these authorities issued (证书信任链), a check that WeChat
    /// Pay recommends. Off by default: anyone who answers in WeChat Pay's place must know the APIv3
    /// key already.
    ///
    /// When WeChat Pay begins to use another authority, its certificates are refused until you add
    /// that one.
    pub fn trusted_issuers(mut self, issuers: TrustedIssuers) -> Self {
        self.issuers = Some(issuers);
        self
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

    /// The least time between two refreshes that unknown serial numbers cause. One minute by
    /// default.
    pub const fn cool_down(mut self, cool_down: Duration) -> Self {
        self.cool_down = cool_down;
        self
    }

    /// The age at which the certificates are fetched again. Eleven hours by default: the documents
    /// want less than twelve between two fetches, and a fetch that fails is tried again within the
    /// hour that is left.
    pub const fn refresh_every(mut self, age: Duration) -> Self {
        self.refresh_every = age;
        self
    }

    /// How long a certificate still verifies after a verified list no longer has it. 24 hours by
    /// default, which is how long before its end WeChat Pay announces the end of an old
    /// certificate; zero drops it at once.
    ///
    /// It covers responses and notifications that were signed before the change. It never encrypts
    /// in this time.
    pub const fn keep_missing(mut self, time: Duration) -> Self {
        self.keep_missing = time;
        self
    }

    /// Builds it. Nothing is fetched yet: the first use does, or [`Certificates::refresh`].
    ///
    /// # Errors
    /// The merchant ID or the base URL has an invalid format.
    pub fn build(self) -> Result<Certificates, InvalidInput> {
        let clock = Arc::clone(&self.clock);
        let no_keys = PublicKeys::for_suite(self.merchant_key.suite());
        let credentials = Credentials::new(self.merchant_key, no_keys);
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
            issuers: self.issuers,
            clock: self.clock,
            cool_down: self.cool_down,
            refresh_every: self.refresh_every,
            keep_missing: self.keep_missing,
            state: std::sync::Mutex::default(),
        }))
    }

    fn public_key_of(&self, id: &str, pem: &str) -> Result<PublicKeys, InvalidInput> {
        if !id.starts_with("PUB_KEY_ID_") {
            return Err(InvalidInput::new(
                "public key id",
                "must begin with PUB_KEY_ID_, as the merchant platform shows it",
                "必须以 PUB_KEY_ID_ 开头，与商户平台显示的一致",
            ));
        }
        PublicKeys::for_suite(self.merchant_key.suite()).with_public_key(id, pem)
    }
}

impl fmt::Debug for CertificatesBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificatesBuilder")
            .field("mch_id", &self.mch_id)
            .finish_non_exhaustive()
    }
}
