use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use tokio::sync::Mutex;
use wxpay_core::{
    InvalidInput, MchId, SigningError, Timestamp, VerificationError, VerificationFailure,
};
use wxpay_sign::v3::{ApiKey, Certificate, MerchantKey, PlatformKeys, PublicKeys, SealedTexts};
use wxpay_transport::Transport;

use super::bootstrap::{RefreshError, open_list};
use super::certificates::ListCertificates;
use super::{Client, Credentials};

/// WeChat Pay's platform certificates (平台证书), fetched with `GET /v3/certificates` and kept up to date.
///
/// For merchants of the certificate mode, and with [`public_key`](CertificatesBuilder::public_key) for those that move to
/// the WeChat Pay public key (微信支付公钥). Merchants that were opened since late 2024 have no certificates: give
/// [`PublicKeys`] to the client instead.
///
/// A list is believed only when it opens with the APIv3 key, each certificate has the serial number that the list gives it
/// and is valid, and the list's own signature fits one of them. Good keys are dropped only when they expire. An unknown
/// serial number causes one refresh at most within the cool-down, and calls that wait for the same refresh share it.
pub struct Certificates {
    client: Client,
    transport: Arc<dyn Transport>,
    api_key: ApiKey,
    public_key: Option<(String, PublicKeys)>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    cool_down: Duration,
    refresh_every: Duration,
    known: RwLock<Arc<Known>>,
    /// The moment of the last attempt; held while one is under way.
    attempt: Mutex<Option<Timestamp>>,
}

/// The keys at one moment.
#[derive(Default)]
struct Known {
    certificates: Vec<Certificate>,
    keys: PublicKeys,
    fetched: Option<Timestamp>,
}

impl Certificates {
    /// Starts from who asks, what signs, the APIv3 key that opens the certificates and how bytes leave.
    pub fn builder(
        mch_id: MchId,
        merchant_key: impl MerchantKey,
        api_key: ApiKey,
        transport: impl Transport,
    ) -> CertificatesBuilder {
        CertificatesBuilder {
            mch_id,
            merchant_key: Arc::new(merchant_key),
            api_key,
            transport: Arc::new(transport),
            public_key: None,
            base_url: None,
            clock: Arc::new(Timestamp::now),
            cool_down: Duration::from_secs(60),
            refresh_every: Duration::from_secs(12 * 3600),
        }
    }

    /// Fetches the certificates now, whatever the cool-down. Call it once at the start of a program, to prove its keys.
    ///
    /// # Errors
    /// They can't be had or are not believed; the ones that were known stay. Nothing about money is said or changed.
    pub async fn refresh(&self) -> Result<(), RefreshError> {
        let mut attempt = self.attempt.lock().await;
        *attempt = Some((self.clock)());
        self.fetch().await
    }

