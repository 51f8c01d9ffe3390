use async_trait::async_trait;
use wxpay_api::v3::pay::partner_query_order_by_out_trade_no::PartnerQueryOrderByOutTradeNoOptions;
use wxpay_api::v3::pay::partner_reverse_order::PartnerReverseOrderOptions;
use wxpay_api::v3::pay::types::{PartnerTransaction, TradeState};
use wxpay_api::v3::pay::{
    PartnerPayByPaymentCode, PartnerPayByPaymentCodeResponse, PartnerQueryOrderByOutTradeNo,
    PartnerReverseOrder,
};
use wxpay_client::v3::{Client, Endpoint};
use wxpay_core::{Effect, Error, Fen, OutTradeNo};

use super::ends::{OTHER_MERCHANT, query_end, reverse_end};
use super::v3::{NO_NUMBER, account, charge_end, of_state, pay_end_of_state, send};
use super::{Service, code};
use crate::evidence::{PayEnd, QueryEnd, ReverseEnd};
use crate::fence::Fence;

/// 付款码支付 of APIv3 for service providers (服务商): `/v3/pay/partner/transactions/codepay`, the
/// [query](https://pay.weixin.qq.com/doc/v3/partner/4012760568) by `out_trade_no` and `…/reverse`.
///
/// What is known of the charge and the reversal comes from third parties; the rules are those of
/// APIv2's documents.
#[derive(Clone, Debug)]
pub struct V3Partner {
    client: Client,
}

impl V3Partner {
    /// Over this client, which has to have an app ID and a [sub-merchant](Client::sub_merchant).
    /// Set a time limit for each call in its transport.
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    fn is_own(&self, found: &PartnerTransaction) -> bool {
        Some(&found.sp_mchid) == self.client.mch_id()
            && Some(&found.sub_mchid) == self.client.sub_mch_id()
    }
}

#[async_trait]
impl Service for V3Partner {
    type Charge = PartnerPayByPaymentCode;

    fn account(&self) -> String {
        account(&self.client)
    }

    fn number<'a>(&self, charge: &'a PartnerPayByPaymentCode) -> &'a OutTradeNo {
        &charge.out_trade_no
    }

    fn amount(&self, charge: &PartnerPayByPaymentCode) -> Fen {
        charge.amount.total
    }

    async fn check(&self, charge: &PartnerPayByPaymentCode) -> Result<(), Error> {
        let name = PartnerPayByPaymentCode::META.name;
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

    async fn pay(&self, charge: &PartnerPayByPaymentCode, fence: &Fence) -> PayEnd {
        match send(&self.client, charge, Some(fence)).await {
            Ok(answer) => answer_end(answer),
            Err(error) => charge_end(error),
        }
    }

    async fn query(&self, number: &OutTradeNo) -> QueryEnd {
        match send(&self.client, &query(number), None).await {
            Ok(found) if !self.is_own(&found) => QueryEnd::Unclear(OTHER_MERCHANT.to_owned()),
            Ok(found) => of_state(
                &found.trade_state,
                found.transaction_id,
                found.amount,
                found.success_time,
            ),
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

fn query(number: &OutTradeNo) -> PartnerQueryOrderByOutTradeNo {
    PartnerQueryOrderByOutTradeNo {
        out_trade_no: number.clone(),
        options: PartnerQueryOrderByOutTradeNoOptions::default(),
    }
}

fn reversal(number: &OutTradeNo) -> PartnerReverseOrder {
    PartnerReverseOrder {
        out_trade_no: number.clone(),
        options: PartnerReverseOrderOptions::default(),
    }
}

fn answer_end(answer: PartnerPayByPaymentCodeResponse) -> PayEnd {
    if answer.trade_state == TradeState::Success && answer.out_trade_no.is_none() {
        return PayEnd::Unclear(NO_NUMBER.to_owned());
    }
    pay_end_of_state(of_state(
        &answer.trade_state,
        answer.transaction_id,
        answer.amount,
        answer.success_time,
    ))
}
