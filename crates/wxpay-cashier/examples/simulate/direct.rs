//! WeChat Pay as APIv3 answers, without its messages: the reversal of an unknown order is refused.

use async_trait::async_trait;
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::pay::{PayByPaymentCode, ReverseOrder};
use wxpay_cashier::{Fence, PayEnd, Payment, QueryEnd, Refusal, ReverseEnd, Service};
use wxpay_core::{
    BusinessError, CodeFacts, Effect, Error, Fen, OutTradeNo, Timestamp, TransactionId,
    TransportError,
};

use super::calls::{Call, Delivery};
use super::server::{Answer, Status};
use super::world::World;

/// A charge without the code.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) number: OutTradeNo,
    pub(crate) amount: Fen,
}

#[async_trait]
impl Service for World {
    type Charge = Asked;

    fn account(&self) -> String {
        "simulated 1900000109".to_owned()
    }

    fn number<'a>(&self, charge: &'a Asked) -> &'a OutTradeNo {
        &charge.number
    }

    fn amount(&self, charge: &Asked) -> Fen {
        charge.amount
    }

    async fn check(&self, _: &Asked) -> Result<(), Error> {
        Ok(())
    }

    async fn pay(&self, charge: &Asked, fence: &Fence) -> PayEnd {
        self.ask_to_pay(charge, Some(fence)).await
    }

    async fn query(&self, number: &OutTradeNo) -> QueryEnd {
        self.ask(number).await
    }

    async fn reverse(&self, number: &OutTradeNo, fence: &Fence) -> ReverseEnd {
        self.ask_to_reverse(number, Some(fence)).await
    }
}

impl World {
    pub(crate) async fn ask_to_pay(&self, charge: &Asked, fence: Option<&Fence>) -> PayEnd {
        let call = Call::Pay(charge.amount.get());
        match self.call(call, charge.number.as_str(), fence).await {
            Delivery::NotSent => PayEnd::NotSent(not_sent()),
            Delivery::Answer(Answer::Found {
                status: Status::Paid,
                amount,
                paid_at,
            }) => PayEnd::Paid(payment(amount, paid_at)),
            Delivery::Answer(Answer::Code("USERPAYING")) => PayEnd::Paying,
            Delivery::Answer(Answer::Code(code)) => {
                PayEnd::Refused(refusal(code, PayByPaymentCode::META.errors))
            }
            other => PayEnd::Unclear(format!("{other:?}")),
        }
    }

    pub(crate) async fn ask(&self, number: &OutTradeNo) -> QueryEnd {
        match self.call(Call::Query, number.as_str(), None).await {
            Delivery::Answer(Answer::Found {
                status,
                amount,
                paid_at,
            }) => match status {
                Status::Paid => QueryEnd::Paid(payment(amount, paid_at)),
                Status::UserPaying => QueryEnd::Paying,
                Status::PayError => QueryEnd::Failed,
                Status::Revoked => QueryEnd::Reversed,
                Status::NotPay | Status::Blocked => QueryEnd::Unpaid,
            },
            Delivery::Answer(Answer::NotFound) => QueryEnd::NotFound,
            other => QueryEnd::Unclear(format!("{other:?}")),
        }
    }

    pub(crate) async fn ask_to_reverse(
        &self,
        number: &OutTradeNo,
        fence: Option<&Fence>,
    ) -> ReverseEnd {
        match self.call(Call::Reverse, number.as_str(), fence).await {
            Delivery::NotSent => ReverseEnd::NotSent(not_sent()),
            Delivery::Answer(Answer::Reversed { call_again: true }) => ReverseEnd::CallAgain,
            Delivery::Answer(Answer::Reversed { call_again: false }) => ReverseEnd::Accepted,
            Delivery::Answer(Answer::NotFound) => ReverseEnd::NotFound,
            Delivery::Answer(Answer::Code(code)) => {
                ReverseEnd::Refused(refusal(code, ReverseOrder::META.errors))
            }
            other => ReverseEnd::Unclear(format!("{other:?}")),
        }
    }
}

fn not_sent() -> Error {
    let error = TransportError::not_sent("no connection");
    Error::new("a call", Effect::Write, error)
}

fn payment(amount: i64, paid_at: Option<i64>) -> Payment {
    let transaction_id = TransactionId::new("4200000001").expect("a sound number");
    let paid_at = paid_at.and_then(Timestamp::from_unix_millis);
    Payment::new(transaction_id, Fen::new(amount), paid_at)
}

/// A refusal, classified as the specs have it.
fn refusal(code: &str, facts: &[CodeFacts]) -> Refusal {
    let class = BusinessError::new(200, code, "", facts).class();
    Refusal::new(code, class, "")
}
