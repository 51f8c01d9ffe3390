use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request};
#[cfg(feature = "sm")]
use wxpay_core::InvalidInput;
use wxpay_core::{DecodeError, Timestamp, WireTime};
use wxpay_sign::Verified;
#[cfg(feature = "sm")]
use wxpay_sign::v3::Suite;
use wxpay_sign::v3::{ApiKey, Encrypted, Opened, PlatformKeys, verify, verify_brand};

use super::notice_answer::refused;
use super::{EventType, Json, NoticeKind, Notification, Object};
use crate::NoticeError;
use crate::json::JsonText;
use crate::notice::{Refusal, SeenNotices};

/// Verifies and decrypts the notifications (回调通知) of APIv3: the signature first, the content
/// second.
///
/// ```no_run
/// # use wxpay_client::v3::Notices;
/// # async fn callback(notices: &Notices, request: http::Request<bytes::Bytes>) -> http::Response<bytes::Bytes> {
/// match notices.receive(request).await {
///     Ok(notice) => {
///         // Record it, then:
///         wxpay_client::v3::acknowledge()
///     }
///     Err(refusal) => {
///         eprintln!("{refusal}"); // the sender does not learn why
///         refusal.into_response()
///     }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Notices {
    keys: Arc<dyn PlatformKeys>,
    #[cfg(feature = "sm")]
    sm_keys: Option<Arc<dyn PlatformKeys>>,
    api_key: ApiKey,
    receiver: Receiver,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// For whom the notifications must be signed.
#[derive(Clone, Copy)]
enum Receiver {
    Merchant,
    Brand,
}

