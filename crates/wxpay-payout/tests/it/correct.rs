//! Payments that are corrected before they have left.

use std::sync::Arc;

use wxpay_core::Fen;
use wxpay_payout::{
    DayLimit, Journal, JournalError, Limits, MemoryJournal, NotStartedReason, Payouts,
    PrepareError, RunOptions, State,
};
use wxpay_transport::TokioTimer;

use crate::bank::Bank;
use crate::run::lines;
use crate::world::{clock, intent};

fn payouts(journal: &Arc<MemoryJournal>, bank: &Bank) -> Payouts {
    let mut limits = Limits::default();
    limits.merchant_day = Some(Fen::new(500));
    Payouts::builder(Arc::clone(journal), bank.clone(), TokioTimer::new())
        .clock(clock())
        .limits(limits)
        .build()
}

#[tokio::test(start_paused = true)]
async fn what_has_not_left_takes_another_payment_under_its_number() {
    let (journal, bank) = (Arc::new(MemoryJournal::new()), Bank::default());
    let engine = payouts(&journal, &bank);
    drop(engine.prepare(&intent("one", 100)).await.unwrap());
    let before = journal
        .by_intent(&intent("one", 1).id)
        .await
        .unwrap()
        .unwrap();
    let other = intent("one", 200);
    let error = engine.prepare(&other).await.unwrap_err();
    assert!(matches!(error, PrepareError::OtherPayment(_)), "{error}");

    let prepared = engine.correct(&other).await.unwrap();
    assert_eq!(
        (prepared.number(), prepared.amount()),
        (&before.number, Fen::new(200))
    );
    let result = engine.run([other.clone()], RunOptions::new()).await;
    assert_eq!(lines(&result), [1, 0, 0, 0]);
    assert_eq!(result.paid_amount(), Fen::new(200));
    // Paid, it takes no other.
    let error = engine.correct(&intent("one", 300)).await.unwrap_err();
    assert!(
        matches!(error, PrepareError::Journal(JournalError::Conflict)),
        "{error}"
    );
    let error = engine.correct(&intent("nobody", 300)).await.unwrap_err();
    assert!(
        matches!(error, PrepareError::Journal(JournalError::Conflict)),
        "{error}"
    );
    assert_eq!((bank.paid(), bank.sends()), (1, 1));
}

/// The limits count the new amount.
#[tokio::test(start_paused = true)]
async fn corrected_amount_counts_on_the_limits() {
    let (journal, bank) = (Arc::new(MemoryJournal::new()), Bank::default());
    let engine = payouts(&journal, &bank);
    for name in ["one", "two"] {
        drop(engine.prepare(&intent(name, 100)).await.unwrap());
    }
    drop(engine.correct(&intent("one", 450)).await.unwrap());
    let result = engine
        .run([intent("one", 450), intent("two", 100)], RunOptions::new())
        .await;
    assert_eq!(lines(&result), [1, 0, 0, 1], "{result:?}");
    let NotStartedReason::Full(full) = &result.not_started[0].reason else {
        panic!("{result:?}")
    };
    assert_eq!(full.which, DayLimit::MerchantAmount);
}

/// While a process is about to send it, nobody changes it.
#[tokio::test(start_paused = true)]
async fn what_is_being_sent_is_not_corrected() {
    let (journal, bank) = (Arc::new(MemoryJournal::new()), Bank::default());
    let engine = payouts(&journal, &bank);
    drop(engine.prepare(&intent("one", 100)).await.unwrap());
    let mut entry = journal
        .by_intent(&intent("one", 1).id)
        .await
        .unwrap()
        .unwrap();
    entry.state = State::Sending;
    let entry = journal.update(&entry).await.unwrap();
    let error = engine.correct(&intent("one", 200)).await.unwrap_err();
    assert!(
        matches!(error, PrepareError::Journal(JournalError::Conflict)),
        "{error}"
    );
    let now = journal.by_number(&entry.number).await.unwrap().unwrap();
    assert_eq!(now, entry);
}
