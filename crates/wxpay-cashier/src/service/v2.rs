use async_trait::async_trait;
use wxpay_api::v2::pay::pay_by_payment_code::TradeType;
use wxpay_api::v2::pay::query_order::{Order, QueryOrderOptions, TradeState};
use wxpay_api::v2::pay::reverse_order::{self, Recall, ReverseOrderOptions};
use wxpay_api::v2::pay::{
    PayByPaymentCode, PayByPaymentCodeResponse, QueryOrder, QueryOrderResponse, ReverseOrder,
};
use wxpay_client::v2::{Client, Endpoint};
use wxpay_core::{Effect, Error, Fen, MchId, OutTradeNo};
use wxpay_transport::{Hints, Transport as _};

use super::ends::{OTHER_MERCHANT, pay_end, query_end, reverse_end, too_late, unknown_state};
use super::{Service, code};
use crate::evidence::{PayEnd, Payment, QueryEnd, ReverseEnd};
use crate::fence::Fence;

/// 付款码支付 of APIv2: [`/pay/micropay`](https://pay.weixin.qq.com/doc/v2/merchant/4011937125),
/// [`/pay/orderquery`](https://pay.weixin.qq.com/doc/v2/merchant/4011937320) and
/// [`/secapi/pay/reverse`](https://pay.weixin.qq.com/doc/v2/merchant/4011937361), for merchants
/// and, with a [sub-merchant](Client::sub_merchant), for service providers.
///
/// The reversal needs the merchant's client certificate (双向证书) in the client's transport. Without
/// one that is valid nothing is charged, if the transport
/// [tells](wxpay_transport::Transport::check), as `ReqwestTransport` does.
#[derive(Clone, Debug)]
pub struct V2 {
    client: Client,
}

impl V2 {
    /// Over this client. Set a time limit for each call in its transport.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// Whether a response names no other sub-merchant than the client's: a signature does not bind
    /// it to its request.
    fn is_own(&self, told: Option<&MchId>) -> bool {
        told.is_none() || told == self.client.merchant().sub_mch_id.as_ref()
    }

    async fn send<E: Endpoint>(
        &self,
        request: &E,
        fence: Option<&Fence>,
    ) -> Result<E::Response, Error> {
        let (mut http, pending) = self.client.prepare(request)?;
        if let Some(fence) = fence {
            if let Some(hints) = http.extensions_mut().get_mut::<Hints>() {
                *hints = hints.deadline(Some(fence.deadline()));
            }
            if fence.is_past() {
                return Err(pending.failed(too_late()));
            }
        }
        match self.client.transport().send(http).await {
            Ok(response) => pending.finish(response),
            Err(error) => Err(pending.failed(error)),
        }
    }
}

#[async_trait]
impl Service for V2 {
    type Charge = PayByPaymentCode;

    fn account(&self) -> String {
        let merchant = self.client.merchant();
        match &merchant.sub_mch_id {
            Some(sub) => format!("v2 {} {sub}", merchant.mch_id),
            None => format!("v2 {}", merchant.mch_id),
        }
    }

    fn number<'a>(&self, charge: &'a PayByPaymentCode) -> &'a OutTradeNo {
        &charge.out_trade_no
    }

    fn amount(&self, charge: &PayByPaymentCode) -> Fen {
        charge.total_fee
    }

    async fn check(&self, charge: &PayByPaymentCode) -> Result<(), Error> {
        let name = PayByPaymentCode::META.name;
        code::check(&charge.auth_code).map_err(|rule| Error::new(name, Effect::Write, rule))?;
        self.client.prepare(charge).map(drop)?;
        self.client
            .prepare(&query(&charge.out_trade_no))
            .map(drop)?;
        // What can be charged and not reversed, for lack of a certificate, must not be charged.
        let reversal = reversal(&charge.out_trade_no);
        let (http, pending) = self.client.prepare(&reversal)?;
        let checked = self.client.transport().check(&http);
        checked.map_err(|error| pending.failed(error))
    }

    async fn pay(&self, charge: &PayByPaymentCode, fence: &Fence) -> PayEnd {
        match self.send(charge, Some(fence)).await {
            Ok(paid) if !self.is_own(paid.sub_mch_id.as_ref()) => {
                PayEnd::Unclear(OTHER_MERCHANT.to_owned())
            }
            Ok(paid) => paid_end(&paid),
            Err(error) => pay_end(error),
        }
    }

    async fn query(&self, number: &OutTradeNo) -> QueryEnd {
        match self.send(&query(number), None).await {
            Ok(found) if !self.is_own(found.sub_mch_id.as_ref()) => {
                QueryEnd::Unclear(OTHER_MERCHANT.to_owned())
            }
            Ok(found) => found_end(found),
            Err(error) => query_end(&error),
        }
    }

    async fn reverse(&self, number: &OutTradeNo, fence: &Fence) -> ReverseEnd {
        match self.send(&reversal(number), Some(fence)).await {
            Ok(reversed) if !self.is_own(reversed.sub_mch_id.as_ref()) => {
                ReverseEnd::Unclear(OTHER_MERCHANT.to_owned())
            }
            Ok(reversed) => match reversed.recall {
                Some(Recall::No) => ReverseEnd::Accepted,
                Some(Recall::Yes) => ReverseEnd::CallAgain,
                // The document lets it be left out, and does not say what that means.
                _ => ReverseEnd::Unclear("the response does not say whether to call again".into()),
            },
            Err(error) => reverse_end(error),
        }
    }
}

fn query(number: &OutTradeNo) -> QueryOrder {
    QueryOrder {
        order: Order::OutTradeNo(number.clone()),
        options: QueryOrderOptions::default(),
    }
}

fn reversal(number: &OutTradeNo) -> ReverseOrder {
    ReverseOrder {
        order: reverse_order::Order::OutTradeNo(number.clone()),
        options: ReverseOrderOptions::default(),
    }
}

/// Paid only if all of the document's conditions hold: `return_code` and `result_code` are
/// `SUCCESS`, and `trade_type` is `MICROPAY`.
fn paid_end(paid: &PayByPaymentCodeResponse) -> PayEnd {
    if paid.trade_type != Some(TradeType::MicroPay) {
        return PayEnd::Unclear("the response is not that of a payment by scanned code".into());
    }
    PayEnd::Paid(Payment::new(
        paid.transaction_id.clone(),
        paid.total_fee,
        paid.time_end.as_ref().and_then(|time| time.timestamp()),
    ))
}

fn found_end(found: QueryOrderResponse) -> QueryEnd {
    match found.trade_state {
        TradeState::Success => match (found.transaction_id, found.paid) {
            (Some(transaction_id), Some(paid)) => QueryEnd::Paid(Payment::new(
                transaction_id,
                paid.total_fee,
                found.time_end.and_then(|time| time.timestamp()),
            )),
            _ => QueryEnd::Unclear("a payment without its number and amount".into()),
        },
        TradeState::Refund => QueryEnd::Refunded,
        TradeState::Userpaying => QueryEnd::Paying,
        TradeState::Payerror => QueryEnd::Failed,
        TradeState::Closed => QueryEnd::Closed,
        TradeState::Revoked => QueryEnd::Reversed,
        TradeState::Notpay | TradeState::Accept => QueryEnd::Unpaid,
        other => unknown_state(other.as_str()),
    }
}
