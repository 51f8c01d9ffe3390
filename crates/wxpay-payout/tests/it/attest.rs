//! What a person may declare failed, when, and what becomes of it.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, oneshot};
use wxpay_core::Fen;
use wxpay_payout::{
    Alarm, AttestError, EmployeePayment, Entry, Intent, Journal, JournalError, Lease,
    MemoryJournal, NotAttestable, Number, Payouts, Preparation, Product, QueryEnd, RunOptions,
    Settlement, State, Unknown,
};

use crate::around::{Around, Layer};
use crate::bank::Bank;
use crate::engine::{unclear, unknown};
use crate::world::{Call, DAY, MINUTE, Scripted, intent, payouts_by, payouts_over, unasked};

fn one() -> Intent {
    intent("one", 100)
}

fn paid() -> QueryEnd {
    QueryEnd::Paid {
        payment_no: Some("1000".to_owned()),
        amount: Some(Fen::new(100)),
        payee: None,
        at: None,
    }
}

struct World {
    payouts: Payouts,
    service: Scripted,
    journal: Arc<MemoryJournal>,
}

impl World {
    /// A payout that was sent once without an answer, and about which queries say this.
    async fn new(queries: impl IntoIterator<Item = QueryEnd>) -> (Self, Unknown) {
        let service = Scripted::new([unclear()], queries);
        let journal = Arc::new(MemoryJournal::new());
        let mut rules = unasked();
        rules.resend = false;
        let payouts = payouts_by(rules, Arc::clone(&journal), service.clone());
        let Ok(Preparation::Ready(prepared)) = payouts.prepare(&one()).await else {
            panic!("it is new")
        };
        let sent = payouts.send(prepared).await.unwrap();
        let world = Self {
            payouts,
            service,
            journal,
        };
        (world, unknown(sent))
    }

    async fn entry(&self) -> Entry {
        self.journal.by_intent(&one().id).await.unwrap().unwrap()
    }

    async fn attest(&self, unknown: Unknown) -> Result<Settlement, AttestError> {
        self.payouts.attest_failed(unknown, "Wang", "bill").await
    }

    /// Asks once.
    async fn asked(&self, unknown: Unknown) -> Unknown {
        crate::engine::unknown(self.payouts.resolve(unknown).await.unwrap())
    }

    /// As the journal has it now.
    async fn now(&self) -> Unknown {
        match self.payouts.prepare(&one()).await.unwrap() {
            Preparation::Before(settlement) => unknown(settlement),
            Preparation::Ready(_) => panic!("it was sent"),
        }
    }

    fn queries(&self) -> usize {
        let calls = self.service.calls.lock().unwrap();
        calls
            .iter()
            .filter(|call| matches!(call, Call::Query(_)))
            .count()
    }
}

#[tokio::test(start_paused = true)]
async fn too_early_and_never_not_found_are_refused_without_a_query() {
    let (world, unknown) = World::new([QueryEnd::NotFound, QueryEnd::Processing]).await;
    let unknown = world.asked(unknown).await;
    let early = world.attest(unknown).await.unwrap_err();
    assert!(
        matches!(early, AttestError::NotNow(NotAttestable::TooEarly(_))),
        "{early}"
    );
    // Under way since: what was not found before counts no more.
    let unknown = world.asked(world.now().await).await;
    tokio::time::sleep(DAY * 11).await;
    let before = (world.queries(), world.entry().await);
    let known = world.attest(unknown).await.unwrap_err();
    assert!(
        matches!(known, AttestError::NotNow(NotAttestable::NeverNotFound)),
        "{known}"
    );
    assert!(known.to_string().contains("resolve it first"), "{known}");
    assert_eq!((world.queries(), world.entry().await), before);
}

