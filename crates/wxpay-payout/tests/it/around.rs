//! Services that are others but for some of their calls.

use std::fmt::Debug;

use async_trait::async_trait;
use wxpay_core::{Error, PartnerTradeNo};
use wxpay_payout::{Fence, Message, PayEnd, Payment, QueryEnd, Service};

/// What is around a service. Calls that it does not take itself go on to that one.
#[async_trait]
pub(crate) trait Layer: Debug + Send + Sync + 'static {
    fn inner(&self) -> &dyn Service;

    fn compose(&self, number: &PartnerTradeNo, payment: &Payment) -> Result<Message, Error> {
        self.inner().compose(number, payment)
    }

    async fn pay(&self, number: &PartnerTradeNo, message: &Message, fence: &Fence) -> PayEnd {
        self.inner().pay(number, message, fence).await
    }

    async fn query(&self, number: &PartnerTradeNo) -> QueryEnd {
        self.inner().query(number).await
    }
}

/// A layer and what it is around, as one service.
#[derive(Clone, Debug)]
pub(crate) struct Around<L>(pub(crate) L);

#[async_trait]
impl<L: Layer> Service for Around<L> {
    fn merchant(&self) -> &str {
        self.0.inner().merchant()
    }

    fn product(&self) -> &str {
        self.0.inner().product()
    }

    fn compose(&self, number: &PartnerTradeNo, payment: &Payment) -> Result<Message, Error> {
        self.0.compose(number, payment)
    }

    async fn pay(&self, number: &PartnerTradeNo, message: &Message, fence: &Fence) -> PayEnd {
        self.0.pay(number, message, fence).await
    }

    async fn query(&self, number: &PartnerTradeNo) -> QueryEnd {
        self.0.query(number).await
    }
}
