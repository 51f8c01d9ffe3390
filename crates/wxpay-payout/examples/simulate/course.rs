//! The server of the products whose payments are taken first and end later: stage after stage, with
//! a view of it that lags, with cancellations that race, and with notifications that come early,
//! late, twice and in the wrong order.

use std::collections::BTreeMap;

use wxpay_core::{Certainty, Class, Fen};
use wxpay_payout::{CancelEnd, Hold, Message, Number, PayEnd, QueryEnd, Refusal, WaitsFor};

use super::kind::open;
use super::world::{HOUR, MINUTE, SECOND, World};

/// What a payment is at some moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    /// It waits for somebody, in a state of this name.
    Holds(WaitsFor, &'static str),
    /// A state that the product does not know.
    Other,
    Paid,
    /// An end without payment, of this name.
    Failed(&'static str),
}

/// What the server has decided about a number, and when it becomes so.
#[derive(Debug)]
pub(super) struct Course {
    message: Message,
    amount: Fen,
    /// From when on a query finds it.
    seen_from: i64,
    /// In the order of time; the last one is the end.
    stages: Vec<(i64, Stage)>,
}

/// What WeChat Pay tells about a number without being asked.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    arrives_at: i64,
    pub(crate) number: Number,
    pub(super) stage: Stage,
}

impl Notice {
    /// Whether it seems to say that the payment is made: that it has ended, say, whatever the end.
    pub(crate) fn sounds_paid(&self) -> bool {
        matches!(self.stage, Stage::Paid | Stage::Failed(_))
    }

    /// Whether it seems to say that the payment is not made.
    pub(crate) fn sounds_failed(&self) -> bool {
        matches!(self.stage, Stage::Holds(WaitsFor::Merchant, _))
    }
}

impl Course {
    fn at(&self, now: i64) -> Stage {
        let mut stages = self.stages.iter().rev();
        let reached = stages.find(|(from, _)| *from <= now);
        reached.map_or(Stage::Other, |(_, stage)| *stage)
    }

    fn end(&self) -> Stage {
        self.stages.last().map_or(Stage::Other, |(_, stage)| *stage)
    }

    /// From when on it is cancelled, unless it ends before.
    fn cancel(&mut self, now: i64, takes: i64) {
        let done = now + takes;
        if self.stages.last().is_some_and(|(ends, _)| *ends <= done) {
            return;
        }
        self.stages.retain(|(from, _)| *from <= now);
        let canceling = Stage::Holds(WaitsFor::WeChatPay, "CANCELING");
        self.stages.push((now, canceling));
        self.stages.push((done, Stage::Failed("CANCELLED")));
    }
}

/// The numbers under which money has moved, or is yet going to.
pub(super) fn paid(courses: &BTreeMap<Number, Course>) -> impl Iterator<Item = Number> {
    let paid = courses
        .iter()
        .filter(|(_, course)| course.end() == Stage::Paid);
    paid.map(|(number, _)| number.clone())
}

impl World {
    pub(super) fn take(&self, number: &Number, message: &Message) -> PayEnd {
        let now = self.now().millis();
        let kind = self.kind();
        let lost = || PayEnd::Unclear("no reply".to_owned());
        let dice = self.chance(|chance| chance.below(100));
        match dice {
            0..5 => return super::bank::not_sent(),
            5..10 => return lost(),
            // Limits and settings may be checked before anything else, whatever became of an
            // earlier try.
            10..20 => return self.chance(|chance| kind.definite(chance)),
            20..23 => {
                return PayEnd::Refused(Refusal::new("BRAND_NEW_CODE", Class::UNLISTED, ""));
            }
            _ => {}
        }
        let mut state = self.state();
        if let Some(known) = state.courses.get_mut(number) {
            if known.message != *message {
                return open(kind.differs());
            }
            let failed = matches!(known.at(now), Stage::Failed(_));
            if failed && self.troubles().failed_pays_again {
                // It failed for lack of money, and there is money now.
                known.stages.push((now, Stage::Paid));
            }
            return match dice {
                23..35 => lost(),
                35..40 => open("SYSTEM_ERROR"),
                _ => kind.taken(known.at(now)),
            };
        }
        if dice < 28 {
            return open("SYSTEM_ERROR");
        }
        let lag = self.chance(|chance| chance.one_of(&[0, 0, 0, MINUTE, 10 * MINUTE, HOUR]));
        let course = Course {
            message: message.clone(),
            amount: super::bank::amount_of(message),
            seen_from: now + i64::try_from(lag).unwrap_or(0),
            stages: self.chance(|chance| kind.plan(now, chance)),
        };
        let answer = match dice {
            28..40 => lost(),
            40..48 => open("SYSTEM_ERROR"),
            _ => kind.taken(course.at(now)),
        };
        let stages = course.stages.clone();
        state.courses.insert(number.clone(), course);
        drop(state);
        self.notify(number, &stages);
        answer
    }

