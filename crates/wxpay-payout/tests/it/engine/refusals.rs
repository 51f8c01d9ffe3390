//! Refusals, and what WeChat Pay declares failed: whether the number stays.

use super::*;

/// What was refused was never known under its number, so the corrected payment goes out under it
/// too.
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
