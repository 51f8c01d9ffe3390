use async_trait::async_trait;
use wxpay_api::v3::pay::query_order_by_out_trade_no::QueryOrderByOutTradeNoOptions;
use wxpay_api::v3::pay::reverse_order::ReverseOrderOptions;
use wxpay_api::v3::pay::types::TradeState;
use wxpay_api::v3::pay::types::{Transaction, TransactionAmount};
use wxpay_api::v3::pay::{
    PayByPaymentCode, PayByPaymentCodeResponse, QueryOrderByOutTradeNo, ReverseOrder,
};
use wxpay_client::json::Json;
use wxpay_client::v3::{Client, Endpoint};
use wxpay_core::{Effect, Error, ErrorKind, Fen, OutTradeNo, TransactionId, WireTime};
use wxpay_transport::{Hints, Transport as _};

use super::ends::{OTHER_MERCHANT, pay_end, query_end, reverse_end, too_late, unknown_state};
use super::{Service, code};
use crate::evidence::{PayEnd, Payment, QueryEnd, ReverseEnd};
use crate::fence::Fence;

/// 付款码支付 of APIv3 for merchants: `/v3/pay/transactions/codepay`, the
/// [query](https://pay.weixin.qq.com/doc/v3/merchant/4013070356) by `out_trade_no` and `…/reverse`.
///
/// What is known of the charge and the reversal comes from third parties; the rules are those of
/// APIv2's documents.
#[derive(Clone, Debug)]
pub struct V3 {
    client: Client,
}

impl V3 {
    /// Over this client, which has to have an app ID. Set a time limit for each call in its
    /// transport.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Service for V3 {
    type Charge = PayByPaymentCode;

    fn account(&self) -> String {
        account(&self.client)
    }

    fn number<'a>(&self, charge: &'a PayByPaymentCode) -> &'a OutTradeNo {
        &charge.out_trade_no
    }

    fn amount(&self, charge: &PayByPaymentCode) -> Fen {
        charge.amount.total
    }

    async fn check(&self, charge: &PayByPaymentCode) -> Result<(), Error> {
        let name = PayByPaymentCode::META.name;
        let code = &charge.payer.auth_code;
        code::check(code).map_err(|rule| Error::new(name, Effect::Write, rule))?;
        self.client.prepare(charge).await.map(drop)?;
        self.client
            .prepare(&query(&charge.out_trade_no))
            .await
            .map(drop)?;
        self.client
            .prepare(&reversal(&charge.out_trade_no))
            .await
            .map(drop)?;
        Ok(())
    }

    async fn pay(&self, charge: &PayByPaymentCode, fence: &Fence) -> PayEnd {
        match send(&self.client, charge, Some(fence)).await {
            Ok(answer) => answer_end(answer),
            Err(error) => charge_end(error),
        }
    }

    async fn query(&self, number: &OutTradeNo) -> QueryEnd {
        match send(&self.client, &query(number), None).await {
            Ok(found) if Some(&found.mchid) != self.client.mch_id() => {
                QueryEnd::Unclear(OTHER_MERCHANT.to_owned())
            }
            Ok(found) => found_end(found),
            Err(error) => query_end(&error),
        }
    }

    async fn reverse(&self, number: &OutTradeNo, fence: &Fence) -> ReverseEnd {
        match send(&self.client, &reversal(number), Some(fence)).await {
            Ok(reversed) if reversed.out_trade_no.is_none() => {
                ReverseEnd::Unclear(NO_NUMBER.to_owned())
            }
            Ok(_) => ReverseEnd::Accepted,
            Err(error) => reverse_end(error),
        }
    }
}

/// [`Client::send`] with a fence.
pub(super) async fn send<E: Endpoint>(
    client: &Client,
    request: &E,
    fence: Option<&Fence>,
) -> Result<E::Response, Error> {
    let (mut http, pending) = client.prepare(request).await?;
    if let Some(fence) = fence {
        if let Some(hints) = http.extensions_mut().get_mut::<Hints>() {
            *hints = hints.deadline(Some(fence.deadline()));
        }
        if fence.is_past() {
            return Err(pending.failed(too_late()));
        }
    }
    match client.transport().send(http).await {
        Ok(response) => pending.finish(response).await,
        Err(error) => Err(pending.failed(error)),
    }
}

pub(super) fn account(client: &Client) -> String {
    let ids = [client.mch_id(), client.sub_mch_id()].into_iter().flatten();
    ids.fold("v3".to_owned(), |account, id| format!("{account} {id}"))
}

fn query(number: &OutTradeNo) -> QueryOrderByOutTradeNo {
    QueryOrderByOutTradeNo {
        out_trade_no: number.clone(),
        options: QueryOrderByOutTradeNoOptions::default(),
    }
}

fn reversal(number: &OutTradeNo) -> ReverseOrder {
    ReverseOrder {
        out_trade_no: number.clone(),
        options: ReverseOrderOptions::default(),
    }
}

fn answer_end(answer: PayByPaymentCodeResponse) -> PayEnd {
    // A response that does not repeat the number may be that of another order.
    if answer.trade_state == TradeState::Success && answer.out_trade_no.is_none() {
        return PayEnd::Unclear(NO_NUMBER.to_owned());
    }
    let end = of_state(
        &answer.trade_state,
        answer.transaction_id,
        answer.amount,
        answer.success_time,
    );
    pay_end_of_state(end)
}

/// The end of a charge that failed. While the user is asked for the password, WeChat Pay may answer
/// 202 with a code in place of a state.
pub(super) fn charge_end(error: Error) -> PayEnd {
    // What can't be decoded has been verified.
    let body = match error.kind() {
        ErrorKind::Decode(_) => error.raw_reply(),
        _ => None,
    };
    let json = body.and_then(|body| Json::parse(body).ok());
    let code = json.as_ref().and_then(|json| json.get("code")?.as_str());
    if code == Some("USERPAYING") {
        return PayEnd::Paying;
    }
    pay_end(error)
}

/// The end of a charge whose response tells the order's state.
pub(super) fn pay_end_of_state(end: QueryEnd) -> PayEnd {
    match end {
        QueryEnd::Paid(payment) => PayEnd::Paid(payment),
        QueryEnd::Paying => PayEnd::Paying,
        QueryEnd::Unclear(what) => PayEnd::Unclear(what),
        _ => PayEnd::Unclear("the response tells of no payment".to_owned()),
    }
}

fn found_end(found: Transaction) -> QueryEnd {
    of_state(
        &found.trade_state,
        found.transaction_id,
        found.amount,
        found.success_time,
    )
}

pub(super) fn of_state(
    state: &TradeState,
    transaction_id: Option<TransactionId>,
    amount: Option<TransactionAmount>,
    success_time: Option<WireTime>,
) -> QueryEnd {
    match state {
        TradeState::Success => match (transaction_id, amount.and_then(|amount| amount.total)) {
            (Some(transaction_id), Some(total)) => {
                let paid_at = success_time.and_then(|time| time.timestamp());
                QueryEnd::Paid(Payment::new(transaction_id, total, paid_at))
            }
            _ => QueryEnd::Unclear("a payment without its number and amount".to_owned()),
        },
        TradeState::Refund => QueryEnd::Refunded,
        TradeState::Userpaying => QueryEnd::Paying,
        TradeState::Payerror => QueryEnd::Failed,
        TradeState::Closed => QueryEnd::Closed,
        TradeState::Revoked => QueryEnd::Reversed,
        TradeState::Notpay => QueryEnd::Unpaid,
        other => unknown_state(other.as_str()),
    }
}

pub(super) const NO_NUMBER: &str = "the response does not repeat the merchant order number";
