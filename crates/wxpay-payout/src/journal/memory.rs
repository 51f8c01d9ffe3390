use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Begun, Inserted, Journal, JournalError};
use crate::{Day, DayFull, DaySum, Entry, IntentId, Limits, Moment, Number, State};

/// A journal in memory, for tests: whatever it knows is gone with the process, and a payout with
/// it.
#[derive(Debug, Default)]
pub struct MemoryJournal(Mutex<Books>);

#[derive(Clone, Debug, Default)]
struct Books {
    entries: BTreeMap<Number, Entry>,
    current: HashMap<IntentId, Number>,
    open: BTreeSet<(Moment, Number)>,
    sums: Sums,
    /// By product and payee.
    last_sent: HashMap<(String, String), Moment>,
    pace: Option<Moment>,
}

/// What is reserved on each day.
#[derive(Clone, Debug, Default)]
struct Sums {
    /// By day and product.
    merchant: HashMap<(Day, String), DaySum>,
    /// By day, product and payee.
    payees: HashMap<(Day, String, String), DaySum>,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy as it is now, as a backup is.
    pub fn copy(&self) -> Self {
        Self(Mutex::new(self.books().clone()))
    }

    /// Becomes what `other` is now, as a journal does that is restored from a backup.
    pub fn restore(&self, other: &Self) {
        let books = other.books().clone();
        *self.books() = books;
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sums {
    fn check_day(&self, entry: &Entry, day: Day, limits: &Limits) -> Result<(), DayFull> {
        let (product, payee) = (entry.product.clone(), entry.payee.clone());
        let merchant = self.merchant.get(&(day, product.clone()));
        let payee = self.payees.get(&(day, product, payee));
        limits.check_day(
            day,
            payee.copied().unwrap_or_default(),
            merchant.copied().unwrap_or_default(),
            entry.amount,
        )
    }

    /// Counts an entry in the place of the one before.
    fn replace(&mut self, old: Option<&Entry>, entry: &Entry) {
        let counts_alike = |old: &Entry| {
            (old.counted, old.amount, &old.payee) == (entry.counted, entry.amount, &entry.payee)
        };
        if old.is_some_and(counts_alike) {
            return;
        }
        if let Some(old) = old
            && let Some(day) = old.counted
        {
            self.count(day, old, |sum| sum.without(old.amount));
        }
        if let Some(day) = entry.counted {
            self.count(day, entry, |sum| sum.with(entry.amount));
        }
    }

    fn count(&mut self, day: Day, entry: &Entry, change: impl Fn(DaySum) -> DaySum) {
        let (product, payee) = (entry.product.clone(), entry.payee.clone());
        let sum = self.merchant.entry((day, product.clone())).or_default();
        *sum = change(*sum);
        let sum = self.payees.entry((day, product, payee)).or_default();
        *sum = change(*sum);
    }
}

impl Books {
    fn checked(&self, entry: &Entry) -> Result<&Entry, JournalError> {
        match self.entries.get(&entry.number) {
            Some(old) if old.version == entry.version => Ok(old),
            _ => Err(JournalError::Conflict),
        }
    }

    fn paid_earlier(&self, entry: &Entry) -> Option<Number> {
        let mut previous = entry.replaces.as_ref();
        while let Some(earlier) = previous.and_then(|number| self.entries.get(number)) {
            if !matches!(earlier.state, State::Failed | State::Rejected) {
                return Some(earlier.number.clone());
            }
            previous = earlier.replaces.as_ref();
        }
        None
    }

    /// Puts an entry in the place of the one of its number, with everything that is counted by it.
    fn put(&mut self, entry: Entry) {
        let open_at = |entry: &Entry| (!entry.state.is_settled()).then_some(entry.next_at);
        let old = self.entries.get(&entry.number);
        self.sums.replace(old, &entry);
        let (before, now) = (old.and_then(open_at), open_at(&entry));
        if before != now {
            if let Some(before) = before {
                self.open.remove(&(before, entry.number.clone()));
            }
            if let Some(now) = now {
                self.open.insert((now, entry.number.clone()));
            }
        }
        match self.entries.get_mut(&entry.number) {
            Some(place) => *place = entry,
            None => {
                self.entries.insert(entry.number.clone(), entry);
            }
        }
    }

    fn add(&mut self, entry: &Entry) {
        self.current
            .insert(entry.intent.clone(), entry.number.clone());
        self.put(entry.clone());
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        let mut books = self.books();
        let current = books.current.get(&entry.intent);
        if let Some(old) = current.and_then(|number| books.entries.get(number)) {
            return Ok(Inserted::Existing(Box::new(old.clone())));
        }
        if books.entries.contains_key(&entry.number) {
            return Err(JournalError::Conflict);
        }
        if let Some(day) = entry.counted
            && let Err(full) = books.sums.check_day(entry, day, limits)
        {
            return Ok(Inserted::Full(full));
        }
        books.add(entry);
        Ok(Inserted::New)
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        let mut books = self.books();
        let counted = books.checked(entry)?.counted;
        if let Some(paid) = books.paid_earlier(entry) {
            return Ok(Begun::PaidEarlier(paid));
        }
        let payee = (entry.product.clone(), entry.payee.clone());
        let last = books.last_sent.get(&payee).copied();
        let earliest = limits.earliest_send(now, last, books.pace);
        if earliest > now {
            return Ok(Begun::NotBefore(earliest));
        }
        let today = now.day();
        if counted != Some(today)
            && let Err(full) = books.sums.check_day(entry, today, limits)
        {
            return Ok(Begun::Full(full));
        }
        let mut begun = entry.clone();
        begun.version += 1;
        begun.counted = Some(today);
        books.put(begun.clone());
        books.last_sent.insert(payee, now);
        books.pace = Some(limits.next_pace(now));
        Ok(Begun::Now(Box::new(begun)))
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        let mut books = self.books();
        books.checked(entry)?;
        let mut changed = entry.clone();
        changed.version += 1;
        books.put(changed.clone());
        Ok(changed)
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        let mut books = self.books();
        books.checked(old)?;
        if books.entries.contains_key(&new.number) {
            return Err(JournalError::Conflict);
        }
        if let Some(day) = new.counted
            && let Err(full) = books.sums.check_day(new, day, limits)
        {
            return Ok(Inserted::Full(full));
        }
        let mut replaced = old.clone();
        replaced.version += 1;
        books.put(replaced);
        books.add(new);
        Ok(Inserted::New)
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        Ok(self.books().entries.get(number).cloned())
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        let books = self.books();
        let number = books.current.get(intent);
        Ok(number.and_then(|number| books.entries.get(number)).cloned())
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        let books = self.books();
        let numbers = books.open.iter().take(most);
        Ok(numbers.map(|(_, number)| number.clone()).collect())
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        let books = self.books();
        let behind = |number: &Number| after.is_none_or(|after| number > after);
        let entries = books.entries.values().filter(|entry| behind(&entry.number));
        Ok(entries.take(most).cloned().collect())
    }
}
