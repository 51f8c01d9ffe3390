use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use wxpay_core::{MchId, SigningError, Timestamp, VerificationError, VerificationFailure};
use wxpay_sign::v3::{
    ApiKey, Certificate, MerchantKey, PlatformKeys, PublicKeys, SealedTexts, Suite, TrustedIssuers,
    same_serial,
};
use wxpay_transport::Transport;

use super::CertificatesBuilder;
use super::list::List;
use super::listed::Listed;
use super::refresh::{RefreshError, open_list};
use crate::v3::Client;

/// WeChat Pay's platform certificates (平台证书), fetched with `GET /v3/certificates` and kept up to
/// date.
///
/// For merchants of the certificate mode, and with [`public_key`](CertificatesBuilder::public_key)
/// for those that move to the WeChat Pay public key (微信支付公钥). Merchants that were opened since late
/// 2024 have no certificates: give [`PublicKeys`] to the client instead.
///
/// A list is believed only when it can be decrypted with the APIv3 key, each certificate has the
/// serial number that the list gives it, and the list's own signature matches one of them that is
/// in use. When a certificate is used is what the list says (`effective_time`, `expire_time`), and
/// of several the one that is used from the latest moment encrypts. A list that is not believed
/// drops nothing. A certificate whose end (`expire_time`) a verified list moves into the past is
/// dropped at once, and one that the list no longer has after [a
/// day](CertificatesBuilder::keep_missing). An unknown serial number causes one refresh at most
/// within the cool-down. Calls that wait for a refresh share it, and when the one that began it
/// goes away the others carry it on. A list that is merely old is refreshed beside the calls: none
/// waits.
///
/// With an SM2 key (国密, feature `sm`) as `merchant_key`, they are those of SM2
/// (`algorithm_type=SM2`), decrypted with SM4-GCM, and nothing else is taken for one.
///
/// A clone shares the certificates.
#[derive(Clone)]
pub struct Certificates(Arc<Inner>);

pub(super) struct Inner {
    pub(super) client: Client,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) api_key: ApiKey,
    /// The WeChat Pay public key that is trusted too, if there is one.
    pub(super) public_key: PublicKeys,
    /// Who may issue certificates, if that is checked.
    pub(super) issuers: Option<TrustedIssuers>,
    pub(super) clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pub(super) cool_down: Duration,
    pub(super) refresh_every: Duration,
    pub(super) keep_missing: Duration,
    pub(super) state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    certificates: Vec<Listed>,
    flight: Option<Flight>,
    /// When the flight began.
    departed: Option<Timestamp>,
    /// When the last attempt ended.
    tried: Option<Timestamp>,
    /// When age alone is next a reason to try.
    due: Option<Timestamp>,
    /// Attempts that failed since the last success.
    failures: u32,
    last_failure: Option<Arc<RefreshError>>,
}

type Flight = Shared<BoxFuture<'static, ()>>;

/// A refresh that nobody waits for stands still when no call moves it on. After this long its
/// request or its response would be outside the time that signatures allow.
const GROUNDED_AFTER_SECONDS: u64 = 120;

impl Certificates {
    /// Builds it from the merchant ID, the key that signs, the APIv3 key that decrypts the
    /// certificates and a transport.
    pub fn builder(
        mch_id: MchId,
        merchant_key: impl MerchantKey,
        api_key: ApiKey,
        transport: impl Transport,
    ) -> CertificatesBuilder {
        CertificatesBuilder::new(mch_id, Arc::new(merchant_key), api_key, Arc::new(transport))
    }

    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Fetches the certificates now, whatever the cool-down. Call it once at the start of a
    /// program, to prove its keys.
    ///
    /// # Errors
    /// They can't be had or are not believed; the ones that were known stay. Nothing about money is
    /// said or changed.
    pub async fn refresh(&self) -> Result<(), RefreshError> {
        let result = self.0.fetch().await;
        self.0.note(result.as_ref().err().cloned());
        result
    }

