//! What all programs of one seed share: the time, the chance, WeChat Pay's books, and what the shop
//! believes.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_core::OutTradeNo;
use wxpay_transport::{Clock, Timer};

use super::chance::Chance;
use super::judge::Judge;
use super::server::Server;

/// What one seed is about. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct World(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    now: AtomicI64,
    chance: AtomicU64,
    state: Mutex<State>,
    keeps_history: bool,
    troubles: Troubles,
}

/// What goes wrong in a seed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Troubles {
    /// How many calls in a hundred go wrong.
    pub(crate) network: u64,
    /// The shop talks APIv2, through the client and its signatures.
    pub(crate) v2: bool,
    /// Two programs work on the same sale.
    pub(crate) doubled: bool,
    /// Programs stand still, at any await and for any time, and go on.
    pub(crate) stalls: bool,
    /// The wall clock jumps.
    pub(crate) jumps: bool,
    /// The store fails now and then.
    pub(crate) store: bool,
    /// The cashier cancels now and then.
    pub(crate) cancels: bool,
    /// The number of the first charge was paid by another customer before.
    pub(crate) used_number: bool,
    /// The shop is closed for more than a week after a crash.
    pub(crate) closes: bool,
    /// A request does not look at its fence.
    pub(crate) ignores_fence: bool,
    /// The store does not look at revisions.
    pub(crate) ignores_revisions: bool,
    /// The store is lost in a crash.
    pub(crate) forgets: bool,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) server: Server,
    pub(super) judge: Judge,
    history: String,
}

pub(crate) const NOON: i64 = 1_796_011_200_000;
pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const DAY: u64 = 24 * 60 * MINUTE;

impl World {
    pub(crate) fn new(
        seed: u64,
        keeps_history: bool,
        troubles: impl FnOnce(&mut Chance) -> Troubles,
    ) -> Self {
        let mut chance = Chance::new(seed);
        let troubles = troubles(&mut chance);
        Self(Arc::new(Shared {
            now: AtomicI64::new(NOON),
            state: Mutex::new(State {
                server: Server::new(&mut chance),
                judge: Judge::default(),
                history: String::new(),
            }),
            chance: AtomicU64::new(chance.state()),
            keeps_history,
            troubles,
        }))
    }

    pub(crate) fn troubles(&self) -> Troubles {
        self.0.troubles
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.now.load(Ordering::Relaxed)
    }

    /// Time goes by, and what was under way arrives.
    pub(crate) fn pass(&self, millis: u64) {
        let end = self.now() + i64::try_from(millis).unwrap_or(0);
        loop {
            let mut state = self.state();
            let Some((at, event)) = state.server.next_event(end) else {
                break;
            };
            self.0.now.store(at.max(self.now()), Ordering::Relaxed);
            let now = self.now();
            let what = self.chance(|chance| state.server.happen(event, now, chance));
            let State { server, judge, .. } = &mut *state;
            judge.look(server);
            drop(state);
            self.note(|| what);
        }
        self.0.now.store(end, Ordering::Relaxed);
    }

    pub(crate) fn chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        // One thread works on a seed.
        let mut chance = Chance::at(self.0.chance.load(Ordering::Relaxed));
        let drawn = draw(&mut chance);
        self.0.chance.store(chance.state(), Ordering::Relaxed);
        drawn
    }

    pub(crate) fn percent(&self, percent: u64) -> bool {
        self.chance(|chance| chance.percent(percent))
    }

    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        if self.0.keeps_history {
            let seconds = Duration::from_millis(u64::try_from(self.now() - NOON).unwrap_or(0));
            let _ = writeln!(self.state().history, "{seconds:>10.3?}  {}", what());
        }
    }

    pub(crate) fn history(&self) -> String {
        self.state().history.clone()
    }

    /// A number that nobody has had.
    pub(crate) fn another_number(&self) -> OutTradeNo {
        let mut state = self.state();
        state.judge.numbers += 1;
        OutTradeNo::new(format!("N{}", state.judge.numbers)).expect("a sound number")
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics with it")
    }
}

impl Clock for World {
    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(Self::now(self) - NOON).unwrap_or(0))
    }
}

#[async_trait]
impl Timer for World {
    async fn sleep(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4);
        self.pass(millis.max(1));
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