    /// The serial numbers that are known now.
    pub fn serial_numbers(&self) -> Vec<String> {
        self.known().keys.serials().map(str::to_owned).collect()
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A key that is known and valid now.
    fn knows(&self, known: &Known, serial_no: &str) -> bool {
        let now = (self.clock)();
        let has = |certificate: &&Certificate| {
            wxpay_sign::v3::same_serial(certificate.serial_no(), serial_no)
        };
        match known.certificates.iter().find(has) {
            Some(certificate) => certificate.is_valid_at(now),
            None => known.keys.contains(serial_no),
        }
    }

    /// The keys, after a refresh if they lack `serial_no` or are old. A refresh that fails leaves them as they were.
    async fn current(&self, serial_no: Option<&str>) -> Arc<Known> {
        let wanted = |known: &Known| match serial_no {
            Some(serial_no) => self.knows(known, serial_no) || !is_certificate_serial(serial_no),
            None => !known.keys.is_empty(),
        };
        let known = self.known();
        if wanted(&known) && !self.is_old(&known) {
            return known;
        }
        let mut attempt = self.attempt.lock().await;
        let known = self.known();
        let now = (self.clock)();
        let cooling = attempt.is_some_and(|last| {
            u128::from(now.unix_millis().abs_diff(last.unix_millis())) < self.cool_down.as_millis()
        });
        if cooling || (wanted(&known) && !self.is_old(&known)) {
            return known;
        }
        *attempt = Some(now);
        // What failed is told by the caller's own failure: an unknown serial number, or nothing to seal with.
        let _ = self.fetch().await;
        self.known()
    }

    fn is_old(&self, known: &Known) -> bool {
        let age = known
            .fetched
            .map(|fetched| (self.clock)().unix().abs_diff(fetched.unix()));
        age.is_none_or(|age| age >= self.refresh_every.as_secs())
    }

    async fn fetch(&self) -> Result<(), RefreshError> {
        let request = ListCertificates {
            options: super::certificates::ListCertificatesOptions::default(),
        };
        let (request, pending) = self
            .client
            .prepare(&request)
            .await
            .map_err(RefreshError::Call)?;
        let response = match self.transport.send(request).await {
            Ok(response) => response,
            Err(error) => return Err(RefreshError::Call(pending.failed(error))),
        };
        drop(pending);
        self.take(&response).await
    }

    async fn take(&self, response: &Response<Bytes>) -> Result<(), RefreshError> {
        let now = (self.clock)();
        let mut certificates = open_list(response, &self.api_key, now).await?;
        let fresh: Vec<String> = certificates
            .iter()
            .map(|certificate| certificate.serial_no().to_owned())
            .collect();
        let kept = self.known();
        let kept = kept.certificates.iter().filter(|old| old.is_valid_at(now));
        certificates.extend(
            kept.filter(|old| !fresh.iter().any(|serial| serial == old.serial_no()))
                .cloned(),
        );
        let mut keys = self
            .public_key
            .as_ref()
            .map(|(_, keys)| keys.clone())
            .unwrap_or_default();
        for certificate in &certificates {
            keys = keys
                .with_certificate(certificate)
                .map_err(RefreshError::Certificate)?;
        }
        let known = Arc::new(Known {
            certificates,
            keys,
            fetched: Some(now),
        });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("known", &self.serial_numbers())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl PlatformKeys for Certificates {
    fn requested_serial(&self) -> Option<&str> {
        self.public_key.as_ref().map(|(id, _)| id.as_str())
    }

    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        let known = self.current(Some(serial_no)).await;
        if !self.knows(&known, serial_no) {
            let serial_no = serial_no.chars().take(64).collect();
            return Err(VerificationFailure::UnknownSerial(serial_no).into());
        }
        known.keys.verify(serial_no, message, signature).await
    }

    async fn seal(&self, plaintexts: &[&str]) -> Result<SealedTexts, SigningError> {
        let known = self.current(None).await;
        known.keys.seal(plaintexts).await
    }
}

/// A certificate's number, and not the id of a public key or something that nobody could have.
fn is_certificate_serial(serial_no: &str) -> bool {
    (1..=64).contains(&serial_no.len()) && serial_no.bytes().all(|b| b.is_ascii_hexdigit())
}

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
    /// Trusts the WeChat Pay public key (微信支付公钥) too, asks for it and seals with it, during the migration to it.
    ///
    /// # Errors
    /// The id is not `PUB_KEY_ID_…` or the text is not one PEM public key.
    pub fn public_key(mut self, id: &str, pem: &str) -> Result<Self, InvalidInput> {
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
        let credentials = Credentials {
            merchant_key: self.merchant_key,
            platform_keys: Arc::new(PublicKeys::new()),
        };
        let mut client = Client::builder(self.mch_id, credentials, Arc::clone(&self.transport))
            .clock(move || clock());
        if let Some(base_url) = self.base_url {
            client = client.base_url(base_url);
        }
        let keys = self
            .public_key
            .as_ref()
            .map(|(_, keys)| keys.clone())
            .unwrap_or_default();
        Ok(Certificates {
            client: client.build()?,
            transport: self.transport,
            api_key: self.api_key,
            public_key: self.public_key,
            clock: self.clock,
            cool_down: self.cool_down,
            refresh_every: self.refresh_every,
            known: RwLock::new(Arc::new(Known {
                keys,
                ..Known::default()
            })),
            attempt: Mutex::new(None),
        })
    }
}

impl fmt::Debug for CertificatesBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificatesBuilder")
            .field("mch_id", &self.mch_id)
            .finish_non_exhaustive()
    }
}
