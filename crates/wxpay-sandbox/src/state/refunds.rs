use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wxpay_core::{Fen, Timestamp};

use crate::notice::{RefundTold, Task, Told};
use crate::random::{DIGITS, Random};
use crate::refund::BALANCE;
use crate::state::{Event, State};
use crate::{Order, Protocol, Refund, RefundEnd, RefundError};

/// The refunds, by merchant refund number.
#[derive(Debug, Default)]
pub(crate) struct Refunds {
    entries: IndexMap<String, RefundEntry>,
}

/// A refund and the terms that asked for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundEntry {
    pub(crate) refund: Refund,
    /// All that has to be the same when it is asked for again.
    pub(crate) terms: Value,
    /// How it was to be settled when it was abnormal, if it was.
    pub(crate) settlement: Option<Value>,
}

/// What a request asks for.
pub(crate) struct AskedRefund {
    pub(crate) out_refund_no: String,
    pub(crate) refund: Fen,
    /// What the order is said to be of, if that is said.
    pub(crate) total: Option<Fen>,
    pub(crate) reason: Option<String>,
    pub(crate) notify_url: Option<String>,
    pub(crate) funds_account: String,
    pub(crate) protocol: Protocol,
    pub(crate) terms: Value,
}

/// Another way for an abnormal refund (异常退款).
pub(crate) struct Redirect {
    pub(crate) received_account: String,
    /// All that has to be the same when it is asked for again.
    pub(crate) terms: Value,
}

/// Why an abnormal refund does not go another way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RedirectRefusal {
    NoRefund,
    NotAbnormal,
    OtherTerms,
}

impl Refunds {
    pub(crate) fn add(&mut self, entry: RefundEntry) {
        let number = entry.refund.out_refund_no.clone();
        self.entries.insert(number, entry);
    }

