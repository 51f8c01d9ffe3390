use serde::Serialize;
use wxpay_core::TimeFormat;

use crate::random::another;
use crate::refund::Shares;
use crate::v3::Content;
use crate::v3::answer::to_json;
use crate::{Order, Refund};

/// A refund as its request and its query are answered, the members in the document's order.
#[derive(Serialize)]
pub(crate) struct RefundReport {
    refund_id: String,
    out_refund_no: String,
    transaction_id: String,
    out_trade_no: String,
    channel: String,
    user_received_account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_time: Option<String>,
    create_time: String,
    status: String,
    funds_account: String,
    amount: Amount,
}

#[derive(Serialize)]
struct Amount {
    total: i64,
    refund: i64,
    payer_total: i64,
    payer_refund: i64,
    settlement_refund: i64,
    settlement_total: i64,
    discount_refund: i64,
    currency: String,
}

/// Whether a refund can have this number, leaving its length aside.
pub(crate) fn is_number(number: &str) -> bool {
    let mut bytes = number.bytes();
    bytes.all(|b| b.is_ascii_alphanumeric() || b"_-|*@".contains(&b))
}

impl RefundReport {
    pub(crate) fn new(refund: &Refund, order: &Order) -> Self {
        let shares = Shares::of(refund.refund, order);
        let amount = refund.refund.get();
        let success_time = refund.success_time();
        Self {
            refund_id: refund.refund_id.clone(),
            out_refund_no: refund.out_refund_no.clone(),
            transaction_id: order.transaction_id.clone(),
            out_trade_no: refund.out_trade_no.clone(),
            channel: refund.channel.clone(),
            user_received_account: refund.received_account.clone(),
            success_time: success_time.map(|time| time.format(TimeFormat::Rfc3339)),
            create_time: refund.create_time.format(TimeFormat::Rfc3339),
            status: refund.status.clone(),
            funds_account: refund.funds_account.clone(),
            amount: Amount {
                total: order.total_fee.get(),
                refund: amount,
                payer_total: shares.payer_total.get(),
                payer_refund: shares.payer_refund.get(),
                settlement_refund: shares.settlement_refund.get(),
                settlement_total: shares.settlement_total.get(),
                discount_refund: amount.saturating_sub(shares.payer_refund.get()),
                currency: order.fee_type.clone(),
            },
        }
    }
}

impl Content for RefundReport {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_refund_no = another(&self.out_refund_no);
        self.refund_id = another(&self.refund_id);
    }

    fn tamper(&mut self) {
        self.amount.refund = self.amount.refund.wrapping_add(1);
    }
}
