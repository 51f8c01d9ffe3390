//! How a charge is followed: a query, a reversal if it is time for one, a wait, and again.

use std::time::Duration;

use super::{ChargeError, Display, Inner};
use crate::fence::Fence;
use crate::outcome::{Open, Outcome};
use crate::progress::{Progress, Step};
use crate::reason::Reason;
use crate::record::{Record, Seen};
use crate::service::Service;
use crate::store::StoreError;

/// Counts the time that provably passes for a record, whatever happens to the wall clock. The time
/// during which no program works on it does not count.
struct Elapsed {
    before: Duration,
    since: Duration,
}

impl<S: Service> Inner<S> {
    /// Stores the charge, sends it once, and follows it.
    pub(crate) async fn charge(
        &self,
        mut record: Record,
        request: &S::Charge,
    ) -> Result<Outcome, ChargeError> {
        let fence = Fence::after(self.rules.send_within, &self.timer);
        self.save(&mut record).await?;
        self.tell(&record, Step::Charging);
        let end = self.service.pay(request, &fence).await;
        record.hear_pay(end, &self.rules);
        Ok(match self.save(&mut record).await {
            Ok(()) => self.drive(record).await,
            Err(error) => self.not_stored(record, &error),
        })
    }

    /// Follows a record that was loaded: asks at once.
    pub(crate) async fn follow(&self, mut record: Record) -> Outcome {
        record.last_query = None;
        if record.end.is_some() {
            return self.outcome(record);
        }
        let elapsed = self.start(&record);
        self.rounds(record, elapsed, Duration::ZERO).await
    }

    /// Follows a record from right after its charge.
    async fn drive(&self, record: Record) -> Outcome {
        if record.end.is_some() {
            return self.outcome(record);
        }
        let elapsed = self.start(&record);
        let pause = record.pause(&self.rules, self.age(&record));
        self.rounds(record, elapsed, pause).await
    }

    async fn rounds(&self, mut record: Record, elapsed: Elapsed, mut pause: Duration) -> Outcome {
        let patience = self.timer.now().saturating_add(self.rules.patience);
        let mut shown = None;
        loop {
            if self.timer.now().saturating_add(pause) > patience {
                return self.outcome(record);
            }
            let step = step(&record);
            if shown.replace(step) != Some(step) {
                self.tell(&record, step);
            }
            if !pause.is_zero() {
                self.timer.sleep(pause).await;
            }
            // The answer tells how things stand now, or later.
            record.elapsed = self.elapsed(&elapsed);
            let answer = self.service.query(&record.number).await;
            // A reversal rests on this answer, and leaves soon after it or not at all.
            let fence = Fence::after(self.rules.send_within, &self.timer);
            record.hear_query(answer, &self.rules);
            record.elapsed = self.elapsed(&elapsed);
            let age = self.age(&record);
            if record.is_time_to_reverse(&self.rules, age) {
                let before = record.begin_reversal();
                if let Err(error) = self.save(&mut record).await {
                    record.reversal = before;
                    return self.not_stored(record, &error);
                }
                if shown.replace(Step::Reversing) != Some(Step::Reversing) {
                    self.tell(&record, Step::Reversing);
                }
                let end = self.service.reverse(&record.number, &fence).await;
                record.elapsed = self.elapsed(&elapsed);
                record.hear_reverse(end, before);
            }
            if let Err(error) = self.save(&mut record).await {
                return self.not_stored(record, &error);
            }
            if record.end.is_some() || record.is_for_a_person(&self.rules, age) {
                return self.outcome(record);
            }
            pause = record.pause(&self.rules, age);
        }
    }

    fn start(&self, record: &Record) -> Elapsed {
        let now = self.timer.now();
        // Another program may be about to send the charge.
        let may_leave = !record.is_sent && record.elapsed.is_zero();
        let later = if may_leave {
            self.rules.send_within
        } else {
            Duration::ZERO
        };
        Elapsed {
            before: record.elapsed,
            since: now.saturating_add(later),
        }
    }

    fn elapsed(&self, elapsed: &Elapsed) -> Duration {
        let now = self.timer.now().saturating_sub(elapsed.since);
        elapsed.before.saturating_add(now)
    }

    /// What can't be stored is not told as settled: another program may be doing something else
    /// with it.
    pub(crate) fn not_stored(&self, record: Record, error: &StoreError) -> Outcome {
        let reason = match error {
            StoreError::Conflict => Reason::InOtherHands,
            _ => Reason::NotStored,
        };
        self.open_for(record, reason, &error.to_string())
    }

    pub(crate) fn open_for(&self, mut record: Record, reason: Reason, note: &str) -> Outcome {
        record.note = Some(note.to_owned());
        Outcome::Open(Open {
            record: Box::new(record),
            reason,
        })
    }

    fn tell(&self, record: &Record, step: Step) {
        if let Some(Display(tell)) = &self.display {
            tell(&Progress {
                sale: record.sale.clone(),
                number: record.number.clone(),
                step,
            });
        }
    }
}

fn step(record: &Record) -> Step {
    let is_reversing = record.cancel || record.reversal.sent > 0;
    if is_reversing {
        Step::Reversing
    } else if record.seen == Seen::Paying {
        Step::CustomerPaying
    } else {
        Step::Asking
    }
}
