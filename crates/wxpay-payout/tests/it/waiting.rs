//! Payouts that WeChat Pay holds until somebody does something.

use std::sync::Arc;

use async_trait::async_trait;
use wxpay_core::{Effect, Error, Fen, TransportError};
use wxpay_payout::{
    Alarm, CancelEnd, CancelError, EmployeePayment, Fence, Hold, Intent, Journal, JournalError,
    MemoryJournal, Message, Number, Package, PayEnd, Payouts, Preparation, PrepareError, Product,
    QueryEnd, Rules, RunOptions, Settlement, State, WaitsFor,
};

use crate::world::{Call, DAY, MINUTE, Scripted, intent, payouts_by, payouts_over};

fn hold(who: WaitsFor) -> Hold {
    Hold::new(who, "said")
}

fn for_user(package: Option<&str>) -> Hold {
    hold(WaitsFor::User).package(package.map(Package::new))
}

fn asked(who: WaitsFor) -> QueryEnd {
    QueryEnd::Waiting(hold(who))
}

fn paid(amount: i64) -> QueryEnd {
    QueryEnd::Paid {
        payment_no: Some("1".to_owned()),
        amount: Some(Fen::new(amount)),
        payee: None,
        at: None,
    }
}

fn unclear() -> PayEnd {
    PayEnd::Unclear("cut".to_owned())
}

async fn sent(payouts: &Payouts, intent: &Intent) -> Settlement {
    match payouts.prepare(intent).await.unwrap() {
        Preparation::Ready(prepared) => payouts.send(prepared).await.unwrap(),
        Preparation::Before(settlement) => settlement,
    }
}

fn waiting(settlement: Settlement) -> wxpay_payout::Waiting {
    match settlement {
        Settlement::Waiting(waiting) => waiting,
        other => panic!("{other:?}"),
    }
}

fn count(script: &Scripted, wanted: fn(&Call) -> bool) -> usize {
    let calls = script.calls.lock().unwrap();
    calls.iter().filter(|call| wanted(call)).count()
}

/// No doubt, no alarm, no second request, and few queries, for as long as the user takes.
#[tokio::test(start_paused = true)]
async fn a_user_may_take_days() {
    let days = 5;
    let queries = (0..days * 48).map(|_| asked(WaitsFor::User));
    let script = Scripted::new(
        [PayEnd::Waiting(for_user(Some("open")))],
        queries.chain([paid(100)]),
    );
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let mut settlement = sent(&payouts, &intent("one", 100)).await;
    let mut steps = 0;
    while let Settlement::Waiting(waiting) = settlement {
        assert_eq!(waiting.package().map(Package::as_str), Some("open"));
        assert_eq!(
            (waiting.waits_for(), waiting.alarm()),
            (WaitsFor::User, None)
        );
        assert!(!format!("{waiting:?}").contains("open"));
        settlement = payouts.resolve(waiting).await.unwrap();
        steps += 1;
    }
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
    assert_eq!(steps, days * 48 + 1);
    assert_eq!(script.messages().len(), 1);
}

/// The package comes with the response to the request alone, so the same bytes go out once more.
#[tokio::test(start_paused = true)]
async fn a_lost_package_is_asked_for_again() {
    let script = Scripted::new(
        [unclear(), PayEnd::Waiting(for_user(Some("open")))],
        [
            QueryEnd::NotFound,
            asked(WaitsFor::User),
            // The one right before the repetition.
            asked(WaitsFor::User),
        ],
    );
    let payouts = payouts_by(Rules::default(), MemoryJournal::new(), script.clone());
    let mut settlement = sent(&payouts, &intent("one", 100)).await;
    for _ in 0..3 {
        settlement = match settlement {
            Settlement::Unknown(unknown) => payouts.resolve(unknown).await.unwrap(),
            Settlement::Waiting(waiting) if waiting.package().is_none() => {
                payouts.resolve(waiting).await.unwrap()
            }
            settled => settled,
        };
    }
    assert_eq!(
        waiting(settlement).package().map(Package::as_str),
        Some("open")
    );
    let messages = script.messages();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0], messages[1]);
}

/// A query right before the repetition that hears of an end keeps it from leaving.
#[tokio::test(start_paused = true)]
async fn nothing_is_repeated_after_the_end() {
    let script = Scripted::new(
        [unclear()],
        [
            QueryEnd::NotFound,
            asked(WaitsFor::User),
            QueryEnd::Failed(Some("closed".to_owned())),
        ],
    );
    let payouts = payouts_by(Rules::default(), MemoryJournal::new(), script.clone());
    let mut settlement = sent(&payouts, &intent("one", 100)).await;
    for _ in 0..3 {
        settlement = match settlement {
            Settlement::Unknown(unknown) => payouts.resolve(unknown).await.unwrap(),
            Settlement::Waiting(waiting) => payouts.resolve(waiting).await.unwrap(),
            settled => settled,
        };
    }
    let Settlement::Rejected(rejected) = settlement else {
        panic!("{settlement:?}")
    };
    assert!(rejected.into_permit().is_ok());
    assert_eq!(script.messages().len(), 1);
}

