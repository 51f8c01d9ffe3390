use serde::{Deserialize, Serialize};

use crate::state::Orders;
use crate::{Order, Prepay};

/// A combined order (合单订单): several orders that a user pays at once. Each can be refunded by its
/// own number.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CombinedOrder {
    /// Its merchant order number (合单商户订单号).
    pub combine_out_trade_no: String,
    /// The numbers of the orders in it (商品单商户订单号).
    pub out_trade_nos: Vec<String>,
    /// The kind of trade (交易类型), such as `JSAPI`.
    pub trade_type: String,
    /// What the request asked for and got. Its `notify_url` is empty if there was none, and so is
    /// its description.
    pub prepay: Prepay,
    /// Whether its payer is the one under a sub-merchant's app (用户子商户标识).
    pub by_sub_openid: bool,
    /// The terminal (商户端设备号).
    pub device_id: Option<String>,
}

/// What an order is of a combined one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CombinedPart {
    /// The number of the combined order (合单商户订单号).
    pub combine_out_trade_no: String,
    /// What is sold (商品描述).
    pub description: String,
}

impl CombinedOrder {
    /// The orders in it.
    pub(crate) fn orders<'a>(&'a self, orders: &'a Orders) -> impl Iterator<Item = &'a Order> {
        let numbers = self.out_trade_nos.iter();
        numbers.filter_map(|number| orders.get(number))
    }
}
