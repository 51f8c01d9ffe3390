use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use wxpay_api::v3::refund::query_refund::QueryRefundOptions;
use wxpay_api::v3::refund::types::{Refund as Found, RefundStatus};
use wxpay_api::v3::refund::{CreateRefund, QueryRefund};
use wxpay_client::json::{Json, Object};
use wxpay_client::v3::{Call, Client, Endpoint, Meta};
use wxpay_core::{DecodeError, Effect, Error, InvalidInput, OutRefundNo};
use wxpay_sign::Verified;

use super::stored::{self, Kept};
use super::{Product, Refund, payee_digest};
use crate::evidence::{Message, PayEnd, QueryEnd, Refusal};
use crate::fence::Fence;
use crate::{Hold, Limits, Moment, Number, Rules, WaitsFor, described};

/// Refunds of orders (退款) over a [`Client`]. It calls for the client's sub-merchant, if it has one.
///
/// A response to the request says only that WeChat Pay has taken the refund; queries tell how it
/// ends. `CLOSED` has failed, and the intent may be refunded under its next number. `ABNORMAL`
/// (退款异常) has not: the payer's card can't take the money, so a person has to settle that very
/// refund, at the merchant platform or by an abnormal refund (发起异常退款). Until then it waits with
/// [`Alarm::Abnormal`](crate::Alarm::Abnormal), and never allows another number.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4013071036>
#[derive(Clone, Debug)]
pub struct Refunds {
    client: Client,
}

impl Refunds {
    /// Over this client, which signs, sends and verifies.
    ///
    /// Its transport's time limit for a whole call must not exceed [`Rules::call`]: a send must
    /// have ended before the lease does.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    async fn send(
        &self,
        number: &Number,
        message: &Message,
        fence: &Fence,
    ) -> Result<PayEnd, Error> {
        let kept = Kept::read(PRODUCT, message)?;
        let stored = Stored {
            number,
            body: &kept.body,
        };
        kept.send(&self.client, &stored, fence).await
    }
}

#[async_trait]
impl Product for Refunds {
    type Payment = Refund;

    fn merchant(&self) -> &str {
        self.client.mch_id().map_or("", |mch_id| mch_id.as_str())
    }

    fn name(&self) -> &str {
        PRODUCT
    }

    /// As the page of the query has it: every minute for five minutes, then ever more rarely. A
    /// refund to a bank card takes one to three working days. How long a refund can be queried, no
    /// page says; orders can be refunded for a year.
    fn rules(&self) -> Rules {
        Rules {
            query_waits: [1, 1, 1, 1, 1, 5, 10, 20, 30, 60]
                .map(|minutes| Duration::from_secs(60 * minutes))
                .to_vec(),
            overdue_after: DAY * 7,
            closing_after: DAY * 350,
            query_window: DAY * 365,
            ..Rules::default()
        }
    }

    /// Two refunds of one order need a minute in between.
    fn limits(&self) -> Limits {
        Limits {
            payee_gap: Duration::from_secs(60),
            per_second: NonZeroU32::new(50),
            ..Limits::none()
        }
    }

    async fn compose(&self, number: &Number, payment: &Refund) -> Result<Message, Error> {
        let request = payment.with_number(own(number, Effect::Write)?);
        let (request, _) = self.client.prepare(&request).await?;
        Ok(stored::message(&request))
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        match self.send(number, message, fence).await {
            Ok(end) => end,
            Err(error) => match stored::not_paid(error) {
                PayEnd::Refused(refusal) => PayEnd::Refused(of_one_order(refusal)),
                end => end,
            },
        }
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        let out_refund_no = match own(number, Effect::Read) {
            Ok(number) => number,
            Err(error) => return QueryEnd::Unclear(described(&error)),
        };
        let request = QueryRefund {
            out_refund_no,
            options: QueryRefundOptions::default(),
        };
        match stored::ask(&self.client, &request).await {
            Ok(refund) => found(&refund),
            Err(error) => stored::not_found(&error, "RESOURCE_NOT_EXISTS"),
        }
    }
}

/// What a query says, by the status (退款状态) alone.
fn found(refund: &Found) -> QueryEnd {
    match &refund.status {
        RefundStatus::Success => {
            let numbers = [
                refund.out_trade_no.as_ref().map(|number| number.as_str()),
                refund.transaction_id.as_ref().map(|number| number.as_str()),
            ];
            let orders: Vec<String> = numbers.into_iter().flatten().map(payee_digest).collect();
            QueryEnd::Paid {
                payment_no: Some(refund.refund_id.to_string()),
                amount: Some(refund.amount.refund),
                payee: (!orders.is_empty()).then(|| orders.join(" ")),
                at: refund
                    .success_time
                    .as_ref()
                    .and_then(|time| time.timestamp())
                    .map(Moment::from),
            }
        }
        RefundStatus::Closed => QueryEnd::Failed(Some("CLOSED: 退款关闭".to_owned())),
        status => hold(status).map_or(QueryEnd::Processing, QueryEnd::Waiting),
    }
}

/// Whom a refund waits for in this status. Nothing in one that is an end, or that is not known
/// here.
fn hold(status: &RefundStatus) -> Option<Hold> {
    let (waits_for, said) = match status {
        RefundStatus::Processing => (WaitsFor::WeChatPay, "退款处理中"),
        RefundStatus::Abnormal => (WaitsFor::Merchant, "退款异常"),
        _ => return None,
    };
    Some(Hold::new(waits_for, format!("{}: {said}", status.as_str())))
}

/// A request that breaks a rule of the business (the order is refunded already, say) is refused for
/// its own order, and not for the merchant's settings.
fn of_one_order(mut refusal: Refusal) -> Refusal {
    if refusal.code == "INVALID_REQUEST" {
        refusal.class.configuration = false;
    }
    refusal
}

fn own(number: &Number, effect: Effect) -> Result<OutRefundNo, Error> {
    OutRefundNo::new(number.as_str()).map_err(|error| Error::new(PRODUCT, effect, error))
}

/// Part of every number: it stays as it is, whatever the endpoint may be called one day.
const PRODUCT: &str = "v3.refund.create_refund";
const DAY: Duration = Duration::from_secs(86_400);

/// A refund whose request is there already, to the byte. Only its response is read.
struct Stored<'a> {
    number: &'a Number,
    body: &'a Json,
}

impl Endpoint for Stored<'_> {
    type Response = PayEnd;
    const META: &'static Meta = CreateRefund::META;

    fn encode(&self, call: &mut Call) -> Result<(), InvalidInput> {
        call.json(self.body.clone())
    }

    /// A success says that WeChat Pay has taken the refund. How it ends, a query tells.
    fn decode(&self, reply: Verified<Json>) -> Result<PayEnd, DecodeError> {
        let fields = Object::of(reply.get())?;
        fields.echo("out_refund_no", self.number.as_str())?;
        let status: RefundStatus = fields.require("status")?;
        Ok(match (hold(&status), &status) {
            (Some(hold), _) => PayEnd::Waiting(hold),
            (None, RefundStatus::Success) => {
                PayEnd::Waiting(Hold::new(WaitsFor::WeChatPay, "SUCCESS: 退款申请已受理"))
            }
            (None, status) => PayEnd::Unclear(format!("the response says {}", status.as_str())),
        })
    }
}
