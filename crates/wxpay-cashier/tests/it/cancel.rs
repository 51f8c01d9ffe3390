//! The cashier cancels: the order is reversed, paid or not.

use wxpay_cashier::{CancelError, Outcome, PayEnd, QueryEnd, ReverseEnd};
use wxpay_core::Fen;

use crate::world::{
    Call, SECOND, Scripted, asked, cashier, cashier_by, lost, not_reversed, paid, payment, refused,
    sale, told,
};

#[tokio::test(start_paused = true)]
async fn paid_order_is_reversed_on_request_and_only_then() {
    let queries = [paid(), paid(), paid(), QueryEnd::Reversed];
    let service = Scripted::new(PayEnd::Paid(payment(0)), queries, []);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "paid");
    let number = "A1".parse().unwrap();
    let outcome = cashier.cancel(&sale(), &number).await.unwrap();
    assert_eq!(told(&outcome), "not paid: Reversed");
    // 15 seconds after the charge.
    assert_eq!(service.times(Call::Reverse), [15]);
    // The sale can be charged again.
    service
        .script
        .lock()
        .unwrap()
        .pays
        .push_back(PayEnd::Paid(payment(0)));
    let outcome = cashier.charge(&sale(), &asked("A2")).await.unwrap();
    assert_eq!(told(&outcome), "paid");
}

/// The future of the charge is dropped when the cashier presses the button.
#[tokio::test(start_paused = true)]
async fn order_that_is_waited_for_is_reversed_without_waiting() {
    let queries = [
        QueryEnd::Unpaid,
        QueryEnd::Unpaid,
        QueryEnd::Unpaid,
        QueryEnd::Reversed,
    ];
    let service = Scripted::new(lost(), queries, []);
    let cashier = cashier(&service);
    let (sale, request) = (sale(), asked("A1"));
    let charge = cashier.charge(&sale, &request);
    assert!(tokio::time::timeout(SECOND * 8, charge).await.is_err());
    let outcome = cashier.cancel(&sale, &"A1".parse().unwrap()).await.unwrap();
    assert_eq!(told(&outcome), "not paid: Reversed");
    // 5 of the 15 seconds were counted before it was dropped.
    assert_eq!(service.times(Call::Reverse), [18]);
}

/// It stays wanted: no payment is believed that shows up later.
#[tokio::test(start_paused = true)]
async fn wish_is_kept_after_a_restart() {
    let store = std::sync::Arc::default();
    let service = Scripted::new(PayEnd::Paid(payment(0)), [paid()], []);
    let rules = wxpay_cashier::Rules::default;
    let first = cashier_by(&service, rules(), std::sync::Arc::clone(&store));
    let _ = first.charge(&sale(), &asked("A1")).await.unwrap();
    let (sale, number) = (sale(), "A1".parse().unwrap());
    let cancel = first.cancel(&sale, &number);
    assert!(tokio::time::timeout(SECOND, cancel).await.is_err());
    drop(first);
    let second = cashier_by(&service, rules(), store);
    let open = second.resume().await.unwrap().open.pop().unwrap();
    service.script.lock().unwrap().queries = [paid(), paid(), QueryEnd::Reversed].into();
    assert_eq!(told(&second.run(open).await), "not paid: Reversed");
}

#[tokio::test(start_paused = true)]
async fn seven_days_later_it_stays_paid() {
    let pay = || PayEnd::Paid(payment(0));
    let service = Scripted::new(pay(), [paid()], [not_reversed("REVERSE_EXPIRE")]);
    let cashier = cashier(&service);
    let _ = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let number = "A1".parse().unwrap();
    // By WeChat Pay's clock.
    let outcome = cashier.cancel(&sale(), &number).await.unwrap();
    assert_eq!(told(&outcome), "paid");
    let again = cashier.cancel(&sale(), &number).await;
    assert!(matches!(again, Err(CancelError::TooLate)));

    // By the shop's own.
    let service = Scripted::new(pay(), [paid()], []);
    let cashier = crate::world::cashier(&service);
    let _ = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    tokio::time::advance(SECOND * 7 * 86_400 + SECOND).await;
    let late = cashier.cancel(&sale(), &number).await;
    assert!(matches!(late, Err(CancelError::TooLate)));
    assert_eq!(told(&cashier.find(&sale()).await.unwrap().unwrap()), "paid");
    assert!(service.times(Call::Reverse).is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_order_than_the_one_that_was_looked_at_is_left_alone() {
    let service = Scripted::new(refused("AUTHCODEEXPIRE"), [QueryEnd::NotFound], []);
    let cashier = cashier(&service);
    let number = "A1".parse().unwrap();
    let none = cashier.cancel(&sale(), &number).await;
    assert!(matches!(none, Err(CancelError::NoSuchOrder)));
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "not paid: Refused");
    // What is not paid stays so.
    let outcome = cashier.cancel(&sale(), &number).await.unwrap();
    assert_eq!(told(&outcome), "not paid: Refused");
    service
        .script
        .lock()
        .unwrap()
        .pays
        .push_back(PayEnd::Paid(payment(0)));
    let _ = cashier.charge(&sale(), &asked("A2")).await.unwrap();
    let other = cashier.cancel(&sale(), &number).await;
    assert!(matches!(other, Err(CancelError::NoSuchOrder)));
    assert_eq!(told(&cashier.find(&sale()).await.unwrap().unwrap()), "paid");
    assert!(service.times(Call::Reverse).is_empty());
}

#[tokio::test(start_paused = true)]
async fn payment_of_another_order_is_never_reversed() {
    let mut other = payment(0);
    other.amount = Fen::new(5);
    let service = Scripted::new(PayEnd::Paid(other.clone()), [QueryEnd::Paid(other)], []);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    let Outcome::Open(open) = outcome else {
        panic!("it is open");
    };
    let cancel = cashier.cancel(&sale(), open.number()).await;
    assert!(matches!(cancel, Err(CancelError::OtherPayment)));
    assert!(service.times(Call::Reverse).is_empty());
}

/// Of a payment that shows up while a reversal is in doubt.
#[tokio::test(start_paused = true)]
async fn order_that_is_held_can_be_cancelled() {
    let mut queries = vec![QueryEnd::Unpaid; 5];
    queries.push(paid());
    let reverses = [ReverseEnd::Unclear("no response".to_owned())];
    let service = Scripted::new(lost(), queries, reverses);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "open: PaidWhileReversing");
    service.script.lock().unwrap().queries = [paid(), QueryEnd::Reversed].into();
    let outcome = cashier
        .cancel(&sale(), &"A1".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(told(&outcome), "not paid: Reversed");
    assert_eq!(service.times(Call::Reverse).len(), 2);
}
