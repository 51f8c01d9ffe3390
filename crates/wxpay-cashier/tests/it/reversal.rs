//! Reversals: repeated until their end is proven, and never a reason to guess.

use wxpay_cashier::{Outcome, PayEnd, QueryEnd, ReverseEnd, Rules};

use crate::world::{
    Call, SECOND, Scripted, asked, cashier, cashier_by, charged, lost, not_reversed, not_sent,
    paid, sale, settled, told, unclear,
};

fn in_doubt() -> ReverseEnd {
    ReverseEnd::Unclear("no response".to_owned())
}

/// Five queries until the reversal, and then these.
fn after_waiting(queries: impl IntoIterator<Item = QueryEnd>) -> Vec<QueryEnd> {
    let mut all = vec![QueryEnd::Unpaid; 5];
    all.extend(queries);
    all
}

#[tokio::test(start_paused = true)]
async fn it_is_called_again_as_long_as_wechat_pay_asks_for_it() {
    let queries = [QueryEnd::Unpaid, QueryEnd::Unpaid, QueryEnd::Reversed];
    let reverses = [
        ReverseEnd::CallAgain,
        ReverseEnd::CallAgain,
        ReverseEnd::Accepted,
    ];
    let service = Scripted::new(lost(), after_waiting(queries), reverses);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse), [45, 55, 65]);
}

/// Even if the payment shows up meanwhile: WeChat Pay has begun to give it back.
#[tokio::test(start_paused = true)]
async fn reversal_that_was_taken_is_brought_to_its_end() {
    for first in [ReverseEnd::CallAgain, ReverseEnd::Accepted] {
        let queries = [paid(), paid(), QueryEnd::Reversed];
        let service = Scripted::new(lost(), after_waiting(queries), [first]);
        assert_eq!(told(&charged(&service).await), "not paid: Reversed");
        assert_eq!(service.times(Call::Reverse).len(), 2);
    }
}

/// WeChat Pay's books lag behind: it is asked again soon, and not reversed again that soon.
#[tokio::test(start_paused = true)]
async fn accepted_reversal_is_repeated_after_10_seconds_at_the_earliest() {
    for lagging in [QueryEnd::Unpaid, paid(), unclear(), QueryEnd::NotFound] {
        let service = Scripted::new(PayEnd::Paying, after_waiting([lagging]), []);
        assert_eq!(told(&charged(&service).await), "open: Reversing");
        let reverses = service.times(Call::Reverse);
        assert!(reverses.len() > 3, "{reverses:?}");
        for pair in reverses.windows(2) {
            assert!(pair[1] >= pair[0] + 10, "{reverses:?}");
        }
        // The quick look after each.
        assert!(service.times(Call::Query).contains(&46));
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_sent_again_after_every_failure() {
    let queries = [
        QueryEnd::Unpaid,
        QueryEnd::Unpaid,
        QueryEnd::Unpaid,
        QueryEnd::Reversed,
    ];
    let reverses = [
        in_doubt(),
        not_reversed("SYSTEMERROR"),
        not_reversed("A_NEW_CODE"),
    ];
    let service = Scripted::new(lost(), after_waiting(queries), reverses);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse), [45, 55, 65, 75]);
}

/// The user may have paid just now. So a query that fails is asked again, and only three in a row
/// are taken for an answer.
#[tokio::test(start_paused = true)]
async fn it_waits_for_an_answered_query() {
    let mut queries = vec![QueryEnd::Paying; 4];
    queries.extend([unclear(), unclear(), paid()]);
    let service = Scripted::new(PayEnd::Paying, queries, []);
    assert_eq!(told(&charged(&service).await), "paid");
    assert!(service.times(Call::Reverse).is_empty());
    assert_eq!(service.times(Call::Query), [5, 15, 25, 35, 45, 55, 65]);

    let mut queries = vec![QueryEnd::Paying; 4];
    queries.extend([unclear(), unclear(), unclear(), QueryEnd::Reversed]);
    let service = Scripted::new(PayEnd::Paying, queries, []);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse), [65]);
}

/// An accepted reversal alone is no proof: its response does not name the order.
#[tokio::test(start_paused = true)]
async fn accepted_reversal_is_confirmed_by_a_query() {
    for (confirms, expected) in [
        (QueryEnd::Reversed, "not paid: Reversed"),
        (QueryEnd::Closed, "not paid: Closed"),
    ] {
        let service = Scripted::new(lost(), after_waiting([unclear(), unclear(), confirms]), []);
        assert_eq!(told(&charged(&service).await), expected);
        assert_eq!(service.times(Call::Reverse), [45, 56]);
    }
    let service = Scripted::new(lost(), after_waiting([unclear()]), []);
    assert_eq!(told(&charged(&service).await), "open: Reversing");
}

