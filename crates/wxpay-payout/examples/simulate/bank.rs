//! A hostile WeChat Pay: it loses, delays, and answers one thing while it does another.

use async_trait::async_trait;
use wxpay_core::{Certainty, Class, Effect, Error, Fen, TransportError};
use wxpay_payout::{
    CancelEnd, EmployeePayment, Fence, Message, Number, PayEnd, Product, QueryEnd, Refusal,
};

use super::world::{HOUR, MINUTE, Record, SECOND, World, Yield};

pub(crate) fn message(number: &Number, text: &str) -> Message {
    Message::new(format!("{number} {text}"))
}

#[async_trait]
impl Product for World {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        "1900000109"
    }

    fn name(&self) -> &str {
        "simulated"
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        Ok(message(number, &payment.amount.to_string()))
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        Yield::once().await;
        if self.troubles().stalls_in_sends && self.chance(|chance| chance.percent(50)) {
            let stands_still = self.chance(|chance| chance.below(200));
            for _ in 0..stands_still {
                Yield::once().await;
            }
        }
        if !self.troubles().ignores_fence && fence.is_past() {
            self.note(|| format!("pay {number}: past the fence"));
            return not_sent();
        }
        let end = self.answer(number, message);
        self.note(|| format!("pay {number}: {end:?}"));
        let slow = self.chance(|chance| chance.below(20));
        // Now and then longer than any lease.
        self.pass(if slow == 0 {
            10 * MINUTE
        } else {
            slow * SECOND
        });
        Yield::once().await;
        end
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        Yield::once().await;
        let end = self.find(number);
        self.note(|| format!("query {number}: {end:?}"));
        self.pass(SECOND);
        Yield::once().await;
        end
    }

    async fn cancel(&self, number: &Number, fence: &Fence) -> CancelEnd {
        Yield::once().await;
        if fence.is_past() {
            return CancelEnd::NotSent(unsent());
        }
        let end = self.cancel_course(number);
        self.note(|| format!("cancel {number}: {end:?}"));
        self.pass(SECOND);
        Yield::once().await;
        end
    }
}

impl World {
    /// What becomes of a request, and what is said of it.
    pub(crate) fn answer(&self, number: &Number, message: &Message) -> PayEnd {
        if self.kind().waits() {
            return self.take(number, message);
        }
        let now = self.now().millis();
        let mut state = self.state();
        let dice = self.chance(|chance| chance.below(100));
        let unclear = || PayEnd::Unclear("no reply".to_owned());
        if dice < 5 {
            return not_sent();
        }
        if dice < 10 {
            // The request is lost on its way.
            return unclear();
        }
        let is_known = state.records.contains_key(number);
        // Limits and settings may be checked before anything else, whatever became of an earlier
        // try.
        if dice < 25 {
            return self.chance(|chance| self.kind().definite(chance));
        }
        if is_known && self.troubles().failed_pays_again {
            // It failed for lack of money, and there is money now.
            if let Some(record) = state.records.get_mut(number)
                && !record.succeeds
                && record.ends_at <= now
            {
                (record.succeeds, record.booked_at) = (true, now);
            }
        }
        if is_known {
            let same = state
                .records
                .get(number)
                .is_some_and(|record| record.message == *message);
            return match dice {
                _ if !same => refused("FATAL_ERROR", Class::new(Certainty::Ambiguous)),
                25..40 => unclear(),
                40..50 => system_error(),
                _ => match state.records.get(number) {
                    Some(record) if record.succeeds && record.booked_at <= now => PayEnd::Paid {
                        payment_no: format!("W{number}"),
                    },
                    _ => system_error(),
                },
            };
        }
        if dice < 32 {
            return system_error();
        }
        if dice < 35 {
            return refused("BRAND_NEW_CODE", Class::UNLISTED);
        }
        let lag = self.chance(|chance| chance.one_of(&[0, 0, 0, MINUTE, 10 * MINUTE, HOUR]));
        let late = self.chance(|chance| chance.one_of(&[0, 0, SECOND, MINUTE, HOUR, 6 * HOUR]));
        let replies = dice < 70;
        // What is answered as paid is booked by then and stays paid.
        let (late, succeeds) = if replies {
            (0, true)
        } else {
            (late, !self.chance(|chance| chance.percent(20)))
        };
        let settles = self.chance(|chance| chance.one_of(&[0, SECOND, HOUR]));
        let booked_at = now + i64::try_from(late).unwrap_or(0);
        let record = Record {
            message: message.clone(),
            amount: amount_of(message),
            booked_at,
            seen_from: booked_at + i64::try_from(lag).unwrap_or(0),
            ends_at: booked_at + i64::try_from(settles).unwrap_or(0),
            succeeds,
        };
        state.records.insert(number.clone(), record);
        match dice {
            _ if replies => PayEnd::Paid {
                payment_no: format!("W{number}"),
            },
            70..85 => unclear(),
            85..95 => system_error(),
            _ => refused("BRAND_NEW_CODE", Class::UNLISTED),
        }
    }

    /// What a query says.
    pub(crate) fn find(&self, number: &Number) -> QueryEnd {
        if self.kind().waits() {
            return self.find_course(number);
        }
        let now = self.now().millis();
        let state = self.state();
        match self.chance(|chance| chance.below(100)) {
            0..5 => return QueryEnd::Unclear("no reply".to_owned()),
            5..10 => {
                let class = Class::new(Certainty::QueryFailed);
                return QueryEnd::Refused(Refusal::new("SYSTEMERROR", class, ""));
            }
            _ => {}
        }
        match state.records.get(number) {
            Some(record) if now < record.seen_from => QueryEnd::NotFound,
            Some(record) if now < record.ends_at => QueryEnd::Processing,
            Some(record) if record.succeeds => QueryEnd::Paid {
                payment_no: Some(format!("W{number}")),
                amount: Some(record.amount),
                payee: None,
                at: None,
            },
            Some(_) => QueryEnd::Failed(Some("failed".to_owned())),
            None => QueryEnd::NotFound,
        }
    }
}

pub(super) fn not_sent() -> PayEnd {
    PayEnd::NotSent(unsent())
}

fn unsent() -> Error {
    let error = TransportError::not_sent("no connection");
    Error::new("pay", Effect::Write, error)
}

pub(super) fn amount_of(message: &Message) -> Fen {
    let text = String::from_utf8_lossy(message.bytes()).into_owned();
    let amount = text
        .split(' ')
        .nth(1)
        .and_then(|amount| amount.parse().ok());
    Fen::new(amount.unwrap_or(0))
}

fn refused(code: &str, class: Class) -> PayEnd {
    PayEnd::Refused(Refusal::new(code, class, ""))
}

fn system_error() -> PayEnd {
    refused(
        "SYSTEMERROR",
        Class::new(Certainty::Ambiguous).same_number(),
    )
}
