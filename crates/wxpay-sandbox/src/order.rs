use serde::{Deserialize, Serialize};
use thiserror::Error;
use wxpay_core::{Fen, Timestamp};

use crate::random::{self, DIGITS};
use crate::snapshot::{fen, fen_option, millis};
use crate::{CodePayment, CombinedPart, Prepay};

/// An order (订单) as the queries of both protocols report it.
///
/// Make one with [`paid`](Self::paid) or [`unpaid`](Self::unpaid), then change what matters. Texts
/// go out as they are, so that a test can send what no document lists.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Order {
    /// The merchant's order number (商户订单号).
    pub out_trade_no: String,
    /// WeChat Pay's order number (微信支付订单号); empty until the order is paid.
    pub transaction_id: String,
    /// The state (交易状态). Unless it is `SUCCESS`, the response holds the number, the state, its
    /// description and `attach` only.
    pub trade_state: String,
    /// The description of the state (交易状态描述).
    pub trade_state_desc: Option<String>,
    /// The amount of the order (标价金额).
    #[serde(with = "fen")]
    pub total_fee: Fen,
    /// The currency of the amount (标价币种).
    pub fee_type: String,
    /// The amount less coupons that need no top-up (应结订单金额).
    #[serde(with = "fen_option")]
    pub settlement_total_fee: Option<Fen>,
    /// The coupons (代金券) used, numbered from 0 in the response. `cash_fee` is the total less these.
    pub coupons: Vec<Coupon>,
    /// The user (用户标识).
    pub openid: String,
    /// Whether the user follows the account (是否关注公众账号).
    pub is_subscribe: bool,
    /// The kind of trade (交易类型), such as `JSAPI`.
    pub trade_type: String,
    /// The bank (付款银行).
    pub bank_type: String,
    /// The terminal (设备号).
    pub device_info: Option<String>,
    /// The merchant's own data (附加数据).
    pub attach: Option<String>,
    /// When it was paid (支付完成时间).
    #[serde(with = "millis")]
    pub time_end: Timestamp,
    /// What the request that made it (下单) asked for, if one did.
    pub prepay: Option<Prepay>,
    /// The payment code (付款码) that was charged, if one was.
    pub code_payment: Option<CodePayment>,
    /// The combined order (合单订单) that it is one of, if it is.
    pub combined: Option<CombinedPart>,
    /// Whether the money is to be shared (是否需要分账), and stays frozen until then.
    pub profit_sharing: bool,
    /// Whose it is, unless it is the merchant's own: a sub-merchant (子商户) for whom the merchant is
    /// the service provider.
    pub sub_merchant: Option<SubMerchant>,
}

/// The merchant for whom a service provider (服务商) made an order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SubMerchant {
    /// The sub-merchant ID (子商户号).
    pub sub_mchid: String,
    /// The sub-merchant's app (子商户应用ID), if the order names one.
    pub sub_appid: Option<String>,
    /// The user under that app (用户子标识). The order's `openid` is the user under the service
    /// provider's.
    pub sub_openid: Option<String>,
}

/// A coupon (代金券) used in an order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Coupon {
    /// `CASH` (充值代金券) or `NO_CASH` (非充值优惠券).
    pub coupon_type: String,
    /// Its id (代金券ID).
    pub coupon_id: String,
    /// What it paid (单个代金券支付金额).
    #[serde(with = "fen")]
    pub coupon_fee: Fen,
}

/// Why an order can't be paid.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum PayOrderError {
    /// The sandbox has no order of this number.
    #[error("there is no order {0}")]
    NoOrder(String),
    /// The order is paid already, or closed.
    #[error("order {out_trade_no} is {trade_state}")]
    State {
        /// The merchant's order number.
        out_trade_no: String,
        /// Its state (交易状态).
        trade_state: String,
    },
    /// The order was made for another user.
    #[error("order {0} was made for another user")]
    OtherPayer(String),
}

/// Why an order is not closed.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[non_exhaustive]
pub enum CloseOrderError {
    /// The sandbox has no order of this number.
    #[error("there is no order {0}")]
    NoOrder(String),
    /// The order is paid.
    #[error("order {0} is paid")]
    Paid(String),
    /// The order is closed already.
    #[error("order {0} is closed")]
    Closed(String),
}