    /// The id of the public key, and the serial numbers of the certificates that are trusted now.
    pub fn serial_numbers(&self) -> Vec<String> {
        self.0.keys().serials().map(str::to_owned).collect()
    }

    /// The certificates that are trusted now.
    pub fn certificates(&self) -> Vec<Certificate> {
        let trusted = self.0.trusted();
        trusted
            .into_iter()
            .map(|listed| listed.certificate)
            .collect()
    }

    fn nothing_to(&self, purpose: &str) -> SigningError {
        let error = SigningError::new(format!("there is no valid key of WeChat Pay to {purpose}"));
        match self.last_failure() {
            Some(failure) => error.with_source(failure),
            None => error,
        }
    }

    /// Why the last refresh failed, if it did.
    pub fn last_failure(&self) -> Option<Arc<RefreshError>> {
        self.0.state().last_failure.clone()
    }
}

impl Inner {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The certificates that verify now.
    fn trusted(&self) -> Vec<Listed> {
        let now = self.now();
        let listed = self.state().certificates.clone();
        let trusted = listed
            .into_iter()
            .filter(|listed| listed.is_used_at(now) && !self.is_forgotten(listed, now));
        trusted.collect()
    }

    /// Whether the time is over in which a certificate is kept that no list has any more.
    fn is_forgotten(&self, listed: &Listed, now: Timestamp) -> bool {
        listed.is_missing_for(self.keep_missing.as_secs(), now)
    }

    /// The keys that verify now, and which of them encrypts.
    fn keys(&self) -> PublicKeys {
        let add = |keys: PublicKeys, listed: &Listed| {
            let serial_no = listed.certificate.serial_no();
            let keys = keys.with_certificate(&listed.certificate)?;
            match listed.missing_since {
                None => keys.effective_from(serial_no, listed.from),
                Some(_) => keys.only_verifying(serial_no),
            }
        };
        let trusted = self.trusted();
        // Every one of them was taken in by the same call before.
        trusted
            .iter()
            .fold(self.public_key.clone(), |keys, listed| {
                add(keys.clone(), listed).unwrap_or(keys)
            })
    }

    /// The refresh that is under way, or a new one.
    fn flight(self: &Arc<Self>) -> Flight {
        let now = self.now();
        let mut state = self.state();
        let in_time = state
            .departed
            .is_some_and(|departed| now.unix().abs_diff(departed.unix()) <= GROUNDED_AFTER_SECONDS);
        match &state.flight {
            Some(flight) if in_time && flight.peek().is_none() => flight.clone(),
            _ => {
                let inner = Arc::clone(self);
                let flight = async move {
                    let result = inner.fetch().await;
                    inner.note(result.err());
                };
                let flight = flight.boxed().shared();
                state.flight = Some(flight.clone());
                state.departed = Some(now);
                flight
            }
        }
    }

    /// The keys, after a refresh if `enough` says so and the cool-down allows it.
    async fn keys_with(self: &Arc<Self>, enough: impl Fn(&PublicKeys) -> bool) -> PublicKeys {
        let keys = self.keys();
        if enough(&keys) {
            if self.is_due() {
                // Moved on a little by every call; anyone who needs it waits for it.
                let _ = self.flight().now_or_never();
            }
            return keys;
        }
        if self.is_cooling() {
            return keys;
        }
        self.flight().await;
        self.keys()
    }

    fn is_due(&self) -> bool {
        let now = self.now();
        self.state().due.is_none_or(|due| due <= now)
    }

    /// Whether the last attempt has just ended, and none is under way.
    fn is_cooling(&self) -> bool {
        let now = self.now();
        let state = self.state();
        let flying = state
            .flight
            .as_ref()
            .is_some_and(|flight| flight.peek().is_none());
        let since = state
            .tried
            .map(|tried| now.unix_millis().abs_diff(tried.unix_millis()));
        !flying && since.is_some_and(|since| u128::from(since) < self.cool_down.as_millis())
    }