    pub(crate) fn get(&self, number: &str) -> Option<&Refund> {
        self.entries.get(number).map(|entry| &entry.refund)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &RefundEntry> {
        self.entries.values()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Refund> {
        self.entries().map(|entry| &entry.refund)
    }

    /// The refunds of an order, in order.
    pub(crate) fn all_of<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a Refund> {
        self.all()
            .filter(move |refund| refund.out_trade_no == number)
    }

    pub(crate) fn by_id(&self, refund_id: &str) -> Option<&Refund> {
        self.all().find(|refund| refund.refund_id == refund_id)
    }

    /// What went back of an order or may still, and in how many refunds.
    fn of_order(&self, number: &str) -> (Fen, usize) {
        let (mut sum, mut count) = (0_i64, 0);
        for refund in self.all_of(number) {
            count += 1;
            if refund.status != "CLOSED" {
                sum = sum.saturating_add(refund.refund.get());
            }
        }
        (Fen::new(sum), count)
    }
}

impl State {
    /// Accepts a refund if it is to take effect, or gives the one that was accepted earlier. Its
    /// order is known to be there.
    pub(crate) fn refund(
        &mut self,
        order: &Order,
        asked: AskedRefund,
        random: &Random,
        commit: bool,
    ) -> Result<Refund, RefundError> {
        let now = self.now();
        let number = &order.out_trade_no;
        if let Some(earlier) = self.refunds.entries.get_mut(&asked.out_refund_no) {
            if earlier.refund.out_trade_no != *number || earlier.terms != asked.terms {
                return Err(RefundError::OtherTerms(asked.out_refund_no));
            }
            if commit {
                earlier.refund.requests = earlier.refund.requests.saturating_add(1);
            }
            return Ok(earlier.refund.clone());
        }
        if !order.is_paid() {
            return Err(RefundError::NotPaid(number.clone()));
        }
        if asked.total.is_some_and(|total| total != order.total_fee) {
            return Err(RefundError::Total(order.total_fee));
        }
        let (back, count) = self.refunds.of_order(number);
        let left = order.total_fee.checked_sub(back).unwrap_or_default();
        if asked.refund <= Fen::ZERO || asked.refund > left {
            let refund = asked.refund;
            return Err(RefundError::Amount { refund, left });
        }
        if count >= MAX_REFUNDS_OF_ORDER {
            return Err(RefundError::TooMany(number.clone()));
        }
        if now.unix().saturating_sub(order.time_end.unix()) > YEAR {
            return Err(RefundError::TooOld(number.clone()));
        }
        let refund = Refund {
            refund_id: format!("5030{}", random.text(DIGITS, 24)),
            out_trade_no: number.clone(),
            out_refund_no: asked.out_refund_no,
            refund: asked.refund,
            reason: asked.reason,
            notify_url: asked.notify_url,
            funds_account: asked.funds_account,
            channel: "ORIGINAL".to_owned(),
            received_account: BALANCE.to_owned(),
            protocol: asked.protocol,
            status: "PROCESSING".to_owned(),
            create_time: now,
            status_time: now,
            requests: 1,
            reversal: false,
        };
        if commit {
            self.orders.refund(number);
            let about = number.clone();
            let (refund, terms) = (refund.clone(), asked.terms);
            let settlement = None;
            self.refunds.add(RefundEntry {
                refund,
                terms,
                settlement,
            });
            self.complaints_hear_of_refund(&about, random);
        }
        Ok(refund)
    }

    /// Ends a refund that is in process.
    pub(crate) fn settle_refund(&mut self, number: &str, end: RefundEnd, random: &Random) {
        let refund = self.refunds.get(number);
        if refund.is_some_and(|refund| refund.status == "PROCESSING") {
            self.set_refund_status(number, end.as_str(), random);
        }
    }

    /// Lets an abnormal refund go another way, if that is to take effect.
    pub(crate) fn redirect_refund(
        &mut self,
        number: &str,
        redirect: Redirect,
        commit: bool,
    ) -> Result<Refund, RedirectRefusal> {
        let now = self.now();
        let entry = self
            .refunds
            .entries
            .get_mut(number)
            .ok_or(RedirectRefusal::NoRefund)?;
        match &entry.settlement {
            Some(earlier) if *earlier != redirect.terms => {
                return Err(RedirectRefusal::OtherTerms);
            }
            Some(_) if entry.refund.status != "ABNORMAL" => return Ok(entry.refund.clone()),
            _ if entry.refund.status != "ABNORMAL" => return Err(RedirectRefusal::NotAbnormal),
            _ => {}
        }
        let mut refund = entry.refund.clone();
        "OTHER_BANKCARD".clone_into(&mut refund.channel);
        refund.received_account = redirect.received_account;
        "PROCESSING".clone_into(&mut refund.status);
        refund.status_time = now;
        if commit {
            entry.refund.clone_from(&refund);
            entry.settlement = Some(redirect.terms);
        }
        Ok(refund)
    }

    /// Sets what a refund has become, and plans the notification of that. It says whether there is
    /// one of this number.
    pub(crate) fn set_refund_status(
        &mut self,
        number: &str,
        status: &str,
        random: &Random,
    ) -> bool {
        let now = self.now();
        let Some(entry) = self.refunds.entries.get_mut(number) else {
            return false;
        };
        let refund = &mut entry.refund;
        status.clone_into(&mut refund.status);
        refund.status_time = now;
        if let Some(url) = refund.notify_url.clone()
            && ENDS.contains(&status)
        {
            let told = Told::Refund(RefundTold::of(refund));
            let number = &refund.out_trade_no;
            let task = Task::new(told, number, refund.protocol, url, now, random);
            self.agenda.add(now, Event::Deliver(Box::new(task)));
        }
        if status == "SUCCESS" {
            let about = refund.out_trade_no.clone();
            self.complaints_hear_of_arrival(&about, random);
        }
        true
    }
}

impl Refund {
    /// When it succeeded, if it did.
    pub(crate) fn success_time(&self) -> Option<Timestamp> {
        (self.status == "SUCCESS").then_some(self.status_time)
    }
}

/// The states that are told.
const ENDS: [&str; 3] = ["SUCCESS", "ABNORMAL", "CLOSED"];

/// The most refunds of one order.
const MAX_REFUNDS_OF_ORDER: usize = 50;

/// 365 days, in seconds.
const YEAR: i64 = 365 * 24 * 3600;
