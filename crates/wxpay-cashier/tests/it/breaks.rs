//! The future is dropped, or the store fails, at every single point of a charge and of what
//! follows.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_cashier::{
    Cashier, Fence, MemoryStore, Outcome, PayEnd, QueryEnd, ReverseEnd, SaleId, SaleStore, Service,
    Snapshot, StoreError,
};
use wxpay_core::{Error, Fen, OutTradeNo, Timestamp};
use wxpay_transport::{Clock, Timer};

use crate::world::{Asked, NOON, asked, not_reversed, paid, sale};

/// Waits once, so that a call can be dropped there.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

async fn once() {
    Once(false).await;
}

/// The books of WeChat Pay, and the time.
#[derive(Debug, Default)]
struct Books {
    millis: AtomicU64,
    charges: AtomicUsize,
    state: Mutex<State>,
    user: User,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    #[default]
    None,
    Paying,
    Paid,
    Reversed,
}

/// What the user does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum User {
    #[default]
    PaysAtOnce,
    PaysAfterASecondQuery,
    NeverPays,
}

#[derive(Clone, Debug)]
struct World(Arc<Books>);

impl World {
    fn new(user: User) -> Self {
        let books = Books {
            user,
            ..Books::default()
        };
        Self(Arc::new(books))
    }

    fn state(&self) -> State {
        *self.0.state.lock().unwrap()
    }

    fn set(&self, state: State) {
        *self.0.state.lock().unwrap() = state;
    }

    fn cashier(&self, store: impl SaleStore) -> Cashier<Self> {
        Cashier::builder(self.clone(), store, self.clone())
            .clock(|| Timestamp::from_unix(NOON).unwrap())
            .build()
    }
}

impl Clock for World {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.millis.load(Ordering::Relaxed))
    }
}

#[async_trait]
impl Timer for World {
    async fn sleep(&self, duration: Duration) {
        once().await;
        let millis = u64::try_from(duration.as_millis()).unwrap();
        self.0.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

#[async_trait]
impl Service for World {
    type Charge = Asked;

    fn account(&self) -> String {
        "a merchant".to_owned()
    }

    fn number<'a>(&self, charge: &'a Asked) -> &'a OutTradeNo {
        &charge.number
    }

    fn amount(&self, charge: &Asked) -> Fen {
        charge.amount
    }

    async fn check(&self, _: &Asked) -> Result<(), Error> {
        once().await;
        Ok(())
    }

    /// The response is lost.
    async fn pay(&self, _: &Asked, _: &Fence) -> PayEnd {
        once().await;
        self.0.charges.fetch_add(1, Ordering::Relaxed);
        self.set(match self.0.user {
            User::PaysAtOnce => State::Paid,
            User::PaysAfterASecondQuery | User::NeverPays => State::Paying,
        });
        once().await;
        PayEnd::Unclear("no response".to_owned())
    }

    async fn query(&self, _: &OutTradeNo) -> QueryEnd {
        once().await;
        let state = self.state();
        if state == State::Paying && self.0.user == User::PaysAfterASecondQuery {
            self.set(State::Paid);
        }
        once().await;
        match state {
            State::None => QueryEnd::NotFound,
            State::Paying => QueryEnd::Unpaid,
            State::Paid => paid(),
            State::Reversed => QueryEnd::Reversed,
        }
    }

    /// The first response is lost.
    async fn reverse(&self, _: &OutTradeNo, _: &Fence) -> ReverseEnd {
        once().await;
        let state = self.state();
        if state == State::None {
            return ReverseEnd::NotFound;
        }
        self.set(State::Reversed);
        once().await;
        if state == State::Reversed {
            return ReverseEnd::Accepted;
        }
        not_reversed("SYSTEMERROR")
    }
}

/// Waits before and after each call, and fails at one of them, before or after it took effect.
#[derive(Debug)]
struct Breaking {
    inner: Arc<MemoryStore>,
    calls: AtomicUsize,
    fails_at: usize,
    after: bool,
}

impl Breaking {
    fn new(inner: &Arc<MemoryStore>, fails_at: usize, after: bool) -> Self {
        Self {
            inner: Arc::clone(inner),
            calls: AtomicUsize::new(0),
            fails_at,
            after,
        }
    }

    async fn around<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let fails = self.calls.fetch_add(1, Ordering::Relaxed) == self.fails_at;
        once().await;
        if fails && !self.after {
            return Err(StoreError::failed("the disk failed"));
        }
        let done = call.await;
        once().await;
        if fails {
            return Err(StoreError::failed("the disk failed"));
        }
        done
    }
}

#[async_trait]
impl SaleStore for Breaking {
    async fn load(&self, sale: &SaleId) -> Result<Option<String>, StoreError> {
        self.around(self.inner.load(sale)).await
    }

    async fn save(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.around(self.inner.save(snapshot)).await
    }

