//! Limits of amounts, days and payees.

use super::*;

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
