//! A journal that is rebuilt by asking WeChat Pay.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_core::{Certainty, Class, Effect, Error, Fen, InvalidInput};
use wxpay_payout::{
    Alarm, DayLimit, DerivedNumbers, EmployeePayment, Intent, Journal, MemoryJournal, Message,
    Number, Numbered, Numbers, Payouts, PrepareError, Product, QueryEnd, Recovery, Refusal, Rules,
    RunEvent, RunOptions, State, Stop,
};

use crate::around::{Around, Layer};
use crate::bank::Bank;
use crate::run::{intents, lines, one_at_a_time};
use crate::world::{intent, payouts_by};

fn engine(bank: &Bank) -> (Payouts, Arc<MemoryJournal>) {
    let journal = Arc::new(MemoryJournal::new());
    let payouts = payouts_by(Rules::default(), Arc::clone(&journal), bank.clone());
    (payouts, journal)
}

fn number(bank: &Bank, intent: &Intent, generation: u32) -> Number {
    let of = Numbered::new(bank.merchant(), bank.name(), &intent.id, generation);
    DerivedNumbers.number(&of).unwrap()
}

/// As if a journal that is lost now had paid it under its number of this generation.
fn paid(bank: &Bank, intent: &Intent, generation: u32) {
    let number = number(bank, intent, generation);
    bank.pay_lost(&number, bank.message(&number, &intent.payment));
}

fn failed(bank: &Bank, intent: &Intent, generation: u32) {
    let number = number(bank, intent, generation);
    bank.fail(&number, bank.message(&number, &intent.payment));
}

/// Found as paid, failed, and under way; not known, kept, not found out about.
fn counts(recovery: &Recovery) -> [usize; 6] {
    let [paid, rejected, unknown, not_started] = lines(&recovery.found);
    assert_eq!(not_started, 0);
    let (kept, failed) = (recovery.kept.len(), recovery.failed.len());
    [
        paid,
        rejected,
        unknown,
        recovery.not_known.len(),
        kept,
        failed,
    ]
}

fn thousand() -> Vec<Intent> {
    (0..1000).map(|at| intent(&format!("i{at}"), 100)).collect()
}

/// What the lost journal had done, by the last digit of an intent.
fn books() -> Bank {
    let bank = Bank::default();
    for (at, one) in thousand().iter().enumerate() {
        match at % 10 {
            0..4 => paid(&bank, one, 0),
            4 => failed(&bank, one, 0),
            5 => {
                failed(&bank, one, 0);
                paid(&bank, one, 1);
            }
            6 => {
                paid(&bank, one, 0);
                bank.say(&number(&bank, one, 0), [QueryEnd::Processing]);
            }
            7 => {}
            8 => paid(&bank, &intent(one.id.as_str(), 200), 0),
            _ => {
                for generation in 0..3 {
                    failed(&bank, one, generation);
                }
                paid(&bank, one, 3);
            }
        }
    }
    bank
}

#[tokio::test(start_paused = true)]
async fn thousand_intents_of_a_lost_journal() {
    let bank = books();
    let (payouts, journal) = engine(&bank);
    let found = payouts.recover(thousand(), RunOptions::new()).await;
    assert!(found.is_complete());
    assert_eq!(counts(&found), [600, 100, 200, 100, 0, 0]);
    assert_eq!((bank.sends(), bank.paid()), (0, 800));
    assert!(found.found.paid.iter().all(|line| line.found));
    let mismatches = found.found.unknown.iter();
    let mismatches = mismatches.filter(|line| line.alarm == Some(Alarm::Mismatch));
    assert_eq!(mismatches.count(), 100);

    // The chain of failed numbers is in the journal, one behind the other.
    let last = journal.by_intent(&intent("i9", 100).id).await.unwrap();
    let mut last = last.unwrap();
    assert_eq!((last.state, last.generation), (State::Paid, 3));
    for generation in (0..3).rev() {
        let earlier = journal.by_number(&last.replaces.unwrap()).await.unwrap();
        let earlier = earlier.unwrap();
        assert_eq!(
            (earlier.state, earlier.generation),
            (State::Failed, generation)
        );
        assert_eq!(earlier.replaced_by, Some(last.number));
        last = earlier;
    }

    // The next run pays what nobody has paid, under the numbers that it would have had, and nothing
    // else.
    let options = RunOptions::new().patience(Duration::from_secs(600));
    let result = payouts.run(thousand(), options).await;
    assert_eq!(lines(&result), [800, 100, 100, 0]);
    assert_eq!((bank.sends(), bank.paid()), (100, 900));
    assert!(result.rejected.iter().all(|line| line.replaceable));

    // Once more, nothing changes.
    let entries = journal.page(None, 10_000).await.unwrap();
    let again = payouts.recover(thousand(), RunOptions::new()).await;
    assert_eq!(counts(&again), [0, 0, 0, 0, 1000, 0]);
    assert_eq!(journal.page(None, 10_000).await.unwrap(), entries);
}

