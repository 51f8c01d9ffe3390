use std::num::NonZeroU32;
use std::time::Duration;

use wxpay_core::{Fen, InvalidInput};

use crate::{Day, Moment};

/// What WeChat Pay's documents allow one merchant to pay. Each can be set to what WeChat Pay has
/// granted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The least amount of one payment. 100 fen.
    pub least: Fen,
    /// The most of one payment. 200 yuan.
    pub most: Option<Fen>,
    /// The most for one payee and day. 200 yuan.
    pub payee_day: Option<Fen>,
    /// The most payments to one payee and day. 10.
    pub payee_day_count: Option<u32>,
    /// The shortest time between two payments to one payee. 15 s.
    pub payee_gap: Duration,
    /// The most for the merchant and day. 100,000 yuan.
    pub merchant_day: Option<Fen>,
    /// The most sends a second, over all processes of one journal. 50.
    pub per_second: Option<NonZeroU32>,
    /// How long before and after midnight nothing is sent, because nobody knows whose clock decides
    /// the day. 30 s.
    pub midnight_guard: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            least: Fen::new(100),
            most: Some(Fen::new(20_000)),
            payee_day: Some(Fen::new(20_000)),
            payee_day_count: Some(10),
            payee_gap: Duration::from_secs(15),
            merchant_day: Some(Fen::new(10_000_000)),
            per_second: NonZeroU32::new(50),
            midnight_guard: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// None but that something must be paid: for a product whose limits WeChat Pay alone knows.
    pub const fn none() -> Self {
        Self {
            least: Fen::new(1),
            most: None,
            payee_day: None,
            payee_day_count: None,
            payee_gap: Duration::ZERO,
            merchant_day: None,
            per_second: None,
            midnight_guard: Duration::ZERO,
        }
    }

    /// Checks an amount by itself.
    ///
    /// # Errors
    /// It is less than [`least`](Self::least) or more than [`most`](Self::most).
    pub fn check_amount(&self, amount: Fen) -> Result<(), InvalidInput> {
        if amount < self.least {
            let rule = format!("must be at least {} fen", self.least);
            let rule_zh = format!("至少 {} 分", self.least);
            return Err(InvalidInput::new("amount", rule, rule_zh));
        }
        match self.most {
            Some(most) if amount > most => {
                let rule = format!("must be at most {most} fen");
                let rule_zh = format!("最多 {most} 分");
                Err(InvalidInput::new("amount", rule, rule_zh))
            }
            _ => Ok(()),
        }
    }

    /// Whether a day has room for one more payment.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn check_day(
        &self,
        day: Day,
        payee: DaySum,
        merchant: DaySum,
        amount: Fen,
    ) -> Result<(), DayFull> {
        let over = |sum: DaySum, most: Option<Fen>| {
            let sum = sum.amount.checked_add(amount);
            most.is_some_and(|most| sum.is_none_or(|sum| sum > most))
        };
        let full = |which| {
            Err(DayFull {
                which,
                opens: day.next().start().after(self.midnight_guard),
            })
        };
        if over(payee, self.payee_day) {
            full(DayLimit::PayeeAmount)
        } else if self.payee_day_count.is_some_and(|most| payee.count >= most) {
            full(DayLimit::PayeeCount)
        } else if over(merchant, self.merchant_day) {
            full(DayLimit::MerchantAmount)
        } else {
            Ok(())
        }
    }

    /// The moment from which a payment to a payee may be sent; `now` if that is at once.
    ///
    /// `last` is the last send to this payee, `pace` the earliest moment that the merchant's rate
    /// leaves free.
    pub fn earliest_send(&self, now: Moment, last: Option<Moment>, pace: Option<Moment>) -> Moment {
        // One further ahead than clocks may be apart was written by a clock that was wrong, and
        // must not hold anybody up.
        let within = |time: Duration| {
            let latest = now.after(time).after(APART);
            move |at: &Moment| !time.is_zero() && *at <= latest
        };
        let gap = last
            .map(|last| last.after(self.payee_gap))
            .filter(within(self.payee_gap));
        let pace = pace.filter(within(self.interval()));
        let earliest = [gap, pace].into_iter().flatten().fold(now, Moment::max);
        self.past_midnight(earliest)
    }

    /// The moment that the merchant's rate leaves free after a send at `sent`.
    pub fn next_pace(&self, sent: Moment) -> Moment {
        sent.after(self.interval())
    }

    /// The time between two sends by the merchant's rate.
    fn interval(&self) -> Duration {
        let per_second = self.per_second.map(NonZeroU32::get);
        per_second.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate)
    }

    fn past_midnight(&self, moment: Moment) -> Moment {
        let today = moment.day();
        let opens = today.start().after(self.midnight_guard);
        let tomorrow = today.next().start();
        if moment < opens && !self.midnight_guard.is_zero() {
            opens
        } else if tomorrow.since(moment) <= self.midnight_guard && !self.midnight_guard.is_zero() {
            tomorrow.after(self.midnight_guard)
        } else {
            moment
        }
    }
}

/// What was reserved on one day.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs)] // complete: what the limits count
pub struct DaySum {
    /// How much.
    pub amount: Fen,
    /// In how many payments.
    pub count: u32,
}

impl DaySum {
    /// With one payment more.
    #[must_use]
    pub fn with(self, amount: Fen) -> Self {
        Self {
            amount: Fen::new(self.amount.get().saturating_add(amount.get())),
            count: self.count.saturating_add(1),
        }
    }

    /// With one payment less.
    #[must_use]
    pub fn without(self, amount: Fen) -> Self {
        Self {
            amount: Fen::new(self.amount.get().saturating_sub(amount.get())),
            count: self.count.saturating_sub(1),
        }
    }
}

/// A daily limit is reached. Payments whose outcome is unknown count.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{which} is used up; it resets at {opens}")]
#[non_exhaustive]
pub struct DayFull {
    /// The limit.
    pub which: DayLimit,
    /// When it resets.
    pub opens: Moment,
}

/// The daily limits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DayLimit {
    /// How much one payee may get in a day (单用户单日限额).
    PayeeAmount,
    /// How often one payee may be paid in a day (单用户单日次数).
    PayeeCount,
    /// How much the merchant may pay in a day (商户单日限额).
    MerchantAmount,
}

impl std::fmt::Display for DayLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PayeeAmount => "the payee's amount of the day",
            Self::PayeeCount => "the payee's number of payments of the day",
            Self::MerchantAmount => "the merchant's amount of the day",
        })
    }
}

/// How far the clocks of those who share a journal may be apart, or how long a process may take
/// from its look at the clock to its turn in the journal.
const APART: Duration = Duration::from_secs(10);

#[cfg(test)]
#[allow(clippy::unwrap_used)] // panicking is fine in tests
mod tests;