impl Notices {
    /// From WeChat Pay's public keys and the merchant's APIv3 key.
    pub fn new(keys: impl PlatformKeys, api_key: ApiKey) -> Self {
        Self {
            keys: Arc::new(keys),
            #[cfg(feature = "sm")]
            sm_keys: None,
            api_key,
            receiver: Receiver::Merchant,
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Takes the notifications of a brand (品牌) and no others: the keys are those of the brand, and
    /// so is the signature's type.
    ///
    /// The keys must be the brand's alone. `Wechatpay-Signature-Type` is not signed, so with the
    /// keys of a merchant among them a message for that merchant would pass with another type
    /// written on it.
    ///
    /// <https://pay.weixin.qq.com/doc/brand/4015407551>
    #[must_use]
    pub const fn brand(mut self) -> Self {
        self.receiver = Receiver::Brand;
        self
    }

    /// Also takes notifications that these SM2 keys (国密) sign, whose `Wechatpay-Signature-Type`
    /// says so, beside those that the first keys sign.
    ///
    /// For the time in which a merchant moves from one suite to the other: the notification of a
    /// withdrawal (提现) is encrypted as the request was signed that began it.
    ///
    /// # Errors
    /// The keys are not of [`Suite::Sm`](wxpay_sign::v3::Suite::Sm).
    #[cfg(feature = "sm")]
    pub fn sm_keys(mut self, keys: impl PlatformKeys) -> Result<Self, InvalidInput> {
        if keys.suite() != Suite::Sm {
            return Err(InvalidInput::new(
                "platform keys",
                "must be SM2 keys of WeChat Pay",
                "必须是微信支付的国密（SM2）公钥",
            ));
        }
        self.sm_keys = Some(Arc::new(keys));
        Ok(self)
    }

    /// The keys that a notification must be signed with. Its header only chooses between two suites
    /// that are both trusted.
    fn keys_for(&self, headers: &HeaderMap) -> &dyn PlatformKeys {
        #[cfg(feature = "sm")]
        if let Some(keys) = &self.sm_keys
            && headers
                .get("Wechatpay-Signature-Type")
                .is_some_and(|value| value == Suite::Sm.signature_type())
        {
            return &**keys;
        }
        let _ = headers;
        &*self.keys
    }

    /// Takes the time from elsewhere, for tests and for machines whose clock can't be set.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Verifies, decrypts and reads a notification, or says why not and what to answer its sender.
    ///
    /// The adapter for any server that gives requests as `http` has them. The body must be whole
    /// and as it came.
    ///
    /// # Errors
    /// As [`open`](Self::open), with the response.
    pub async fn receive(&self, request: Request<Bytes>) -> Result<Notice, Refusal> {
        let (head, body) = request.into_parts();
        self.open(&head.headers, body).await.map_err(refused)
    }

    /// Verifies, decrypts and reads a notification from its headers and its body as they came.
    ///
    /// # Errors
    /// It is not proven to be WeChat Pay's, or lacks what every notification has. Nothing of it was
    /// read then.
    pub async fn open(&self, headers: &HeaderMap, body: Bytes) -> Result<Notice, NoticeError> {
        let (keys, now) = (self.keys_for(headers), (self.clock)());
        let body = match self.receiver {
            Receiver::Merchant => verify(headers, body, keys, now).await?,
            Receiver::Brand => verify_brand(headers, body, keys, now).await?,
        };
        let envelope = body.read(Envelope::parse)?;
        let opened = self
            .api_key
            .open_part(&envelope, |envelope| envelope.resource.encrypted())?;
        let resource = opened.read(|opened: &Opened| Json::parse(opened.as_bytes()))?;
        let Envelope {
            id,
            create_time,
            event_type,
            summary,
            original_type,
            ..
        } = envelope.into_inner();
        Ok(Notice {
            id,
            create_time,
            event_type,
            summary,
            original_type,
            plaintext: opened,
            resource,
        })
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices")
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// A notification, verified and decrypted.
#[derive(Debug)]
#[non_exhaustive]
pub struct Notice {
    /// The notification's own id (通知ID). A repeated delivery may have another one.
    pub id: String,
    /// When it was made (通知创建时间).
    pub create_time: Option<WireTime>,
    /// What happened (通知类型), such as [`EventType::TRANSACTION_SUCCESS`].
    pub event_type: EventType,
    /// A summary (回调摘要), for people.
    pub summary: Option<String>,
    /// The type of what it is about (原始类型), such as `transaction`. Some kinds leave it out: see
    /// [`kind`](Self::kind).
    pub original_type: Option<String>,
    plaintext: Verified<Opened>,
    resource: Verified<Json>,
}

impl Notice {
    /// What it is about (通知数据), decrypted.
    pub fn resource(&self) -> &Verified<Json> {
        &self.resource
    }

    /// The same as text, byte for byte.
    pub fn plaintext(&self) -> &[u8] {
        self.plaintext.get().as_bytes()
    }

    /// Reads what it is about.
    ///
    /// The content is authentic and says what WeChat Pay knows. Compare order, amount, merchant and
    /// app with your own before you ship: [`PaymentNotice`](super::PaymentNotice),
    /// [`PartnerPaymentNotice`](super::PartnerPaymentNotice),
    /// [`CombinedPaymentNotice`](super::CombinedPaymentNotice),
    /// [`RefundNotice`](super::RefundNotice) and
    /// [`ProfitSharingNotice`](super::ProfitSharingNotice) do that.
    ///
    /// # Errors
    /// [`NoticeError::OtherEvent`] if it is told with another event, [`NoticeError::Unreadable`] if
    /// it lacks what it must have.
    pub fn read<N: Notification>(&self) -> Result<N, NoticeError> {
        if !N::EVENTS.contains(&self.event_type.as_str()) {
            return Err(NoticeError::OtherEvent(self.event_type.to_string()));
        }
        Ok(N::of(self.resource.clone())?)
    }

    /// What it is about. Ask before reading it: one event, such as `TRANSACTION.SUCCESS`, stands
    /// for several kinds.
    pub fn kind(&self) -> NoticeKind {
        NoticeKind::of(
            self.event_type.as_str(),
            self.original_type.as_deref(),
            self.resource.get(),
        )
    }

    /// That it is of a kind that one event stands for together with others.
    pub(super) fn check_kind(&self, kind: NoticeKind, event: &str) -> Result<(), NoticeError> {
        if self.event_type != event {
            return Err(NoticeError::OtherEvent(self.event_type.to_string()));
        }
        match self.kind() {
            told if told == kind => Ok(()),
            told => Err(NoticeError::OtherKind(told)),
        }
    }

    /// Whether `seen` has recorded this notification, by its id.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.id)
    }
}

#[derive(Clone, Debug)]
struct Envelope {
    id: String,
    create_time: Option<WireTime>,
    event_type: EventType,
    summary: Option<String>,
    original_type: Option<String>,
    resource: Resource,
}

#[derive(Clone, Debug)]
struct Resource {
    algorithm: String,
    nonce: String,
    associated_data: Option<String>,
    ciphertext: JsonText,
}

impl Envelope {
    fn parse(body: &Bytes) -> Result<Self, DecodeError> {
        Self::read(&Json::of_body(body)?)
    }

    fn read(json: &Json) -> Result<Self, DecodeError> {
        let fields = Object::of(json)?;
        let resource = fields.require_object("resource")?;
        Ok(Self {
            id: fields.require("id")?,
            create_time: fields.optional("create_time")?,
            event_type: fields.require("event_type")?,
            summary: fields.optional("summary")?,
            original_type: resource.optional("original_type")?,
            resource: Resource {
                algorithm: resource.require("algorithm")?,
                nonce: resource.require("nonce")?,
                associated_data: resource.optional("associated_data")?,
                ciphertext: resource.require_text("ciphertext")?,
            },
        })
    }
}

impl Resource {
    fn encrypted(&self) -> Encrypted<'_> {
        Encrypted {
            algorithm: &self.algorithm,
            nonce: &self.nonce,
            associated_data: self.associated_data.as_deref(),
            ciphertext: &self.ciphertext,
        }
    }
}
