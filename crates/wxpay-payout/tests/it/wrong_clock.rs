//! One send with a wrong clock, and a right one after it: nothing is held up, and real waits are
//! told as such.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use wxpay_payout::{
    Intent, Journal, Lease, Limits, MemoryJournal, NotStartedReason, Payouts, Preparation,
    RunOptions, Settlement, State,
};
use wxpay_transport::TokioTimer;

use crate::bank::Bank;
use crate::run::{lines, one_at_a_time};
use crate::world::{clock, intent};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// A clock at the wrong end of a time zone, a day ahead, and one of another century.
const AHEAD: [u64; 3] = [8 * HOUR, DAY, 73 * 365 * DAY];

struct World {
    payouts: Payouts,
    bank: Bank,
    journal: Arc<MemoryJournal>,
    ahead: Arc<AtomicU64>,
}

impl World {
    fn new(ahead: u64) -> Self {
        let (bank, journal) = (Bank::default(), Arc::new(MemoryJournal::new()));
        let ahead = Arc::new(AtomicU64::new(ahead));
        let (right, by) = (clock(), Arc::clone(&ahead));
        let payouts = Payouts::builder(Arc::clone(&journal), bank.clone(), TokioTimer::new())
            .clock(move || right().after(Duration::from_secs(by.load(Ordering::SeqCst))))
            .build();
        Self {
            payouts,
            bank,
            journal,
            ahead,
        }
    }

    fn set_right(&self) {
        self.ahead.store(0, Ordering::SeqCst);
    }

    async fn sent(&self, intent: &Intent) -> Settlement {
        let Ok(Preparation::Ready(prepared)) = self.payouts.prepare(intent).await else {
            panic!("it is new")
        };
        self.payouts.send(prepared).await.unwrap()
    }
}

fn same_payee(name: &str) -> Intent {
    let mut intent = intent(name, 100);
    intent.payment.openid = "openid".parse().unwrap();
    intent
}

#[tokio::test(start_paused = true)]
async fn payouts_after_it_go_out_at_once() {
    for ahead in AHEAD {
        let world = World::new(ahead);
        let sent = world.sent(&same_payee("one")).await;
        assert!(matches!(sent, Settlement::Paid(_)), "{sent:?}");
        world.set_right();
        let start = Instant::now();
        let next = [same_payee("two"), intent("three", 100), intent("four", 100)];
        let result = world.payouts.run(next, RunOptions::new()).await;
        assert_eq!(lines(&result), [3, 0, 0, 0], "{ahead}: {result:?}");
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{:?}",
            start.elapsed()
        );
    }
}

/// In doubt since then: it is asked about, and sent again, as soon as any other; and a person may
/// attest after ten days.
#[tokio::test(start_paused = true)]
async fn doubt_of_it_is_followed_as_ever() {
    for ahead in AHEAD {
        let world = World::new(ahead);
        world.bank.lose_next(1);
        let Settlement::Unknown(unknown) = world.sent(&intent("one", 100)).await else {
            panic!("there was no answer")
        };
        let number = unknown.park();
        world.set_right();
        let start = Instant::now();
        let result = world
            .payouts
            .run([intent("one", 100)], RunOptions::new())
            .await;
        assert_eq!(lines(&result), [1, 0, 0, 0], "{ahead}: {result:?}");
        assert!(
            start.elapsed() < Duration::from_secs(HOUR),
            "{:?}",
            start.elapsed()
        );
        assert_eq!((world.bank.sends(), world.bank.paid()), (2, 1));
        let entry = world.journal.by_number(&number).await.unwrap().unwrap();
        let now = entry.closed_at.unwrap();
        assert!(entry.first_sent_at.unwrap() <= now && entry.last_sent_at.unwrap() <= now);
    }
}

/// Seven days after the first send nothing goes out again, whatever the clock said then.
#[tokio::test(start_paused = true)]
async fn doubt_of_it_ends_as_ever() {
    for ahead in AHEAD {
        let world = World::new(ahead);
        world.bank.lose_next(usize::MAX);
        let mut settlement = world.sent(&intent("one", 100)).await;
        world.set_right();
        let start = Instant::now();
        let mut sends_at_eight = 0;
        while start.elapsed() < Duration::from_secs(19 * DAY) {
            let Settlement::Unknown(unknown) = settlement else {
                panic!("{settlement:?}")
            };
            settlement = world.payouts.resolve(unknown).await.unwrap();
            if start.elapsed() < Duration::from_secs(8 * DAY) {
                sends_at_eight = world.bank.sends();
            }
        }
        assert_eq!(world.bank.sends(), sends_at_eight, "{ahead}");
        let Settlement::Unknown(unknown) = settlement else {
            panic!("{settlement:?}")
        };
        let attested = world.payouts.attest_failed(unknown, "Wang", "bill").await;
        assert!(
            matches!(attested, Ok(Settlement::Rejected(_))),
            "{attested:?}"
        );
    }
}

