use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use wxpay_core::{Fen, Params, Timestamp};

use crate::clock::day;
use crate::snapshot::params;
use crate::{Payout, PayoutRules, PayoutSends, PayoutStatus};

/// The payments to employees, and the rules for the next ones.
#[derive(Debug, Default)]
pub(crate) struct Payouts {
    pub(crate) rules: PayoutRules,
    /// In the order of their times, unless the clock was set back.
    entries: IndexMap<String, PayoutEntry>,
    /// How many requests named a number, whatever became of them.
    sends: IndexMap<String, u32>,
}

/// A payment and the parameters that asked for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayoutEntry {
    pub(crate) payout: Payout,
    /// Without `nonce_str` and the signatures: what has to be the same when it is asked for again.
    #[serde(with = "params")]
    pub(crate) parameters: Params,
}

/// What was paid, or may still be, to one user or to all.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) amount: i64,
    pub(crate) payments: u32,
}

impl Payouts {
    /// Adds a payment as the latest, in place of an earlier one of its number.
    pub(crate) fn add(&mut self, entry: PayoutEntry) {
        let number = entry.payout.partner_trade_no.clone();
        self.entries.shift_remove(&number);
        self.entries.insert(number, entry);
    }

    /// Counts a request that names a number.
    pub(crate) fn count_send(&mut self, number: &str) {
        self.add_sends(number.to_owned(), 1);
    }

    /// Counts requests that name a number. Of too many numbers the oldest is forgotten.
    pub(crate) fn add_sends(&mut self, number: String, sends: u32) {
        let counted = self.sends.entry(number).or_default();
        *counted = counted.saturating_add(sends);
        if self.sends.len() > MOST_NUMBERS {
            self.sends.shift_remove_index(0);
        }
    }

    pub(crate) fn sends(&self) -> Vec<PayoutSends> {
        let sends = self.sends.iter();
        sends
            .map(|(number, sends)| PayoutSends {
                partner_trade_no: number.clone(),
                sends: *sends,
            })
            .collect()
    }

    pub(crate) fn set_status(&mut self, number: &str, status: PayoutStatus) -> bool {
        let Some(entry) = self.entries.get_mut(number) else {
            return false;
        };
        entry.payout.status = status;
        true
    }

    /// Ends a payment that is in process, and gives the money that goes back.
    pub(crate) fn settle(
        &mut self,
        number: &str,
        failure: Option<&str>,
        now: Timestamp,
    ) -> Option<Fen> {
        let payout = &mut self.entries.get_mut(number)?.payout;
        if payout.status != PayoutStatus::Processing {
            return None;
        }
        if let Some(reason) = failure {
            payout.status = PayoutStatus::Failed {
                reason: reason.to_owned(),
            };
            return Some(payout.amount);
        }
        payout.status = PayoutStatus::Success;
        payout.payment_time = now;
        None
    }

    /// A payment that was made, to be asked for once more.
    pub(crate) fn get_mut(&mut self, number: &str) -> Option<&mut PayoutEntry> {
        self.entries.get_mut(number)
    }

    pub(crate) fn get(&self, number: &str) -> Option<&Payout> {
        self.entries.get(number).map(|entry| &entry.payout)
    }

    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &PayoutEntry> {
        self.entries.values()
    }

    pub(crate) fn all(&self) -> Vec<Payout> {
        self.entries().map(|entry| entry.payout.clone()).collect()
    }

    /// What was paid on the day of a moment, to one user and to all. What failed does not count.
    pub(crate) fn of_day(&self, now: Timestamp, openid: &str) -> (Tally, Tally) {
        let (mut user, mut all) = (Tally::default(), Tally::default());
        let today = day(now);
        let payouts = self
            .entries()
            .rev()
            .map(|entry| &entry.payout)
            .take_while(|payout| day(payout.transfer_time) >= today);
        for payout in payouts {
            let failed = matches!(payout.status, PayoutStatus::Failed { .. });
            if failed || day(payout.transfer_time) != today {
                continue;
            }
            all.add(payout);
            if payout.openid == openid {
                user.add(payout);
            }
        }
        (user, all)
    }

    /// When the last payment to a user began.
    pub(crate) fn last_to(&self, openid: &str) -> Option<Timestamp> {
        let mut payouts = self.entries().rev().map(|entry| &entry.payout);
        payouts
            .find(|payout| payout.openid == openid)
            .map(|payout| payout.transfer_time)
    }
}

impl Tally {
    fn add(&mut self, payout: &Payout) {
        self.amount = self.amount.saturating_add(payout.amount.get());
        self.payments = self.payments.saturating_add(1);
    }
}

/// How many numbers are counted; anybody can send one.
const MOST_NUMBERS: usize = 100_000;
