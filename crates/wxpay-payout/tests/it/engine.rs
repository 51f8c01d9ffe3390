//! One payout from its intent to its end, by tokio's paused clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use wxpay_api::core::{BusinessError, Fen, TransportError};
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::wecom::PayEmployee;
use wxpay_core::{Effect, Error};
use wxpay_payout::{
    Alarm, AttestError, EmployeePayment, Entry, Fence, Journal, JournalError, Limits,
    MemoryJournal, Message, NotAttestable, NotSentCause, Number, PayEnd, Payouts, Preparation,
    PrepareError, Prepared, Product, QueryEnd, Refusal, Rejected, Rules, Settlement, State,
    Unknown,
};
use wxpay_transport::TokioTimer;

use crate::around::{Around, Layer};
use crate::world::{Call, MINUTE, Scripted, clock, intent, payouts_over};

mod limits;
mod refusals;

pub(crate) fn refused(code: &str) -> PayEnd {
    let facts = BusinessError::new(200, code, "", PayEmployee::META.errors);
    PayEnd::Refused(Refusal::new(code, facts.class(), "words"))
}

pub(crate) fn not_sent() -> PayEnd {
    let error = TransportError::not_sent("refused");
    PayEnd::NotSent(Error::new("pay", Effect::Write, error))
}

pub(crate) fn unclear() -> PayEnd {
    PayEnd::Unclear("cut".to_owned())
}

