use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::Engine;
use crate::entry::{Entry, State};
use crate::evidence::QueryEnd;
use crate::intent::Intent;
use crate::journal::{Inserted, JournalError};
use crate::product::Payment;
use crate::reconciliation::Reconciliation;
use crate::run::{RunEvent, RunOptions};
use crate::settlement::PrepareError;
use crate::{IntentId, Limits, Payouts, Progress};

/// What [`Payouts::recover`] found out: each intent is in exactly one of the lists.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Recovery {
    /// What WeChat Pay knows, now in the journal: paid, failed, or under way. Its list of intents
    /// that were not started is empty.
    pub found: Reconciliation,
    /// WeChat Pay does not know them. Nothing is in the journal; the next run pays them, under the
    /// same numbers. Of payouts older than 30 days that proves nothing, since WeChat Pay answers no
    /// queries about them.
    pub not_known: Vec<IntentId>,
    /// The journal had them already, and has them as before. If a next number is possible, since
    /// WeChat Pay itself has declared the last one failed, it was asked about, and is not known.
    /// About the others nothing was asked.
    pub kept: Vec<IntentId>,
    /// They could not be found out about: recover again before anything is sent. What the journal
    /// had of them, it still has. If it could not be written, some failed numbers of an intent may
    /// be in it, and not the last one.
    pub failed: Vec<NotRecovered>,
}

/// An intent that could not be found out about.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NotRecovered {
    /// The caller's name for it.
    pub intent: IntentId,
    /// Why.
    pub reason: String,
}

impl Recovery {
    /// Whether every intent was found out about.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

enum Found {
    Kept,
    NotKnown,
    Entry(Box<Entry>),
    Failed(String),
    /// The queries about it were not answered.
    Unanswered(String),
    Stopped(String),
}

impl<T: Payment> Payouts<T> {
    /// Rebuilds a lost journal: asks WeChat Pay about every number that these intents can have, and
    /// writes down what it knows. Nothing is sent.
    ///
    /// Numbers follow from the intents, so the intents are enough: all of those that the lost
    /// journal may have had. An intent whose number WeChat Pay declared failed is asked about under
    /// its next number, and so on. Numbers that an own [`Numbers`](crate::Numbers) gave are found
    /// only if it gives the same ones again. Payouts older than 30 days can't be found, since
    /// WeChat Pay answers no queries about them: leave their intents out, here and in the next run.
    pub async fn recover<I>(&self, intents: I, options: RunOptions) -> Recovery
    where
        I: IntoIterator<Item = Intent<T>>,
        I::IntoIter: Send,
    {
        let mut recovery = Recovery::default();
        let mut progress = Progress::default();
        let mut halted: Option<String> = None;
        let mut unanswered = 0;
        let mut intents = intents.into_iter();
        loop {
            if options.stop.is_stopped() {
                halted.get_or_insert_with(|| "stopped before".to_owned());
            }
            let most = options.at_once.get();
            let some: Vec<Intent<T>> = intents.by_ref().take(most).collect();
            if some.is_empty() {
                return recovery;
            }
            progress.taken += some.len();
            let before = halted.clone();
            let asks = some.into_iter().map(|intent| {
                let (engine, halted) = (Arc::clone(&self.0), before.clone());
                async move {
                    let found = match halted {
                        Some(why) => Found::Failed(why),
                        None => engine.recover(&intent).await,
                    };
                    (intent.id, found)
                }
            });
            let mut asked = stream::iter(asks).buffer_unordered(most);
            while let Some((intent, found)) = asked.next().await {
                match &found {
                    Found::Unanswered(reason) => {
                        unanswered += 1;
                        if unanswered >= options.most_unclear.get() {
                            halted.get_or_insert_with(|| reason.clone());
                        }
                    }
                    // What is wrong with one intent says nothing about the next.
                    Found::Failed(_) | Found::Stopped(_) => {}
                    Found::Kept | Found::NotKnown | Found::Entry(_) => unanswered = 0,
                }
                match found {
                    Found::Kept => recovery.kept.push(intent),
                    Found::NotKnown => recovery.not_known.push(intent),
                    Found::Entry(entry) => {
                        progress.paid += usize::from(entry.state == State::Paid);
                        progress.rejected += usize::from(entry.state == State::Failed);
                        progress.open += usize::from(!entry.state.is_settled());
                        recovery.found.add(&entry);
                    }
                    Found::Failed(reason) | Found::Unanswered(reason) => {
                        progress.not_started += 1;
                        recovery.fail(intent, reason, &options);
                    }
                    Found::Stopped(reason) => {
                        progress.not_started += 1;
                        halted.get_or_insert_with(|| reason.clone());
                        recovery.fail(intent, reason, &options);
                    }
                }
                if let Some(tell) = &options.progress {
                    tell(&progress);
                }
            }
        }
    }
}

impl Recovery {
    fn fail(&mut self, intent: IntentId, reason: String, options: &RunOptions) {
        if let Some(tell) = &options.events {
            tell(&RunEvent::Trouble {
                intent: intent.clone(),
                what: reason.clone(),
            });
        }
        self.failed.push(NotRecovered { intent, reason });
    }
}

impl<T: Payment> Engine<T> {
    async fn recover(&self, intent: &Intent<T>) -> Found {
        let known = match self.journal().by_intent(&intent.id).await {
            // The number after one that failed may have been paid all the same.
            Ok(Some(known)) if !known.allows_replacement() => return Found::Kept,
            Ok(known) => known,
            Err(error) => return Found::Stopped(error.to_string()),
        };
        if let Some(Err(error)) = known.as_ref().map(|known| self.own(known)) {
            return Found::Failed(error.to_string());
        }
        let was_known = known.is_some();
        let generations = match self.generations(intent, known.as_ref()).await {
            Ok(generations) => generations,
            Err(found) => return found,
        };
        match self.write_down(known, generations).await {
            Ok(Some(entry)) => Found::Entry(Box::new(entry)),
            Ok(None) if was_known => Found::Kept,
            Ok(None) => Found::NotKnown,
            Err(error @ JournalError::Conflict) => Found::Failed(error.to_string()),
            Err(error) => Found::Stopped(error.to_string()),
        }
    }

