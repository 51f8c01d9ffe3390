use std::fmt::Debug;

use async_trait::async_trait;
use wxpay_core::{Error, PartnerTradeNo};

use crate::evidence::{Message, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::intent::Payment;

mod wecom;

pub use wecom::Wecom;

/// The calls that a payout is made of. [`Wecom`] makes them to WeChat Pay; a simulation can stand in its place.
#[async_trait]
pub trait Service: Debug + Send + Sync + 'static {
    /// The merchant ID (商户号) that pays.
    fn merchant(&self) -> &str;

    /// What is paid with, such as `v2.wecom.pay_employee`. It is part of what the numbers are made from.
    fn product(&self) -> &str;

    /// Writes and signs the request, without sending anything.
    ///
    /// # Errors
    /// A field breaks a documented rule, or the request can't be signed.
    fn compose(&self, number: &PartnerTradeNo, payment: &Payment) -> Result<Message, Error>;

    /// Sends the request, these bytes and no others, once; and only while the fence is not [past](Fence::is_past), which is to
    /// be looked at right before the bytes leave. Past it the end is [`PayEnd::NotSent`].
    async fn pay(&self, number: &PartnerTradeNo, message: &Message, fence: &Fence) -> PayEnd;

    /// Asks what has become of the payment with this number.
    async fn query(&self, number: &PartnerTradeNo) -> QueryEnd;
}
