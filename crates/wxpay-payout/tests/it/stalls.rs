//! Processes that stand still between the commit of a send and its bytes, by every clock that can
//! tell.

use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use wxpay_payout::{
    EmployeePayment, Entry, Fence, Intent, Journal, MemoryJournal, Message, Moment, NotSentCause,
    NotStartedReason, Number, PayEnd, Payouts, Preparation, Prepared, Product, Rules, RunOptions,
    Settlement, State,
};
use wxpay_transport::{Clock, TokioTimer};

use crate::around::{Around, Layer};
use crate::bank::Bank;
use crate::world::{MINUTE, clock, intent, payouts_by};

/// Which clocks see that a process has stood still.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Seen {
    Both,
    OnlyWall,
    OnlyRunning,
}

const SEEN: [Seen; 3] = [Seen::Both, Seen::OnlyWall, Seen::OnlyRunning];

/// The two clocks of one process. It stands still for some time before the reading of a given
/// number.
#[derive(Debug)]
struct Clocks {
    start: tokio::time::Instant,
    wall: AtomicI64,
    running: AtomicU64,
    seen: Seen,
    readings: AtomicUsize,
    stalls_before: AtomicUsize,
}

impl Clocks {
    fn new(seen: Seen) -> Arc<Self> {
        Arc::new(Self {
            start: tokio::time::Instant::now(),
            wall: AtomicI64::new(0),
            running: AtomicU64::new(0),
            seen,
            readings: AtomicUsize::new(0),
            stalls_before: AtomicUsize::new(usize::MAX),
        })
    }

    fn stand_still(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        if self.seen != Seen::OnlyRunning {
            self.wall
                .fetch_add(i64::try_from(millis).unwrap(), Ordering::SeqCst);
        }
        if self.seen != Seen::OnlyWall {
            self.running.fetch_add(millis, Ordering::SeqCst);
        }
    }

    fn stall_before(&self, reading: usize) {
        self.readings.store(0, Ordering::SeqCst);
        self.stalls_before.store(reading, Ordering::SeqCst);
    }

    /// Counts the readings of those clocks that see it.
    fn note_reading(&self, not_seen: Seen) {
        if self.seen == not_seen {
            return;
        }
        let reading = self.readings.fetch_add(1, Ordering::SeqCst);
        if reading == self.stalls_before.load(Ordering::SeqCst) {
            self.stand_still(MINUTE * 6);
        }
    }

    fn wall(&self) -> Moment {
        let wall = clock_at(self.start.elapsed()).millis() + self.wall.load(Ordering::SeqCst);
        Moment::from_millis(wall)
    }

    fn running(&self) -> Duration {
        self.start.elapsed() + Duration::from_millis(self.running.load(Ordering::SeqCst))
    }
}

fn clock_at(elapsed: Duration) -> Moment {
    Moment::from_millis(1_796_011_200_000).after(elapsed)
}

#[derive(Clone, Debug)]
struct Running(Arc<Clocks>);

impl Clock for Running {
    fn now(&self) -> Duration {
        self.0.note_reading(Seen::OnlyWall);
        self.0.running()
    }
}

type Hook = dyn Fn() -> BoxFuture<'static, ()> + Send + Sync;

/// Does something before it looks at the fence, as a transport does that connects, and notes when
/// the bytes have left.
#[derive(Clone)]
struct Held {
    bank: Bank,
    clocks: Arc<Clocks>,
    before_bytes: Arc<Hook>,
    looks_at_fence: bool,
    left: Arc<Mutex<Vec<Moment>>>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Held")
    }
}

impl Held {
    fn new(bank: &Bank, clocks: &Arc<Clocks>) -> Self {
        Self {
            bank: bank.clone(),
            clocks: Arc::clone(clocks),
            before_bytes: Arc::new(|| Box::pin(async {})),
            looks_at_fence: true,
            left: Arc::default(),
        }
    }

    fn doing(mut self, hook: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        self.before_bytes = Arc::new(hook);
        self
    }
}

