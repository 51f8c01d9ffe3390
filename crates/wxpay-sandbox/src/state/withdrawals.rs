use serde_json::{Value, json};
use wxpay_core::Timestamp;

use crate::clock::{day, hour};
use crate::notice::{FundsEvent, FundsTold};
use crate::random::{DIGITS, Random};
use crate::state::money_out::MoneyOut;
use crate::state::{Event, State};
use crate::v3::with_millis;
use crate::{Withdrawal, WithdrawalTerms};

/// Why a withdrawal is not made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WithdrawalRefusal {
    OtherTerms,
    NotEnough,
}

impl State {
    /// Makes a withdrawal if it is to take effect, or gives the one of this number that was made in
    /// the last six days.
    pub(crate) fn withdraw(
        &mut self,
        out_request_no: &str,
        terms: WithdrawalTerms,
        random: &Random,
        commit: bool,
    ) -> Result<Withdrawal, WithdrawalRefusal> {
        let now = self.now();
        let sub = terms.sub_mchid.as_deref();
        let earlier = self.withdrawals.iter_mut().rev().find(|made| {
            made.out_request_no == out_request_no
                && made.terms.sub_mchid.as_deref() == sub
                && age(made, now) <= RECOGNIZED
        });
        if let Some(earlier) = earlier {
            if earlier.terms != terms {
                return Err(WithdrawalRefusal::OtherTerms);
            }
            if commit {
                earlier.requests = earlier.requests.saturating_add(1);
            }
            let (id, again) = (earlier.withdraw_id.clone(), earlier.status == "INIT");
            let earlier = earlier.clone();
            if commit && again {
                self.set_withdrawal(&id, "CREATE_SUCCESS", None, random);
                self.settle_withdrawal_tomorrow(id, now);
            }
            return Ok(earlier);
        }
        let made = Withdrawal {
            out_request_no: out_request_no.to_owned(),
            withdraw_id: random.text(DIGITS, 62),
            terms,
            status: "CREATE_SUCCESS".to_owned(),
            reason: None,
            create_time: now,
            update_time: now,
            returned_time: None,
            requests: 1,
        };
        let balance = self.balance.filter(|_| made.is_of_balance());
        if balance.is_some_and(|balance| balance < made.terms.amount) {
            return Err(WithdrawalRefusal::NotEnough);
        }
        if commit {
            if let Some(balance) = balance {
                self.balance = balance.checked_sub(made.terms.amount).or(Some(balance));
            }
            self.withdrawals.push(made.clone());
            self.settle_withdrawal_tomorrow(made.withdraw_id.clone(), now);
        }
        Ok(made)
    }

    /// The withdrawal of one of the two numbers, if it can still be queried.
    pub(crate) fn withdrawal(
        &self,
        sub_mchid: Option<&str>,
        is: impl Fn(&Withdrawal) -> bool,
    ) -> Option<&Withdrawal> {
        let now = self.now();
        self.withdrawals.iter().rev().find(|made| {
            is(made) && made.terms.sub_mchid.as_deref() == sub_mchid && age(made, now) <= QUERIED
        })
    }

    /// Ends a withdrawal that the bank has.
    pub(crate) fn settle_withdrawal(&mut self, withdraw_id: &str, random: &Random) {
        let mut all = self.withdrawals.iter();
        let found = all.find(|made| made.withdraw_id == withdraw_id);
        if found.is_some_and(|made| made.status == "CREATE_SUCCESS") {
            self.set_withdrawal(withdraw_id, "SUCCESS", None, random);
        }
    }

    /// Sets what a withdrawal has become, gives the money back if it did not go out, and plans the
    /// notification of an end. It says whether there is one of this number.
    pub(crate) fn set_withdrawal(
        &mut self,
        withdraw_id: &str,
        status: &str,
        reason: Option<&str>,
        random: &Random,
    ) -> bool {
        let now = self.now();
        let mut all = self.withdrawals.iter_mut();
        let Some(made) = all.find(|made| made.withdraw_id == withdraw_id) else {
            return false;
        };
        status.clone_into(&mut made.status);
        made.reason = reason.map(str::to_owned);
        made.update_time = now;
        let back = ["FAIL", "REFUND", "CLOSE"].contains(&status) && made.returned_time.is_none();
        if back {
            made.returned_time = Some(now);
        }
        let made = made.clone();
        if let Some(balance) = self.balance.filter(|_| back && made.is_of_balance()) {
            self.balance = balance.checked_add(made.terms.amount).or(Some(balance));
        }
        if ["SUCCESS", "FAIL", "REFUND", "CLOSE"].contains(&status)
            && let Some(url) = &made.terms.notify_url
        {
            let event = match made.terms.sub_mchid {
                None => FundsEvent::WithdrawalChanged,
                Some(_) => FundsEvent::SubWithdrawalChanged,
            };
            let resource = made.report();
            let told = FundsTold { event, resource };
            self.tell_of_funds(told, &made.out_request_no, url, random);
        }
        true
    }

    /// The bank gets it on the next day.
    fn settle_withdrawal_tomorrow(&mut self, withdraw_id: String, now: Timestamp) {
        let due = hour(day(now).saturating_add(1), 10);
        let settlement = MoneyOut::SettleWithdrawal { withdraw_id };
        self.agenda.add(due, Event::MoneyOut(settlement));
    }
}

impl Withdrawal {
    /// What queries and notifications tell, without the service provider.
    pub(crate) fn report(&self) -> Value {
        let terms = &self.terms;
        let mut report = json!({
            "status": self.status,
            "withdraw_id": self.withdraw_id,
            "out_request_no": self.out_request_no,
            "amount": terms.amount.get(),
            "create_time": with_millis(self.create_time),
            "update_time": with_millis(self.update_time),
            "reason": self.reason.as_deref().unwrap_or_default(),
            "remark": terms.remark.as_deref().unwrap_or_default(),
            "bank_memo": terms.bank_memo.as_deref().unwrap_or_default(),
            "account_type": terms.account_type,
            "account_number": ACCOUNT.0,
            "account_bank": ACCOUNT.1,
            "bank_name": ACCOUNT.2,
        });
        let (name, value) = match &terms.sub_mchid {
            Some(sub) => ("sub_mchid", sub.as_str()),
            // The page of sub-merchants does not have it.
            None if self.reason.is_some() => ("solution", "请检查登记的结算银行账户信息"),
            None => ("solution", ""),
        };
        if let Some(members) = report.as_object_mut() {
            members.insert(name.to_owned(), json!(value));
        }
        report
    }
}

/// How old it is, in seconds.
fn age(made: &Withdrawal, now: Timestamp) -> i64 {
    now.unix().saturating_sub(made.create_time.unix())
}

/// The bank account that all money goes to in the sandbox.
const ACCOUNT: (&str, &str, &str) = ("1178", "招商银行", "招商银行股份有限公司深圳分行");

/// How long a number is recognized: 6 days, in seconds.
const RECOGNIZED: i64 = 6 * 24 * 3600;

/// How long withdrawals can be queried: 90 days, in seconds.
const QUERIED: i64 = 90 * 24 * 3600;
