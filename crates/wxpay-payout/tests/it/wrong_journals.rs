//! Journals that break one rule each, and whether the suite for implementers finds them.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use wxpay_core::Fen;
use wxpay_payout::journal::{Begun, Inserted, conformance};
use wxpay_payout::{
    Entry, IntentId, Journal, JournalError, Limits, MemoryJournal, Moment, Number, State,
};

/// What a journal does wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fault {
    ForgetsGeneration,
    ForgetsReplaces,
    ForgetsResign,
    ForgetsAttested,
    /// It does not look at the numbers before.
    IgnoresEarlier,
    /// It looks at the number right before only.
    LooksOneBack,
    /// What counts stays that of the first amount and payee.
    KeepsCounts,
    /// A payment of what was given up is not taken.
    DropsLatePayments,
    /// A send in the future holds up all others until then.
    BelievesEveryClock,
}

#[derive(Debug)]
struct Wrong {
    inner: MemoryJournal,
    fault: Fault,
    /// What was really paid, where the books were left as they are.
    shown: Mutex<HashMap<Number, (Fen, String)>>,
    latest: Mutex<Option<Moment>>,
}

impl Wrong {
    fn new(fault: Fault) -> Self {
        Self {
            inner: MemoryJournal::new(),
            fault,
            shown: Mutex::default(),
            latest: Mutex::default(),
        }
    }

    fn read(&self, mut entry: Entry) -> Entry {
        match self.fault {
            Fault::ForgetsGeneration => entry.generation = 0,
            Fault::ForgetsReplaces => entry.replaces = None,
            Fault::ForgetsResign => entry.resign = true,
            Fault::ForgetsAttested => entry.attested = false,
            _ => {}
        }
        if let Some((amount, payee)) = self.shown.lock().unwrap().get(&entry.number) {
            (entry.amount, entry.payee) = (*amount, payee.clone());
        }
        entry
    }
}

#[async_trait]
impl Journal for Wrong {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        self.inner.insert(entry, limits).await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        let latest = *self.latest.lock().unwrap();
        if let Some(latest) = latest.filter(|latest| *latest > now)
            && self.fault == Fault::BelievesEveryClock
        {
            return Ok(Begun::NotBefore(latest));
        }
        let mut begun = self.inner.begin_send(entry, now, limits).await?;
        if let Begun::PaidEarlier(paid) = &begun {
            let is_one_back = entry.replaces.as_ref() == Some(paid);
            if self.fault == Fault::IgnoresEarlier
                || self.fault == Fault::LooksOneBack && !is_one_back
            {
                let mut alone = entry.clone();
                alone.replaces = None;
                begun = self.inner.begin_send(&alone, now, limits).await?;
            }
        }
        if matches!(begun, Begun::Now(_)) {
            *self.latest.lock().unwrap() = Some(now);
        }
        Ok(begun)
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        let known = self.inner.by_number(&entry.number).await?;
        let mut changed = entry.clone();
        if let Some(known) = known.filter(|known| known.version == entry.version) {
            let given_up = matches!(known.state, State::Rejected | State::Failed);
            if self.fault == Fault::DropsLatePayments && given_up && entry.state == State::Paid {
                return Ok(known);
            }
            if self.fault == Fault::KeepsCounts && known.counted == entry.counted {
                let shown = (entry.amount, entry.payee.clone());
                let mut all = self.shown.lock().unwrap();
                all.insert(entry.number.clone(), shown);
                (changed.amount, changed.payee) = (known.amount, known.payee);
            }
        }
        let updated = self.inner.update(&changed).await?;
        Ok(self.read(updated))
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        self.inner.replace(old, new, limits).await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        let found = self.inner.by_number(number).await?;
        Ok(found.map(|entry| self.read(entry)))
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        let found = self.inner.by_intent(intent).await?;
        Ok(found.map(|entry| self.read(entry)))
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        self.inner.open(most).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        let page = self.inner.page(after, most).await?;
        Ok(page.into_iter().map(|entry| self.read(entry)).collect())
    }
}

const ROUND_TRIP: &str = "an entry comes back as it was written";
const EARLIER: &str = "no send begins when an earlier number is paid";

#[tokio::test]
async fn each_is_found_out_by_its_rule() {
    for (fault, rule) in [
        (Fault::ForgetsGeneration, ROUND_TRIP),
        (Fault::ForgetsReplaces, ROUND_TRIP),
        (Fault::ForgetsResign, ROUND_TRIP),
        (Fault::ForgetsAttested, ROUND_TRIP),
        (Fault::IgnoresEarlier, EARLIER),
        (Fault::LooksOneBack, EARLIER),
        (
            Fault::KeepsCounts,
            "what counts follows the amount and the payee",
        ),
        (
            Fault::DropsLatePayments,
            "what was given up can be paid after all",
        ),
        (
            Fault::BelievesEveryClock,
            "moments of a wrong clock hold nothing up",
        ),
    ] {
        let broken = conformance::check(|| Wrong::new(fault)).await;
        assert!(
            broken.iter().any(|broken| broken.rule == rule),
            "{fault:?}: {broken:?}"
        );
    }
}
