//! A charge and what is asked about it, and when.

use std::sync::{Arc, Mutex};

use wxpay_cashier::{Cashier, MemoryStore, Outcome, PayEnd, QueryEnd, Step};
use wxpay_core::Fen;
use wxpay_transport::TokioTimer;

use crate::world::{
    Call, NOON, Scripted, asked, cashier, charged, lost, not_sent, paid, payment, refused, sale,
    told, unclear,
};

#[tokio::test(start_paused = true)]
async fn payment_that_is_told_at_once_needs_no_query() {
    let service = Scripted::new(PayEnd::Paid(payment(0)), [], []);
    let outcome = charged(&service).await;
    let Outcome::Paid(told) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(told.number().as_str(), "A1");
    assert_eq!(told.payment(), &payment(0));
    assert_eq!(service.calls(), [(Call::Pay, 0)]);
}

#[tokio::test(start_paused = true)]
async fn customer_is_asked_about_after_5_seconds_and_then_every_10() {
    let asks = [QueryEnd::Paying, QueryEnd::Paying, QueryEnd::Paying, paid()];
    let service = Scripted::new(PayEnd::Paying, asks, []);
    assert_eq!(told(&charged(&service).await), "paid");
    assert_eq!(service.times(Call::Query), [5, 15, 25, 35]);
    assert!(service.times(Call::Reverse).is_empty());
}

/// Every way not to know: a lost response, a system that failed, a code that no document lists.
#[tokio::test(start_paused = true)]
async fn what_stays_unknown_is_reversed_after_45_seconds() {
    for end in [lost(), refused("SYSTEMERROR"), refused("A_NEW_CODE")] {
        let mut queries = vec![unclear(); 5];
        queries.push(QueryEnd::Reversed);
        let service = Scripted::new(end, queries, []);
        assert_eq!(told(&charged(&service).await), "not paid: Reversed");
        assert_eq!(service.times(Call::Query), [5, 15, 25, 35, 45, 46]);
        assert_eq!(service.times(Call::Reverse), [45]);
    }
}

#[tokio::test(start_paused = true)]
async fn late_payment_is_found_by_the_query_before_the_reversal() {
    let mut queries = vec![QueryEnd::Paying; 4];
    queries.push(paid());
    let service = Scripted::new(PayEnd::Paying, queries, []);
    assert_eq!(told(&charged(&service).await), "paid");
    assert_eq!(service.times(Call::Query), [5, 15, 25, 35, 45]);
    assert!(service.times(Call::Reverse).is_empty());
}