    async fn fetch(&self) -> Result<(), RefreshError> {
        let suite = self.public_key.suite();
        let list = List { suite };
        let prepared = self.client.prepare(&list).await;
        let (request, pending) = prepared.map_err(RefreshError::call)?;
        let response = self
            .transport
            .send(request)
            .await
            .map_err(|error| RefreshError::call(pending.failed(error)))?;
        let now = self.now();
        let mut certificates =
            open_list(&response, suite, &self.api_key, self.issuers.as_ref(), now).await?;
        let mut state = self.state();
        let kept: Vec<Listed> = state
            .certificates
            .iter()
            .filter(|old| {
                let serial_no = old.certificate.serial_no();
                let mut new = certificates.iter();
                !new.any(|new| same_serial(new.certificate.serial_no(), serial_no))
            })
            .map(|old| Listed {
                missing_since: old.missing_since.or(Some(now)),
                ..old.clone()
            })
            .filter(|old| !self.is_forgotten(old, now))
            .collect();
        certificates.extend(kept);
        certificates.retain(|listed| !listed.is_over_at(now));
        state.certificates = certificates;
        Ok(())
    }

    /// Writes down how an attempt ended, and when age alone is a reason for the next one.
    fn note(&self, failure: Option<RefreshError>) {
        let now = self.now();
        let mut state = self.state();
        state.tried = Some(now);
        state.failures = if failure.is_some() {
            state.failures.saturating_add(1)
        } else {
            0
        };
        // There is nothing to poll for when the merchant has no certificates.
        let wait = match &failure {
            None | Some(RefreshError::NoCertificates) => self.refresh_every,
            Some(_) => {
                let doubled = 1_u32
                    .checked_shl(state.failures.min(16))
                    .unwrap_or(u32::MAX);
                self.cool_down
                    .saturating_mul(doubled)
                    .min(self.refresh_every)
            }
        };
        let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
        state.due = Timestamp::from_unix(now.unix().saturating_add(seconds));
        state.last_failure = failure.map(Arc::new);
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
    fn suite(&self) -> Suite {
        self.0.public_key.suite()
    }

    fn requested_serial(&self) -> Option<&str> {
        self.0.public_key.requested_serial()
    }

    async fn ready(&self) -> Result<(), SigningError> {
        // A public key that only verifies signs no responses yet.
        let keys = self.0.keys_with(PublicKeys::can_seal).await;
        if !keys.can_seal() {
            return Err(self.nothing_to("verify the response with"));
        }
        Ok(())
    }

    async fn verify(
        &self,
        serial_no: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerificationError> {
        let enough =
            |keys: &PublicKeys| keys.contains(serial_no) || !is_certificate_serial(serial_no);
        let keys = self.0.keys_with(enough).await;
        if keys.is_empty() {
            let no_keys = match self.last_failure().as_deref() {
                Some(RefreshError::NoCertificates) => Some(NO_CERTIFICATES),
                Some(RefreshError::Expired) => Some(EXPIRED),
                _ => None,
            };
            if let Some(reason) = no_keys {
                return Err(VerificationFailure::Key(reason).into());
            }
        }
        keys.verify(serial_no, message, signature).await
    }

    async fn seal(&self, plaintexts: &[&str]) -> Result<SealedTexts, SigningError> {
        let keys = self.0.keys_with(PublicKeys::can_seal).await;
        if !keys.can_seal() {
            return Err(self.nothing_to("encrypt with"));
        }
        keys.seal(plaintexts).await
    }
}

const NO_CERTIFICATES: &str =
    "this merchant has no platform certificates: use the WeChat Pay public key (微信支付公钥)";

const EXPIRED: &str = "the platform certificates of this merchant have expired: use the WeChat Pay public key (微信支付公钥), or ask WeChat Pay's support";

/// A certificate's number, and not the id of a public key or something that nobody could have.
fn is_certificate_serial(serial_no: &str) -> bool {
    (1..=64).contains(&serial_no.len()) && serial_no.bytes().all(|b| b.is_ascii_hexdigit())
}