/// What the page says of `ACCEPTED` and `PROCESSING`: the same request may be sent again, and more
/// patiently each time.
#[tokio::test(start_paused = true)]
async fn what_is_to_be_repeated_is_repeated_with_the_same_bytes() {
    let script = Scripted::new(
        [
            PayEnd::Waiting(hold(WaitsFor::Repetition)),
            PayEnd::Waiting(hold(WaitsFor::Repetition)),
            PayEnd::Waiting(for_user(Some("open"))),
        ],
        (0..50).map(|_| asked(WaitsFor::Repetition)),
    );
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let mut settlement = sent(&payouts, &intent("one", 100)).await;
    let start = tokio::time::Instant::now();
    loop {
        let held = waiting(settlement);
        if held.package().is_some() {
            break;
        }
        settlement = payouts.resolve(held).await.unwrap();
    }
    let messages = script.messages();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| *message == messages[0]));
    assert!(start.elapsed() >= MINUTE * 15, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn not_found_does_not_end_what_is_held() {
    let script = Scripted::new([PayEnd::Waiting(for_user(Some("open")))], []);
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let mut held = waiting(sent(&payouts, &intent("one", 100)).await);
    for _ in 0..20 {
        held = waiting(payouts.resolve(held).await.unwrap());
    }
    assert_eq!(script.messages().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_ends_as_queries_say() {
    for (end, queries, is_paid) in [
        (
            CancelEnd::Taken,
            vec![
                asked(WaitsFor::WeChatPay),
                QueryEnd::Failed(Some("cancelled".to_owned())),
            ],
            false,
        ),
        (CancelEnd::Taken, vec![paid(100)], true),
        (
            CancelEnd::Unclear("cut".to_owned()),
            vec![asked(WaitsFor::User), paid(100)],
            true,
        ),
        (
            CancelEnd::Unclear("cut".to_owned()),
            vec![QueryEnd::Failed(None)],
            false,
        ),
    ] {
        let script = Scripted::new([PayEnd::Waiting(for_user(None))], queries);
        script.cancels.lock().unwrap().push_back(end);
        let payouts = payouts_over(MemoryJournal::new(), script.clone());
        let one = intent("one", 100);
        let _ = waiting(sent(&payouts, &one).await);
        let cancelled = waiting(payouts.cancel(&one.id).await.unwrap());
        assert!(cancelled.is_being_cancelled());
        let mut settlement = payouts.resolve(cancelled).await.unwrap();
        while let Settlement::Waiting(held) = settlement {
            settlement = payouts.resolve(held).await.unwrap();
        }
        match settlement {
            Settlement::Paid(_) => assert!(is_paid),
            Settlement::Rejected(rejected) => assert!(!is_paid && rejected.into_permit().is_ok()),
            other => panic!("{other:?}"),
        }
        // Though the package was missing: what is being cancelled is not sent again.
        assert_eq!(script.messages().len(), 1);
        assert_eq!(count(&script, |call| matches!(call, Call::Cancel(_))), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_held_is_not_cancelled() {
    let script = Scripted::new([PayEnd::Waiting(for_user(Some("open"))), unclear()], []);
    let error = TransportError::not_sent("no route");
    let not_sent = CancelEnd::NotSent(Error::new("cancel", Effect::Write, error));
    script.cancels.lock().unwrap().push_back(not_sent);
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let (held, unknown) = (intent("held", 100), intent("unknown", 100));
    let _ = sent(&payouts, &held).await;
    let _ = sent(&payouts, &unknown).await;
    let error = payouts.cancel(&held.id).await.unwrap_err();
    assert!(matches!(error, CancelError::NotSent(_)), "{error}");
    let error = payouts.cancel(&held.id).await.unwrap_err();
    assert!(matches!(error, CancelError::Unsupported), "{error}");
    let found = payouts.find(&held.id).await.unwrap().unwrap();
    assert!(!waiting(found).is_being_cancelled());
    let error = payouts.cancel(&unknown.id).await.unwrap_err();
    assert!(matches!(error, CancelError::NotWaiting(_)), "{error}");
    let error = payouts
        .cancel(&"nobody".parse().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(error, CancelError::NotThere), "{error}");
    assert_eq!(count(&script, |call| matches!(call, Call::Cancel(_))), 2);
}

/// A refund that can't reach the card: a person has to act, and no other number is possible.
#[tokio::test(start_paused = true)]
async fn an_abnormal_end_waits_for_a_person() {
    let script = Scripted::new(
        [PayEnd::Waiting(hold(WaitsFor::WeChatPay))],
        [
            asked(WaitsFor::Merchant),
            asked(WaitsFor::Merchant),
            asked(WaitsFor::WeChatPay),
            paid(100),
        ],
    );
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let held = waiting(sent(&payouts, &intent("one", 100)).await);
    assert_eq!(held.alarm(), None);
    let held = waiting(payouts.resolve(held).await.unwrap());
    assert_eq!(held.alarm(), Some(&Alarm::Abnormal));
    let held = waiting(payouts.resolve(held).await.unwrap());
    assert_eq!(held.waits_for(), WaitsFor::Merchant);
    let held = waiting(payouts.resolve(held).await.unwrap());
    assert_eq!(held.alarm(), None);
    let end = payouts.resolve(held).await.unwrap();
    assert!(matches!(end, Settlement::Paid(_)), "{end:?}");
    assert_eq!(script.messages().len(), 1);
}

/// A run does not wait for users. Days later, the same run goes on.
#[tokio::test(start_paused = true)]
async fn a_run_leaves_what_waits_for_users_to_a_later_one() {
    let pays = (0..30).map(|_| PayEnd::Waiting(for_user(Some("open"))));
    let script = Scripted::new(pays, (0..30).map(|_| paid(100)));
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let intents = || (0..30).map(|at| intent(&format!("i{at}"), 100));
    let start = tokio::time::Instant::now();
    let first = payouts.run(intents(), RunOptions::new()).await;
    assert_eq!((first.waiting.len(), first.len()), (30, 30), "{first:?}");
    assert_eq!(first.waiting_amount(), Fen::new(3000));
    assert!(start.elapsed() < MINUTE, "{:?}", start.elapsed());
    let again = payouts.run(intents(), RunOptions::new()).await;
    assert_eq!(again.waiting.len(), 30);
    assert_eq!(count(&script, |call| matches!(call, Call::Query(_))), 0);
    tokio::time::sleep(DAY * 2).await;
    let last = payouts.run(intents(), RunOptions::new()).await;
    assert_eq!(last.paid.len(), 30, "{last:?}");
    assert_eq!(script.messages().len(), 30);
}

/// A notification is an occasion to ask, whatever it says.
#[tokio::test(start_paused = true)]
async fn asking_does_not_wait() {
    let script = Scripted::new([PayEnd::Waiting(for_user(Some("open")))], [paid(100)]);
    let payouts = payouts_over(MemoryJournal::new(), script.clone());
    let held = waiting(sent(&payouts, &intent("one", 100)).await);
    let number = Number::from(held);
    let left = payouts.resolve_by_number(&number).await.unwrap();
    assert!(matches!(left, Settlement::Waiting(_)));
    let end = payouts.ask(&number).await.unwrap();
    assert!(matches!(end, Settlement::Paid(_)), "{end:?}");
    // Twice, and late.
    let end = payouts.ask(&number).await.unwrap();
    assert!(matches!(end, Settlement::Paid(_)), "{end:?}");
    assert_eq!(count(&script, |call| matches!(call, Call::Query(_))), 1);
}

/// The same calls under another name.
#[derive(Clone, Debug)]
struct Other(Scripted);

#[async_trait]
impl Product for Other {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        self.0.merchant()
    }

    fn name(&self) -> &str {
        "another product"
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        self.0.compose(number, payment).await
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        self.0.pay(number, message, fence).await
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        self.0.query(number).await
    }
}

/// Each product in a journal has its own numbers and limits, and none touches what is not its own.
#[tokio::test(start_paused = true)]
async fn a_journal_may_hold_several_products() {
    let journal = Arc::new(MemoryJournal::new());
    let script = Scripted::new([unclear()], []);
    let one = payouts_over(Arc::clone(&journal), script.clone());
    let other = payouts_over(Arc::clone(&journal), Other(script.clone()));
    let unknown = intent("one", 20_000);
    let _ = sent(&one, &unknown).await;
    let entry = journal.by_intent(&unknown.id).await.unwrap().unwrap();
    assert_eq!(
        (entry.state, entry.product.as_str()),
        (State::Unknown, "a product")
    );

    let error = other.prepare(&unknown).await.unwrap_err();
    assert!(matches!(error, PrepareError::OtherPayment(_)), "{error}");
    let error = other.resolve_by_number(&entry.number).await.unwrap_err();
    assert!(
        matches!(error, JournalError::OtherProduct { .. }),
        "{error}"
    );
    let calls = script.calls.lock().unwrap().len();
    assert!(
        other
            .resolve_all(RunOptions::new())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(script.calls.lock().unwrap().len(), calls);

    // The payee's day is full for the one product, and not for the other.
    let mut more = intent("one", 100);
    more.id = "more".parse().unwrap();
    assert!(matches!(
        one.prepare(&more).await,
        Err(PrepareError::Full(_))
    ));
    let settlement = sent(&other, &more).await;
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
}
