//! Whole runs, by tokio's paused clock.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;
use wxpay_api::core::{Fen, TransportError};
use wxpay_core::{Effect, Error};
use wxpay_payout::{
    Alarm, DayLimit, EmployeePayment, Fence, Intent, Journal, Lease, Limits, MemoryJournal,
    Message, NotStartedReason, Number, PayEnd, Payouts, Preparation, Product, Progress, QueryEnd,
    Reconciliation, RunOptions, Source, State,
};
use wxpay_transport::TokioTimer;

use crate::engine::refused;
use crate::world::{Call, MINUTE, Scripted, clock, intent, payouts_over};

pub(crate) fn intents(count: usize) -> impl Iterator<Item = Intent> + Send {
    (0..count).map(|number| intent(&format!("i{number}"), 100))
}

pub(crate) fn one_at_a_time() -> RunOptions {
    RunOptions::new().at_once(NonZeroUsize::MIN)
}

pub(crate) fn unclear() -> PayEnd {
    PayEnd::Unclear("cut".to_owned())
}

fn not_sent() -> PayEnd {
    let error = TransportError::not_sent("no route");
    PayEnd::NotSent(Error::new("pay", Effect::Write, error))
}

fn found() -> QueryEnd {
    QueryEnd::Paid {
        payment_no: Some("2".to_owned()),
        amount: Some(Fen::new(100)),
        payee: None,
        at: None,
    }
}

