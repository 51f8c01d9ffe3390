//! One payout from its intent to its end, by tokio's paused clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use wxpay_api::core::{BusinessError, Fen, TransportError};
use wxpay_api::v2::Endpoint;
use wxpay_api::v2::wecom::PayEmployee;
use wxpay_core::{Effect, Error, PartnerTradeNo};
use wxpay_payout::{
    Alarm, AttestError, Entry, Fence, Journal, JournalError, Limits, MemoryJournal, Message,
    NotAttestable, NotSentCause, PayEnd, Payment, Payouts, Preparation, PrepareError, Prepared,
    QueryEnd, Refusal, Rejected, Rules, Service, Settlement, State, Unknown,
};
use wxpay_transport::TokioTimer;

use crate::world::{Call, Scripted, clock, intent, payouts_over};

const MINUTE: Duration = Duration::from_secs(60);

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
fn unknown(settlement: Settlement) -> Unknown {
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

/// Limits that were lowered since do not make what was paid read as refused.
#[tokio::test(start_paused = true)]
async fn lowered_limits_do_not_hide_what_was_paid() {
    let world = World::new([], []);
    assert_paid(world.sent().await);
    drop(world.payouts.prepare(&intent("unsent", 100)).await.unwrap());
    let mut limits = Limits::default();
    limits.most = Some(Fen::new(99));
    let lower = Payouts::builder(
        Arc::clone(&world.journal),
        world.service.clone(),
        TokioTimer::new(),
    )
    .clock(clock())
    .limits(limits)
    .build();
    match lower.prepare(&intent("one", 100)).await.unwrap() {
        Preparation::Before(settlement) => assert_paid(settlement),
        Preparation::Ready(_) => panic!("it is paid"),
    }
    for name in ["unsent", "new"] {
        let error = lower.prepare(&intent(name, 100)).await.unwrap_err();
        assert!(matches!(error, PrepareError::Invalid(_)), "{error}");
    }
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

/// What was refused was never known under its number, so the corrected payment goes out under it too.
#[tokio::test(start_paused = true)]
async fn definite_refusal_is_confirmed_twice_and_may_be_corrected() {
    let world = World::new([refused("NAME_MISMATCH")], []);
    let start = Instant::now();
    let settlement = unknown(world.sent().await);
    let once = unknown(world.resolved(Settlement::Unknown(settlement), 1).await);
    let rejected = rejected(world.resolved(Settlement::Unknown(once), 1).await);
    assert!(start.elapsed() >= MINUTE * 6);
    let number = rejected.number().clone();
    let rejected = rejected.into_permit().unwrap_err();
    let another = intent("one", 150);
    let prepared = world.payouts.again(rejected, &another).await.unwrap();
    assert_eq!(*prepared.number(), number);
    assert_paid(world.payouts.send(prepared).await.unwrap());
    let entry = world.entry().await;
    assert_eq!((entry.number, entry.amount), (number, Fen::new(150)));
    let messages = world.service.messages();
    assert_ne!(messages[0], messages[1]);
    // From now on this is the payment of the intent.
    let error = world.payouts.prepare(&intent("one", 100)).await;
    assert!(
        matches!(error, Err(PrepareError::OtherPayment(_))),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn again_is_for_the_same_intent_and_within_the_limits() {
    let world = World::new([refused("NAME_MISMATCH")], []);
    let rejected = rejected(world.resolved(world.sent().await, 3).await);
    let number = rejected.number().clone();
    let error = world.payouts.again(rejected, &intent("two", 100)).await;
    assert!(matches!(error, Err(PrepareError::Invalid(_))), "{error:?}");
    let again = world.payouts.resolve_by_number(&number).await.unwrap();
    let again = self::rejected(again);
    let error = world.payouts.again(again, &intent("one", 20_001)).await;
    assert!(matches!(error, Err(PrepareError::Invalid(_))), "{error:?}");
    assert_eq!(world.entry().await.state, State::Rejected);
}

/// What passes or is to be corrected elsewhere keeps its number and its bytes.
#[tokio::test(start_paused = true)]
async fn refusals_that_keep_their_number() {
    for code in [
        "NOTENOUGH",
        "SENDNUM_LIMIT",
        "NOAUTH",
        "SIGN_ERROR",
        "PARAM_ERROR",
    ] {
        let world = World::new([refused(code)], []);
        let settlement = world.resolved(world.sent().await, 3).await;
        let rejected = rejected(settlement).into_permit().unwrap_err();
        assert!(rejected.can_be_sent_again(), "{code}");
        let number = rejected.number().clone();
        let prepared = world
            .payouts
            .again(rejected, &intent("one", 100))
            .await
            .unwrap();
        assert_eq!(*prepared.number(), number);
        assert_paid(world.payouts.send(prepared).await.unwrap());
        let messages = world.service.messages();
        assert_eq!(messages[0], messages[1], "{code}");
    }
}

/// After a try in doubt, no refusal proves anything: the first may have paid.
#[tokio::test(start_paused = true)]
async fn refusal_after_a_doubt_is_no_end() {
    let refusals = (0..40).map(|_| refused("NAME_MISMATCH"));
    let world = World::new([unclear()].into_iter().chain(refusals), []);
    let settlement = unknown(world.resolved(world.sent().await, 60).await);
    assert!(world.service.messages().len() > 2);
    let entry = world.entry().await;
    assert_eq!(entry.state, State::Unknown, "{entry:?}");
    world.service.queries.lock().unwrap().push_back(paid(100));
    assert_paid(world.resolved(Settlement::Unknown(settlement), 9).await);
}

/// The document's advice would pay twice.
#[tokio::test(start_paused = true)]
async fn fatal_error_takes_no_other_number() {
    let world = World::new([refused("FATAL_ERROR")], []);
    let settlement = unknown(world.resolved(world.sent().await, 50).await);
    assert_eq!(settlement.alarm(), Some(&Alarm::ParametersDiffer));
    assert_eq!(world.service.messages().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn failed_by_the_query_may_be_replaced() {
    let failed = QueryEnd::Failed(Some("冻结".to_owned()));
    let world = World::new([unclear()], [QueryEnd::Processing, failed]);
    let rejected = rejected(world.resolved(world.sent().await, 2).await);
    assert_eq!(rejected.reason(), "冻结");
    assert!(!rejected.can_be_sent_again());
    let number = rejected.number().clone();
    let permit = rejected.into_permit().unwrap();
    let one = intent("one", 100);
    let failed = world.payouts.resolve_by_number(&number).await.unwrap();
    let again = world.payouts.again(self::rejected(failed), &one).await;
    let conflict =
        |error: &PrepareError| matches!(error, PrepareError::Journal(JournalError::Conflict));
    assert!(again.as_ref().is_err_and(conflict), "{again:?}");

    let prepared = world.payouts.replace(permit, &one).await.unwrap();
    assert_ne!(*prepared.number(), number);
    // Not before every call for the failed number must have ended.
    let start = Instant::now();
    assert_paid(world.payouts.send(prepared).await.unwrap());
    assert!(start.elapsed() >= MINUTE * 5);
    let replaced = world.journal.by_number(&number).await.unwrap().unwrap();
    let entry = world.entry().await;
    assert_eq!(replaced.replaced_by, Some(entry.number));
    assert_eq!(
        (entry.replaces, entry.generation),
        (Some(number.clone()), 1)
    );
    // The one before stays what it is, and pays no more under either number.
    let before = world.payouts.resolve_by_number(&number).await.unwrap();
    let before = self::rejected(before).into_permit().unwrap_err();
    assert!(!before.can_be_sent_again());
    let again = world.payouts.again(before, &one).await;
    assert!(again.as_ref().is_err_and(conflict), "{again:?}");
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
async fn rules_and_limits_are_those_that_were_given() {
    let mut rules = Rules::default();
    rules.confirmations = 3;
    let mut limits = Limits::default();
    limits.per_second = None;
    let payouts = Payouts::builder(MemoryJournal::new(), Scripted::default(), TokioTimer::new())
        .rules(rules)
        .limits(limits)
        .build();
    assert_eq!(payouts.rules().confirmations, 3);
    assert_eq!(payouts.limits().per_second, None);
    assert!(format!("{payouts:?}").contains("MemoryJournal"));
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

/// A process that dies in the middle of a send leaves a payout that is in doubt when its lease has ended.
#[tokio::test(start_paused = true)]
async fn dropped_send_is_in_doubt() {
    #[derive(Debug)]
    struct Hanging(Scripted);

    #[async_trait::async_trait]
    impl Service for Hanging {
        fn merchant(&self) -> &str {
            "1900000109"
        }

        fn product(&self) -> &str {
            "a product"
        }

        fn compose(&self, number: &PartnerTradeNo, payment: &Payment) -> Result<Message, Error> {
            self.0.compose(number, payment)
        }

        async fn pay(&self, _: &PartnerTradeNo, _: &Message, _: &Fence) -> PayEnd {
            std::future::pending().await
        }

        async fn query(&self, number: &PartnerTradeNo) -> QueryEnd {
            self.0.query(number).await
        }
    }

    let journal = Arc::new(MemoryJournal::new());
    let hanging = payouts_over(Arc::clone(&journal), Hanging(Scripted::default()));
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

#[tokio::test(start_paused = true)]
async fn two_payments_to_one_payee_are_fifteen_seconds_apart() {
    let world = World::new([], []);
    let mut second = intent("two", 100);
    second.payment.openid = intent("one", 100).payment.openid;
    assert_paid(world.sent().await);
    let start = Instant::now();
    let Preparation::Ready(prepared) = world.payouts.prepare(&second).await.unwrap() else {
        panic!("it is new")
    };
    assert_paid(world.payouts.send(prepared).await.unwrap());
    assert!(start.elapsed() >= Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn amounts_have_their_limits() {
    let world = World::new([], []);
    for amount in [0, 99, 20_001, -1] {
        let error = world
            .payouts
            .prepare(&intent("one", amount))
            .await
            .unwrap_err();
        assert!(
            matches!(error, PrepareError::Invalid(_)),
            "{amount}: {error}"
        );
    }
    drop(world.prepared("one", 20_000).await);
    let mut more = intent("two", 100);
    more.payment.openid = intent("one", 100).payment.openid;
    let error = world.payouts.prepare(&more).await.unwrap_err();
    assert!(matches!(error, PrepareError::Full(_)), "{error}");
}

/// After 7 days nothing is sent, after 10 a person may attest, after 30 nothing is asked.
#[tokio::test(start_paused = true)]
async fn days_pass() {
    let day = MINUTE * 60 * 24;
    let world = World::new((0..9999).map(|_| unclear()), []);
    let start = Instant::now();
    let mut settlement = world.sent().await;
    let mut sends_after = Vec::new();
    while start.elapsed() < day * 8 {
        settlement = world.resolved(settlement, 1).await;
        sends_after.push((start.elapsed(), world.service.messages().len()));
    }
    let at_seven = sends_after
        .iter()
        .find(|(time, _)| *time > day * 7 + MINUTE * 120)
        .unwrap()
        .1;
    assert_eq!(world.service.messages().len(), at_seven);
    let parked = unknown(settlement);
    assert_eq!(parked.alarm(), Some(&Alarm::ResendWindowClosed));
    let number = parked.number().clone();
    let early = world
        .payouts
        .attest_failed(parked, "Wang", "bill of the day")
        .await
        .unwrap_err();
    assert!(
        matches!(early, AttestError::NotNow(NotAttestable::TooEarly(_))),
        "{early}"
    );
    let mut settlement = world.payouts.resolve_by_number(&number).await.unwrap();
    while start.elapsed() < day * 18 {
        settlement = world.resolved(settlement, 1).await;
    }
    let attested = world
        .payouts
        .attest_failed(unknown(settlement), "Wang", "bill of the day");
    let rejected = rejected(attested.await.unwrap());
    assert!(rejected.reason().contains("Wang"));

    let world = World::new([unclear()], (0..9999).map(|_| QueryEnd::Processing));
    let mut settlement = world.sent().await;
    let start = Instant::now();
    while start.elapsed() < day * 31 {
        settlement = world.resolved(settlement, 1).await;
    }
    assert_eq!(unknown(settlement).alarm(), Some(&Alarm::QueryWindowClosed));
    let calls = world.service.calls.lock().unwrap();
    let queries = calls
        .iter()
        .filter(|call| matches!(call, Call::Query(_)))
        .count();
    assert!(queries < 800, "{queries}");
}
