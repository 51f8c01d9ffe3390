use wxpay_core::DecodeError;
use wxpay_sign::Verified;

use super::Json;

/// What a notification (回调通知) is read into, once it is verified and decrypted.
///
/// Read one with `Notice::read`. Implement this for a notification that is missing.
pub trait Notification: Sized {
    /// The full name, such as `v3.pay.payment_notification`.
    const NAME: &'static str;

    /// The events that it is told with, such as `TRANSACTION.SUCCESS`.
    const EVENTS: &'static [&'static str];

    /// Reads the decrypted resource.
    ///
    /// # Errors
    /// It lacks what it must have.
    fn of(resource: Verified<Json>) -> Result<Self, DecodeError>;
}
