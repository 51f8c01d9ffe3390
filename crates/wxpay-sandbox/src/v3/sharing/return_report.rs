use serde::Serialize;

use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::{Content, with_millis};
use crate::{ProfitReturn, ProfitSharing};

/// A return as its request and its query are answered, the members in the document's order.
#[derive(Serialize)]
pub(crate) struct ReturnReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    order_id: String,
    out_order_no: String,
    out_return_no: String,
    return_id: String,
    return_mchid: String,
    amount: i64,
    description: String,
    result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    create_time: String,
    finish_time: String,
}

impl ReturnReport {
    pub(crate) fn new(made: &ProfitReturn, sharing: &ProfitSharing) -> Self {
        Self {
            sub_mchid: sharing.sub_mchid.clone(),
            order_id: sharing.order_id.clone(),
            out_order_no: sharing.out_order_no.clone(),
            out_return_no: made.out_return_no.clone(),
            return_id: made.return_id.clone(),
            return_mchid: made.return_mchid.clone(),
            amount: made.amount.get(),
            description: made.description.clone(),
            result: made.result.clone(),
            fail_reason: made.fail_reason.clone(),
            create_time: with_millis(made.create_time),
            finish_time: with_millis(made.finish_time.unwrap_or(made.create_time)),
        }
    }
}

impl Content for ReturnReport {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_return_no = another(&self.out_return_no);
        self.return_id = another(&self.return_id);
    }

    fn tamper(&mut self) {
        self.amount = self.amount.wrapping_add(1);
    }
}
