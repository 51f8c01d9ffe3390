use crate::random::{DIGITS, Random};
use crate::refund::BALANCE;
use crate::state::{RefundEntry, State};
use crate::{Order, Refund};

/// Why an order is not reversed (撤销).
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReverseRefusal {
    /// It was not made by a payment code.
    NotByCode,
    /// The user is being asked for the password.
    UserPaying,
    /// It is older than seven days.
    TooOld,
    /// A part of it went back already.
    Refunded,
    Closed,
    Reversed,
}

impl State {
    /// Reverses an order if it is to take effect: one that is paid gives the money back, and any
    /// other is closed.
    pub(crate) fn reverse(
        &mut self,
        order: &Order,
        random: &Random,
        commit: bool,
    ) -> Result<(), ReverseRefusal> {
        let now = self.now();
        let charge = order
            .code_payment
            .as_ref()
            .ok_or(ReverseRefusal::NotByCode)?;
        match &*order.trade_state {
            "REVOKED" => return Err(ReverseRefusal::Reversed),
            "CLOSED" => return Err(ReverseRefusal::Closed),
            "REFUND" => return Err(ReverseRefusal::Refunded),
            "USERPAYING" => return Err(ReverseRefusal::UserPaying),
            _ => {}
        }
        if now.unix().saturating_sub(charge.create_time.unix()) > WEEK {
            return Err(ReverseRefusal::TooOld);
        }
        if !commit {
            return Ok(());
        }
        self.orders.reverse(&order.out_trade_no);
        if order.is_paid() {
            self.refunds.add(RefundEntry {
                refund: Refund {
                    refund_id: format!("5030{}", random.text(DIGITS, 24)),
                    out_trade_no: order.out_trade_no.clone(),
                    out_refund_no: random.text(DIGITS, 32),
                    refund: order.total_fee,
                    reason: None,
                    notify_url: None,
                    funds_account: "UNSETTLED".to_owned(),
                    channel: "ORIGINAL".to_owned(),
                    received_account: BALANCE.to_owned(),
                    protocol: charge.api.protocol(),
                    status: "SUCCESS".to_owned(),
                    create_time: now,
                    status_time: now,
                    requests: 1,
                    reversal: true,
                },
                terms: serde_json::Value::Null,
                settlement: None,
            });
        }
        Ok(())
    }
}

/// In seconds.
const WEEK: i64 = 7 * 24 * 3600;
