use std::time::Duration;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::clock::later;
use crate::random::{ALPHANUMERIC, Random};
use crate::snapshot::millis;
use crate::state::money_out::MoneyOut;
use crate::state::{Event, State};
use crate::{TransferBill, TransferReceipt};

/// An address at which a receipt can be downloaded.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptLink {
    out_bill_no: String,
    #[serde(with = "millis")]
    made: Timestamp,
}

/// Why a receipt can't be applied for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReceiptRefusal {
    NoTransfer,
    NotPaid,
    NoName,
    TooOld,
}

impl State {
    /// Applies for the receipt (电子回单) of a transfer if that is to take effect, or gives the one
    /// that there is.
    pub(crate) fn apply_receipt(
        &mut self,
        out_bill_no: &str,
        commit: bool,
    ) -> Result<TransferReceipt, ReceiptRefusal> {
        let now = self.now();
        let bill = self
            .transfer_bills
            .entries
            .get_mut(out_bill_no)
            .ok_or(ReceiptRefusal::NoTransfer)?;
        if let Some(earlier) = bill.receipt(now) {
            return Ok(earlier.clone());
        }
        if bill.state != "SUCCESS" {
            return Err(ReceiptRefusal::NotPaid);
        }
        if bill.terms.user_name.is_none() {
            return Err(ReceiptRefusal::NoName);
        }
        if now.unix().saturating_sub(bill.update_time.unix()) > HALF_A_YEAR {
            return Err(ReceiptRefusal::TooOld);
        }
        let receipt = TransferReceipt {
            state: "GENERATING".to_owned(),
            fail_reason: None,
            create_time: now,
            update_time: now,
        };
        if commit {
            bill.receipt = Some(receipt.clone());
            match self.transfer_bills.step_ms {
                0 => self.finish_receipt(out_bill_no),
                millis => {
                    let due = later(now, Duration::from_millis(millis));
                    let out_bill_no = out_bill_no.to_owned();
                    let finish = MoneyOut::FinishReceipt { out_bill_no };
                    self.agenda.add(due, Event::MoneyOut(finish));
                }
            }
        }
        Ok(receipt)
    }

    /// Makes a receipt that was applied for.
    pub(crate) fn finish_receipt(&mut self, out_bill_no: &str) {
        let bill = self.transfer_bills.get(out_bill_no);
        let receipt = bill.and_then(|bill| bill.receipt.as_ref());
        if receipt.is_some_and(|receipt| receipt.state == "GENERATING") {
            self.set_receipt(out_bill_no, "FINISHED", None);
        }
    }

    /// Sets what a receipt has become, and says whether one of this number was applied for.
    pub(crate) fn set_receipt(
        &mut self,
        out_bill_no: &str,
        state: &str,
        fail_reason: Option<&str>,
    ) -> bool {
        let now = self.now();
        let bill = self.transfer_bills.entries.get_mut(out_bill_no);
        let Some(receipt) = bill.and_then(|bill| bill.receipt.as_mut()) else {
            return false;
        };
        state.clone_into(&mut receipt.state);
        receipt.fail_reason = fail_reason.map(str::to_owned);
        receipt.update_time = now;
        true
    }

    /// Lets a receipt be downloaded, and gives the token. It forgets those of which the time is
    /// over.
    pub(crate) fn link_receipt(&mut self, out_bill_no: &str, random: &Random) -> String {
        let now = self.now();
        let links = &mut self.transfer_bills.links;
        links.retain(|_, link| link.is_good(now));
        let token = random.text(ALPHANUMERIC, 48);
        let link = ReceiptLink {
            out_bill_no: out_bill_no.to_owned(),
            made: now,
        };
        links.insert(token.clone(), link);
        token
    }

    /// The transfer whose receipt a token leads to.
    pub(crate) fn linked_receipt(&self, token: &str) -> Option<&TransferBill> {
        let now = self.now();
        let link = self.transfer_bills.links.get(token)?;
        let link = link.is_good(now).then_some(link)?;
        self.transfer_bills.get(&link.out_bill_no)
    }
}

impl ReceiptLink {
    fn is_good(&self, now: Timestamp) -> bool {
        (0..=LINK_LIFE).contains(&(now.unix() - self.made.unix()))
    }
}

impl TransferBill {
    /// The receipt that was applied for, while it is good.
    pub(crate) fn receipt(&self, now: Timestamp) -> Option<&TransferReceipt> {
        let receipt = self.receipt.as_ref()?;
        let age = now.unix().saturating_sub(receipt.create_time.unix());
        (age <= RECEIPT_LIFE).then_some(receipt)
    }
}

/// How long a transfer's receipt can be applied for: 183 days, in seconds.
const HALF_A_YEAR: i64 = 183 * 24 * 3600;

/// How long a receipt is good: 90 days, in seconds.
const RECEIPT_LIFE: i64 = 90 * 24 * 3600;

/// How long an address is good, in seconds.
const LINK_LIFE: i64 = 600;
