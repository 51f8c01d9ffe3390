//! 关闭订单.

use crate::exchange::Call;
use crate::state::{CloseRefusal, Shared};
use crate::v3::input::{Body, Object};
use crate::v3::{Answer, transaction};

/// Checks all of a request that can be checked without the orders.
pub(crate) fn check(call: &Call, shared: &Shared) -> Result<(), Answer> {
    let body = Body::read(call)?;
    let fields = Object::root(&body)?;
    fields.known(&["mchid"])?;
    transaction::check_mchid(fields.text("mchid", 32)?, shared)
}

/// Closes the order, if the request is to take effect.
pub(crate) fn perform(number: &str, shared: &Shared, commit: bool) -> Result<Answer, Answer> {
    let number = transaction::path_number("out_trade_no", number)?;
    let closed = shared.state().orders.close(&number, commit);
    closed.map_err(|refusal| match refusal {
        CloseRefusal::Missing => transaction::not_found(),
        CloseRefusal::Paid => Answer::error(400, "INVALID_REQUEST", "该订单已支付，不能发起关单"),
        CloseRefusal::Closed => Answer::error(400, "ORDER_CLOSED", "订单已关闭，无法重复关闭"),
    })?;
    Ok(Answer::no_content())
}