#[async_trait]
impl Layer for Held {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.bank
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        (self.before_bytes)().await;
        if self.looks_at_fence && fence.is_past() {
            return crate::engine::not_sent();
        }
        self.left.lock().unwrap().push(self.clocks.wall());
        self.bank.pay(number, message, fence).await
    }
}

fn engine(journal: &Arc<MemoryJournal>, service: &Held, clocks: &Arc<Clocks>) -> Payouts {
    let wall = Arc::clone(clocks);
    Payouts::builder(
        Arc::clone(journal),
        Around(service.clone()),
        TokioTimer::new(),
    )
    .clock(move || {
        wall.note_reading(Seen::OnlyRunning);
        wall.wall()
    })
    .running_clock(Running(Arc::clone(clocks)))
    .build()
}

fn one() -> Intent {
    intent("one", 100)
}

async fn prepared(payouts: &Payouts) -> Prepared {
    match payouts.prepare(&one()).await.unwrap() {
        Preparation::Ready(prepared) => prepared,
        Preparation::Before(settlement) => panic!("{settlement:?}"),
    }
}

async fn entry(journal: &MemoryJournal) -> Entry {
    journal.by_intent(&one().id).await.unwrap().unwrap()
}

/// Wherever a process stands still, bytes leave only while the lease in the journal has time for a
/// whole call.
#[tokio::test(start_paused = true)]
async fn standing_still_anywhere_lets_nothing_out_past_the_lease() {
    // The engine looks as well, so a service that does not sees to its own delays only.
    for (seen, looks) in SEEN
        .into_iter()
        .flat_map(|seen| [(seen, true), (seen, false)])
    {
        let (mut kept_back, mut left) = (0, 0);
        for reading in 0.. {
            let (bank, journal, clocks) = (Bank::default(), Arc::default(), Clocks::new(seen));
            let lease = Arc::new(Mutex::new(None));
            let (books, noted): (Arc<MemoryJournal>, _) =
                (Arc::clone(&journal), Arc::clone(&lease));
            let mut service = Held::new(&bank, &clocks).doing(move || {
                let (books, noted) = (Arc::clone(&books), Arc::clone(&noted));
                Box::pin(async move { *noted.lock().unwrap() = entry(&books).await.lease })
            });
            service.looks_at_fence = looks;
            let payouts = engine(&journal, &service, &clocks);
            let prepared = prepared(&payouts).await;
            clocks.stall_before(reading);
            let context = format!("{seen:?}, before reading {reading}");
            match payouts.send(prepared).await {
                Ok(settlement) => {
                    assert!(matches!(settlement, Settlement::Paid(_)), "{context}");
                    let until = lease.lock().unwrap().clone().unwrap().until;
                    let left_at = service.left.lock().unwrap()[0];
                    assert!(
                        until.since(left_at) >= MINUTE,
                        "{context}: {left_at}, {until}"
                    );
                    left += 1;
                }
                Err(error) => {
                    assert!(matches!(error.cause(), NotSentCause::Call(_)), "{context}");
                    assert_eq!((bank.sends(), bank.paid()), (0, 0), "{context}");
                    let entry = entry(&journal).await;
                    assert_eq!(
                        (entry.state, entry.sends, entry.doubt),
                        (State::Prepared, 0, false),
                        "{context}"
                    );
                    let again = payouts.send(error.into_prepared()).await.unwrap();
                    assert!(matches!(again, Settlement::Paid(_)), "{context}");
                    kept_back += 1;
                }
            }
            assert_eq!(bank.paid(), 1, "{context}");
            if clocks.readings.load(Ordering::SeqCst) <= reading {
                break;
            }
        }
        let least = if looks { 2 } else { 1 };
        assert!(kept_back >= least, "{seen:?}: {kept_back}");
        assert!(left >= 1, "{seen:?}: {left}");
    }
}