#[tokio::test(start_paused = true)]
async fn twice_before_anything_is_sent() {
    let bank = books();
    let (payouts, journal) = engine(&bank);
    drop(payouts.recover(thousand(), RunOptions::new()).await);
    let entries = journal.page(None, 10_000).await.unwrap();
    let again = payouts.recover(thousand(), RunOptions::new()).await;
    assert_eq!(counts(&again), [0, 0, 0, 100, 900, 0]);
    assert_eq!(journal.page(None, 10_000).await.unwrap(), entries);
}

/// A copy from before: the number failed in it, and its next one was paid since.
#[tokio::test(start_paused = true)]
async fn journal_that_has_some_goes_on_from_a_failed_number() {
    let bank = Bank::default();
    let (payouts, journal) = engine(&bank);
    let [one, two, three] = ["one", "two", "three"].map(|name| intent(name, 100));
    failed(&bank, &one, 0);
    failed(&bank, &three, 0);
    let all = [one.clone(), two.clone(), three.clone()];
    let first = payouts.recover(all.clone(), RunOptions::new()).await;
    assert_eq!(counts(&first), [0, 2, 0, 1, 0, 0]);
    failed(&bank, &one, 1);
    paid(&bank, &one, 2);
    paid(&bank, &two, 0);
    let second = payouts.recover(all.clone(), RunOptions::new()).await;
    assert_eq!(counts(&second), [2, 0, 0, 0, 1, 0]);
    assert_eq!(second.kept, std::slice::from_ref(&three.id));
    let entry = journal.by_intent(&one.id).await.unwrap().unwrap();
    assert_eq!((entry.state, entry.generation), (State::Paid, 2));
    let result = payouts.run(all, RunOptions::new()).await;
    assert_eq!(lines(&result), [2, 1, 0, 0]);
    assert_eq!(bank.sends(), 0);
}

#[tokio::test(start_paused = true)]
async fn limits_do_not_stop_what_is_found_and_count_it() {
    let bank = Bank::default();
    // More to one payee than a day allows.
    let mut all: Vec<Intent> = (0..16)
        .map(|at| intent(&format!("i{at}"), 20_000))
        .collect();
    for one in &mut all {
        one.payment.openid = "openid".parse().unwrap();
    }
    let next = all.pop().unwrap();
    for one in &all {
        paid(&bank, one, 0);
    }
    let (payouts, journal) = engine(&bank);
    let found = payouts.recover(all, RunOptions::new()).await;
    assert_eq!(counts(&found), [15, 0, 0, 0, 0, 0]);
    assert_eq!(found.found.paid_amount().get(), 300_000);
    let entries = journal.page(None, 99).await.unwrap();
    let today = entries[0].prepared_at.day();
    assert!(entries.iter().all(|entry| entry.counted == Some(today)));
    // So the payee gets no more today.
    let full = payouts.prepare(&next).await.unwrap_err();
    let PrepareError::Full(full) = full else {
        panic!("{full:?}")
    };
    assert_eq!(full.which, DayLimit::PayeeAmount);
}

#[tokio::test(start_paused = true)]
async fn stopped_it_lists_the_rest_as_failed() {
    let bank = Bank::default();
    for one in intents(10) {
        paid(&bank, &one, 0);
    }
    let (payouts, _) = engine(&bank);
    let stop = Stop::new();
    let stops = stop.clone();
    let options = one_at_a_time().stop(stop).progress(move |progress| {
        if progress.paid == 3 {
            stops.stop();
        }
    });
    let found = payouts.recover(intents(10), options).await;
    assert_eq!(counts(&found), [3, 0, 0, 0, 0, 7]);
    assert!(!found.is_complete());
    assert_eq!(bank.queries(), 3);
    let rest = payouts.recover(intents(10), RunOptions::new()).await;
    assert_eq!(counts(&rest), [7, 0, 0, 0, 3, 0]);
}

#[tokio::test(start_paused = true)]
async fn wrong_key_ends_it_at_once() {
    let bank = Bank::default();
    bank.wrong_key(true);
    let (payouts, journal) = engine(&bank);
    let found = payouts.recover(intents(10), one_at_a_time()).await;
    assert_eq!(counts(&found), [0, 0, 0, 0, 0, 10]);
    assert_eq!(bank.queries(), 1);
    assert!(
        found
            .failed
            .iter()
            .all(|line| line.reason.contains("SIGN_ERROR"))
    );
    assert!(journal.page(None, 9).await.unwrap().is_empty());
}

