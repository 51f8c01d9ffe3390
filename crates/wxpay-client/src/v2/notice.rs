use bytes::Bytes;
use http::{Response, StatusCode};
use wxpay_core::{
    AppId, Fen, MchId, OpenId, OutTradeNo, PAYMENT_NAMES, Params, TransactionId,
    VerificationFailure, WireTime,
};
use wxpay_sign::Verified;
use wxpay_sign::v2::{ACKNOWLEDGEMENT, Key, SignType, refusal};

use super::Fields;
use crate::notice::{SeenNotices, answer};
use crate::{NoticeError, Unexpected};

/// Verifies the notifications (通知) of APIv2.
///
/// They carry no time, so an old one can be sent again by anyone who recorded it: record what was taken in, and compare the
/// amount.
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
    /// The same key signs WeChat Pay's responses, so a copy of a response verifies too. One about a refund or a deposit is
    /// refused. One that says what a notification says, that this order was paid (an order query, 付款码支付), passes as what it is.
    ///
    /// # Errors
    /// It is not proven to be WeChat Pay's, or is about something else, or lacks what a payment has. Nothing of it was read then.
    pub fn payment(&self, body: &[u8]) -> Result<PaymentNotice, NoticeError> {
        let message = self.verify(body)?;
        if let Some(other) = other_event(message.get()) {
            return Err(NoticeError::OtherEvent(other.to_owned()));
        }
        let fields = Fields::of(message.get());
        Ok(PaymentNotice {
            succeeded: succeeded(message.get()),
            appid: fields.require("appid")?,
            mch_id: fields.require("mch_id")?,
            out_trade_no: fields.require("out_trade_no")?,
            paid: Paid {
                out_trade_no: fields.require("out_trade_no")?,
                transaction_id: fields.require("transaction_id")?,
                total_fee: fields.require("total_fee")?,
                cash_fee: fields.optional("cash_fee")?,
                openid: fields.optional("openid")?,
                time_end: fields.optional("time_end")?,
                message,
            },
        })
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

    /// Decrypts a refund notification (退款结果通知), which is encrypted and not signed.
    ///
    /// Its cipher does not protect it against changes: query the refund before acting on it.
    ///
    /// # Errors
    /// It cannot be decrypted with the key.
    pub fn refund(&self, body: &[u8]) -> Result<Verified<Params>, NoticeError> {
        let params = read(body)?;
        let sealed = params
            .get("req_info")
            .ok_or(VerificationFailure::Missing("req_info"));
        let sealed = sealed.map_err(|failure| NoticeError::Unverified(failure.into()))?;
        Ok(self.key.open_refund_notice(sealed)?)
    }
}

/// A payment notification of APIv2, verified. It yields the payment only against what the shop expects.
#[derive(Clone, Debug)]
pub struct PaymentNotice {
    succeeded: bool,
    appid: AppId,
    mch_id: MchId,
    out_trade_no: OutTradeNo,
    paid: Paid,
}

/// A payment that is the one that was expected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Paid {
    /// The merchant order number (商户订单号).
    pub out_trade_no: OutTradeNo,
    /// WeChat Pay's number (微信支付订单号).
    pub transaction_id: TransactionId,
    /// The order's amount in fen (订单金额).
    pub total_fee: Fen,
    /// What the user paid, in fen (现金支付金额).
    pub cash_fee: Option<Fen>,
    /// The user (用户标识).
    pub openid: Option<OpenId>,
    /// When it was paid (支付完成时间).
    pub time_end: Option<WireTime>,
    /// The whole message, for what this version does not know.
    pub message: Verified<Params>,
}

impl PaymentNotice {
    /// The merchant order number (商户订单号), by which to find what to expect.
    pub fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }

    /// The payment, if it is the expected one: this order, this amount in fen, this merchant and this app.
    ///
    /// # Errors
    /// Something differs, or the payment did not succeed. Do not ship.
    pub fn expect(
        self,
        out_trade_no: &OutTradeNo,
        total_fee: Fen,
        mch_id: &MchId,
        appid: &AppId,
    ) -> Result<Paid, Unexpected> {
        let held = [
            (self.out_trade_no == *out_trade_no, "out_trade_no"),
            (self.succeeded, "result_code"),
            (self.paid.total_fee == total_fee, "total_fee"),
            (in_yuan(&self.paid.message), "fee_type"),
            (self.mch_id == *mch_id, "mch_id"),
            (self.appid == *appid, "appid"),
        ];
        match held.iter().find(|(held, _)| !held) {
            Some((_, field)) => Err(Unexpected::new(field)),
            None => Ok(self.paid),
        }
    }

    /// Whether `seen` has recorded this payment, by its order.
    pub fn is_repeated(&self, seen: &impl SeenNotices) -> bool {
        seen.seen(&self.key())
    }

    /// What a shop records of a payment that it took in: the same for every delivery.
    pub fn key(&self) -> String {
        format!("payment:{}:{}", self.mch_id, self.out_trade_no)
    }
}

/// The response to a notification that was taken in.
pub fn acknowledge() -> Response<Bytes> {
    answer(StatusCode::OK, "text/xml; charset=utf-8", ACKNOWLEDGEMENT)
}

/// The response to a notification that was not taken in; WeChat Pay sends it again later.
///
/// It says which of the two it was, and nothing of why: that is for the shop's own log.
pub fn refuse(error: &NoticeError) -> Response<Bytes> {
    let message = match error {
        NoticeError::Unverified(_) => "not verified",
        _ => "not understood",
    };
    answer(StatusCode::OK, "text/xml; charset=utf-8", refusal(message))
}

/// What an authentic message is about that is not a payment, although it names the order, its amount and its number.
///
/// Responses about refunds (申请退款, 查询退款) and about what was taken from a deposit (押金) do.
fn other_event(message: &Params) -> Option<&'static str> {
    let starts_with = |stem: &str| message.iter().any(|(name, _)| name.starts_with(stem));
    let refund = [
        "refund_",
        "out_refund_no",
        "total_refund_count",
        "settlement_refund_fee",
        "cash_refund_fee",
        "coupon_refund_",
        "req_info",
    ];
    if refund.into_iter().any(starts_with) {
        return Some("a refund");
    }
    starts_with("consume_fee").then_some("a deposit")
}

/// [`Fen`] are of the yuan.
fn in_yuan(message: &Verified<Params>) -> bool {
    message
        .get()
        .get("fee_type")
        .is_none_or(|currency| currency == "CNY")
}

/// Every level says so. A response to an order query is signed alike, and may say REFUND.
fn succeeded(message: &Params) -> bool {
    let success = |name| message.get(name) == Some("SUCCESS");
    let state = message.get("trade_state");
    success("return_code") && success("result_code") && state.is_none_or(|state| state == "SUCCESS")
}

fn read(body: &[u8]) -> Result<Params, NoticeError> {
    let refused = |error| NoticeError::Unverified(VerificationFailure::Message(error).into());
    Params::from_xml(body).map_err(refused)
}