/// It stands still with the bytes in its hand while another process settles the payout.
#[tokio::test(start_paused = true)]
async fn another_process_settles_it_meanwhile() {
    for seen in [Seen::Both, Seen::OnlyRunning] {
        let (bank, journal, clocks) = (Bank::default(), Arc::default(), Clocks::new(seen));
        let (books, server, stalled): (Arc<MemoryJournal>, _, _) =
            (Arc::clone(&journal), bank.clone(), Arc::clone(&clocks));
        let service = Held::new(&bank, &clocks).doing(move || {
            let (books, server) = (Arc::clone(&books), server.clone());
            let stalled = Arc::clone(&stalled);
            Box::pin(async move {
                stalled.stand_still(MINUTE * 6);
                // By the clock of the other one, the lease has ended as well.
                let later = clock();
                let other = Payouts::builder(books, server, TokioTimer::new())
                    .clock(move || later().after(MINUTE * 6))
                    .build();
                let result = other.run([one()], RunOptions::new()).await;
                assert_eq!(result.paid.len(), 1, "{result:?}");
            })
        });
        let payouts = engine(&journal, &service, &clocks);
        let prepared = prepared(&payouts).await;
        let settlement = payouts.send(prepared).await.unwrap();
        assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
        assert_eq!((bank.paid(), bank.sends()), (1, 1), "{seen:?}");
        assert_eq!(*service.left.lock().unwrap(), []);
        let entry = entry(&journal).await;
        assert_eq!((entry.state, entry.alarm), (State::Paid, None));
    }
}

/// Before a second send under the number, nothing leaves either, and the doubt of the first one
/// stays.
#[tokio::test(start_paused = true)]
async fn standing_still_before_a_resend_leaves_the_doubt() {
    for seen in SEEN {
        let (bank, journal, clocks) = (Bank::default(), Arc::default(), Clocks::new(seen));
        bank.lose_next(1);
        let calls = Arc::new(AtomicUsize::new(0));
        let (stalled, counted) = (Arc::clone(&clocks), Arc::clone(&calls));
        let service = Held::new(&bank, &clocks).doing(move || {
            if counted.fetch_add(1, Ordering::SeqCst) == 1 {
                stalled.stand_still(MINUTE * 6);
            }
            Box::pin(async {})
        });
        let payouts = engine(&journal, &service, &clocks);
        let prepared = prepared(&payouts).await;
        let mut settlement = payouts.send(prepared).await.unwrap();
        let mut kept_back = false;
        while let Settlement::Unknown(unknown) = settlement {
            settlement = payouts.resolve(unknown).await.unwrap();
            let entry = entry(&journal).await;
            if calls.load(Ordering::SeqCst) == 2 && bank.sends() == 1 {
                assert_eq!((entry.state, entry.doubt), (State::Unknown, true));
                kept_back = true;
            }
            assert!(!matches!(settlement, Settlement::Rejected(_)));
        }
        assert_eq!((bank.paid(), bank.sends()), (1, 2), "{seen:?}");
        assert!(kept_back, "{seen:?}");
    }
}

/// Rules that leave no time for a send are told as such, and nothing is asked or sent.
#[tokio::test(start_paused = true)]
async fn lease_shorter_than_a_call_sends_nothing() {
    for lease in [MINUTE, MINUTE / 2, Duration::ZERO] {
        let (bank, journal) = (Bank::default(), Arc::new(MemoryJournal::new()));
        let mut rules = Rules::default();
        rules.lease = lease;
        let payouts = payouts_by(rules, Arc::clone(&journal), bank.clone());
        let prepared = prepared(&payouts).await;
        let error = payouts.send(prepared).await.unwrap_err();
        let text = error.cause().to_string();
        assert!(text.contains("Rules::lease"), "{text}");
        assert!(
            text.contains("must be longer than Rules::call (60s)"),
            "{text}"
        );
        assert_eq!(entry(&journal).await.state, State::Prepared);
        let result = payouts.run([one(), intent("two", 100)], RunOptions::new());
        let result = result.await;
        assert_eq!(result.not_started.len(), 2);
        for line in &result.not_started {
            assert!(
                matches!(&line.reason, NotStartedReason::Halted(why) if why.contains("Rules::call")),
                "{line:?}"
            );
        }
        assert_eq!((bank.sends(), bank.queries()), (0, 0));
    }
}
