//! Money that goes back.

use std::time::Duration;

use wxpay_core::Fen;

use crate::random::DIGITS;
use crate::state::{AskedRefund, CloseRefusal};
use crate::{CloseOrderError, Protocol, Refund, RefundEnd, RefundError, Sandbox};

impl Sandbox {
    /// Closes an order, as a request of the merchant's would. The number of a combined order
    /// (合单订单), or of an order in it, closes all that are in it.
    ///
    /// # Errors
    /// There is no such order, it is paid or it is closed already. It stays as it is.
    pub fn close_order(&self, out_trade_no: &str) -> Result<(), CloseOrderError> {
        let mut state = self.shared.state();
        let order = state.orders.get(out_trade_no);
        let part = order.and_then(|order| order.combined.clone());
        let closed = match (order, part) {
            (Some(_), None) => state.orders.close(out_trade_no, true),
            (Some(_), Some(part)) => state.close_combined(&part.combine_out_trade_no, true),
            (None, _) => state.close_combined(out_trade_no, true),
        };
        closed.map_err(|refusal| {
            let number = out_trade_no.to_owned();
            match refusal {
                CloseRefusal::Missing | CloseRefusal::Combined => CloseOrderError::NoOrder(number),
                CloseRefusal::Paid => CloseOrderError::Paid(number),
                CloseRefusal::Closed => CloseOrderError::Closed(number),
            }
        })
    }

    /// Refunds a part of a paid order, as the merchant can on its platform (商户平台), under a number
    /// of the sandbox's choice. Nothing is told of it.
    ///
    /// # Errors
    /// The order is not paid, or less is left of it. See [`RefundError`].
    pub fn refund_order(&self, out_trade_no: &str, refund: Fen) -> Result<Refund, RefundError> {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let order = state
            .orders
            .get(out_trade_no)
            .cloned()
            .ok_or_else(|| RefundError::NotPaid(out_trade_no.to_owned()))?;
        let asked = AskedRefund {
            out_refund_no: random.text(DIGITS, 32),
            refund,
            total: None,
            reason: None,
            notify_url: None,
            funds_account: "UNSETTLED".to_owned(),
            protocol: Protocol::V2,
            terms: serde_json::Value::Null,
        };
        let refund = state.refund(&order, asked, random, true)?;
        let end = state.refund_end;
        self.shared.settle_refund_later(&mut state, &refund, end);
        let number = &refund.out_refund_no;
        Ok(state.refunds.get(number).cloned().unwrap_or(refund))
    }

    /// Every refund, in the order in which they were accepted.
    pub fn refunds(&self) -> Vec<Refund> {
        self.shared.state().refunds.all().cloned().collect()
    }

    /// Sets what a refund has become, and says whether there is one of this number. `SUCCESS`,
    /// `ABNORMAL` (退款异常) and `CLOSED` (退款关闭) are told to its `notify_url`, if it has one. What is
    /// closed can go back under another number.
    pub fn set_refund_status(&self, out_refund_no: &str, status: &str) -> bool {
        let random = &self.shared.random;
        let mut state = self.shared.state();
        let found = state.set_refund_status(out_refund_no, status, random);
        drop(state);
        self.shared.changed.notify_one();
        found
    }

    /// Sets how long refunds are `PROCESSING` from now on, before they succeed. At first it is not
    /// a time: a refund has succeeded when its request is answered, though the response says
    /// `PROCESSING`.
    pub fn set_refund_delay(&self, delay: Duration) {
        self.shared.state().refund_delay = delay;
    }

    /// How long refunds are `PROCESSING`.
    pub fn refund_delay(&self) -> Duration {
        self.shared.state().refund_delay
    }

    /// Sets what becomes of refunds that are accepted from now on. At first they succeed. An
    /// abnormal one can be settled by
    /// `/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund` (发起异常退款), and succeeds then.
    pub fn set_refund_end(&self, end: RefundEnd) {
        self.shared.state().refund_end = end;
    }

    /// What becomes of refunds that are accepted from now on.
    pub fn refund_end(&self) -> RefundEnd {
        self.shared.state().refund_end
    }
}