/// The request of the charge was lost, or is on its way yet, and WeChat Pay may not keep a reversal
/// of what it does not know.
#[tokio::test(start_paused = true)]
async fn accepted_reversal_of_an_order_that_nobody_knows_is_a_proof_after_5_minutes() {
    let service = Scripted::new(lost(), [QueryEnd::NotFound], []);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "open: Reversing");
    let outcome = settled(&cashier, outcome, 20).await;
    assert_eq!(told(&outcome), "not paid: Reversed");
    let asked_last = service.times(Call::Query).last().copied().unwrap();
    assert!((300..=370).contains(&asked_last), "{asked_last}");
}

#[tokio::test(start_paused = true)]
async fn charge_that_arrives_after_an_accepted_reversal_is_reversed() {
    let mut queries = vec![QueryEnd::NotFound; 12];
    queries.extend([paid(), paid(), paid(), QueryEnd::Reversed]);
    let service = Scripted::new(lost(), queries, []);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    let calls = service.calls();
    let last_paid = calls.len() - 3;
    let after: Vec<_> = calls[last_paid..].iter().map(|(call, _)| *call).collect();
    assert!(after.contains(&Call::Reverse), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn not_found_is_no_proof_of_what_was_seen_before() {
    let queries = after_waiting([QueryEnd::NotFound, QueryEnd::NotFound]);
    let service = Scripted::new(PayEnd::Paying, queries, []);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let outcome = settled(&cashier, outcome, 20).await;
    assert_eq!(told(&outcome), "open: Reversing");
}

/// The charge never arrived, and neither query nor reversal knows an order.
#[tokio::test(start_paused = true)]
async fn order_that_nobody_knows_is_given_up_after_10_minutes() {
    let never = || (0..100).map(|_| ReverseEnd::NotFound);
    let service = Scripted::new(lost(), [QueryEnd::NotFound], never());
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "open: Reversing");
    let outcome = settled(&cashier, outcome, 20).await;
    assert_eq!(told(&outcome), "not paid: NeverArrived");
    let asked_last = service.times(Call::Query).last().copied().unwrap();
    assert!((600..700).contains(&asked_last), "{asked_last}");

    let mut rules = Rules::default();
    rules.not_known_for = std::time::Duration::MAX;
    let service = Scripted::new(lost(), [QueryEnd::NotFound], never());
    let cashier = cashier_by(&service, rules, std::sync::Arc::default());
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let outcome = settled(&cashier, outcome, 20).await;
    assert_eq!(told(&outcome), "open: Reversing");
}

/// The user enters the password after all.
#[tokio::test(start_paused = true)]
async fn payment_after_a_refused_reversal_is_believed_15_seconds_later() {
    let paying = vec![QueryEnd::Paying; 5].into_iter();
    let queries = paying.chain([paid()]);
    let service = Scripted::new(PayEnd::Paying, queries, [not_reversed("USERPAYING")]);
    assert_eq!(told(&charged(&service).await), "paid");
    assert_eq!(service.times(Call::Reverse), [45]);
    assert_eq!(service.times(Call::Query), [5, 15, 25, 35, 45, 55, 60]);
}

/// The reversal may be under way yet. It is not sent again, since the order is known to be paid.
#[tokio::test(start_paused = true)]
async fn payment_after_a_reversal_in_doubt_is_believed_5_minutes_later() {
    for end in [in_doubt(), not_reversed("SYSTEMERROR")] {
        let service = Scripted::new(lost(), after_waiting([paid()]), [end]);
        let cashier = cashier(&service);
        let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
        assert_eq!(told(&outcome), "open: PaidWhileReversing");
        let outcome = settled(&cashier, outcome, 20).await;
        assert_eq!(told(&outcome), "paid");
        assert_eq!(service.times(Call::Reverse), [45]);
        let asked_last = service.times(Call::Query).last().copied().unwrap();
        assert_eq!(asked_last, 45 + 300);
    }
}

#[tokio::test(start_paused = true)]
async fn payment_that_goes_back_after_a_reversal_in_doubt_is_not_paid() {
    let queries = after_waiting([paid(), paid(), QueryEnd::Reversed]);
    let service = Scripted::new(lost(), queries, [in_doubt()]);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse), [45]);
}

