//! What all processes of one seed share: the time, the chance, and what is known of the server.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_core::Fen;
use wxpay_payout::{Message, Moment, Number};
use wxpay_transport::{Clock, Timer};

use super::chance::Chance;
use super::course::{self, Course, Notice};
use super::kind::Kind;

/// What one seed is about. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct World(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    now: AtomicI64,
    chance: AtomicU64,
    more_days: AtomicU64,
    state: Mutex<State>,
    keeps_history: bool,
    kind: Kind,
    troubles: Troubles,
}

/// What goes wrong in a seed, beside the network.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Troubles {
    /// Journals are lost, and others restored from a copy made before.
    pub(crate) losses: bool,
    /// Two processes have a journal each.
    pub(crate) doubled: bool,
    /// Processes stand still, at any await and for any time, and go on.
    pub(crate) stalls: bool,
    /// The clocks of processes jump.
    pub(crate) jumps: bool,
    /// A number that failed is paid if it is sent again.
    pub(crate) failed_pays_again: bool,
    /// A person attests as soon as it is allowed.
    pub(crate) attests: bool,
    /// A send does not look at its fence.
    pub(crate) ignores_fence: bool,
    /// Processes stand still in the middle of half of all sends.
    pub(crate) stalls_in_sends: bool,
    /// A journal drops payments of which it hears after it has given them up.
    pub(crate) drops_late: bool,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) records: BTreeMap<Number, Record>,
    pub(super) courses: BTreeMap<Number, Course>,
    pub(super) notices: Vec<Notice>,
    numbers: u64,
    history: String,
}

/// What the server knows of a number.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) message: Message,
    pub(super) amount: Fen,
    /// From when on it is booked.
    pub(super) booked_at: i64,
    /// From when on a query finds it.
    pub(super) seen_from: i64,
    /// From when on its end is known, and whether that is money moved.
    pub(super) ends_at: i64,
    pub(super) succeeds: bool,
}

pub(crate) const NOON: i64 = 1_796_011_200_000;
pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;

impl World {
    pub(crate) fn new(
        seed: u64,
        kind: Kind,
        keeps_history: bool,
        troubles: impl FnOnce(&mut Chance) -> Troubles,
    ) -> Self {
        let mut chance = Chance::new(seed);
        let troubles = troubles(&mut chance);
        Self(Arc::new(Shared {
            now: AtomicI64::new(NOON),
            chance: AtomicU64::new(chance.state()),
            more_days: AtomicU64::new(0),
            state: Mutex::new(State {
                records: BTreeMap::new(),
                courses: BTreeMap::new(),
                notices: Vec::new(),
                numbers: 0,
                history: String::new(),
            }),
            keeps_history,
            kind,
            troubles,
        }))
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }

    pub(crate) fn troubles(&self) -> Troubles {
        self.0.troubles
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::from_millis(self.0.now.load(Ordering::Relaxed))
    }

    pub(crate) fn days(&self) -> u64 {
        (self.now().since(Moment::from_millis(NOON))).as_secs() / 86_400
    }

    /// Most come to their end on the first day. A person attests after ten.
    fn length(&self) -> u64 {
        if self.troubles().attests { 12 } else { 4 }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.days() >= self.length() + self.0.more_days.load(Ordering::Relaxed)
    }

    /// Some more days from now on, without another trouble.
    pub(crate) fn add_days(&self) {
        let late = self.days().saturating_sub(self.length());
        self.0.more_days.store(late + 6, Ordering::Relaxed);
    }

    /// Whether there would be too little time to come to an end after another trouble.
    pub(crate) fn is_nearly_over(&self) -> bool {
        self.days() + 3 > self.length()
    }

    pub(crate) fn pass(&self, millis: u64) {
        let millis = i64::try_from(millis).unwrap_or(0);
        self.0.now.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) fn chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        // One thread works on a seed.
        let mut chance = Chance::at(self.0.chance.load(Ordering::Relaxed));
        let drawn = draw(&mut chance);
        self.0.chance.store(chance.state(), Ordering::Relaxed);
        drawn
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
    pub(crate) fn paid(&self) -> Vec<Number> {
        let state = self.state();
        let paid = state.records.iter().filter(|(_, record)| record.succeeds);
        let paid = paid.map(|(number, _)| number.clone());
        paid.chain(course::paid(&state.courses)).collect()
    }

    /// A number that nobody has had.
    pub(crate) fn another_number(&self) -> Number {
        let mut state = self.state();
        state.numbers += 1;
        Number::new(format!("N{}", state.numbers)).expect("a sound number")
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics with it")
    }
}

/// The time that no setting of a clock moves.
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