    pub(super) fn find_course(&self, number: &Number) -> QueryEnd {
        let now = self.now().millis();
        match self.chance(|chance| chance.below(100)) {
            0..4 => return QueryEnd::Unclear("no reply".to_owned()),
            4..7 => {
                let class = Class::new(Certainty::QueryFailed);
                return QueryEnd::Refused(Refusal::new("SYSTEM_ERROR", class, ""));
            }
            _ => {}
        }
        let state = self.state();
        let Some(course) = state.courses.get(number) else {
            return QueryEnd::NotFound;
        };
        match course.at(now) {
            _ if now < course.seen_from => QueryEnd::NotFound,
            Stage::Holds(who, said) => QueryEnd::Waiting(Hold::new(who, said)),
            Stage::Other => QueryEnd::Processing,
            Stage::Paid => QueryEnd::Paid {
                payment_no: Some(format!("W{number}")),
                amount: Some(course.amount),
                payee: None,
                at: None,
            },
            Stage::Failed(why) => QueryEnd::Failed(Some(why.to_owned())),
        }
    }

    /// Taken, lost on its way, or lost on its way back; and it may take effect only after the user
    /// has confirmed.
    pub(super) fn cancel_course(&self, number: &Number) -> CancelEnd {
        if !self.kind().is_cancelled() {
            return CancelEnd::Unsupported;
        }
        let now = self.now().millis();
        let lost = || CancelEnd::Unclear("no reply".to_owned());
        let dice = self.chance(|chance| chance.below(100));
        let takes = self.chance(|chance| chance.one_of(&[0, MINUTE, HOUR]));
        let mut state = self.state();
        let course = state.courses.get_mut(number);
        let waits = |course: &&mut Course| matches!(course.at(now), Stage::Holds(..));
        let Some(course) = course.filter(waits) else {
            let class = Class::new(Certainty::Definite);
            return CancelEnd::Refused(Refusal::new("INVALID_REQUEST", class, ""));
        };
        if dice < 10 {
            return lost();
        }
        course.cancel(now, i64::try_from(takes).unwrap_or(0));
        let stages = course.stages.clone();
        drop(state);
        self.notify(number, &stages);
        if dice < 30 { lost() } else { CancelEnd::Taken }
    }

    /// Each end, and each stage that a person has to look at, is told once or more, each time with
    /// a delay of its own. What was planned and does not happen is told too.
    fn notify(&self, number: &Number, stages: &[(i64, Stage)]) {
        if !self.kind().notifies() {
            return;
        }
        for (from, stage) in stages {
            if matches!(stage, Stage::Holds(who, _) if *who != WaitsFor::Merchant) {
                continue;
            }
            let times = self.chance(|chance| chance.one_of(&[0, 1, 1, 2]));
            for _ in 0..times {
                let delay = self.chance(|chance| chance.one_of(&[0, SECOND, MINUTE, 9 * HOUR]));
                let notice = Notice {
                    arrives_at: from + i64::try_from(delay).unwrap_or(0),
                    number: number.clone(),
                    stage: *stage,
                };
                self.state().notices.push(notice);
            }
        }
    }

    /// A notification that has arrived.
    pub(crate) fn notice(&self) -> Option<Notice> {
        if !self.kind().notifies() {
            return None;
        }
        let now = self.now().millis();
        let mut state = self.state();
        let mut notices = state.notices.iter();
        let at = notices.position(|notice| notice.arrives_at <= now)?;
        Some(state.notices.swap_remove(at))
    }
}
