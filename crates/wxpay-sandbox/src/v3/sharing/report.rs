use serde::Serialize;

use crate::random::another;
use crate::v3::answer::to_json;
use crate::v3::{Content, with_millis};
use crate::{Merchant, ProfitSharing, Share};

/// A request to share as its response and its query tell it, the members in the document's order.
#[derive(Serialize)]
pub(crate) struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    transaction_id: String,
    out_order_no: String,
    order_id: String,
    state: &'static str,
    receivers: Vec<Receiver>,
}

#[derive(Serialize)]
struct Receiver {
    amount: i64,
    description: String,
    #[serde(rename = "type")]
    kind: String,
    account: String,
    result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    create_time: String,
    finish_time: String,
    detail_id: String,
}

impl Report {
    pub(crate) fn new(made: &ProfitSharing, merchant: &Merchant) -> Self {
        let mut receivers: Vec<_> = made
            .shares
            .iter()
            .map(|share| Receiver::new(share, made))
            .collect();
        if let Some(description) = &made.description {
            receivers.push(Receiver {
                amount: made.unfrozen.get(),
                description: description.clone(),
                kind: "MERCHANT_ID".to_owned(),
                account: match &made.sub_mchid {
                    Some(sub_mchid) => sub_mchid.clone(),
                    None => merchant.mch_id.to_string(),
                },
                result: "SUCCESS".to_owned(),
                fail_reason: None,
                create_time: with_millis(made.create_time),
                finish_time: with_millis(made.create_time),
                detail_id: made.order_id.clone(),
            });
        }
        Self {
            sub_mchid: made.sub_mchid.clone(),
            transaction_id: made.transaction_id.clone(),
            out_order_no: made.out_order_no.clone(),
            order_id: made.order_id.clone(),
            state: if made.is_finished() {
                "FINISHED"
            } else {
                "PROCESSING"
            },
            receivers,
        }
    }
}

impl Receiver {
    fn new(share: &Share, made: &ProfitSharing) -> Self {
        Self {
            amount: share.amount.get(),
            description: share.description.clone(),
            kind: share.kind.clone(),
            account: share.account.clone(),
            result: share.result.clone(),
            fail_reason: share.fail_reason.clone(),
            create_time: with_millis(made.create_time),
            // Until the end it is the beginning, for the document has it always.
            finish_time: with_millis(share.finish_time.unwrap_or(made.create_time)),
            detail_id: share.detail_id.clone(),
        }
    }
}

impl Content for Report {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_order_no = another(&self.out_order_no);
        self.order_id = another(&self.order_id);
    }

    fn tamper(&mut self) {
        for receiver in &mut self.receivers {
            receiver.amount = receiver.amount.wrapping_add(1);
        }
    }
}
