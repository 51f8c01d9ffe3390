//! Journals that are lost, restored from a copy, or used side by side: nothing is paid twice.

use std::sync::Arc;
use std::time::Duration;

use wxpay_payout::{
    Alarm, Journal, Lease, MemoryJournal, NotStartedReason, Payouts, Preparation, Rules,
    RunOptions, Settlement, State,
};

use crate::bank::Bank;
use crate::run::{intents, lines, one_at_a_time};
use crate::world::{intent, payouts_by, unasked};

fn payouts(journal: &Arc<MemoryJournal>, bank: &Bank) -> Payouts {
    payouts_by(Rules::default(), Arc::clone(journal), bank.clone())
}

fn journal() -> Arc<MemoryJournal> {
    Arc::new(MemoryJournal::new())
}

/// The second journal knows nothing, and finds each payment by its number.
#[tokio::test(start_paused = true)]
async fn second_journal_finds_what_the_first_has_paid() {
    let bank = Bank::default();
    let first = payouts(&journal(), &bank)
        .run(intents(20), RunOptions::new())
        .await;
    assert_eq!(lines(&first), [20, 0, 0, 0]);
    assert!(first.paid.iter().all(|line| !line.found));
    let books = journal();
    let second = payouts(&books, &bank)
        .run(intents(20), RunOptions::new())
        .await;
    assert_eq!(lines(&second), [20, 0, 0, 0]);
    assert!(second.paid.iter().all(|line| line.found));
    assert_eq!((bank.paid(), bank.sends()), (20, 20));
    for (one, other) in first.paid.iter().zip(&second.paid) {
        assert_eq!(one.number, other.number);
    }
    // Found or sent, it counts on the limits.
    let entry = books
        .by_intent(&intent("i3", 100).id)
        .await
        .unwrap()
        .unwrap();
    assert!(entry.is_found() && entry.counted.is_some());
}

/// Without the query before, WeChat Pay's own idempotency is enough.
#[tokio::test(start_paused = true)]
async fn second_journal_that_does_not_ask_sends_the_same_number() {
    let bank = Bank::default();
    for _ in 0..2 {
        let engine = payouts_by(unasked(), journal(), bank.clone());
        let result = engine.run(intents(20), RunOptions::new()).await;
        assert_eq!(lines(&result), [20, 0, 0, 0]);
    }
    assert_eq!((bank.paid(), bank.sends()), (20, 40));
}

/// The same intent with another amount or payee, by another journal: a conflict, told and never
/// paid.
#[tokio::test(start_paused = true)]
async fn second_journal_with_another_payment_is_a_conflict() {
    let bank = Bank::default();
    drop(
        payouts(&journal(), &bank)
            .run([intent("one", 100)], RunOptions::new())
            .await,
    );
    let mut payee = intent("one", 100);
    payee.payment.openid = intent("two", 100).payment.openid;
    for other in [intent("one", 200), payee] {
        let (books, queries) = (journal(), bank.queries());
        // It is asked about once. What only a person can settle is not waited for, in a later run
        // neither.
        for _ in 0..2 {
            let engine = payouts(&books, &bank);
            let result = engine.run([other.clone()], one_at_a_time()).await;
            assert_eq!(lines(&result), [0, 0, 1, 0]);
            assert_eq!(result.unknown[0].alarm, Some(Alarm::Mismatch));
            assert_eq!(bank.queries(), queries + 1);
        }
        assert_eq!(bank.sends(), 1);
        // Nor without asking before: then it is WeChat Pay that refuses it.
        let engine = payouts_by(unasked(), journal(), bank.clone());
        let options = one_at_a_time().patience(Duration::from_secs(30));
        let result = engine.run([other], options).await;
        assert_eq!(result.unknown[0].alarm, Some(Alarm::ParametersDiffer));
        assert_eq!(bank.paid(), 1);
        let sends = bank.sends();
        assert_eq!(sends, 2);
        bank.reset_sends(1);
    }
}

/// A copy that was made in the middle of a run.
#[tokio::test(start_paused = true)]
async fn restored_journal_pays_nothing_again() {
    let bank = Bank::default();
    let books = journal();
    let engine = payouts(&books, &bank);
    for number in 0..10 {
        drop(
            engine
                .prepare(&intent(&format!("i{number}"), 100))
                .await
                .unwrap(),
        );
    }
    drop(engine.run(intents(5), RunOptions::new()).await);
    let copy = Arc::new(books.copy());
    drop(engine.run(intents(20), RunOptions::new()).await);
    assert_eq!((bank.paid(), bank.sends()), (20, 20));
    let result = payouts(&copy, &bank)
        .run(intents(20), RunOptions::new())
        .await;
    assert_eq!(lines(&result), [20, 0, 0, 0]);
    assert_eq!(result.paid.iter().filter(|line| line.found).count(), 15);
    assert_eq!((bank.paid(), bank.sends()), (20, 20));
}

