use wxpay_core::TimeFormat;

use crate::v2::Message;
use crate::{ProfitReturn, ProfitSharing};

/// Adds a return as its response and its query tell it.
pub(super) fn write(reply: Message, made: &ProfitReturn, sharing: &ProfitSharing) -> Message {
    let finish_time = made
        .finish_time
        .map(|time| time.format(TimeFormat::Compact));
    reply
        .text("order_id", &sharing.order_id)
        .text("out_order_no", &sharing.out_order_no)
        .text("out_return_no", &made.out_return_no)
        .text("return_no", &made.return_id)
        .text("return_account_type", "MERCHANT_ID")
        .text("return_account", &made.return_mchid)
        .fen("return_amount", made.amount)
        .text("description", &made.description)
        .text("result", &made.result)
        .optional("fail_reason", made.fail_reason.as_deref())
        .optional("finish_time", finish_time)
}
