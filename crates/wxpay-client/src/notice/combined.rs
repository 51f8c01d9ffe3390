use wxpay_core::{AppId, Fen, MchId, OutTradeNo};

use crate::Unexpected;

/// A combined order (合单) as the shop made it, for comparing a notification of either protocol with
/// it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExpectedCombined {
    /// `combine_out_trade_no` (合单商户订单号).
    pub combine_out_trade_no: OutTradeNo,
    /// `combine_mchid` (合单商户号), in APIv2 `combine_mch_id`.
    pub combine_mchid: MchId,
    /// `combine_appid` (合单商户公众账号ID).
    pub combine_appid: AppId,
    /// The orders (商品单) in it, each with another number.
    pub sub_orders: Vec<ExpectedSubOrder>,
}

/// An order (商品单) within a combined one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExpectedSubOrder {
    /// `out_trade_no` (商品单商户订单号).
    pub out_trade_no: OutTradeNo,
    /// `mchid` (商品单商户号), in APIv2 `mch_id`: of a service provider its own.
    pub mchid: MchId,
    /// `sub_mchid` (子商户号), who receives the money of a service provider's order.
    pub sub_mchid: Option<MchId>,
    /// `amount.total_amount` (标价金额), in APIv2 `total_fee`, in fen.
    pub total_amount: Fen,
}

impl ExpectedCombined {
    /// A combined order of these orders.
    pub const fn new(
        combine_out_trade_no: OutTradeNo,
        combine_mchid: MchId,
        combine_appid: AppId,
        sub_orders: Vec<ExpectedSubOrder>,
    ) -> Self {
        Self {
            combine_out_trade_no,
            combine_mchid,
            combine_appid,
            sub_orders,
        }
    }
}

impl ExpectedCombined {
    /// Compares the orders that were told with the expected ones, no more and no fewer, and gives
    /// them in the order of the expectation.
    pub(crate) fn compare<T: ToldSubOrder>(
        &self,
        mut told: Vec<T>,
    ) -> Result<Vec<T::Paid>, Unexpected> {
        if told.len() != self.sub_orders.len() {
            return Err(Unexpected::new(T::LIST));
        }
        let mut paid = Vec::with_capacity(told.len());
        for expected in &self.sub_orders {
            let number = &expected.out_trade_no;
            let place = told.iter().position(|told| told.out_trade_no() == number);
            // Each is taken out, so that one that is told twice stands for one.
            let Some(place) = place else {
                return Err(Unexpected::of_sub_order("out_trade_no", number));
            };
            let of_order = |field| Unexpected::of_sub_order(field, number);
            paid.push(
                told.swap_remove(place)
                    .compare(expected)
                    .map_err(of_order)?,
            );
        }
        Ok(paid)
    }
}

/// An order within a combined one, as a notification tells it.
pub(crate) trait ToldSubOrder {
    /// What it yields if it is the expected one.
    type Paid;

    /// The name of the list that it stands in.
    const LIST: &'static str;

    fn out_trade_no(&self) -> &OutTradeNo;

    /// The payment, or the field that differs.
    fn compare(self, expected: &ExpectedSubOrder) -> Result<Self::Paid, &'static str>;
}

impl ExpectedSubOrder {
    /// An order of a merchant, over this amount in fen.
    pub const fn new(out_trade_no: OutTradeNo, mchid: MchId, total_amount: Fen) -> Self {
        Self {
            out_trade_no,
            mchid,
            sub_mchid: None,
            total_amount,
        }
    }

    /// The same of a service provider for one of its sub-merchants.
    #[must_use]
    pub fn sub_mchid(mut self, sub_mchid: MchId) -> Self {
        self.sub_mchid = Some(sub_mchid);
        self
    }
}
