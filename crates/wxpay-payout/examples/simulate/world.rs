//! A hostile WeChat Pay, a clock that jumps, and a journal whose disk fails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_core::{
    Certainty, Class, Effect, Error, Fen, InvalidInput, PartnerTradeNo, TransportError,
};
use wxpay_payout::journal::{Begun, Inserted};
use wxpay_payout::{
    Entry, IntentId, Journal, JournalError, Limits, MemoryJournal, Message, Moment, Numbers,
    PayEnd, Payment, QueryEnd, Refusal, Service,
};
use wxpay_transport::{Clock, Timer};

use super::chance::Chance;

/// What one seed is about. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct World(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    now: AtomicI64,
    state: Mutex<State>,
    journal: MemoryJournal,
    keeps_history: bool,
}

#[derive(Debug)]
struct State {
    chance: Chance,
    records: BTreeMap<PartnerTradeNo, Record>,
    numbers: u64,
    history: String,
}

/// What the server knows of a number.
#[derive(Debug)]
struct Record {
    message: Message,
    amount: Fen,
    /// From when on it is booked.
    booked_at: i64,
    /// From when on a query finds it.
    seen_from: i64,
    /// From when on its end is known, and whether that is money moved.
    ends_at: i64,
    succeeds: bool,
}

const NOON: i64 = 1_796_011_200_000;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

impl World {
    pub(crate) fn new(seed: u64, keeps_history: bool) -> Self {
        Self(Arc::new(Shared {
            now: AtomicI64::new(NOON),
            state: Mutex::new(State {
                chance: Chance::new(seed),
                records: BTreeMap::new(),
                numbers: 0,
                history: String::new(),
            }),
            journal: MemoryJournal::new(),
            keeps_history,
        }))
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from_millis(self.0.now.load(Ordering::Relaxed))
    }

    pub(crate) fn days(&self) -> u64 {
        (self.now().since(Moment::from_millis(NOON))).as_secs() / 86_400
    }

    pub(crate) fn pass(&self, millis: u64) {
        let millis = i64::try_from(millis).unwrap_or(0);
        self.0.now.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) fn chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(&mut self.state().chance)
    }

    pub(crate) fn journal(&self) -> &MemoryJournal {
        &self.0.journal
    }

    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        if self.0.keeps_history {
            let now = self.now();
            let _ = writeln!(self.state().history, "{now}  {}", what());
        }
    }

    pub(crate) fn history(&self) -> String {
        self.state().history.clone()
    }

    /// The numbers under which money has moved, or is yet going to.
    pub(crate) fn paid(&self) -> Vec<PartnerTradeNo> {
        let state = self.state();
        let paid = state.records.iter().filter(|(_, record)| record.succeeds);
        paid.map(|(number, _)| number.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics with it")
    }
}

impl Clock for World {
    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(Self::now(self).millis()).unwrap_or(0))
    }
}

#[async_trait]
impl Timer for World {
    async fn sleep(&self, duration: Duration) {
        self.pass(
            u64::try_from(duration.as_millis())
                .unwrap_or(u64::MAX / 4)
                .max(1),
        );
        Yield::once().await;
    }
}

impl Numbers for World {
    fn next(&self) -> Result<PartnerTradeNo, InvalidInput> {
        let mut state = self.state();
        state.numbers += 1;
        PartnerTradeNo::new(format!("N{}", state.numbers))
    }
}

/// Lets the others go on, and gives a crash its chance.
pub(crate) struct Yield(u8);

impl Yield {
    pub(crate) fn once() -> Self {
        Self(1)
    }
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

pub(crate) fn message(number: &PartnerTradeNo, text: &str) -> Message {
    Message::new(format!("{number} {text}"))
}

#[async_trait]
impl Service for World {
    fn merchant(&self) -> &str {
        "1900000109"
    }

    fn product(&self) -> &str {
        "a product"
    }

    fn compose(&self, number: &PartnerTradeNo, payment: &Payment) -> Result<Message, Error> {
        Ok(message(number, &payment.amount.to_string()))
    }

    async fn pay(&self, number: &PartnerTradeNo, message: &Message, fence: &Fence) -> PayEnd {
        Yield::once().await;
        let end = self.answer(number, message);
        self.note(|| format!("pay {number}: {end:?}"));
        let slow = self.chance(|chance| chance.below(20));
        // Now and then longer than any lease.
        self.pass(if slow == 0 {
            10 * MINUTE
        } else {
            slow * SECOND
        });
        Yield::once().await;
        end
    }

