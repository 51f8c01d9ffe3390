//! Runs that end early, by tokio's paused clock.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use wxpay_core::{Error, Fen};
use wxpay_payout::{
    EmployeePayment, Fence, Intent, Limits, MemoryJournal, Message, NotStartedReason, Number,
    PayEnd, Payouts, Preparation, Product, QueryEnd, RunOptions, Settlement, Stop,
};
use wxpay_transport::TokioTimer;

use crate::engine::refused;
use crate::run::{intents, lines, one_at_a_time, unclear};
use crate::world::{MINUTE, Scripted, clock, intent, payouts_over};

/// Settings, keys and an empty balance would meet every other payout too.
#[tokio::test(start_paused = true)]
async fn what_meets_everybody_ends_the_run_early() {
    for (code, stops) in [
        ("NOTENOUGH", true),
        ("SIGN_ERROR", true),
        ("CA_ERROR", true),
        ("NAME_MISMATCH", false),
        ("SENDNUM_LIMIT", false),
        ("SYSTEMERROR", false),
    ] {
        let service = Scripted::new([refused(code)], []);
        let payouts = payouts_over(MemoryJournal::new(), service);
        let options = one_at_a_time().patience(MINUTE);
        let result = payouts.run(intents(4), options).await;
        assert_eq!(result.len(), 4);
        assert_eq!(
            result.not_started.len(),
            if stops { 3 } else { 0 },
            "{code}"
        );
        for line in &result.not_started {
            let NotStartedReason::Halted(why) = &line.reason else {
                panic!("{line:?}")
            };
            assert_eq!(*why, format!("{code}: words"));
            assert!(line.reason.to_string().contains("the run ended early"));
        }
    }
}

