use std::fmt::Debug;

use async_trait::async_trait;
use wxpay_core::{Error, Fen, OutTradeNo};

use crate::evidence::{PayEnd, QueryEnd, ReverseEnd};
use crate::fence::Fence;

#[cfg(any(feature = "v2", feature = "v3"))]
mod code;
#[cfg(any(feature = "v2", feature = "v3"))]
mod ends;
#[cfg(feature = "v2")]
mod v2;
#[cfg(feature = "v3")]
mod v3;
#[cfg(feature = "v3")]
mod v3_partner;

#[cfg(feature = "v2")]
pub use v2::V2;
#[cfg(feature = "v3")]
pub use v3::V3;
#[cfg(feature = "v3")]
pub use v3_partner::V3Partner;

/// The three calls that a payment by scanned code is made of.
///
/// `V2`, `V3` and `V3Partner` make them to WeChat Pay; a simulation can stand in their place.
#[async_trait]
pub trait Service: Debug + Send + Sync + 'static {
    /// The typed request of a charge, with everything that it can hold.
    type Charge: Send + Sync;

    /// The protocol and the merchant, such as `v2 1900000109`. It is stored with each sale, so that
    /// no other merchant's client goes on with it.
    fn account(&self) -> String;

    /// The merchant order number of a charge.
    fn number<'a>(&self, charge: &'a Self::Charge) -> &'a OutTradeNo;

    /// The amount of a charge, in fen.
    fn amount(&self, charge: &Self::Charge) -> Fen;

    /// Checks a charge without sending anything, and that its order could be queried and reversed.
    ///
    /// # Errors
    /// A field breaks a documented rule, such as that of the payment code, or a key is missing; or
    /// the client certificate that the reversal needs is missing or has expired.
    async fn check(&self, charge: &Self::Charge) -> Result<(), Error>;

    /// Charges the code, once; and only while the fence is not [past](Fence::is_past), which is to
    /// be looked at right before the bytes leave. Past it the end is [`PayEnd::NotSent`].
    async fn pay(&self, charge: &Self::Charge, fence: &Fence) -> PayEnd;

    /// Asks what has become of the order.
    async fn query(&self, number: &OutTradeNo) -> QueryEnd;

    /// Reverses the order, once; and only while the fence is not past. Past it the end is
    /// [`ReverseEnd::NotSent`].
    async fn reverse(&self, number: &OutTradeNo, fence: &Fence) -> ReverseEnd;
}
