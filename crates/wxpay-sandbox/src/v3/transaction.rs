use serde::Serialize;
use wxpay_core::{Fen, TimeFormat};

use crate::random::another;
use crate::v3::Content;
use crate::v3::answer::to_json;
use crate::v3::party::{Owner, Payer};
use crate::{Merchant, Order};

/// An order as queries and notifications tell it, its members in the document's order.
#[derive(Serialize)]
pub(crate) struct Transaction {
    #[serde(flatten)]
    owner: Owner,
    out_trade_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_type: Option<String>,
    trade_state: String,
    trade_state_desc: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer>,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<Scene>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    promotion_detail: Vec<Promotion>,
}

#[derive(Serialize)]
struct Amount {
    total: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_total: Option<i64>,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_currency: Option<String>,
}

#[derive(Serialize)]
struct Scene {
    device_id: String,
}

/// A coupon as it was used.
#[derive(Serialize)]
pub(crate) struct Promotion {
    coupon_id: String,
    name: &'static str,
    scope: &'static str,
    #[serde(rename = "type")]
    kind: String,
    amount: i64,
    currency: String,
}

impl Transaction {
    pub(crate) fn new(order: &Order, merchant: &Merchant) -> Self {
        let paid = order.is_paid();
        let if_paid = |text: &str| paid.then(|| text.to_owned());
        let payer_total = order.total_fee.checked_sub(order.coupon_fee());
        let device = order.device_info.as_ref().filter(|_| paid);
        Self {
            owner: Owner::of(order, merchant),
            out_trade_no: order.out_trade_no.clone(),
            transaction_id: if_paid(&order.transaction_id),
            trade_type: if_paid(&order.trade_type),
            trade_state: order.trade_state.clone(),
            trade_state_desc: order.trade_state_desc.clone().unwrap_or_default(),
            bank_type: if_paid(&order.bank_type),
            attach: order.attach.clone(),
            success_time: paid.then(|| order.time_end.format(TimeFormat::Rfc3339)),
            payer: paid.then(|| Payer::of(order)),
            amount: Amount {
                total: order.total_fee.get(),
                payer_total: payer_total.filter(|_| paid).map(Fen::get),
                currency: order.fee_type.clone(),
                payer_currency: if_paid(&order.fee_type),
            },
            scene_info: device.map(|device| Scene {
                device_id: device.clone(),
            }),
            promotion_detail: Promotion::all_of(order),
        }
    }

    pub(crate) fn to_text(&self) -> String {
        String::from_utf8(to_json(self)).expect("JSON is UTF-8")
    }
}

impl Promotion {
    /// Those of an order that is paid.
    pub(crate) fn all_of(order: &Order) -> Vec<Self> {
        let coupons = order.coupons.iter().filter(|_| order.is_paid());
        coupons
            .map(|coupon| Self {
                coupon_id: coupon.coupon_id.clone(),
                name: "代金券",
                scope: "GLOBAL",
                kind: coupon.coupon_type.replace('_', ""),
                amount: coupon.coupon_fee.get(),
                currency: order.fee_type.clone(),
            })
            .collect()
    }
}

impl Content for Transaction {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_trade_no = another(&self.out_trade_no);
        self.transaction_id = self.transaction_id.as_deref().map(another);
    }

    fn tamper(&mut self) {
        let state = match &*self.trade_state {
            "SUCCESS" => "NOTPAY",
            _ => "SUCCESS",
        };
        state.clone_into(&mut self.trade_state);
    }
}
