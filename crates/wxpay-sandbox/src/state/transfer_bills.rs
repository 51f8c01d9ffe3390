use std::collections::BTreeMap;
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wxpay_core::{TimeFormat, Timestamp};

use crate::clock::later;
use crate::notice::{FundsEvent, FundsTold};
use crate::random::{ALPHANUMERIC, DIGITS, Random};
use crate::state::money_out::MoneyOut;
use crate::state::transfer_receipts::ReceiptLink;
use crate::state::{Event, State};
use crate::{ConfirmTransferError, TransferBill, TransferBillTerms};

/// The transfers to users (商家转账), by merchant bill number.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferBills {
    pub(crate) entries: IndexMap<String, TransferBill>,
    /// How long each step takes that WeChat Pay does on its own.
    pub(crate) step_ms: u64,
    /// The receipts that can be downloaded, by the tokens of their addresses.
    pub(crate) links: BTreeMap<String, ReceiptLink>,
}

/// Why a transfer is not made or cancelled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TransferRefusal {
    NoTransfer,
    OtherTerms,
    /// It has come to its end.
    Ended,
    /// There is a transfer, but no money for it.
    NotEnough,
    /// The user has confirmed it already.
    Confirmed,
}

impl TransferBills {
    pub(crate) fn get(&self, out_bill_no: &str) -> Option<&TransferBill> {
        self.entries.get(out_bill_no)
    }

    pub(crate) fn by_id(&self, transfer_bill_no: &str) -> Option<&TransferBill> {
        let mut bills = self.entries.values();
        bills.find(|bill| bill.transfer_bill_no == transfer_bill_no)
    }
}

impl State {
    /// Makes a transfer if it is to take effect, or gives the one that was made earlier.
    pub(crate) fn create_transfer_bill(
        &mut self,
        out_bill_no: &str,
        terms: TransferBillTerms,
        random: &Random,
        commit: bool,
    ) -> Result<TransferBill, TransferRefusal> {
        if let Some(earlier) = self.transfer_bills.entries.get_mut(out_bill_no) {
            if earlier.terms != terms {
                return Err(TransferRefusal::OtherTerms);
            }
            if earlier.has_ended() {
                return Err(TransferRefusal::Ended);
            }
            if commit {
                earlier.requests = earlier.requests.saturating_add(1);
            }
            // It waits for money, which may have come by now.
            if commit && earlier.state == "PROCESSING" {
                self.step_transfer_bill(out_bill_no, "PROCESSING", random);
            }
            return self.told_of_transfer(out_bill_no);
        }
        let now = self.now();
        let bill = TransferBill {
            out_bill_no: out_bill_no.to_owned(),
            transfer_bill_no: format!("1330{}", random.text(DIGITS, 36)),
            terms,
            state: "ACCEPTED".to_owned(),
            fail_reason: None,
            package_info: random.text(ALPHANUMERIC, 62) + "==",
            create_time: now,
            update_time: now,
            locked_time: None,
            released_time: None,
            agreed: false,
            receipt: None,
            requests: 1,
        };
        if !commit {
            return Ok(bill);
        }
        let number = bill.out_bill_no.clone();
        self.transfer_bills.entries.insert(number.clone(), bill);
        let expiry = MoneyOut::ExpireTransferBill {
            out_bill_no: number,
        };
        let due = later(now, CONFIRM_WITHIN);
        self.agenda.add(due, Event::MoneyOut(expiry));
        self.step_transfer_bill_later(out_bill_no, "ACCEPTED", random);
        self.told_of_transfer(out_bill_no)
    }

    /// Cancels a transfer, if that is to take effect.
    pub(crate) fn cancel_transfer_bill(
        &mut self,
        out_bill_no: &str,
        random: &Random,
        commit: bool,
    ) -> Result<TransferBill, TransferRefusal> {
        let mut bill = self
            .transfer_bills
            .get(out_bill_no)
            .ok_or(TransferRefusal::NoTransfer)?
            .clone();
        if ["CANCELING", "CANCELLED"].contains(&&*bill.state) {
            return Ok(bill);
        }
        if !bill.is_open() {
            return Err(TransferRefusal::Confirmed);
        }
        "CANCELING".clone_into(&mut bill.state);
        bill.update_time = self.now();
        if commit {
            self.set_transfer_bill(out_bill_no, "CANCELING", None, random);
            self.step_transfer_bill_later(out_bill_no, "CANCELING", random);
        }
        Ok(bill)
    }

    /// Lets the user confirm a transfer.
    pub(crate) fn confirm_transfer_bill(
        &mut self,
        out_bill_no: &str,
        agrees: bool,
        random: &Random,
    ) -> Result<TransferBill, ConfirmTransferError> {
        let missing = || ConfirmTransferError::NoTransfer(out_bill_no.to_owned());
        let bill = self
            .transfer_bills
            .entries
            .get_mut(out_bill_no)
            .ok_or_else(missing)?;
        if bill.state != "WAIT_USER_CONFIRM" {
            return Err(ConfirmTransferError::NotWaiting {
                out_bill_no: out_bill_no.to_owned(),
                state: bill.state.clone(),
            });
        }
        bill.agreed = agrees && bill.terms.authorization_info.is_some();
        self.set_transfer_bill(out_bill_no, "TRANSFERING", None, random);
        self.step_transfer_bill_later(out_bill_no, "TRANSFERING", random);
        let bill = self.transfer_bills.get(out_bill_no);
        bill.cloned().ok_or_else(missing)
    }