/// Paid, rejected, unknown, not started.
pub(crate) fn lines(result: &Reconciliation) -> [usize; 4] {
    [
        result.paid.len(),
        result.rejected.len(),
        result.unknown.len(),
        result.not_started.len(),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_is_paid_once_and_the_next_run_pays_none() {
    let journal = Arc::new(MemoryJournal::new());
    let service = Scripted::default();
    let payouts = payouts_over(Arc::clone(&journal), service.clone());
    for _ in 0..2 {
        let result = payouts.run(intents(40), RunOptions::new()).await;
        assert_eq!(lines(&result), [40, 0, 0, 0]);
        assert_eq!((result.len(), result.is_empty()), (40, false));
        assert_eq!(result.paid_amount(), Fen::new(4000));
        assert_eq!(result.unknown_amount(), Fen::ZERO);
        assert_eq!(service.messages().len(), 40);
    }
    let nothing = payouts.run(intents(0), RunOptions::new()).await;
    assert!(nothing.is_empty());
}

#[tokio::test(start_paused = true)]
async fn progress_counts_every_payout() {
    let pays = [unclear(), refused("NAME_MISMATCH")];
    let service = Scripted::new(pays, [found()]);
    let payouts = payouts_over(MemoryJournal::new(), service);
    let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let note = Arc::clone(&told);
    let mut options =
        one_at_a_time().progress(move |progress| note.lock().unwrap().push(*progress));
    options.patience = MINUTE * 30;
    let result = payouts.run(intents(5), options).await;
    assert_eq!(lines(&result), [4, 1, 0, 0]);
    let told = told.lock().unwrap();
    for progress in told.iter() {
        let Progress {
            taken,
            paid,
            rejected,
            open,
            not_started,
            ..
        } = *progress;
        assert_eq!(taken, paid + rejected + open + not_started, "{progress:?}");
    }
    let last = told.last().unwrap();
    assert_eq!(
        (last.taken, last.paid, last.rejected, last.open),
        (5, 4, 1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_there_is_waited_for_with_patience() {
    let service = Scripted::new((0..100_000).map(|_| not_sent()), []);
    let payouts = payouts_over(MemoryJournal::new(), service);
    let start = Instant::now();
    let options = RunOptions::new().patience(MINUTE * 3);
    let result = payouts.run(intents(3), options).await;
    assert_eq!(lines(&result), [0, 0, 0, 3]);
    for line in &result.not_started {
        let why = line.reason.to_string();
        assert!(why.starts_with("WeChat Pay was not reached: "), "{why}");
        assert!(why.contains("no route"), "{why}");
    }
    let waited = start.elapsed();
    assert!(waited >= MINUTE * 3 && waited < MINUTE * 4, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn connection_that_comes_back_is_used() {
    let service = Scripted::new((0..30).map(|_| not_sent()), []);
    let payouts = payouts_over(MemoryJournal::new(), service);
    let result = payouts.run(intents(3), RunOptions::new()).await;
    assert_eq!(lines(&result), [3, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn full_day_and_wrong_fields_are_told() {
    let mut limits = Limits::default();
    limits.merchant_day = Some(Fen::new(200));
    let payouts = Payouts::builder(MemoryJournal::new(), Scripted::default(), TokioTimer::new())
        .clock(clock())
        .limits(limits)
        .build();
    let mut all: Vec<_> = intents(3).collect();
    all.push(intent("little", 99));
    let result = payouts.run(all, one_at_a_time()).await;
    assert_eq!(lines(&result), [2, 0, 0, 2]);
    let [full, wrong] = &result.not_started[..] else {
        panic!("{result:?}")
    };
    let NotStartedReason::Full(full) = &full.reason else {
        panic!("{full:?}")
    };
    assert_eq!(full.which, DayLimit::MerchantAmount);
    let NotStartedReason::Refused(why) = &wrong.reason else {
        panic!("{wrong:?}")
    };
    assert!(why.contains("at least 100 fen"), "{why}");
}

/// The same intent with another amount is another payment, and is refused.
#[tokio::test(start_paused = true)]
async fn one_name_is_one_payment() {
    let service = Scripted::default();
    let payouts = payouts_over(MemoryJournal::new(), service.clone());
    let twice = [intent("one", 100), intent("one", 100), intent("one", 101)];
    let result = payouts.run(twice, one_at_a_time()).await;
    assert_eq!(service.messages().len(), 1);
    // What comes twice is told and summed once.
    assert_eq!(lines(&result), [1, 0, 0, 1]);
    assert_eq!(result.paid_amount(), Fen::new(100));
    assert!(
        result.not_started[0]
            .reason
            .to_string()
            .contains("another payment")
    );
}

/// What was rejected for a condition that passes goes out again under its number; what was wrong
/// itself does not.
#[tokio::test(start_paused = true)]
async fn again_sends_what_was_mended() {
    for (code, goes_again) in [("SENDNUM_LIMIT", true), ("NAME_MISMATCH", false)] {
        let journal = Arc::new(MemoryJournal::new());
        let service = Scripted::new([refused(code)], []);
        let payouts = payouts_over(Arc::clone(&journal), service.clone());
        let first = payouts.run(intents(1), RunOptions::new()).await;
        assert_eq!(lines(&first), [0, 1, 0, 0], "{code}");
        let [line] = &first.rejected[..] else {
            panic!()
        };
        assert_eq!(
            (line.reason.as_str(), line.replaceable),
            (&*format!("{code}: words"), false)
        );
        let still = payouts.run(intents(1), RunOptions::new()).await;
        assert_eq!(lines(&still), [0, 1, 0, 0], "{code}");
        let again = payouts.run(intents(1), RunOptions::new().again(true)).await;
        let paid = usize::from(goes_again);
        assert_eq!(lines(&again), [paid, 1 - paid, 0, 0], "{code}");
        let messages = service.messages();
        assert_eq!(messages.len(), 1 + paid);
        assert!(messages.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

/// It settles what was sent, and begins nothing.
#[tokio::test(start_paused = true)]
async fn resolve_all_follows_only_what_was_sent() {
    let journal = Arc::new(MemoryJournal::new());
    let service = Scripted::new([unclear()], [found()]);
    let payouts = payouts_over(Arc::clone(&journal), service.clone());
    drop(payouts.prepare(&intent("unsent", 100)).await.unwrap());
    let Preparation::Ready(prepared) = payouts.prepare(&intent("sent", 100)).await.unwrap() else {
        panic!("it is new")
    };
    drop(payouts.send(prepared).await.unwrap());
    let result = payouts.resolve_all(RunOptions::new()).await.unwrap();
    assert_eq!(lines(&result), [1, 0, 0, 0]);
    assert_eq!(service.messages().len(), 1);
    let unsent = journal.by_intent(&"unsent".parse().unwrap()).await.unwrap();
    assert_eq!(unsent.unwrap().state, State::Prepared);
    assert!(
        payouts
            .resolve_all(RunOptions::new())
            .await
            .unwrap()
            .is_empty()
    );
}

/// What is past its queries is told with its alarm, which is in the journal too.
#[tokio::test(start_paused = true)]
async fn a_person_is_asked_after_thirty_days() {
    let journal = Arc::new(MemoryJournal::new());
    let queries = (0..10_000).map(|_| QueryEnd::Processing);
    let payouts = payouts_over(Arc::clone(&journal), Scripted::new([unclear()], queries));
    let first = payouts
        .run(intents(1), RunOptions::new().patience(MINUTE))
        .await;
    assert_eq!(lines(&first), [0, 0, 1, 0]);
    assert!(
        first.unknown[0]
            .advice()
            .contains("never pay it under another intent")
    );
    tokio::time::sleep(MINUTE * 60 * 24 * 31).await;
    let last = payouts.run(intents(1), RunOptions::new()).await;
    let [line] = &last.unknown[..] else {
        panic!("{last:?}")
    };
    assert_eq!(line.alarm, Some(Alarm::QueryWindowClosed));
    assert!(line.advice().contains("can't be queried any more"));
    let entry = journal.by_number(&line.number).await.unwrap().unwrap();
    assert_eq!(entry.alarm, Some(Alarm::QueryWindowClosed));
}

/// Intents that take time to come are paid while others are waited for.
#[tokio::test(start_paused = true)]
async fn slow_sources_do_not_hold_up_what_is_there() {
    struct Slow(usize);

    #[async_trait]
    impl Source for Slow {
        async fn next(&mut self) -> Option<Intent> {
            tokio::time::sleep(MINUTE * 20).await;
            self.0 += 1;
            (self.0 < 4).then(|| intent(&format!("i{}", self.0), 100))
        }
    }

    let service = Scripted::default();
    let payouts = payouts_over(MemoryJournal::new(), service.clone());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (note, start) = (Arc::clone(&seen), Instant::now());
    let options = RunOptions::new().progress(move |progress| {
        note.lock()
            .unwrap()
            .push((start.elapsed().as_secs() / 60, progress.paid));
    });
    let mut source = Slow(0);
    let result = payouts.run_from(&mut source, options).await;
    assert_eq!(lines(&result), [3, 0, 0, 0]);
    let seen = seen.lock().unwrap();
    for paid in 1..=3 {
        let at = u64::try_from(paid).unwrap() * 20;
        assert!(seen.contains(&(at, paid)), "{seen:?}");
    }
}

/// No more calls at once than allowed, and as many as that.
#[tokio::test(start_paused = true)]
async fn calls_at_once_are_bounded() {
    #[derive(Clone, Debug, Default)]
    struct Counting(Arc<Mutex<(usize, usize)>>);

    #[async_trait]
    impl Product for Counting {
        type Payment = EmployeePayment;

        fn merchant(&self) -> &str {
            "1900000109"
        }

        fn name(&self) -> &str {
            "a product"
        }

        async fn compose(&self, number: &Number, _: &EmployeePayment) -> Result<Message, Error> {
            Ok(Message::new(number.as_str().to_owned()))
        }

        async fn pay(&self, _: &Number, _: &Message, _: &Fence) -> PayEnd {
            {
                let mut counts = self.0.lock().unwrap();
                counts.0 += 1;
                counts.1 = counts.1.max(counts.0);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.0.lock().unwrap().0 -= 1;
            PayEnd::Paid {
                payment_no: "1".to_owned(),
            }
        }

        async fn query(&self, _: &Number) -> QueryEnd {
            QueryEnd::NotFound
        }
    }

    let service = Counting::default();
    let payouts = payouts_over(MemoryJournal::new(), service.clone());
    let options = RunOptions::new().at_once(NonZeroUsize::new(7).unwrap());
    let result = payouts.run(intents(60), options).await;
    assert_eq!(lines(&result), [60, 0, 0, 0]);
    assert_eq!(service.0.lock().unwrap().1, 7);
}

/// Another process takes a payout back that it was sending, after this run was told to begin
/// nothing more.
#[tokio::test(start_paused = true)]
async fn what_is_taken_back_after_a_halt_is_not_begun() {
    let journal = Arc::new(MemoryJournal::new());
    let service = Scripted::new([refused("NOTENOUGH")], []);
    let payouts = payouts_over(Arc::clone(&journal), service.clone());
    let one = intent("one", 100);
    drop(payouts.prepare(&one).await.unwrap());
    let prepared = journal.by_intent(&one.id).await.unwrap().unwrap();
    let mut sending = prepared.clone();
    (sending.state, sending.sends) = (State::Sending, 1);
    sending.first_sent_at = Some(prepared.next_at);
    sending.last_sent_at = Some(prepared.next_at);
    sending.lease = Some(Lease {
        holder: "another process".to_owned(),
        until: prepared.next_at.after(MINUTE),
    });
    let sending = journal.update(&sending).await.unwrap();
    let taken_back = async {
        tokio::time::sleep(MINUTE / 2).await;
        let mut back = prepared.clone();
        back.version = sending.version;
        journal.update(&back).await.unwrap();
    };
    let options = one_at_a_time().patience(MINUTE * 10);
    let intents = vec![one.clone(), intent("two", 100)];
    let (result, ()) = tokio::join!(payouts.run(intents, options), taken_back);
    let [line] = &result.not_started[..] else {
        panic!("{result:?}")
    };
    assert_eq!(line.intent, one.id);
    assert!(
        matches!(&line.reason, NotStartedReason::Halted(why) if why.contains("NOTENOUGH")),
        "{line:?}"
    );
    let calls = service.calls.lock().unwrap();
    let sent = |call: &Call| matches!(call, Call::Pay(number, _) if *number == prepared.number);
    assert!(!calls.iter().any(sent), "{calls:?}");
}