/// An unclear answer is asked for again; if it stays so, nothing is written and it is told.
#[tokio::test(start_paused = true)]
async fn unclear_answers_are_asked_for_again() {
    let busy = || {
        QueryEnd::Refused(Refusal::new(
            "SYSTEMERROR",
            Class::new(Certainty::QueryFailed),
            "busy",
        ))
    };
    let bank = Bank::default();
    for (at, one) in intents(3).enumerate() {
        paid(&bank, &one, 0);
        let unclear = [3, 4, 0][at];
        let ends = (0..unclear).map(|at| match at % 2 {
            0 => QueryEnd::Unclear("cut".to_owned()),
            _ => busy(),
        });
        bank.say(&number(&bank, &one, 0), ends);
    }
    let (payouts, journal) = engine(&bank);
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let options = RunOptions::new().events(move |event| note.lock().unwrap().push(event.clone()));
    let found = payouts.recover(intents(3), options).await;
    assert_eq!(counts(&found), [2, 0, 0, 0, 0, 1]);
    assert_eq!(found.failed[0].intent.as_str(), "i1");
    assert!(found.failed[0].reason.contains("SYSTEMERROR"), "{found:?}");
    let told = told.lock().unwrap().clone();
    assert!(
        matches!(&told[..], [RunEvent::Trouble { intent, .. }] if intent.as_str() == "i1"),
        "{told:?}"
    );
    assert_eq!(journal.page(None, 9).await.unwrap().len(), 2);
    let again = payouts.recover(intents(3), RunOptions::new()).await;
    assert_eq!(counts(&again), [1, 0, 0, 0, 2, 0]);
}

/// A service that can't write requests of less than 100 fen.
#[derive(Clone, Debug)]
struct Strict(Bank);

#[async_trait]
impl Layer for Strict {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.0
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        if payment.amount < Fen::new(100) {
            let error = InvalidInput::new("amount", "must be more", "须更多");
            return Err(Error::new("pay", Effect::Write, error));
        }
        self.0.compose(number, payment).await
    }
}

/// Intents that are wrong themselves do not end it, nor do they hide that nobody answers.
#[tokio::test(start_paused = true)]
async fn only_unanswered_queries_end_it_early() {
    let three = NonZeroUsize::new(3).unwrap();
    let bank = Bank::default();
    let right = || intents(2);
    for one in right() {
        paid(&bank, &one, 0);
    }
    let wrong = |from: usize| (from..from + 5).map(|at| intent(&format!("wrong{at}"), 1));
    let journal = Arc::new(MemoryJournal::new());
    let rules = Rules::default();
    let payouts = payouts_by(rules, Arc::clone(&journal), Around(Strict(bank.clone())));
    let options = one_at_a_time().most_unclear(three);
    let found = payouts.recover(wrong(0).chain(right()), options).await;
    assert_eq!(counts(&found), [2, 0, 0, 0, 0, 5]);

    let silent: Vec<Intent> = (0..9).map(|at| intent(&format!("s{at}"), 100)).collect();
    for one in &silent {
        let silence = (0..9).map(|_| QueryEnd::Unclear("no connection".to_owned()));
        bank.say(&number(&bank, one, 0), silence);
    }
    let before = bank.queries();
    let mixed = silent.into_iter().zip(wrong(5).chain(wrong(10)));
    let mixed = mixed.flat_map(|(silent, wrong)| [silent, wrong]);
    let options = one_at_a_time().most_unclear(three);
    let found = payouts.recover(mixed.collect::<Vec<_>>(), options).await;
    assert_eq!(counts(&found), [0, 0, 0, 0, 0, 18]);
    assert_eq!(bank.queries() - before, 3 * 4);
}

/// Nobody answers: the rest would meet the same, and is not waited for one by one.
#[tokio::test(start_paused = true)]
async fn when_nobody_answers_it_ends_early() {
    let bank = Bank::default();
    let all: Vec<Intent> = intents(200).collect();
    for intent in &all {
        let silence = (0..9).map(|_| QueryEnd::Unclear("no connection".to_owned()));
        bank.say(&number(&bank, intent, 0), silence);
    }
    let (payouts, _) = engine(&bank);
    let recovery = payouts.recover(all, one_at_a_time()).await;
    assert_eq!(counts(&recovery), [0, 0, 0, 0, 0, 200]);
    assert!(bank.queries() <= 20 * 4, "{}", bank.queries());
}
