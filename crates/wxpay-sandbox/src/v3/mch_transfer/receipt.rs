//! The file of an electronic receipt (电子回单).

use wxpay_core::TimeFormat;

use crate::pdf::{ascii, pdf};
use crate::{Merchant, TransferBill};

/// A PDF of one page with what was paid: the same bytes whenever it is asked for. Its font has no
/// Chinese characters, so that the name of the user is not in it.
pub(crate) fn file(bill: &TransferBill, merchant: &Merchant) -> Vec<u8> {
    let lines = [
        "Electronic receipt of a transfer (wxpay-sandbox)".to_owned(),
        format!("mch_id: {}", merchant.mch_id),
        format!("out_bill_no: {}", bill.out_bill_no),
        format!("transfer_bill_no: {}", bill.transfer_bill_no),
        format!(
            "transfer_amount: {} CNY",
            bill.terms.transfer_amount.to_yuan()
        ),
        format!("openid: {}", ascii(&bill.terms.openid)),
        format!(
            "success_time: {}",
            bill.update_time.format(TimeFormat::Rfc3339)
        ),
    ];
    pdf(&lines)
}