impl Order {
    /// An order that was paid just now, of `total_fee` fen.
    pub fn paid(out_trade_no: &str, total_fee: i64) -> Self {
        Self {
            out_trade_no: out_trade_no.to_owned(),
            transaction_id: format!("4200{}", random::text(DIGITS, 24)),
            trade_state: "SUCCESS".to_owned(),
            trade_state_desc: Some("支付成功".to_owned()),
            total_fee: Fen::new(total_fee),
            fee_type: "CNY".to_owned(),
            settlement_total_fee: None,
            coupons: Vec::new(),
            openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned(),
            is_subscribe: false,
            trade_type: "JSAPI".to_owned(),
            bank_type: "OTHERS".to_owned(),
            device_info: None,
            attach: None,
            time_end: Timestamp::now(),
            prepay: None,
            code_payment: None,
            combined: None,
            profit_sharing: false,
            sub_merchant: None,
        }
    }

    /// An order in another state, such as `NOTPAY` with `订单未支付`.
    pub fn unpaid(out_trade_no: &str, trade_state: &str, trade_state_desc: &str) -> Self {
        Self {
            trade_state: trade_state.to_owned(),
            trade_state_desc: Some(trade_state_desc.to_owned()),
            ..Self::paid(out_trade_no, 0)
        }
    }

    /// Whether it is this sub-merchant's, or the merchant's own.
    pub(crate) fn is_of(&self, sub_mchid: Option<&str>) -> bool {
        let own = self.sub_merchant.as_ref().map(|sub| &*sub.sub_mchid);
        own == sub_mchid
    }

    /// Whether it is paid; one of which money went back is too.
    pub(crate) fn is_paid(&self) -> bool {
        matches!(&*self.trade_state, "SUCCESS" | "REFUND")
    }

    /// Whether it was paid, whatever became of it since.
    pub(crate) fn was_paid(&self) -> bool {
        self.is_paid() || self.trade_state == "REVOKED" && !self.transaction_id.is_empty()
    }

    /// Who alone can pay it, if that is known.
    pub(crate) fn payer(&self) -> Option<&str> {
        let prepay = self.prepay.as_ref();
        let named = prepay.and_then(|made| made.openid.as_deref());
        let shown = self.code_payment.as_ref().map(|made| &*made.openid);
        named.or(shown)
    }

    /// What is sold, if that is known.
    pub(crate) fn description(&self) -> Option<&str> {
        let prepay = self.prepay.as_ref().map(|made| &*made.description);
        let charge = self.code_payment.as_ref().map(|made| &*made.description);
        let part = self.combined.as_ref().map(|part| &*part.description);
        prepay.or(charge).or(part)
    }

    /// What the coupons paid.
    pub(crate) fn coupon_fee(&self) -> Fen {
        sum(self.coupons.iter())
    }

    /// What those coupons paid that the merchant had paid for (充值代金券).
    pub(crate) fn cash_coupon_fee(&self) -> Fen {
        let coupons = self.coupons.iter();
        sum(coupons.filter(|coupon| coupon.coupon_type == "CASH"))
    }
}

impl SubMerchant {
    /// A sub-merchant without an app of its own.
    pub fn new(sub_mchid: &str) -> Self {
        Self {
            sub_mchid: sub_mchid.to_owned(),
            sub_appid: None,
            sub_openid: None,
        }
    }
}

impl Coupon {
    /// A coupon of `coupon_fee` fen.
    pub fn new(coupon_type: &str, coupon_id: &str, coupon_fee: i64) -> Self {
        Self {
            coupon_type: coupon_type.to_owned(),
            coupon_id: coupon_id.to_owned(),
            coupon_fee: Fen::new(coupon_fee),
        }
    }
}

fn sum<'a>(mut coupons: impl Iterator<Item = &'a Coupon>) -> Fen {
    coupons
        .try_fold(Fen::ZERO, |sum, coupon| sum.checked_add(coupon.coupon_fee))
        .unwrap_or_default()
}