#[tokio::test(start_paused = true)]
async fn end_that_a_query_tells_is_the_end() {
    for (query, expected) in [
        (QueryEnd::Failed, "not paid: Failed"),
        (QueryEnd::Closed, "not paid: Closed"),
        (QueryEnd::Reversed, "not paid: Reversed"),
        (QueryEnd::Refunded, "refunded"),
        (paid(), "paid"),
    ] {
        let service = Scripted::new(PayEnd::Paying, [query], []);
        assert_eq!(told(&charged(&service).await), expected);
        assert_eq!(service.times(Call::Query), [5]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_not_paid() {
    let service = Scripted::new(PayEnd::NotSent(not_sent()), [], []);
    let outcome = charged(&service).await;
    assert_eq!(told(&outcome), "not paid: NotSent");
    let Outcome::NotPaid(not_paid) = outcome else {
        panic!("it is not paid");
    };
    let text = not_paid.to_string();
    assert!(text.contains("no connection"), "{text}");
    assert_eq!(service.calls(), [(Call::Pay, 0)]);
}

/// Neither in the response nor in a query is another amount believed, and it is left to a person.
#[tokio::test(start_paused = true)]
async fn other_amount_is_for_a_person() {
    let mut other = payment(3);
    other.amount = Fen::new(1_801);
    for (pay, query) in [
        (PayEnd::Paid(other.clone()), QueryEnd::Paid(other.clone())),
        (lost(), QueryEnd::Paid(other.clone())),
    ] {
        let service = Scripted::new(pay, [query], []);
        let outcome = charged(&service).await;
        assert_eq!(told(&outcome), "open: OtherAmount");
        let Outcome::Open(open) = outcome else {
            panic!("it is open");
        };
        assert!(open.reason().needs_a_person());
        assert!(service.times(Call::Reverse).is_empty());
        assert_eq!(service.times(Call::Query).len(), 1);
    }
}

/// The number was used for another customer before the charge, whose own response was lost.
#[tokio::test(start_paused = true)]
async fn payment_from_before_the_charge_is_that_of_another() {
    for (seconds, expected) in [(-601, "open: OtherPayment"), (-599, "paid")] {
        let service = Scripted::new(lost(), [QueryEnd::Paid(payment(seconds))], []);
        assert_eq!(told(&charged(&service).await), expected, "{seconds}");
        assert!(service.times(Call::Reverse).is_empty());
    }
    let mut undated = payment(0);
    undated.paid_at = None;
    let service = Scripted::new(lost(), [QueryEnd::Paid(undated)], []);
    assert_eq!(told(&charged(&service).await), "paid");
}

/// The till's clock is 11 minutes fast. What answers the charge needs no clock: a number that was
/// paid before is refused.
#[tokio::test(start_paused = true)]
async fn fast_clock_takes_no_payment_for_that_of_another() {
    let dated = || payment(-660);
    for (pay, queries, expected) in [
        (PayEnd::Paid(dated()), vec![], "paid"),
        (PayEnd::Paying, vec![QueryEnd::Paid(dated())], "paid"),
        (lost(), vec![QueryEnd::Paid(dated())], "open: OtherPayment"),
        (
            refused("ORDERPAID"),
            vec![QueryEnd::Paid(dated())],
            "open: OtherPayment",
        ),
    ] {
        let service = Scripted::new(pay, queries, []);
        assert_eq!(told(&charged(&service).await), expected);
    }
}

/// The loop of the documents: what needs a person ends it, and so it does not ask for ever.
#[tokio::test(start_paused = true)]
async fn loop_ends_where_a_person_is_needed() {
    let service = Scripted::new(lost(), [QueryEnd::Paid(payment(-660))], []);
    let cashier = cashier(&service);
    let mut outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    while let Outcome::Open(open) = outcome {
        if open.reason().needs_a_person() {
            break;
        }
        outcome = cashier.run(open).await;
    }
    assert_eq!(service.times(Call::Query), [5]);
}

#[tokio::test(start_paused = true)]
async fn bad_charge_is_refused_before_anything_is_stored() {
    let service = Scripted::new(lost(), [paid()], []);
    let cashier = cashier(&service);
    let mut bad = asked("A1");
    bad.amount = Fen::ZERO;
    let error = cashier.charge(&sale(), &bad).await.unwrap_err();
    assert_eq!(error.to_string(), "a charge: amount: must be at least 1");
    assert!(cashier.find(&sale()).await.unwrap().is_none());
    assert!(service.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn display_is_told_of_each_step() {
    let asks = [
        QueryEnd::Paying,
        unclear(),
        QueryEnd::Unpaid,
        QueryEnd::Unpaid,
        QueryEnd::Unpaid,
    ];
    let queries = asks.into_iter().chain([QueryEnd::Reversed]);
    let service = Scripted::new(lost(), queries, []);
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&steps);
    let cashier = Cashier::builder(service.clone(), MemoryStore::new(), TokioTimer::new())
        .clock(|| wxpay_core::Timestamp::from_unix(NOON).unwrap())
        .on_progress(move |progress| seen.lock().unwrap().push(progress.step))
        .build();
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "not paid: Reversed");
    let steps = steps.lock().unwrap().clone();
    assert_eq!(
        steps,
        [
            Step::Charging,
            Step::Asking,
            Step::CustomerPaying,
            Step::Asking,
            Step::Reversing,
        ]
    );
}