    async fn open(&self) -> Result<Vec<SaleId>, StoreError> {
        self.around(self.inner.open()).await
    }
}

/// Polls so often, and drops what has not ended by then.
fn polled<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        if let Poll::Ready(end) = future.as_mut().poll(&mut context) {
            return Some(end);
        }
    }
    None
}

const ALL: usize = 100_000;

/// What a shop does when it starts again: the outcome, if there is a sale.
fn restarted(world: &World, store: &Arc<MemoryStore>) -> Option<Outcome> {
    let cashier = world.cashier(Arc::clone(store));
    let settle = async {
        for open in cashier.resume().await.unwrap().open {
            let mut outcome = cashier.run(open).await;
            while let Outcome::Open(open) = outcome {
                outcome = cashier.run(open).await;
            }
        }
        assert!(cashier.resume().await.unwrap().open.is_empty());
        cashier.find(&sale()).await.unwrap()
    };
    polled(settle, ALL).unwrap()
}

fn assert_true(world: &World, outcome: Option<&Outcome>, point: usize) {
    let state = world.state();
    assert!(world.0.charges.load(Ordering::Relaxed) <= 1, "{point}");
    match outcome {
        Some(Outcome::Paid(_)) => assert_eq!(state, State::Paid, "{point}"),
        Some(Outcome::NotPaid(_)) => {
            assert!(
                matches!(state, State::None | State::Reversed),
                "{point}: {state:?}"
            );
        }
        // Nothing was stored, and nothing was sent.
        None => assert_eq!(state, State::None, "{point}"),
        Some(other) => panic!("{point}: {other:?}"),
    }
}

const USERS: [User; 3] = [
    User::PaysAtOnce,
    User::PaysAfterASecondQuery,
    User::NeverPays,
];

#[test]
fn dropped_at_every_await_it_comes_to_a_true_end() {
    for user in USERS {
        let mut seen = Vec::new();
        for polls in 0.. {
            let world = World::new(user);
            let store = Arc::new(MemoryStore::new());
            let cashier = world.cashier(Breaking::new(&store, ALL, false));
            let first = polled(cashier.charge(&sale(), &asked("A1")), polls);
            let is_whole = first.is_some();
            drop(cashier);
            let outcome = restarted(&world, &store);
            assert_true(&world, outcome.as_ref(), polls);
            seen.push(outcome.map(|outcome| std::mem::discriminant(&outcome)));
            if is_whole {
                break;
            }
        }
        // It is dropped before anything is stored, too.
        assert!(seen.len() > 15 && seen[0].is_none(), "{user:?}");
    }
}

#[test]
fn failing_store_lets_nothing_out_and_loses_nothing() {
    for user in USERS {
        for after in [false, true] {
            for fails_at in 0..12 {
                let world = World::new(user);
                let store = Arc::new(MemoryStore::new());
                let cashier = world.cashier(Breaking::new(&store, fails_at, after));
                let first = polled(cashier.charge(&sale(), &asked("A1")), ALL).unwrap();
                if let Err(error) = &first {
                    // An error of a charge means that nothing was sent.
                    assert_eq!(world.0.charges.load(Ordering::Relaxed), 0, "{error}");
                }
                let outcome = restarted(&world, &store);
                assert_true(&world, outcome.as_ref(), fails_at);
                if let Ok(Outcome::Open(open)) = first {
                    assert_eq!(open.reason().to_string(), "the store failed");
                }
            }
        }
    }
}

/// A payment is cancelled, and the store fails at a point of that: what is not certain is never
/// told as unchanged.
#[test]
fn failing_store_does_not_hide_a_cancellation() {
    for after in [false, true] {
        for fails_at in 0..4 {
            let world = World::new(User::PaysAtOnce);
            let store = Arc::new(MemoryStore::new());
            let first = world.cashier(Arc::clone(&store));
            let paid = polled(first.charge(&sale(), &asked("A1")), ALL).unwrap();
            assert!(matches!(paid, Ok(Outcome::Paid(_))));

            let cashier = world.cashier(Breaking::new(&store, fails_at, after));
            let number = "A1".parse().unwrap();
            let cancelled = polled(cashier.cancel(&sale(), &number), ALL).unwrap();
            match (&cancelled, fails_at) {
                (Err(_), 0) => {}
                (Ok(Outcome::Open(open)), 1..) => {
                    assert_eq!(open.reason().to_string(), "the store failed");
                }
                other => panic!("{after} {other:?}"),
            }
            let stays_paid = fails_at == 0 || fails_at == 1 && !after;
            let outcome = restarted(&world, &store);
            assert_true(&world, outcome.as_ref(), fails_at);
            let is_paid = matches!(outcome, Some(Outcome::Paid(_)));
            assert_eq!(is_paid, stays_paid, "{after} {fails_at}");
        }
    }
}
