//! What queries tell of a transfer.

use serde::Serialize;

use crate::TransferBill;
use crate::random::another;
use crate::state::Shared;
use crate::v3::answer::to_json;
use crate::v3::{Answer, Content, system_error, with_millis};

/// The body of the response, its members in the document's order.
#[derive(Serialize)]
pub(crate) struct TransferReport {
    /// The name that the document of a merchant's own transfers has.
    #[serde(skip_serializing_if = "Option::is_none")]
    mch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mchid: Option<String>,
    out_bill_no: String,
    transfer_bill_no: String,
    appid: String,
    state: String,
    transfer_amount: i64,
    transfer_remark: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    openid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<String>,
    create_time: String,
    update_time: String,
}

/// Tells the state of a transfer.
pub(crate) fn tell(bill: &TransferBill, shared: &Shared) -> Result<Answer, Answer> {
    let seal = |name: &String| {
        let sealed = shared.platform.merchant.seal(name);
        sealed.ok_or_else(system_error)
    };
    let user_name = bill.terms.user_name.as_ref().map(seal).transpose()?;
    let bill = bill.clone();
    let (own, mch_id) = (
        bill.terms.sub_mchid.is_none(),
        shared.merchant.mch_id.to_string(),
    );
    let terms = bill.terms;
    Ok(Answer::ok(TransferReport {
        mch_id: own.then(|| mch_id.clone()),
        sub_mchid: terms.sub_mchid,
        mchid: (!own).then_some(mch_id),
        out_bill_no: bill.out_bill_no,
        transfer_bill_no: bill.transfer_bill_no,
        appid: terms.appid,
        state: bill.state,
        transfer_amount: terms.transfer_amount.get(),
        transfer_remark: terms.transfer_remark,
        fail_reason: bill.fail_reason,
        openid: terms.openid,
        user_name,
        create_time: with_millis(bill.create_time),
        update_time: with_millis(bill.update_time),
    }))
}

impl Content for TransferReport {
    fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    fn become_another(&mut self) {
        self.out_bill_no = another(&self.out_bill_no);
        self.transfer_bill_no = another(&self.transfer_bill_no);
    }

    fn tamper(&mut self) {
        self.transfer_amount = self.transfer_amount.wrapping_add(1);
    }
}
