use serde::Serialize;
use wxpay_core::{Fen, TimeFormat};

use crate::random::another;
use crate::v3::Content;
use crate::v3::answer::to_json;
use crate::v3::transaction::Promotion;
use crate::{CombinedOrder, Merchant, Order};

/// A combined order as its query and its notification tell it, the members in the document's order.
#[derive(Serialize)]
pub(crate) struct CombinedTransaction {
    combine_appid: String,
    combine_mchid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    combine_payer_info: Option<Payer>,
    sub_orders: Vec<SubOrder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<Scene>,
    combine_out_trade_no: String,
}

#[derive(Serialize)]
struct Payer {
    openid: String,
}

#[derive(Serialize)]
struct Scene {
    device_id: String,
}

#[derive(Serialize)]
struct SubOrder {
    mchid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_type: Option<String>,
    trade_state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
    out_trade_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_openid: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    promotion_detail: Vec<Promotion>,
}

#[derive(Serialize)]
struct Amount {
    total_amount: i64,
    payer_amount: i64,
    currency: String,
    payer_currency: String,
}

impl CombinedTransaction {
    pub(crate) fn new<'a>(
        combined: &CombinedOrder,
        orders: impl Iterator<Item = &'a Order> + Clone,
        merchant: &Merchant,
    ) -> Self {
        let mut paid = orders.clone().filter(|order| order.is_paid());
        Self {
            combine_appid: merchant.appid.to_string(),
            combine_mchid: merchant.mch_id.to_string(),
            combine_payer_info: paid.next().map(|order| Payer {
                openid: order.openid.clone(),
            }),
            sub_orders: orders.map(|order| SubOrder::new(order, merchant)).collect(),
            scene_info: combined.device_id.as_ref().map(|device| Scene {
                device_id: device.clone(),
            }),
            combine_out_trade_no: combined.combine_out_trade_no.clone(),
        }
    }

    pub(crate) fn to_text(&self) -> String {
        String::from_utf8(to_json(self)).expect("JSON is UTF-8")
    }
}

impl SubOrder {
    fn new(order: &Order, merchant: &Merchant) -> Self {
        let paid = order.is_paid();
        let if_paid = |text: &str| paid.then(|| text.to_owned());
        let sub = order.sub_merchant.as_ref();
        let payer_amount = order.total_fee.checked_sub(order.coupon_fee());
        Self {
            mchid: merchant.mch_id.to_string(),
            trade_type: if_paid(&order.trade_type),
            trade_state: order.trade_state.clone(),
            bank_type: if_paid(&order.bank_type),
            attach: order.attach.clone(),
            success_time: paid.then(|| order.time_end.format(TimeFormat::Rfc3339)),
            amount: paid.then(|| Amount {
                total_amount: order.total_fee.get(),
                payer_amount: payer_amount.unwrap_or(Fen::ZERO).get(),
                currency: order.fee_type.clone(),
                payer_currency: order.fee_type.clone(),
            }),
            transaction_id: if_paid(&order.transaction_id),
            out_trade_no: order.out_trade_no.clone(),
            sub_mchid: sub.map(|sub| sub.sub_mchid.clone()),
            sub_appid: sub.and_then(|sub| sub.sub_appid.clone()),
            sub_openid: sub.filter(|_| paid).and_then(|sub| sub.sub_openid.clone()),
            promotion_detail: Promotion::all_of(order),
        }
    }
}

impl Content for CombinedTransaction {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.combine_out_trade_no = another(&self.combine_out_trade_no);
    }

    fn tamper(&mut self) {
        for order in &mut self.sub_orders {
            let state = match &*order.trade_state {
                "SUCCESS" => "NOTPAY",
                _ => "SUCCESS",
            };
            state.clone_into(&mut order.trade_state);
        }
    }
}