/// The first number failed and the second one was paid: the lost journal's successor comes to the
/// same second number.
#[tokio::test(start_paused = true)]
async fn lost_generations_are_found_one_by_one() {
    let bank = Bank::default();
    bank.fail_next(1);
    let one = intent("one", 100);
    let pay = async |books: &Arc<MemoryJournal>| {
        let engine = payouts(books, &bank);
        let result = engine.run([one.clone()], RunOptions::new()).await;
        assert_eq!(lines(&result), [0, 1, 0, 0]);
        assert!(result.rejected[0].replaceable);
        let settlement = engine.resolve_by_number(&result.rejected[0].number).await;
        let Ok(Settlement::Rejected(rejected)) = settlement else {
            panic!("it failed")
        };
        let permit = rejected.into_permit().unwrap();
        let prepared = engine.replace(permit, &one).await.unwrap();
        let Ok(Settlement::Paid(paid)) = engine.send(prepared).await else {
            panic!("it is paid")
        };
        (paid.number().clone(), paid.was_found())
    };
    let (number, found) = pay(&journal()).await;
    assert!(!found);
    assert_eq!(pay(&journal()).await, (number, true));
    assert_eq!((bank.paid(), bank.sends()), (1, 2));
}

/// A number that failed was paid after all, just before the next one would have been sent.
#[tokio::test(start_paused = true)]
async fn earlier_number_that_was_paid_stops_the_next() {
    let bank = Bank::default();
    bank.fail_next(1);
    let one = intent("one", 100);
    let books = journal();
    let engine = payouts(&books, &bank);
    let result = engine.run([one.clone()], RunOptions::new()).await;
    let number = result.rejected[0].number.clone();
    let Ok(Settlement::Rejected(rejected)) = engine.resolve_by_number(&number).await else {
        panic!("it failed")
    };
    let permit = rejected.into_permit().unwrap();
    let prepared = engine.replace(permit, &one).await.unwrap();
    let next = prepared.number().clone();
    bank.pay_failed(&number);
    let Ok(Settlement::Unknown(unknown)) = engine.send(prepared).await else {
        panic!("it must not be sent")
    };
    assert_eq!(unknown.alarm(), Some(&Alarm::PaidLate));
    assert_eq!((bank.paid(), bank.sends()), (1, 1));
    let first = books.by_number(&number).await.unwrap().unwrap();
    assert_eq!(
        (first.state, first.alarm),
        (State::Paid, Some(Alarm::PaidLate))
    );
    // And by the journal alone, with no query before it.
    let deaf = payouts_by(unasked(), Arc::clone(&books), bank.clone());
    let result = deaf.run([one.clone()], RunOptions::new()).await;
    assert_eq!(lines(&result), [0, 0, 1, 0]);
    assert_eq!(result.unknown[0].number, next);
    let Ok(Preparation::Before(Settlement::Unknown(_))) = deaf.prepare(&one).await else {
        panic!("it is for a person")
    };
    assert_eq!(bank.sends(), 1);
}

/// The wrong key is found by the query, before the first fen, and ends the run.
#[tokio::test(start_paused = true)]
async fn wrong_key_is_found_before_the_first_payment() {
    let bank = Bank::default();
    bank.wrong_key(true);
    let books = journal();
    let engine = payouts(&books, &bank);
    let options = one_at_a_time().patience(Duration::from_secs(60));
    let result = engine.run(intents(5), options).await;
    assert_eq!(lines(&result), [0, 0, 0, 5]);
    for line in &result.not_started {
        assert!(
            matches!(&line.reason, NotStartedReason::Halted(why) if why.contains("SIGN_ERROR")),
            "{line:?}"
        );
    }
    assert_eq!((bank.sends(), bank.queries()), (0, 1));
    bank.wrong_key(false);
    let result = engine.run(intents(5), RunOptions::new()).await;
    assert_eq!(lines(&result), [5, 0, 0, 0]);
    assert_eq!(bank.sends(), 5);
}

/// Following what was sent begins nothing: not even what another process took back meanwhile.
#[tokio::test(start_paused = true)]
async fn resolving_never_begins_a_send() {
    let bank = Bank::default();
    let books = journal();
    let engine = payouts(&books, &bank);
    drop(engine.prepare(&intent("one", 100)).await.unwrap());
    let id = intent("one", 100).id;
    let mut entry = books.by_intent(&id).await.unwrap().unwrap();
    entry.state = State::Sending;
    entry.lease = Some(Lease {
        holder: "another process".to_owned(),
        until: entry.next_at.after(Duration::from_secs(60)),
    });
    let held = books.update(&entry).await.unwrap();
    let other = Arc::clone(&books);
    let taken_back = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let mut entry = held;
        (entry.state, entry.lease) = (State::Prepared, None);
        other.update(&entry).await.unwrap();
    });
    let result = engine.resolve_all(RunOptions::new()).await.unwrap();
    taken_back.await.unwrap();
    assert_eq!(lines(&result), [0, 0, 0, 1]);
    assert_eq!(result.not_started[0].reason, NotStartedReason::OnlyFollowed);
    let number = books.by_intent(&id).await.unwrap().unwrap().number;
    let settlement = engine.resolve_by_number(&number).await.unwrap();
    assert!(matches!(settlement, Settlement::Unknown(_)));
    assert_eq!((bank.sends(), bank.queries()), (0, 0));
}