    /// What WeChat Pay knows of an intent's numbers, from the first on that is not in the journal.
    async fn generations(
        &self,
        intent: &Intent<T>,
        known: Option<&Entry>,
    ) -> Result<Vec<Entry>, Found> {
        let refused = |error: PrepareError| Found::Failed(error.to_string());
        let fingerprint = intent.payment.fingerprint();
        let mut generations: Vec<Entry> = Vec::new();
        let first = known.map_or(0, |known| known.generation.saturating_add(1));
        for generation in first.. {
            let mut entry = self
                .entry(intent, &fingerprint, generation)
                .await
                .map_err(refused)?;
            let end = self.ask_for(&entry).await?;
            if matches!(end, QueryEnd::NotFound) {
                break;
            }
            let now = self.now();
            let last = generations.last().or(known);
            entry.replaces = last.map(|last| last.number.clone());
            entry.resign = false;
            entry.first_sent_at = Some(now);
            entry.last_sent_at = Some(now);
            entry.end_query(&end, now, &self.rules);
            let goes_on = entry.allows_replacement();
            generations.push(entry);
            if !goes_on {
                break;
            }
        }
        Ok(generations)
    }

    /// Asks until there is a response, some times at most.
    async fn ask_for(&self, entry: &Entry) -> Result<QueryEnd, Found> {
        let mut said = String::new();
        for queries in 0..TRIES {
            match self.service.query(&entry.number).await {
                QueryEnd::Refused(refusal) if refusal.class.configuration => {
                    return Err(Found::Stopped(format!(
                        "{}: {}",
                        refusal.code, refusal.message
                    )));
                }
                QueryEnd::Refused(refusal) => {
                    said = format!("{}: {}", refusal.code, refusal.message);
                }
                QueryEnd::Unclear(what) => said = what,
                end => return Ok(end),
            }
            if queries + 1 < TRIES {
                self.timer().sleep(PAUSE * (queries + 1)).await;
            }
        }
        Err(Found::Unanswered(said))
    }

    /// The last of them as it is in the journal then, if there is one.
    async fn write_down(
        &self,
        mut last: Option<Entry>,
        generations: Vec<Entry>,
    ) -> Result<Option<Entry>, JournalError> {
        let limits = unlimited();
        let mut written = None;
        for entry in generations {
            let inserted = match &mut last {
                None => self.journal().insert(&entry, &limits).await?,
                Some(old) => {
                    old.replaced_by = Some(entry.number.clone());
                    self.journal().replace(old, &entry, &limits).await?
                }
            };
            match inserted {
                Inserted::New => {}
                // Another process was faster.
                Inserted::Existing(existing) => return Ok(Some(*existing)),
                Inserted::Full(full) => return Err(JournalError::storage(full)),
            }
            written = Some(entry.clone());
            last = Some(entry);
        }
        Ok(written)
    }
}

/// What was paid was paid, whatever the limits say.
fn unlimited() -> Limits {
    Limits {
        most: None,
        payee_day: None,
        payee_day_count: None,
        merchant_day: None,
        ..Limits::default()
    }
}

const TRIES: u32 = 4;
const PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
