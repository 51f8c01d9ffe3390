//! Services that are others but for some of their calls.

use std::fmt::Debug;

use async_trait::async_trait;
use wxpay_core::Error;
use wxpay_payout::{EmployeePayment, Fence, Message, Number, PayEnd, Product, QueryEnd};

/// What is around a service. Calls that it does not take itself go on to that one.
#[async_trait]
pub(crate) trait Layer: Debug + Send + Sync + 'static {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment>;

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        self.inner().compose(number, payment).await
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        self.inner().pay(number, message, fence).await
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        self.inner().query(number).await
    }
}

/// A layer and what it is around, as one service.
#[derive(Clone, Debug)]
pub(crate) struct Around<L>(pub(crate) L);

#[async_trait]
impl<L: Layer> Product for Around<L> {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        self.0.inner().merchant()
    }

    fn name(&self) -> &str {
        self.0.inner().name()
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        self.0.compose(number, payment).await
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        self.0.pay(number, message, fence).await
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        self.0.query(number).await
    }
}
