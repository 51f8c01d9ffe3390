//! A refusal of the charge is no proof by itself: an earlier copy of the request may have taken the
//! code.

use wxpay_cashier::{Outcome, QueryEnd, ReverseEnd};

use crate::world::{
    Call, Scripted, cashier, charged, not_reversed, paid, refused, sale, settled, told, unclear,
};

/// A code that is too old or was used, no payment code, or the shop's settings: no later copy of
/// the request could fare better.
const FOR_GOOD: [&str; 5] = [
    "AUTHCODEEXPIRE",
    "AUTH_CODE_ERROR",
    "AUTH_CODE_EXPIRE",
    "AUTH_CODE_INVALID",
    "NOAUTH",
];

#[tokio::test(start_paused = true)]
async fn refusal_for_good_is_confirmed_by_two_queries() {
    for code in FOR_GOOD {
        let service = Scripted::new(refused(code), [QueryEnd::NotFound], []);
        let outcome = charged(&service).await;
        assert_eq!(told(&outcome), "not paid: Refused", "{code}");
        let Outcome::NotPaid(not_paid) = outcome else {
            panic!("it is not paid");
        };
        assert_eq!(not_paid.code(), Some(code));
        assert_eq!(service.times(Call::Query), [0, 5]);
        assert!(service.times(Call::Reverse).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn earlier_copy_that_was_paid_is_found() {
    for code in FOR_GOOD {
        for queries in [vec![paid()], vec![QueryEnd::NotFound, paid()]] {
            let service = Scripted::new(refused(code), queries, []);
            assert_eq!(told(&charged(&service).await), "paid", "{code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn earlier_copy_that_is_being_paid_is_waited_for() {
    let queries = [
        QueryEnd::NotFound,
        QueryEnd::Paying,
        QueryEnd::Paying,
        paid(),
    ];
    let reverses = [not_reversed("USERPAYING")];
    let service = Scripted::new(refused("AUTHCODEEXPIRE"), queries, reverses);
    let outcome = charged(&service).await;
    assert_eq!(told(&outcome), "paid");
    // The payment is believed 15 seconds after the reversal that was refused.
    assert_eq!(service.times(Call::Reverse), [15]);
    assert_eq!(service.times(Call::Query), [0, 5, 15, 25, 30]);
}

/// Too little money now: a second copy of the request may find more. So it is reversed, as soon as
/// that is allowed.
#[tokio::test(start_paused = true)]
async fn refusal_that_can_pass_is_reversed_after_15_seconds() {
    for code in ["NOTENOUGH", "NOTSUPORTCARD", "TRADE_ERROR"] {
        for queries in [
            vec![QueryEnd::Unpaid; 4],
            vec![unclear(); 4],
            vec![QueryEnd::NotFound; 4],
        ] {
            let mut queries = queries;
            queries[3] = QueryEnd::Reversed;
            let service = Scripted::new(refused(code), queries, []);
            let outcome = charged(&service).await;
            assert_eq!(told(&outcome), "not paid: Reversed", "{code}");
            assert_eq!(service.times(Call::Reverse), [15]);
            assert_eq!(service.times(Call::Query), [0, 10, 15, 16]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_that_can_pass_leaves_no_order_behind() {
    let reverses = [ReverseEnd::NotFound];
    let service = Scripted::new(refused("NOT_ENOUGH"), [QueryEnd::NotFound], reverses);
    assert_eq!(told(&charged(&service).await), "not paid: Refused");
    assert_eq!(service.times(Call::Reverse), [15]);
    assert_eq!(service.times(Call::Query), [0, 10, 15, 25]);
}

/// The charge was answered, so nothing is on its way: an accepted reversal of what nobody knows is
/// enough.
#[tokio::test(start_paused = true)]
async fn refusal_that_can_pass_needs_no_more_than_an_accepted_reversal() {
    let service = Scripted::new(refused("NOTENOUGH"), [QueryEnd::NotFound], []);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse), [15]);
    assert_eq!(service.times(Call::Query), [0, 10, 15, 16]);
}

/// `PAYERROR` needs no reversal.
#[tokio::test(start_paused = true)]
async fn failed_payment_is_told_at_once() {
    let service = Scripted::new(refused("NOTENOUGH"), [QueryEnd::Failed], []);
    assert_eq!(told(&charged(&service).await), "not paid: Failed");
    assert_eq!(service.calls(), [(Call::Pay, 0), (Call::Query, 0)]);
}

/// The number has an order, which may be that of another customer: it is neither believed nor
/// reversed blindly.
#[tokio::test(start_paused = true)]
async fn number_that_was_used_is_for_a_person_if_it_is_paid() {
    for code in [
        "ORDERPAID",
        "ORDER_PAID",
        "OUT_TRADE_NO_USED",
        "BUYER_MISMATCH",
    ] {
        let service = Scripted::new(refused(code), [paid()], []);
        assert_eq!(
            told(&charged(&service).await),
            "open: OtherPayment",
            "{code}"
        );
        let service = Scripted::new(refused(code), [QueryEnd::Refunded], []);
        assert_eq!(
            told(&charged(&service).await),
            "open: OtherPayment",
            "{code}"
        );
        assert!(service.times(Call::Reverse).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn number_that_was_used_is_not_reversed_while_nothing_is_known() {
    for queries in [vec![unclear()], vec![QueryEnd::NotFound]] {
        let service = Scripted::new(refused("OUT_TRADE_NO_USED"), queries, []);
        let cashier = cashier(&service);
        let outcome = cashier
            .charge(&sale(), &crate::world::asked("A1"))
            .await
            .unwrap();
        let outcome = settled(&cashier, outcome, 20).await;
        assert!(told(&outcome).starts_with("open"), "{outcome:?}");
        assert!(service.times(Call::Reverse).is_empty());
    }
    // What is known to be unpaid takes nobody's money away.
    let mut queries = vec![QueryEnd::Unpaid; 6];
    queries.push(QueryEnd::Reversed);
    let service = Scripted::new(refused("OUT_TRADE_NO_USED"), queries, []);
    assert_eq!(told(&charged(&service).await), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse), [45]);
}

#[tokio::test(start_paused = true)]
async fn number_of_an_order_that_ended_is_used_up() {
    for (code, query, expected) in [
        ("ORDERCLOSED", QueryEnd::Closed, "not paid: Closed"),
        ("ORDERREVERSED", QueryEnd::Reversed, "not paid: Reversed"),
        ("ORDER_REVERSED", QueryEnd::Reversed, "not paid: Reversed"),
    ] {
        let service = Scripted::new(refused(code), [query], []);
        assert_eq!(told(&charged(&service).await), expected);
    }
}
