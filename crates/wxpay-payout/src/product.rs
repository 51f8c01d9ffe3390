use std::fmt::Debug;

use async_trait::async_trait;
use wxpay_core::{Error, Fen};

use crate::evidence::{CancelEnd, Message, PayEnd, QueryEnd};
use crate::fence::Fence;
use crate::{Limits, Number, Rules};

#[cfg(feature = "batch-transfer")]
mod batch_transfer;
#[cfg(feature = "batch-transfer")]
mod batch_transfers;
mod employee_payment;
mod fingerprint;
mod form;
#[cfg(any(feature = "transfer", feature = "batch-transfer"))]
mod real_name;
#[cfg(feature = "red-packet")]
mod red_packet;
#[cfg(feature = "red-packet")]
mod red_packets;
#[cfg(feature = "refund")]
mod refund;
#[cfg(feature = "refund")]
mod refunds;
#[cfg(any(feature = "transfer", feature = "refund", feature = "batch-transfer"))]
mod stored;
#[cfg(feature = "transfer")]
mod transfers;
#[cfg(feature = "transfer")]
mod user_transfer;
mod wecom;

#[cfg(feature = "batch-transfer")]
pub use batch_transfer::BatchTransfer;
#[cfg(feature = "batch-transfer")]
pub use batch_transfers::BatchTransfers;
pub use employee_payment::EmployeePayment;
pub(crate) use fingerprint::Fingerprint;
pub use fingerprint::payee_digest;
#[cfg(feature = "red-packet")]
pub use red_packet::RedPacket;
#[cfg(feature = "red-packet")]
pub use red_packets::RedPackets;
#[cfg(feature = "refund")]
pub use refund::Refund;
#[cfg(feature = "refund")]
pub use refunds::Refunds;
#[cfg(feature = "transfer")]
pub use transfers::UserTransfers;
#[cfg(feature = "transfer")]
pub use user_transfer::UserTransfer;
pub use wecom::Wecom;

/// One payment of a product, as far as the engine has to know it. [`EmployeePayment`] is one.
pub trait Payment: Clone + Debug + Send + Sync + 'static {
    /// The amount in fen.
    fn amount(&self) -> Fen;

    /// Who gets it, as a digest by which the [`Limits`] count. [`payee_digest`] makes one.
    fn payee(&self) -> String;

    /// What tells this payment from another one under the same name: a digest of everything that is
    /// sent but the number.
    ///
    /// Journals hold it, so it must be the same in every version of a program.
    fn fingerprint(&self) -> String;
}

/// A product of WeChat Pay that pays out: how a payment is written, sent, asked about and judged,
/// how long that takes and what it is limited to.
///
/// [`Wecom`] makes the calls to WeChat Pay, and so do `UserTransfers` (feature `transfer`),
/// `Refunds` (feature `refund`), `RedPackets` (feature `red-packet`) and `BatchTransfers` (feature
/// `batch-transfer`); a simulation can stand in their place. The engine itself knows no product.
#[async_trait]
pub trait Product: Debug + Send + Sync + 'static {
    /// What is paid.
    type Payment: Payment;

    /// The merchant ID (商户号) that pays.
    fn merchant(&self) -> &str;

    /// Its name, such as `v2.wecom.pay_employee`. It is part of what the numbers are made from, and
    /// stands in the journal.
    fn name(&self) -> &str;

    /// How long the engine waits for what, unless the caller says otherwise. By itself, as for
    /// payments to employees.
    fn rules(&self) -> Rules {
        Rules::default()
    }

    /// What may be paid, unless the caller says otherwise. By itself, as for payments to employees.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Writes the request, without sending anything.
    ///
    /// # Errors
    /// A field breaks a documented rule, or the request can't be signed.
    async fn compose(&self, number: &Number, payment: &Self::Payment) -> Result<Message, Error>;

    /// Sends the request, these bytes and no others, once; and only while the fence is not
    /// [past](Fence::is_past), which is to be looked at right before the bytes leave. Past it the
    /// end is [`PayEnd::NotSent`].
    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd;

    /// Asks what has become of the payment with this number.
    async fn query(&self, number: &Number) -> QueryEnd;

    /// Asks WeChat Pay to cancel the payment with this number, once, and only while the fence is
    /// not past. Whether it is cancelled, only a query tells. By itself, payments can't be
    /// cancelled.
    async fn cancel(&self, _number: &Number, _fence: &Fence) -> CancelEnd {
        CancelEnd::Unsupported
    }
}
