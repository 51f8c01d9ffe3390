//! What a run tells while it goes on, at the moment when it happens.

use std::sync::{Arc, Mutex};

use tokio::time::Instant;
use wxpay_payout::{
    Intent, Journal, Lease, MemoryJournal, PayEnd, Payouts, QueryEnd, Reconciliation, RunEvent,
    RunOptions, RunWait, State,
};

use crate::engine::{not_sent, refused, unclear};
use crate::run::one_at_a_time;
use crate::world::{MINUTE, Scripted, clock, intent, payouts_by, payouts_over, unasked};

/// Each event with the seconds since the beginning.
type Told = Vec<(u64, RunEvent)>;

async fn run(
    payouts: &Payouts,
    intents: Vec<Intent>,
    options: RunOptions,
) -> (Told, Reconciliation) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (note, start) = (Arc::clone(&told), Instant::now());
    let options = options.events(move |event| {
        let at = start.elapsed().as_secs();
        note.lock().unwrap().push((at, event.clone()));
    });
    let result = payouts.run(intents, options).await;
    let told = std::mem::take(&mut *told.lock().unwrap());
    (told, result)
}

fn trouble(name: &str, what: &str) -> RunEvent {
    RunEvent::Trouble {
        intent: name.parse().unwrap(),
        what: what.to_owned(),
    }
}