    /// Takes the step that follows a state, if the transfer still has that state.
    pub(crate) fn step_transfer_bill(&mut self, out_bill_no: &str, from: &str, random: &Random) {
        let bill = self.transfer_bills.get(out_bill_no);
        let Some(bill) = bill.filter(|bill| bill.state == from) else {
            return;
        };
        let terms = &bill.terms;
        let (state, reason) = match from {
            "ACCEPTED" | "PROCESSING" => {
                let left = self.balance.filter(|_| bill.is_own());
                match left {
                    Some(left) if left < terms.transfer_amount => ("PROCESSING", None),
                    // The user need not confirm it.
                    _ if terms.authorization_id.is_some() => ("TRANSFERING", None),
                    _ => ("WAIT_USER_CONFIRM", None),
                }
            }
            "TRANSFERING" => {
                let real = self.names.get(&terms.openid);
                match (real, &terms.user_name) {
                    (Some(real), Some(given)) if real != given => {
                        ("FAIL", Some("NAME_NOT_CORRECT"))
                    }
                    _ => ("SUCCESS", None),
                }
            }
            "CANCELING" => ("CANCELLED", Some("MCH_CANCEL")),
            _ => return,
        };
        if state != from {
            self.set_transfer_bill(out_bill_no, state, reason, random);
        }
        if state == "TRANSFERING" {
            self.step_transfer_bill_later(out_bill_no, state, random);
        }
    }

    /// Closes a transfer that the user has not confirmed in time.
    pub(crate) fn expire_transfer_bill(&mut self, out_bill_no: &str, random: &Random) {
        let bill = self.transfer_bills.get(out_bill_no);
        if bill.is_some_and(TransferBill::is_open) {
            self.set_transfer_bill(out_bill_no, "FAIL", Some("OVERDUE_CLOSE"), random);
        }
    }

    /// Sets what a transfer has become, moves the money, and plans the notification of an end. It
    /// says whether there is one of this number.
    pub(crate) fn set_transfer_bill(
        &mut self,
        out_bill_no: &str,
        state: &str,
        fail_reason: Option<&str>,
        random: &Random,
    ) -> bool {
        let now = self.now();
        let Some(bill) = self.transfer_bills.entries.get_mut(out_bill_no) else {
            return false;
        };
        let ended_before = bill.has_ended();
        state.clone_into(&mut bill.state);
        bill.fail_reason = fail_reason.map(str::to_owned);
        bill.update_time = now;
        let bill = bill.clone();
        let amount = bill.terms.transfer_amount;
        let locked = bill.locked_time.is_some() && bill.released_time.is_none();
        let (locks, releases) = match state {
            "WAIT_USER_CONFIRM" | "TRANSFERING" | "SUCCESS" => (!locked, false),
            "FAIL" | "CANCELLED" => (false, locked),
            _ => (false, false),
        };
        if let Some(entry) = self.transfer_bills.entries.get_mut(out_bill_no) {
            if locks {
                entry.locked_time = Some(now);
                entry.released_time = None;
            }
            if releases {
                entry.released_time = Some(now);
            }
        }
        if let Some(left) = self.balance.filter(|_| bill.is_own()) {
            let moved = match (locks, releases) {
                (true, _) => left.checked_sub(amount),
                (_, true) => left.checked_add(amount),
                _ => None,
            };
            self.balance = moved.or(Some(left));
        }
        if bill.has_ended() && !ended_before {
            self.tell_of_transfer(&bill, now, random);
            if bill.state == "SUCCESS" {
                self.authorize_with(&bill, random);
            }
        }
        true
    }

    /// Takes a step when its time has come, which may be now.
    fn step_transfer_bill_later(&mut self, out_bill_no: &str, from: &str, random: &Random) {
        match self.transfer_bills.step_ms {
            0 => self.step_transfer_bill(out_bill_no, from, random),
            millis => {
                let due = later(self.now(), Duration::from_millis(millis));
                let step = MoneyOut::StepTransferBill {
                    out_bill_no: out_bill_no.to_owned(),
                    from: from.to_owned(),
                };
                self.agenda.add(due, Event::MoneyOut(step));
            }
        }
    }

    /// What a request to make a transfer is told.
    fn told_of_transfer(&self, out_bill_no: &str) -> Result<TransferBill, TransferRefusal> {
        let bill = self.transfer_bills.get(out_bill_no);
        match bill {
            None => Err(TransferRefusal::NoTransfer),
            Some(bill) if bill.state == "PROCESSING" => Err(TransferRefusal::NotEnough),
            Some(bill) => Ok(bill.clone()),
        }
    }

    fn tell_of_transfer(&mut self, bill: &TransferBill, now: Timestamp, random: &Random) {
        let Some(url) = &bill.terms.notify_url else {
            return;
        };
        let mut resource = json!({
            "out_bill_no": bill.out_bill_no,
            "transfer_bill_no": bill.transfer_bill_no,
            "state": bill.state,
            "transfer_amount": bill.terms.transfer_amount.get(),
            "openid": bill.terms.openid,
            "create_time": bill.create_time.format(TimeFormat::Rfc3339),
            "update_time": now.format(TimeFormat::Rfc3339),
        });
        let more = match (&bill.fail_reason, &*bill.state) {
            (Some(reason), _) => Some(("fail_reason", json!(reason))),
            (None, "SUCCESS") => Some(("payment_method_type", json!("CFT"))),
            _ => None,
        };
        if let (Some(members), Some((name, value))) = (resource.as_object_mut(), more) {
            members.insert(name.to_owned(), value);
        }
        let told = FundsTold {
            event: FundsEvent::TransferFinished,
            resource,
        };
        self.tell_of_funds(told, &bill.out_bill_no, url, random);
    }
}

/// How long the user has to confirm a transfer.
const CONFIRM_WITHIN: Duration = Duration::from_secs(24 * 3600);