/// An answer that is out of date does not undo a payment that was seen.
#[tokio::test(start_paused = true)]
async fn paid_order_is_not_reversed_again_for_an_older_answer() {
    let queries = after_waiting([
        paid(),
        QueryEnd::Unpaid,
        QueryEnd::Failed,
        QueryEnd::NotFound,
        paid(),
    ]);
    let service = Scripted::new(lost(), queries, [in_doubt()]);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let outcome = settled(&cashier, outcome, 20).await;
    assert_eq!(told(&outcome), "paid");
    assert_eq!(service.times(Call::Reverse), [45]);
}

#[tokio::test(start_paused = true)]
async fn reversal_that_did_not_leave_is_none() {
    let reverses = [ReverseEnd::NotSent(not_sent())];
    let service = Scripted::new(lost(), after_waiting([paid()]), reverses);
    assert_eq!(told(&charged(&service).await), "paid");
    assert_eq!(service.times(Call::Query), [5, 15, 25, 35, 45, 55]);
}

/// By WeChat Pay's clock, or by the shop's own.
#[tokio::test(start_paused = true)]
async fn after_seven_days_nothing_is_reversed() {
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], [not_reversed("REVERSE_EXPIRE")]);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let outcome = settled(&cashier, outcome, 5).await;
    assert_eq!(told(&outcome), "open: TooOld");
    assert_eq!(service.times(Call::Reverse), [45]);

    let mut rules = Rules::default();
    rules.patience = SECOND;
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], []);
    let cashier = cashier_by(&service, rules, std::sync::Arc::default());
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "open: Unknown");
    tokio::time::advance(SECOND * 7 * 86_400 + SECOND).await;
    let Outcome::Open(open) = cashier.find(&sale()).await.unwrap().unwrap() else {
        panic!("it is open");
    };
    assert!(open.reason().needs_a_person());
    let outcome = settled(&cashier, Outcome::Open(open), 30).await;
    assert_eq!(told(&outcome), "open: TooOld");
    assert!(service.times(Call::Reverse).is_empty());
}

/// What is too old is for a person, so it is asked about once; but a payment that is about to be
/// proven is waited for.
#[tokio::test(start_paused = true)]
async fn too_old_order_holds_nobody_up() {
    let queries = after_waiting([QueryEnd::Unpaid, QueryEnd::Unpaid, paid()]);
    let service = Scripted::new(lost(), queries, [not_reversed("REVERSE_EXPIRE")]);
    let mut rules = Rules::default();
    rules.patience = SECOND * 50;
    let store = std::sync::Arc::default();
    let first = cashier_by(&service, rules, std::sync::Arc::clone(&store));
    let mut outcome = first.charge(&sale(), &asked("A1")).await.unwrap();
    let start = tokio::time::Instant::now();
    for asked in [5, 6, 7] {
        assert_eq!(told(&outcome), "open: TooOld");
        assert_eq!(service.times(Call::Query).len(), asked);
        if asked < 7 {
            outcome = settled(&first, outcome, 1).await;
        }
    }
    assert!(start.elapsed().is_zero());

    let mut rules = Rules::default();
    rules.patience = SECOND * 5;
    let second = cashier_by(&service, rules, std::sync::Arc::clone(&store));
    let outcome = settled(&second, outcome, 1).await;
    assert_eq!(told(&outcome), "open: PaidWhileReversing");
    let outcome = settled(&first, outcome, 1).await;
    assert_eq!(told(&outcome), "paid");
    assert_eq!(service.times(Call::Reverse), [45]);
    assert_eq!(start.elapsed(), SECOND * 15);
}

/// After a restart nobody knows how long ago the charge was by a clock that can be trusted.
#[tokio::test(start_paused = true)]
async fn time_without_a_program_does_not_count() {
    let service = Scripted::new(lost(), [QueryEnd::Unpaid], []);
    let store = std::sync::Arc::default();
    let first = cashier_by(&service, Rules::default(), std::sync::Arc::clone(&store));
    let (sale, request) = (sale(), asked("A1"));
    let charge = first.charge(&sale, &request);
    let cut = tokio::time::timeout(SECOND * 7, charge).await;
    assert!(cut.is_err());
    tokio::time::advance(SECOND * 3_600).await;

    let second = cashier_by(&service, Rules::default(), store);
    let unsettled = second.resume().await.unwrap();
    let open = unsettled.open.into_iter().next().unwrap();
    let outcome = second.run(open).await;
    assert_eq!(told(&outcome), "open: Reversing");
    // 5 of the 45 seconds had passed.
    assert_eq!(service.times(Call::Reverse)[0], 7 + 3_600 + 40);
}