fn paid(amount: i64) -> QueryEnd {
    QueryEnd::Paid {
        payment_no: Some("2".to_owned()),
        amount: Some(Fen::new(amount)),
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
    fn new(
        pays: impl IntoIterator<Item = PayEnd>,
        queries: impl IntoIterator<Item = QueryEnd>,
    ) -> Self {
        let service = Scripted::new(pays, queries);
        let journal = Arc::new(MemoryJournal::new());
        Self {
            payouts: payouts_over(Arc::clone(&journal), service.clone()),
            service,
            journal,
        }
    }

    async fn prepared(&self, name: &str, amount: i64) -> Prepared {
        match self.payouts.prepare(&intent(name, amount)).await.unwrap() {
            Preparation::Ready(prepared) => prepared,
            Preparation::Before(settlement) => panic!("{settlement:?}"),
        }
    }

    async fn sent(&self) -> Settlement {
        let prepared = self.prepared("one", 100).await;
        self.payouts.send(prepared).await.unwrap()
    }

    async fn entry(&self) -> Entry {
        let found = self.journal.by_intent(&intent("one", 100).id).await;
        found.unwrap().unwrap()
    }

    /// Resolves until it is settled, at most so often.
    async fn resolved(&self, mut settlement: Settlement, most: usize) -> Settlement {
        for _ in 0..most {
            match settlement {
                Settlement::Unknown(unknown) => {
                    settlement = self.payouts.resolve(unknown).await.unwrap();
                }
                settled => return settled,
            }
        }
        settlement
    }
}

#[track_caller]
pub(crate) fn unknown(settlement: Settlement) -> Unknown {
    match settlement {
        Settlement::Unknown(unknown) => unknown,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn rejected(settlement: Settlement) -> Rejected {
    match settlement {
        Settlement::Rejected(rejected) => rejected,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_paid(settlement: Settlement) {
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
}

/// A program that stopped between preparing and sending goes on with the same number.
#[tokio::test(start_paused = true)]
async fn what_is_prepared_again_is_the_same_and_can_be_sent() {
    let world = World::new([], []);
    let number = world.prepared("one", 100).await.number().clone();
    let again = world.prepared("one", 100).await;
    assert_eq!(*again.number(), number);
    assert_paid(world.payouts.send(again).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn paid_once_and_never_again() {
    let world = World::new([], []);
    assert_paid(world.sent().await);
    let entry = world.entry().await;
    assert_eq!((entry.state, entry.message), (State::Paid, None));
    for _ in 0..3 {
        match world.payouts.prepare(&intent("one", 100)).await.unwrap() {
            Preparation::Before(settlement) => assert_paid(settlement),
            Preparation::Ready(_) => panic!("it is paid"),
        }
    }
    let error = world
        .payouts
        .prepare(&intent("one", 200))
        .await
        .unwrap_err();
    assert!(matches!(error, PrepareError::OtherPayment(_)), "{error}");
    assert!(error.to_string().contains("look it up"), "{error}");
    assert_eq!(world.service.messages().len(), 1);
}

/// In doubt: a minute, a query that finds nothing, five minutes, and the same bytes again.
#[tokio::test(start_paused = true)]
async fn doubt_is_repeated_with_the_same_bytes() {
    let world = World::new([unclear(), refused("SYSTEMERROR")], [QueryEnd::NotFound]);
    let start = Instant::now();
    let first = world.resolved(world.sent().await, 1).await;
    assert_eq!(start.elapsed().as_secs(), 60);
    let second = world.resolved(first, 1).await;
    assert!(start.elapsed() >= MINUTE * 6);
    assert_paid(world.resolved(second, 9).await);
    let messages = world.service.messages();
    assert_eq!(messages.len(), 3);
    assert!(messages.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.entry().await.sends, 3);
}

/// Each end says which payout it is, and what is known of it.
#[tokio::test(start_paused = true)]
async fn an_end_tells_what_it_is_the_end_of() {
    let world = World::new([], []);
    let prepared = world.prepared("one", 100).await;
    let number = prepared.number().clone();
    assert_eq!(
        (prepared.intent().as_str(), prepared.amount()),
        ("one", Fen::new(100))
    );
    let Settlement::Paid(paid) = world.payouts.send(prepared).await.unwrap() else {
        panic!("it was not paid");
    };
    assert_eq!((paid.intent().as_str(), paid.number()), ("one", &number));
    assert_eq!(
        (paid.amount(), paid.payment_no()),
        (Fen::new(100), Some("1"))
    );

    let world = World::new([refused("NAME_MISMATCH")], []);
    let settlement = world.resolved(world.sent().await, 3).await;
    let rejected = rejected(settlement);
    assert_eq!(
        (rejected.intent().as_str(), rejected.amount()),
        ("one", Fen::new(100))
    );
    assert_eq!(rejected.refusal().unwrap().code, "NAME_MISMATCH");
    assert!(
        rejected.reason().contains("NAME_MISMATCH"),
        "{}",
        rejected.reason()
    );

    let world = World::new([refused("FATAL_ERROR")], []);
    let unknown = unknown(world.sent().await);
    assert_eq!(
        (unknown.intent().as_str(), unknown.amount()),
        ("one", Fen::new(100))
    );
    assert_eq!(unknown.alarm(), Some(&Alarm::ParametersDiffer));
    assert!(
        unknown.reason().contains("FATAL_ERROR"),
        "{}",
        unknown.reason()
    );
    assert_eq!(unknown.next_at(), world.entry().await.next_at);
    let number = unknown.number().clone();
    assert_eq!(unknown.park(), number);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_says_why_and_which() {
    let world = World::new([not_sent()], []);
    let prepared = world.prepared("one", 100).await;
    let number = prepared.number().clone();
    let error = world.payouts.send(prepared).await.unwrap_err();
    assert_eq!(error.to_string(), "one was not sent");
    assert!(matches!(error.cause(), NotSentCause::Call(_)));
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("not sent"), "{why}");
    assert_eq!(*error.into_prepared().number(), number);
}

#[tokio::test(start_paused = true)]
async fn another_amount_is_an_alarm_and_no_payment() {
    for (end, alarm) in [
        (paid(99), true),
        (paid(100), false),
        (
            QueryEnd::Paid {
                payment_no: None,
                amount: None,
                payee: None,
                at: None,
            },
            true,
        ),
        (
            QueryEnd::Paid {
                payment_no: None,
                amount: Some(Fen::new(100)),
                payee: Some("somebody else".to_owned()),
                at: None,
            },
            true,
        ),
    ] {
        let world = World::new([unclear()], [end]);
        let settlement = world.resolved(world.sent().await, 1).await;
        if alarm {
            assert_eq!(unknown(settlement).alarm(), Some(&Alarm::Mismatch));
            assert_eq!(world.entry().await.state, State::Unknown);
        } else {
            assert_paid(settlement);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn not_sent_is_an_error_only_while_nothing_ever_left() {
    let world = World::new([not_sent(), unclear(), not_sent()], [QueryEnd::NotFound]);
    let prepared = world.prepared("one", 100).await;
    let error = world.payouts.send(prepared).await.unwrap_err();
    assert!(matches!(error.cause(), NotSentCause::Call(_)), "{error}");
    assert_eq!(world.entry().await.state, State::Prepared);
    let settlement = world.payouts.send(error.into_prepared()).await.unwrap();
    // The query, then the try that did not leave: the doubt stays.
    let settlement = world.resolved(settlement, 2).await;
    drop(unknown(settlement));
    let entry = world.entry().await;
    assert_eq!((entry.state, entry.doubt), (State::Unknown, true));
}

/// A process that dies in the middle of a send leaves a payout that is in doubt when its lease has
/// ended.
#[tokio::test(start_paused = true)]
async fn dropped_send_is_in_doubt() {
    #[derive(Debug)]
    struct Hanging(Scripted);

    #[async_trait::async_trait]
    impl Layer for Hanging {
        fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
            &self.0
        }

        async fn pay(&self, _: &Number, _: &Message, _: &Fence) -> PayEnd {
            std::future::pending().await
        }
    }

    let journal = Arc::new(MemoryJournal::new());
    let hanging = payouts_over(Arc::clone(&journal), Around(Hanging(Scripted::default())));
    let Preparation::Ready(prepared) = hanging.prepare(&intent("one", 100)).await.unwrap() else {
        panic!("it is new")
    };
    let number = prepared.number().clone();
    timeout(MINUTE, hanging.send(prepared)).await.unwrap_err();
    assert_eq!(
        journal.by_number(&number).await.unwrap().unwrap().state,
        State::Sending
    );

    let service = Scripted::new([], [QueryEnd::Processing, paid(100)]);
    let next = payouts_over(Arc::clone(&journal), service.clone());
    let Preparation::Before(settlement) = next.prepare(&intent("one", 100)).await.unwrap() else {
        panic!("it was sent")
    };
    let settlement = next.resolve(unknown(settlement)).await.unwrap();
    assert_paid(next.resolve(unknown(settlement)).await.unwrap());
    assert_eq!(service.messages().len(), 0);
}