/// What is waited for, how many seconds after the beginning at the latest, and with how many
/// payouts.
fn waits(told: &Told) -> Vec<(u64, RunWait, u64, usize)> {
    let start = clock()();
    told.iter()
        .filter_map(|(at, event)| match event {
            RunEvent::Waiting {
                what,
                until,
                payouts,
            } => Some((*at, *what, until.since(start).as_secs(), *payouts)),
            _ => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn unknown_is_told_at_once_and_then_waited_for() {
    let service = Scripted::new([unclear()], [QueryEnd::Failed(Some("余额不足".to_owned()))]);
    let start = clock()();
    let payouts = payouts_over(MemoryJournal::new(), service);
    let (told, _) = run(&payouts, vec![intent("one", 100)], RunOptions::new()).await;
    let until = start.after(MINUTE);
    let waiting = RunEvent::Waiting {
        what: RunWait::Outcome,
        until,
        payouts: 1,
    };
    assert_eq!(
        told,
        [
            (0, trouble("one", "unknown: cut")),
            (0, waiting),
            (60, trouble("one", "failed: 余额不足")),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_of_what_goes_well() {
    let payouts = payouts_over(MemoryJournal::new(), Scripted::default());
    let all = (0..5).map(|at| intent(&format!("i{at}"), 100)).collect();
    let (mut told, result) = run(&payouts, all, one_at_a_time()).await;
    assert_eq!(result.paid.len(), 5);
    // Fifty a second is a wait too, of 20 ms each.
    told.retain(|(_, event)| {
        !matches!(
            event,
            RunEvent::Waiting {
                what: RunWait::Limits,
                ..
            }
        )
    });
    assert_eq!(told, []);
}

#[tokio::test(start_paused = true)]
async fn connection_limits_and_others_are_told_apart() {
    let service = Scripted::new([not_sent()], []);
    let payouts = payouts_over(MemoryJournal::new(), service);
    let (told, _) = run(&payouts, vec![intent("one", 100)], one_at_a_time()).await;
    assert!(
        matches!(&told[0], (0, RunEvent::Trouble { what, .. }) if what.starts_with("not sent: ")),
        "{told:?}"
    );
    assert_eq!(waits(&told)[0], (0, RunWait::Connection, 2, 1));

    let payouts = payouts_over(MemoryJournal::new(), Scripted::default());
    let mut two = intent("two", 100);
    two.payment.openid = intent("one", 100).payment.openid;
    let (told, _) = run(&payouts, vec![intent("one", 100), two], one_at_a_time()).await;
    assert_eq!(*waits(&told).last().unwrap(), (0, RunWait::Limits, 15, 1));

    let journal = Arc::new(MemoryJournal::new());
    let payouts = payouts_by(unasked(), Arc::clone(&journal), Scripted::default());
    drop(payouts.prepare(&intent("one", 100)).await.unwrap());
    let mut held = journal
        .by_intent(&intent("one", 100).id)
        .await
        .unwrap()
        .unwrap();
    held.lease = Some(Lease {
        holder: "another process".to_owned(),
        until: held.next_at.after(MINUTE),
    });
    journal.update(&held).await.unwrap();
    let (told, result) = run(&payouts, vec![intent("one", 100)], one_at_a_time()).await;
    assert_eq!(result.paid.len(), 1, "{result:?}");
    assert!(
        waits(&told).iter().all(|wait| wait.1 == RunWait::Others),
        "{told:?}"
    );
    assert_eq!(waits(&told), [(0, RunWait::Others, 60, 1)]);
    assert_eq!(held.state, State::Prepared);
}

/// What another process is sending is told as its work, once, and as an unknown outcome when that
/// process has gone.
#[tokio::test(start_paused = true)]
async fn send_of_another_process_is_waited_for_as_such() {
    let journal = Arc::new(MemoryJournal::new());
    let payouts = payouts_by(unasked(), Arc::clone(&journal), Scripted::default());
    drop(payouts.prepare(&intent("one", 100)).await.unwrap());
    let id = intent("one", 100).id;
    let mut held = journal.by_intent(&id).await.unwrap().unwrap();
    let begun = held.next_at;
    (held.state, held.sends) = (State::Sending, 1);
    (held.first_sent_at, held.last_sent_at) = (Some(begun), Some(begun));
    held.lease = Some(Lease {
        holder: "another process".to_owned(),
        until: begun.after(MINUTE),
    });
    journal.update(&held).await.unwrap();
    let (told, _) = run(&payouts, vec![intent("one", 100)], one_at_a_time()).await;
    let kinds: Vec<_> = waits(&told).into_iter().map(|wait| wait.1).collect();
    assert_eq!(kinds[0], RunWait::Others, "{told:?}");
    assert!(
        kinds[1..].iter().all(|kind| *kind == RunWait::Outcome),
        "{told:?}"
    );
}

/// Once it was sent, it does not wait for the limits any more.
#[tokio::test(start_paused = true)]
async fn outcome_after_a_wait_for_the_limits_is_told_as_such() {
    let paid = PayEnd::Paid {
        payment_no: "1".to_owned(),
    };
    let payouts = payouts_over(MemoryJournal::new(), Scripted::new([paid, unclear()], []));
    let mut two = intent("two", 100);
    two.payment.openid = intent("one", 100).payment.openid;
    let options = one_at_a_time().patience(MINUTE * 3);
    let (told, _) = run(&payouts, vec![intent("one", 100), two], options).await;
    let kinds: Vec<_> = waits(&told).into_iter().map(|wait| wait.1).collect();
    assert_eq!(kinds[..2], [RunWait::Limits, RunWait::Outcome], "{told:?}");
}

/// What will not be begun is not waited for.
#[tokio::test(start_paused = true)]
async fn nothing_is_told_of_waits_after_a_halt() {
    let mut rules = unasked();
    rules.lease = rules.call;
    let payouts = payouts_by(rules, MemoryJournal::new(), Scripted::default());
    let (told, result) = run(&payouts, vec![intent("one", 100)], one_at_a_time()).await;
    assert_eq!(result.not_started.len(), 1, "{result:?}");
    assert!(
        matches!(&told[..], [(0, RunEvent::Halted(why))] if why.contains("Rules::lease")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn end_of_a_run_is_told_once_with_its_cause() {
    let service = Scripted::new([refused("NOTENOUGH")], []);
    let payouts = payouts_over(MemoryJournal::new(), service);
    let all = (0..4).map(|at| intent(&format!("i{at}"), 100)).collect();
    let options = one_at_a_time().patience(MINUTE);
    let (told, result) = run(&payouts, all, options).await;
    assert_eq!(result.not_started.len(), 3);
    let halts: Vec<_> = told
        .iter()
        .filter(|(_, event)| matches!(event, RunEvent::Halted(_)))
        .collect();
    assert_eq!(
        halts,
        [&(0, RunEvent::Halted("NOTENOUGH: words".to_owned()))]
    );
    assert_eq!(
        told[0],
        (0, RunEvent::Halted("NOTENOUGH: words".to_owned()))
    );
    assert_eq!(told[1], (0, trouble("i0", "unknown: NOTENOUGH: words")));
}

/// What can't be paid at all is told when it is met, and not in the end.
#[tokio::test(start_paused = true)]
async fn wrong_fields_are_told_when_they_are_met() {
    let payouts = payouts_over(MemoryJournal::new(), Scripted::new([unclear()], []));
    let all = vec![intent("slow", 100), intent("little", 99)];
    let options = one_at_a_time().patience(MINUTE * 3);
    let (told, _) = run(&payouts, all, options).await;
    let little = told.iter().find(|(_, event)| {
        matches!(event, RunEvent::Trouble { intent, .. } if intent.as_str() == "little")
    });
    let (at, RunEvent::Trouble { what, .. }) = little.unwrap() else {
        panic!("{told:?}")
    };
    assert_eq!(*at, 0);
    assert!(what.contains("at least 100 fen"), "{what}");
}
