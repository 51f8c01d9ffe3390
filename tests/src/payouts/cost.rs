//! What the journal costs, beside a service that answers at once.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use wxpay_api::core::Error;
use wxpay_api::transport::TokioTimer;
use wxpay_payout::{
    EmployeePayment, Fence, Journal, Limits, Message, Number, PayEnd, Payouts, Product, QueryEnd,
    RunOptions, SqliteJournal,
};

use super::bank::owner;
use super::observed::{Observed, Observer, Write};
use super::worker::intent;

/// What the writes of payouts took.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cost {
    /// How many payouts were paid.
    pub paid: usize,
    /// How many calls there were at once.
    pub at_once: usize,
    /// How long all of them took.
    pub elapsed: Duration,
    /// How long each write took, in the order in which a payout makes them: insert, begin of the
    /// send, end of the send.
    pub writes: [Vec<Duration>; 3],
}

/// Pays so many intents over a new SQLite journal in `folder`.
pub async fn run(folder: &Path, payouts: usize, at_once: usize) -> Cost {
    let path = folder.join(format!("cost-{at_once}.journal"));
    let journal = SqliteJournal::create(path, &owner()).unwrap();
    over(journal, payouts, at_once).await
}

/// Pays so many intents over a new journal.
pub async fn over(journal: impl Journal, payouts: usize, at_once: usize) -> Cost {
    let timed = Timed::default();
    let journal = Observed::new(journal, timed.clone());
    let mut limits = Limits::default();
    (limits.per_second, limits.merchant_day) = (None, None);
    limits.midnight_guard = Duration::ZERO;
    let engine = Payouts::builder(journal, AtOnce, TokioTimer::new())
        .limits(limits)
        .build();
    let options = RunOptions::new().at_once(NonZeroUsize::new(at_once).unwrap());
    let start = Instant::now();
    let reconciliation = engine.run((0..payouts).map(intent), options).await;
    Cost {
        paid: reconciliation.paid.len(),
        at_once,
        elapsed: start.elapsed(),
        writes: std::mem::take(&mut *timed.0.lock().unwrap()),
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            paid,
            at_once,
            elapsed,
            writes,
        } = self;
        let rate = *paid as f64 / elapsed.as_secs_f64();
        write!(f, "{at_once} at once: {paid} payouts, {rate:.0} a second;")?;
        for (name, times) in ["insert", "begin", "end"].into_iter().zip(writes) {
            let mut times = times.clone();
            times.sort_unstable();
            let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
            write!(f, " {name} {:.2?} median, {:.2?} p99;", at(50), at(99))?;
        }
        Ok(())
    }
}

/// Pays whatever it is asked to.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // it has no state
pub struct AtOnce;

#[async_trait]
impl Product for AtOnce {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        "1900000109"
    }

    fn name(&self) -> &str {
        "a product"
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        // As long as a real one.
        Ok(Message::new(format!(
            "{number}{}{:800}",
            payment.amount, ""
        )))
    }

    async fn pay(&self, _: &Number, _: &Message, _: &Fence) -> PayEnd {
        PayEnd::Paid {
            payment_no: "10000183".to_owned(),
        }
    }

    async fn query(&self, _: &Number) -> QueryEnd {
        QueryEnd::NotFound
    }
}

/// How long each write took.
#[derive(Clone, Debug, Default)]
struct Timed(Arc<Mutex<[Vec<Duration>; 3]>>);

impl Observer for Timed {
    fn begins(&self, _: Write) {}

    fn ends(&self, write: Write, took: Duration) {
        self.0.lock().unwrap()[write as usize].push(took);
    }
}