    async fn query(&self, number: &PartnerTradeNo) -> QueryEnd {
        Yield::once().await;
        let end = self.find(number);
        self.note(|| format!("query {number}: {end:?}"));
        self.pass(SECOND);
        Yield::once().await;
        end
    }
}

impl World {
    fn answer(&self, number: &PartnerTradeNo, message: &Message) -> PayEnd {
        let now = self.now().millis();
        let mut state = self.state();
        let dice = state.chance.below(100);
        let unclear = || PayEnd::Unclear("no reply".to_owned());
        if dice < 5 {
            let error = TransportError::not_sent("no connection");
            return PayEnd::NotSent(Error::new("pay", Effect::Write, error));
        }
        if dice < 10 {
            // The request is lost on its way.
            return unclear();
        }
        let is_known = state.records.contains_key(number);
        // Limits and settings may be checked before anything else, whatever became of an earlier try.
        if dice < 25 {
            return definite(&mut state.chance);
        }
        if is_known {
            let same = state
                .records
                .get(number)
                .is_some_and(|record| record.message == *message);
            return match dice {
                _ if !same => refused("FATAL_ERROR", Class::new(Certainty::Ambiguous)),
                25..40 => unclear(),
                40..50 => system_error(),
                _ => match state.records.get(number) {
                    Some(record) if record.succeeds && record.booked_at <= now => PayEnd::Paid {
                        payment_no: format!("W{number}"),
                    },
                    _ => system_error(),
                },
            };
        }
        if dice < 32 {
            return system_error();
        }
        if dice < 35 {
            return refused("BRAND_NEW_CODE", Class::UNLISTED);
        }
        let lag = state.chance.one_of(&[0, 0, 0, MINUTE, 10 * MINUTE, HOUR]);
        let late = state.chance.one_of(&[0, 0, SECOND, MINUTE, HOUR, 6 * HOUR]);
        let replies = dice < 70;
        // What is answered as paid is booked by then and stays paid.
        let (late, succeeds) = if replies {
            (0, true)
        } else {
            (late, !state.chance.percent(20))
        };
        let settles = state.chance.one_of(&[0, SECOND, HOUR]);
        let booked_at = now + i64::try_from(late).unwrap_or(0);
        let record = Record {
            message: message.clone(),
            amount: amount_of(message),
            booked_at,
            seen_from: booked_at + i64::try_from(lag).unwrap_or(0),
            ends_at: booked_at + i64::try_from(settles).unwrap_or(0),
            succeeds,
        };
        state.records.insert(number.clone(), record);
        match dice {
            _ if replies => PayEnd::Paid {
                payment_no: format!("W{number}"),
            },
            70..85 => unclear(),
            85..95 => system_error(),
            _ => refused("BRAND_NEW_CODE", Class::UNLISTED),
        }
    }

    fn find(&self, number: &PartnerTradeNo) -> QueryEnd {
        let now = self.now().millis();
        let mut state = self.state();
        match state.chance.below(100) {
            0..5 => return QueryEnd::Unclear("no reply".to_owned()),
            5..10 => {
                let class = Class::new(Certainty::QueryFailed);
                return QueryEnd::Refused(Refusal::new("SYSTEMERROR", class, ""));
            }
            _ => {}
        }
        match state.records.get(number) {
            Some(record) if now < record.seen_from => QueryEnd::NotFound,
            Some(record) if now < record.ends_at => QueryEnd::Processing,
            Some(record) if record.succeeds => QueryEnd::Paid {
                payment_no: Some(format!("W{number}")),
                amount: Some(record.amount),
                payee: None,
                at: None,
            },
            Some(_) => QueryEnd::Failed(Some("failed".to_owned())),
            None => QueryEnd::NotFound,
        }
    }
}

fn amount_of(message: &Message) -> Fen {
    let text = String::from_utf8_lossy(message.bytes()).into_owned();
    let amount = text
        .split(' ')
        .nth(1)
        .and_then(|amount| amount.parse().ok());
    Fen::new(amount.unwrap_or(0))
}

fn refused(code: &str, class: Class) -> PayEnd {
    PayEnd::Refused(Refusal::new(code, class, ""))
}

fn system_error() -> PayEnd {
    refused(
        "SYSTEMERROR",
        Class::new(Certainty::Ambiguous).same_number(),
    )
}

fn definite(chance: &mut Chance) -> PayEnd {
    let class = Class::new(Certainty::Definite);
    match chance.below(4) {
        0 => refused("NAME_MISMATCH", class),
        1 => refused("NOTENOUGH", class.same_number()),
        2 => refused("NOAUTH", class.configuration()),
        _ => refused("SENDNUM_LIMIT", class.limit().same_number()),
    }
}

/// The world's journal over a disk that fails now and then, before or after it has written.
#[derive(Clone, Debug)]
pub(crate) struct FailingJournal(pub(crate) World);

impl FailingJournal {
    fn fails(&self) -> Result<(), JournalError> {
        match self.0.chance(|chance| chance.percent(2)) {
            true => Err(JournalError::storage("the disk failed")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Journal for FailingJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        self.fails()?;
        Yield::once().await;
        let inserted = self.0.journal().insert(entry, limits).await;
        Yield::once().await;
        self.fails()?;
        inserted
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        self.fails()?;
        Yield::once().await;
        let begun = self.0.journal().begin_send(entry, now, limits).await;
        Yield::once().await;
        self.fails()?;
        begun
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        self.fails()?;
        Yield::once().await;
        let updated = self.0.journal().update(entry).await;
        Yield::once().await;
        self.fails()?;
        updated
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        self.fails()?;
        Yield::once().await;
        let replaced = self.0.journal().replace(old, new, limits).await;
        Yield::once().await;
        self.fails()?;
        replaced
    }

    async fn by_number(&self, number: &PartnerTradeNo) -> Result<Option<Entry>, JournalError> {
        self.fails()?;
        self.0.journal().by_number(number).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        self.fails()?;
        self.0.journal().by_intent(intent).await
    }

    async fn open(&self, most: usize) -> Result<Vec<PartnerTradeNo>, JournalError> {
        self.0.journal().open(most).await
    }

    async fn page(
        &self,
        after: Option<&PartnerTradeNo>,
        most: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        self.0.journal().page(after, most).await
    }
}
