use bytes::Bytes;
use http::{Request, Response, StatusCode};
use wxpay_core::{PAYMENT_NAMES, Params, VerificationFailure};
use wxpay_sign::Verified;
use wxpay_sign::v2::{ACKNOWLEDGEMENT, Key, SignType, refusal};

use super::{CombinedPaymentNotice, PaymentNotice, RefundNotice};
use crate::NoticeError;
use crate::notice::{Refusal, answer};

/// Verifies the notifications (通知) of APIv2.
///
/// They carry no time, so an old one can be sent again by anyone who recorded it: record what was
/// taken in, and compare the amount. Payments and refunds are told alike, so give each a
/// `notify_url` of its own.
#[derive(Clone, Debug)]
pub struct Notices {
    key: Key,
    sign_type: SignType,
}

impl Notices {
    /// From the APIv2 key and the digest that the orders are made with.
    pub const fn new(key: Key, sign_type: SignType) -> Self {
        Self { key, sign_type }
    }

    /// Verifies and reads a payment notification (支付结果通知) from its body as it came.
    ///
    /// The same key signs WeChat Pay's responses, so a copy of a response verifies too. One about a
    /// refund or a deposit is refused. One that says what a notification says, that this order was
    /// paid (an order query, 付款码支付), passes as what it is.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011935221>
    ///
    /// # Errors
    /// It is not proven to be WeChat Pay's, or is about something else, or lacks what a payment
    /// has. Nothing of it was read then.
    pub fn payment(&self, body: &[u8]) -> Result<PaymentNotice, NoticeError> {
        PaymentNotice::of(self.verify(body)?)
    }

    /// The same from a whole request, with what to answer its sender where it is refused.
    ///
    /// # Errors
    /// As [`payment`](Self::payment), with the response.
    pub fn receive_payment(&self, request: &Request<Bytes>) -> Result<PaymentNotice, Refusal> {
        self.payment(request.body()).map_err(refused)
    }

    /// Verifies and reads a notification that orders were paid together (合单支付通知) from its body as
    /// it came.
    ///
    /// Combined orders are made with HMAC-SHA256 alone, so that must be the digest here.
    ///
    /// <https://pay.weixin.qq.com/wiki/doc/api/combine.php?chapter=24_4&index=5>
    ///
    /// # Errors
    /// As [`payment`](Self::payment).
    pub fn combined_payment(&self, body: &[u8]) -> Result<CombinedPaymentNotice, NoticeError> {
        CombinedPaymentNotice::of(self.verify(body)?)
    }

    /// The same from a whole request, with what to answer its sender where it is refused.
    ///
    /// # Errors
    /// As [`combined_payment`](Self::combined_payment), with the response.
    pub fn receive_combined_payment(
        &self,
        request: &Request<Bytes>,
    ) -> Result<CombinedPaymentNotice, Refusal> {
        self.combined_payment(request.body()).map_err(refused)
    }

    /// Verifies a notification and leaves its fields to the caller.
    ///
    /// # Errors
    /// It is not proven to be WeChat Pay's.
    pub fn verify(&self, body: &[u8]) -> Result<Verified<Params>, NoticeError> {
        let params = read(body)?;
        let verified = self.key.verify(params, self.sign_type)?;
        if let Some(name) = verified.get().ambiguous(PAYMENT_NAMES) {
            return Err(NoticeError::Unverified(
                VerificationFailure::Ambiguous(name.to_owned()).into(),
            ));
        }
        Ok(verified)
    }

    /// Decrypts and reads a refund notification (退款结果通知) from its body as it came. It is encrypted
    /// and not signed.
    ///
    /// Its cipher does not protect it against changes, which is what
    /// [`Proof::Opened`](wxpay_sign::Proof::Opened) says: query the refund before acting on it.
    ///
    /// <https://pay.weixin.qq.com/doc/v2/merchant/4011935223>
    ///
    /// # Errors
    /// It cannot be decrypted with the key, or lacks what a refund has. A notification of a payment
    /// has nothing to decrypt.
    pub fn refund(&self, body: &[u8]) -> Result<RefundNotice, NoticeError> {
        RefundNotice::of(self.open_refund(body)?)
    }

    /// The same from a whole request, with what to answer its sender where it is refused.
    ///
    /// # Errors
    /// As [`refund`](Self::refund), with the response.
    pub fn receive_refund(&self, request: &Request<Bytes>) -> Result<RefundNotice, Refusal> {
        self.refund(request.body()).map_err(refused)
    }

    /// Decrypts a refund notification and leaves its fields to the caller, who queries the refund
    /// before acting on them.
    ///
    /// # Errors
    /// It cannot be decrypted with the key.
    pub fn open_refund(&self, body: &[u8]) -> Result<Verified<Params>, NoticeError> {
        let params = read(body)?;
        let sealed = params.get("req_info").ok_or_else(|| {
            NoticeError::Unverified(VerificationFailure::Missing("req_info").into())
        })?;
        Ok(self.key.open_refund_notice(sealed)?)
    }
}

/// The response to a notification that was taken in.
pub fn acknowledge() -> Response<Bytes> {
    answer(StatusCode::OK, "text/xml; charset=utf-8", ACKNOWLEDGEMENT)
}

/// The response to a notification that was not taken in; WeChat Pay sends it again later.
///
/// It says whether it was believed, and nothing of why: that is for the shop's own log.
pub fn refuse(error: &NoticeError) -> Response<Bytes> {
    let message = match error {
        NoticeError::Unverified(_) => "not verified",
        _ => "not understood",
    };
    answer(StatusCode::OK, "text/xml; charset=utf-8", refusal(message))
}

/// The refusal with its response.
pub(super) fn refused(error: NoticeError) -> Refusal {
    let response = refuse(&error);
    Refusal::new("APIv2", error, response)
}

fn read(body: &[u8]) -> Result<Params, NoticeError> {
    let refused = |error| NoticeError::Unverified(VerificationFailure::Message(error).into());
    Params::from_xml(body).map_err(refused)
}