/// There may be money again: only what is refused now ends a run.
#[tokio::test(start_paused = true)]
async fn refusal_of_an_earlier_run_does_not_end_this_one() {
    let service = Scripted::new([refused("NOTENOUGH")], []);
    let payouts = payouts_over(MemoryJournal::new(), service);
    let first = payouts
        .run(intents(1), RunOptions::new().patience(Duration::ZERO))
        .await;
    assert_eq!(lines(&first), [0, 0, 1, 0]);
    tokio::time::sleep(MINUTE * 2).await;
    let result = payouts.run(intents(4), one_at_a_time()).await;
    assert_eq!(lines(&result), [3, 1, 0, 0], "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn many_unclear_in_a_row_end_it_early() {
    let most = NonZeroUsize::new(3).unwrap();
    for (pays, left) in [
        (vec![unclear(), unclear(), unclear()], 7),
        // An answer in between, whatever it says, shows that somebody is there.
        (
            vec![
                unclear(),
                unclear(),
                refused("OPENID_ERROR"),
                unclear(),
                unclear(),
            ],
            0,
        ),
    ] {
        let service = Scripted::new(pays, []);
        let payouts = payouts_over(MemoryJournal::new(), service);
        let options = one_at_a_time().patience(MINUTE).most_unclear(most);
        let result = payouts.run(intents(10), options).await;
        assert_eq!((result.len(), result.not_started.len()), (10, left));
        for line in &result.not_started {
            let why = line.reason.to_string();
            assert!(
                why.contains("3 payouts in a row ended unclear, the last one so: cut"),
                "{why}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stopped_it_tells_of_each() {
    let stop = Stop::new();
    let service = Scripted::new((0..20).map(|_| unclear()), []);
    let journal = Arc::new(MemoryJournal::new());
    let payouts = payouts_over(Arc::clone(&journal), service.clone());
    let stops = stop.clone();
    let options = one_at_a_time()
        .stop(stop.clone())
        .progress(move |progress| {
            if progress.open == 3 {
                stops.stop();
            }
        });
    assert!(!stop.is_stopped());
    let result = payouts.run(intents(10), options).await;
    assert!(stop.is_stopped());
    assert_eq!(result.len(), 10, "{result:?}");
    let sent = service.messages().len();
    assert!(sent < 4, "{sent}");
    assert_eq!(result.unknown.len(), sent);
    for line in &result.not_started {
        assert_eq!(line.reason, NotStartedReason::Stopped);
    }
    assert_eq!(
        result.unknown_amount(),
        Fen::new(100 * i64::try_from(sent).unwrap())
    );
    // Another run goes on with all of them.
    service.pays.lock().unwrap().clear();
    let mut options = RunOptions::new();
    options.patience = MINUTE * 60;
    let result = payouts.run(intents(10), options).await;
    assert_eq!(lines(&result), [10, 0, 0, 0]);
}

/// What an earlier run has sent is told as it stands, however early this one ends.
#[tokio::test(start_paused = true)]
async fn ended_early_it_still_tells_of_earlier_runs() {
    for stops in [true, false] {
        let paid = PayEnd::Paid {
            payment_no: "1".to_owned(),
        };
        let service = Scripted::new([paid, unclear(), refused("NOTENOUGH")], []);
        let payouts = payouts_over(MemoryJournal::new(), service.clone());
        let first = payouts
            .run(intents(2), one_at_a_time().patience(MINUTE))
            .await;
        assert_eq!(lines(&first), [1, 0, 1, 0]);
        let stop = Stop::new();
        let mut all = vec![intent("i0", 101)];
        if stops {
            stop.stop();
        } else {
            all.insert(0, intent("poor", 100));
        }
        all.extend(intents(3));
        let options = one_at_a_time().patience(MINUTE).stop(stop);
        let result = payouts.run(all, options).await;
        let unknown = if stops { 1 } else { 2 };
        assert_eq!(lines(&result), [1, 0, unknown, 2], "{result:?}");
        assert_eq!(result.paid[0].intent.as_str(), "i0");
        let [other, unsent] = &result.not_started[..] else {
            panic!("{result:?}")
        };
        assert!(other.reason.to_string().contains("another payment"));
        assert_eq!(unsent.intent.as_str(), "i2");
        assert_eq!(service.messages().len(), if stops { 2 } else { 3 });
    }
}

/// Another process may send what this one has prepared and then leaves.
#[tokio::test(start_paused = true)]
async fn ended_early_it_tells_of_what_others_have_sent_meanwhile() {
    #[derive(Debug)]
    struct Beside(Payouts);

    #[async_trait]
    impl Product for Beside {
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
            tokio::time::sleep(Duration::from_secs(1)).await;
            let Ok(Preparation::Ready(prepared)) = self.0.prepare(&same_payee("i1")).await else {
                panic!("it has not left")
            };
            let sent = self.0.send(prepared).await;
            assert!(matches!(sent, Ok(Settlement::Paid(_))), "{sent:?}");
            refused("NOTENOUGH")
        }

        async fn query(&self, _: &Number) -> QueryEnd {
            QueryEnd::NotFound
        }
    }

    fn same_payee(name: &str) -> Intent {
        let mut intent = intent(name, 100);
        intent.payment.openid = "openid".parse().unwrap();
        intent
    }

    let journal = Arc::new(MemoryJournal::new());
    let mut limits = Limits::default();
    limits.payee_gap = Duration::ZERO;
    let other = Payouts::builder(Arc::clone(&journal), Scripted::default(), TokioTimer::new())
        .clock(clock())
        .limits(limits)
        .build();
    let payouts = payouts_over(journal, Beside(other));
    let options = RunOptions::new().patience(MINUTE);
    let result = payouts.run(["i0", "i1"].map(same_payee), options).await;
    assert_eq!(lines(&result), [1, 0, 1, 0], "{result:?}");
    assert_eq!(result.paid[0].intent.as_str(), "i1");
}

/// When the journal can't tell what was sent before, nothing else can.
#[cfg(feature = "sqlite")]
#[tokio::test(start_paused = true)]
async fn unreadable_journal_does_not_read_as_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("j");
    let service = Scripted::default();
    let payouts = payouts_over(
        wxpay_payout::SqliteJournal::create(&path, &crate::journal::owner()).unwrap(),
        service.clone(),
    );
    let first = payouts.run(intents(1), RunOptions::new()).await;
    assert_eq!(lines(&first), [1, 0, 0, 0]);
    rusqlite::Connection::open(&path)
        .and_then(|db| db.execute_batch("ALTER TABLE entries RENAME TO gone"))
        .unwrap();
    let stop = Stop::new();
    for stops in [false, true] {
        if stops {
            stop.stop();
        }
        let options = RunOptions::new().stop(stop.clone());
        let result = payouts.run(intents(1), options).await;
        let [line] = &result.not_started[..] else {
            panic!("{result:?}")
        };
        assert!(
            matches!(line.reason, NotStartedReason::Unread(_)),
            "{line:?}"
        );
        let why = line.reason.to_string();
        assert!(why.contains("may have been sent before"), "{why}");
    }
}
