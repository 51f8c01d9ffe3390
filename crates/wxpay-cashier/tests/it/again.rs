//! A sale is charged again only after the charge before it is proven not paid.

use std::sync::Arc;

use wxpay_cashier::{ChargeError, Outcome, PayEnd, QueryEnd, Rules};

use crate::world::{
    Call, Scripted, asked, cashier, cashier_by, lost, paid, payment, refused, sale, settled, told,
    unclear,
};

#[tokio::test(start_paused = true)]
async fn open_order_blocks_the_sale() {
    let service = Scripted::new(lost(), [unclear()], []);
    let cashier = cashier(&service);
    let outcome = cashier.charge(&sale(), &asked("A1")).await.unwrap();
    assert_eq!(told(&outcome), "open: Reversing");
    let error = cashier.charge(&sale(), &asked("A2")).await.unwrap_err();
    assert!(error.to_string().contains("A1, is still open"), "{error}");
    let ChargeError::StillOpen(open) = error else {
        panic!("{error:?}");
    };
    service.script.lock().unwrap().queries = [QueryEnd::Reversed].into();
    assert_eq!(told(&cashier.run(open).await), "not paid: Reversed");
    service
        .script
        .lock()
        .unwrap()
        .pays
        .push_back(PayEnd::Paid(payment(0)));
    let outcome = cashier.charge(&sale(), &asked("A2")).await.unwrap();
    assert_eq!(told(&outcome), "paid");
    assert_eq!(service.times(Call::Pay).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn paid_or_refunded_sale_is_not_charged() {
    let service = Scripted::new(PayEnd::Paid(payment(0)), [paid()], []);
    let paid = cashier(&service);
    let _ = paid.charge(&sale(), &asked("A1")).await.unwrap();
    let error = paid.charge(&sale(), &asked("A2")).await.unwrap_err();
    assert!(matches!(error, ChargeError::AlreadyPaid(paid) if paid.number().as_str() == "A1"));

    let service = Scripted::new(lost(), [QueryEnd::Refunded], []);
    let refunded = cashier(&service);
    let _ = refunded.charge(&sale(), &asked("A1")).await.unwrap();
    let error = refunded.charge(&sale(), &asked("A2")).await.unwrap_err();
    assert!(matches!(error, ChargeError::Refunded(_)));
}

#[tokio::test(start_paused = true)]
async fn number_is_used_once() {
    let service = Scripted::new(refused("AUTHCODEEXPIRE"), [QueryEnd::NotFound], []);
    let cashier = cashier(&service);
    for number in ["A1", "A2", "A3"] {
        let outcome = cashier.charge(&sale(), &asked(number)).await.unwrap();
        assert_eq!(told(&outcome), "not paid: Refused");
        for used in ["A1", number] {
            let error = cashier.charge(&sale(), &asked(used)).await.unwrap_err();
            assert!(matches!(error, ChargeError::NumberUsed));
        }
        let next = refused("AUTHCODEEXPIRE");
        service.script.lock().unwrap().pays.push_back(next);
    }
    assert_eq!(service.times(Call::Pay).len(), 3);
}

/// Two tills charge the same sale at once.
#[tokio::test(start_paused = true)]
async fn one_of_two_programs_charges() {
    let store = Arc::default();
    let service = Scripted::new(PayEnd::Paying, [QueryEnd::Paying, paid()], []);
    let one = cashier_by(&service, Rules::default(), Arc::clone(&store));
    let other = cashier_by(&service, Rules::default(), store);
    let (sale, first, second) = (sale(), asked("A1"), asked("A2"));
    let (a, b) = tokio::join!(one.charge(&sale, &first), other.charge(&sale, &second));
    assert_eq!(told(&a.unwrap()), "paid");
    assert!(matches!(
        b,
        Err(ChargeError::StillOpen(_) | ChargeError::Store(_))
    ));
    assert_eq!(service.times(Call::Pay).len(), 1);
}

/// Both follow it: one of them stops at the store, and tells nothing.
#[tokio::test(start_paused = true)]
async fn two_programs_do_not_settle_one_order_in_two_ways() {
    let store = Arc::default();
    let rules = || {
        let mut rules = Rules::default();
        rules.patience = std::time::Duration::ZERO;
        rules
    };
    let service = Scripted::new(lost(), [QueryEnd::Unpaid, QueryEnd::Unpaid, paid()], []);
    let one = cashier_by(&service, rules(), Arc::clone(&store));
    let outcome = one.charge(&sale(), &asked("A1")).await.unwrap();
    let Outcome::Open(open) = outcome else {
        panic!("it is open");
    };
    let one = cashier_by(&service, Rules::default(), Arc::clone(&store));
    let other = cashier_by(&service, Rules::default(), store);
    let same = other.resume().await.unwrap().open.pop().unwrap();
    let (a, b) = tokio::join!(one.run(open), other.run(same));
    let mut ends = [told(&a), told(&b)];
    ends.sort();
    assert_eq!(ends, ["open: InOtherHands", "paid"]);
    let found = other.find(&sale()).await.unwrap().unwrap();
    assert_eq!(told(&found), "paid");
    assert_eq!(told(&settled(&other, a, 1).await), "paid");
    assert_eq!(told(&settled(&other, b, 1).await), "paid");
}