/// A process that died in the middle of a send leaves a lease by its clock.
#[tokio::test(start_paused = true)]
async fn lease_of_it_holds_nobody_up() {
    for ahead in AHEAD {
        let world = World::new(ahead);
        let Ok(Preparation::Ready(prepared)) = world.payouts.prepare(&intent("one", 100)).await
        else {
            panic!("it is new")
        };
        let mut entry = world.journal.by_number(prepared.number()).await.unwrap();
        let mut sending = entry.take().unwrap();
        let sent_at = sending.prepared_at;
        (sending.state, sending.sends) = (State::Sending, 1);
        (sending.first_sent_at, sending.last_sent_at) = (Some(sent_at), Some(sent_at));
        sending.lease = Some(Lease {
            holder: "a process that died".to_owned(),
            until: sent_at.after(Duration::from_secs(300)),
        });
        world.journal.update(&sending).await.unwrap();
        world.set_right();
        let start = Instant::now();
        let result = world.payouts.run([intent("one", 100)], RunOptions::new());
        assert_eq!(lines(&result.await), [1, 0, 0, 0], "{ahead}");
        let took = start.elapsed();
        // Another send comes after what the fence of the first one has left it.
        assert!(took >= Duration::from_secs(300), "{took:?}");
        assert!(took < Duration::from_secs(HOUR), "{took:?}");
    }
}

/// The waits that a run has counted by it are not counted on.
#[tokio::test(start_paused = true)]
async fn clock_that_is_set_back_in_a_run_does_not_make_it_endless() {
    let world = World::new(8 * HOUR);
    world.bank.lose_next(usize::MAX);
    let ahead = Arc::clone(&world.ahead);
    let start = Instant::now();
    let options = one_at_a_time()
        .patience(Duration::from_secs(120))
        .progress(move |progress| {
            if progress.taken == 1 && start.elapsed() > Duration::from_secs(10) {
                ahead.store(0, Ordering::SeqCst);
            }
        });
    let result = world.payouts.run([intent("one", 100)], options).await;
    assert_eq!(lines(&result), [0, 0, 1, 0], "{result:?}");
    assert!(
        start.elapsed() < Duration::from_secs(HOUR),
        "{:?}",
        start.elapsed()
    );
}

/// A wait that is real is told with its end, and not as if WeChat Pay had not been reached.
#[tokio::test(start_paused = true)]
async fn real_wait_is_told_as_such() {
    let world = World::new(0);
    let options = one_at_a_time().patience(Duration::from_secs(5));
    let all = [same_payee("one"), same_payee("two")];
    let result = world.payouts.run(all, options).await;
    assert_eq!(lines(&result), [1, 0, 0, 1], "{result:?}");
    let line = &result.not_started[0];
    let sent = world
        .journal
        .by_intent(&same_payee("one").id)
        .await
        .unwrap();
    let from = sent.unwrap().last_sent_at.unwrap();
    assert_eq!(
        line.reason,
        NotStartedReason::NotBefore(from.after(Duration::from_secs(15)))
    );
    let text = line.reason.to_string();
    assert!(text.starts_with("not before 2026-11-30T"), "{text}");
    let two = world
        .journal
        .by_intent(&same_payee("two").id)
        .await
        .unwrap();
    assert_eq!(two.unwrap().state, State::Prepared);
}

/// Another process has paid the payee meanwhile, so that it takes longer: the moment that is told
/// is the last one.
#[tokio::test(start_paused = true)]
async fn wait_that_grew_is_told_as_it_is_in_the_end() {
    let world = World::new(0);
    let start = clock()();
    let mut limits = Limits::default();
    limits.payee_gap = Duration::ZERO;
    let other = Payouts::builder(
        Arc::clone(&world.journal),
        world.bank.clone(),
        TokioTimer::new(),
    )
    .clock(clock())
    .limits(limits)
    .build();
    let options = one_at_a_time().patience(Duration::from_secs(16));
    let mine = world
        .payouts
        .run([same_payee("one"), same_payee("two")], options);
    let theirs = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        other.run([same_payee("three")], RunOptions::new()).await
    };
    let (mine, theirs) = tokio::join!(mine, theirs);
    assert_eq!(lines(&theirs), [1, 0, 0, 0], "{theirs:?}");
    assert_eq!(lines(&mine), [1, 0, 0, 1], "{mine:?}");
    let moment = start.after(Duration::from_secs(25));
    assert_eq!(
        mine.not_started[0].reason,
        NotStartedReason::NotBefore(moment)
    );
}