#[tokio::test(start_paused = true)]
async fn nobody_attests_what_another_process_works_on() {
    let (world, unknown) = World::new([]).await;
    let unknown = world.asked(unknown).await;
    tokio::time::sleep(DAY * 11).await;
    let mut held = world.entry().await;
    held.lease = Some(Lease {
        holder: "another process".to_owned(),
        until: held.next_at.after(DAY * 11),
    });
    let held = world.journal.update(&held).await.unwrap();
    // By what this one has read before, nobody holds it: the journal knows better.
    let conflict = world.attest(unknown).await.unwrap_err();
    assert!(
        matches!(conflict, AttestError::Journal(JournalError::Conflict)),
        "{conflict}"
    );
    let refused = world.attest(world.now().await).await.unwrap_err();
    assert!(
        matches!(refused, AttestError::NotNow(NotAttestable::Held(until)) if until == held.lease.clone().unwrap().until),
        "{refused}"
    );
    assert_eq!(world.entry().await, held);
}

/// Whatever WeChat Pay says then but that it does not know it, nothing is attested.
#[tokio::test(start_paused = true)]
async fn asked_once_more_wechat_pay_has_the_last_word() {
    for (end, state) in [
        (paid(), State::Paid),
        (QueryEnd::Failed(Some("余额不足".to_owned())), State::Failed),
        (QueryEnd::Processing, State::Unknown),
        (QueryEnd::Unclear("cut".to_owned()), State::Unknown),
    ] {
        let (world, unknown) = World::new([QueryEnd::NotFound, end]).await;
        let unknown = world.asked(unknown).await;
        tokio::time::sleep(DAY * 11).await;
        let attested = world.attest(unknown).await;
        let entry = world.entry().await;
        assert_eq!((entry.state, entry.attested), (state, false));
        assert_eq!(entry.allows_replacement(), state == State::Failed);
        assert!(entry.lease.is_none());
        match (state, attested) {
            (State::Paid, Ok(Settlement::Paid(paid))) => {
                assert_eq!((paid.payment_no(), paid.alarm()), (Some("1000"), None));
            }
            (State::Failed, Ok(Settlement::Rejected(rejected))) => {
                assert_eq!(rejected.reason(), "余额不足");
            }
            (State::Unknown, Err(AttestError::NotConfirmed(_))) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// After thirty days WeChat Pay answers no queries, and the bill alone decides.
#[tokio::test(start_paused = true)]
async fn past_the_query_window_silence_does_not_refuse() {
    let (world, unknown) = World::new([]).await;
    drop(world.asked(unknown).await);
    tokio::time::sleep(DAY * 31).await;
    let before = world.queries();
    let attested = world.attest(world.now().await).await.unwrap();
    let Settlement::Rejected(rejected) = attested else {
        panic!("it was attested")
    };
    assert!(rejected.reason().contains("Wang"));
    assert!(rejected.can_be_sent_again());
    assert_eq!(world.queries(), before + 1, "asked all the same");
    assert!(
        rejected.into_permit().is_err(),
        "WeChat Pay has not said so"
    );
}

/// What was attested goes out again under the same number, so that what was lost for ten days can't
/// be paid beside it.
#[tokio::test(start_paused = true)]
async fn attested_goes_out_again_under_its_number() {
    for was_paid in [false, true] {
        let bank = Bank::default();
        bank.lose_next(usize::MAX);
        let journal = Arc::new(MemoryJournal::new());
        let payouts = payouts_by(
            wxpay_payout::Rules::default(),
            Arc::clone(&journal),
            bank.clone(),
        );
        let Ok(Preparation::Ready(prepared)) = payouts.prepare(&one()).await else {
            panic!("it is new")
        };
        let number = prepared.number().clone();
        let start = tokio::time::Instant::now();
        let mut open = unknown(payouts.send(prepared).await.unwrap());
        while start.elapsed() < DAY * 18 {
            open = unknown(payouts.resolve(open).await.unwrap());
        }
        let attested = payouts.attest_failed(open, "Wang", "bill").await;
        let Settlement::Rejected(rejected) = attested.unwrap() else {
            panic!("it was attested")
        };
        bank.lose_next(0);
        if was_paid {
            // One of the lost sends arrives after all.
            let message = bank.message(&number, &one().payment);
            bank.pay_lost(&number, message);
        }
        let sends = bank.sends();
        let prepared = payouts.again(rejected, &one()).await.unwrap();
        assert_eq!(*prepared.number(), number);
        let Settlement::Paid(paid) = payouts.send(prepared).await.unwrap() else {
            panic!("it is paid")
        };
        assert_eq!(*paid.number(), number);
        // It had been booked as failed.
        let alarm = was_paid.then_some(&Alarm::PaidLate);
        assert_eq!(paid.alarm(), alarm);
        let result = payouts.run([one()], RunOptions::new()).await;
        let line = &result.paid[0];
        assert_eq!((line.alarm.as_ref(), line.found), (alarm, false));
        assert_eq!(bank.paid(), 1);
        assert_eq!(bank.sends() - sends, usize::from(!was_paid));
    }
}

/// A query that waits for its answer, beside others that are answered at once.
#[derive(Clone, Debug)]
struct Waiting {
    script: Scripted,
    answer: Arc<Mutex<Option<oneshot::Receiver<QueryEnd>>>>,
}

#[async_trait]
impl Layer for Waiting {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.script
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        let answer = self.answer.lock().await.take();
        match answer {
            Some(answer) => answer.await.unwrap(),
            None => self.script.query(number).await,
        }
    }
}

/// A query is out when somebody attests. It hears that it was paid, and so does everybody else.
#[tokio::test(start_paused = true)]
async fn query_that_is_out_has_its_say() {
    for minutes_out in [1, 10] {
        let (world, unknown) = World::new([]).await;
        let (tell, answer) = oneshot::channel();
        let answer = Arc::new(Mutex::new(Some(answer)));
        let script = world.service.clone();
        let other = payouts_by(
            unasked_without_resend(),
            Arc::clone(&world.journal),
            Around(Waiting { script, answer }),
        );
        drop(world.asked(unknown).await);
        tokio::time::sleep(DAY * 11).await;
        let seen = world.now().await;
        let number = seen.number().clone();
        let asking = tokio::spawn(async move { other.resolve_by_number(&number).await.unwrap() });
        tokio::time::sleep(MINUTE * minutes_out).await;
        let stale = world.attest(seen).await.unwrap_err();
        assert!(matches!(stale, AttestError::Journal(_)), "{stale}");
        let fresh = world.attest(world.now().await).await;
        // The lease of the query has ended in ten minutes: then it may be attested, and the answer
        // comes late.
        assert_eq!(fresh.is_ok(), minutes_out == 10, "{fresh:?}");
        tell.send(paid()).unwrap();
        let Settlement::Paid(told) = asking.await.unwrap() else {
            panic!("WeChat Pay said that it was paid")
        };
        let late = minutes_out == 10;
        assert_eq!(told.alarm().is_some(), late);
        let entry = world.entry().await;
        assert_eq!((entry.state, entry.attested), (State::Paid, false));
        assert!(!entry.allows_replacement());
        assert_eq!(entry.alarm.is_some(), late);
        let result = world.payouts.run([one()], RunOptions::new()).await;
        assert_eq!((result.paid.len(), world.service.messages().len()), (1, 1));
    }
}

fn unasked_without_resend() -> wxpay_payout::Rules {
    let mut rules = unasked();
    rules.resend = false;
    rules
}

/// What never left, and what is settled, is nobody's to attest.
#[tokio::test(start_paused = true)]
async fn only_what_is_unknown_is_attested() {
    let service = Scripted::default();
    let payouts = payouts_over(MemoryJournal::new(), service);
    let Ok(Preparation::Ready(prepared)) = payouts.prepare(&one()).await else {
        panic!("it is new")
    };
    let number = prepared.number().clone();
    let unsent = unknown(payouts.resolve_by_number(&number).await.unwrap());
    let refused = payouts.attest_failed(unsent, "Wang", "bill").await;
    assert!(
        matches!(refused, Err(AttestError::NotNow(NotAttestable::NotUnknown))),
        "{refused:?}"
    );
    assert!(matches!(
        payouts.send(prepared).await,
        Ok(Settlement::Paid(_))
    ));
}
