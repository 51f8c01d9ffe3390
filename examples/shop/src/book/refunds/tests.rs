#![allow(clippy::unwrap_used)]

use wxpay_api::{Fen, OutTradeNo, Timestamp};

use super::Begun;
use crate::book::orders::{NewOrder, Order};
use crate::book::states::{OrderState, RefundState};
use crate::book::{Book, Heard};

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_000_000).unwrap()
}

fn order(book: &Book, number: &str, basket: &str) -> Order {
    let new = NewOrder {
        number: number.parse().unwrap(),
        basket: basket.to_owned(),
        goods: "茶".to_owned(),
        fen: Fen::new(100),
        notify_url: "http://127.0.0.1/n".to_owned(),
        made_at: now(),
        pay_until: now(),
    };
    book.begin_order(&new).unwrap()
}

fn paid(book: &Book) -> OutTradeNo {
    let order = order(book, "A", "basket");
    assert!(
        book.order_is_paid(&order.number, "4200001", now(), Heard::Query)
            .unwrap()
    );
    order.number
}

fn refund(book: &Book, number: &OutTradeNo, count: u32, fen: i64) -> Begun {
    let fen = Fen::new(fen);
    book.begin_refund(number, count, fen, "破损", "http://127.0.0.1/n", now())
        .unwrap()
}

#[test]
fn a_basket_is_one_order() {
    let book = Book::in_memory().unwrap();
    assert_eq!(
        order(&book, "A", "basket").number,
        order(&book, "B", "basket").number
    );
    assert_ne!(order(&book, "C", "other").number.as_str(), "A");
}

#[test]
fn a_payment_is_news_once() {
    let book = Book::in_memory().unwrap();
    let number = paid(&book);
    for heard in [Heard::Notification, Heard::Query] {
        assert!(
            !book
                .order_is_paid(&number, "4200001", now(), heard)
                .unwrap()
        );
    }
    book.order_is_closed(&number).unwrap();
    let order = book.order(&number).unwrap().unwrap();
    assert_eq!(
        (order.state, order.heard.as_deref()),
        (OrderState::Paid, Some("query"))
    );
}

#[test]
fn a_closed_order_that_is_paid_all_the_same_is_paid() {
    let book = Book::in_memory().unwrap();
    let number = order(&book, "A", "basket").number;
    book.order_is_closed(&number).unwrap();
    assert!(
        book.order_is_paid(&number, "4200001", now(), Heard::Notification)
            .unwrap()
    );
}

#[test]
fn only_the_first_call_can_prove_that_nothing_was_sent() {
    let book = Book::in_memory().unwrap();
    for (number, sends, state) in [("A", 1, OrderState::NotSent), ("B", 2, OrderState::Placing)] {
        let number = order(&book, number, number).number;
        for _ in 0..sends {
            assert!(book.order_may_be_sent(&number).unwrap());
        }
        book.order_was_not_sent(&number, "refused here").unwrap();
        assert_eq!(book.order(&number).unwrap().unwrap().state, state);
        let is_open = state == OrderState::Placing;
        assert_eq!(book.order_may_be_sent(&number).unwrap(), is_open);
    }
}

#[test]
fn a_form_that_is_sent_twice_is_one_refund() {
    let book = Book::in_memory().unwrap();
    let number = paid(&book);
    assert!(matches!(refund(&book, &number, 1, 30), Begun::New(_)));
    assert!(matches!(refund(&book, &number, 1, 30), Begun::Again));
    assert!(matches!(refund(&book, &number, 1, 31), Begun::OutOfDate));
    assert!(matches!(refund(&book, &number, 3, 30), Begun::OutOfDate));
    assert_eq!(book.left_of(&number).unwrap(), Fen::new(70));
}

#[test]
fn no_more_goes_back_than_was_paid() {
    let book = Book::in_memory().unwrap();
    let unpaid = order(&book, "B", "other").number;
    assert!(matches!(refund(&book, &unpaid, 1, 1), Begun::NotSoMuch));
    let number = paid(&book);
    assert!(matches!(refund(&book, &number, 1, 101), Begun::NotSoMuch));
    assert!(matches!(refund(&book, &number, 1, 0), Begun::NotSoMuch));
    assert!(matches!(refund(&book, &number, 1, -1), Begun::NotSoMuch));
    let Begun::New(first) = refund(&book, &number, 1, 60) else {
        unreachable!("60 of 100 are there");
    };
    assert!(matches!(refund(&book, &number, 2, 41), Begun::NotSoMuch));
    // What WeChat Pay closed did not go back.
    book.refund_has_come(&first.number, RefundState::Closed, None, Heard::Query)
        .unwrap();
    assert!(matches!(refund(&book, &number, 2, 100), Begun::New(_)));
}

#[test]
fn what_has_ended_stays_so_and_what_was_abnormal_can_succeed() {
    let book = Book::in_memory().unwrap();
    let number = paid(&book);
    let Begun::New(made) = refund(&book, &number, 1, 60) else {
        unreachable!("60 of 100 are there");
    };
    let comes = [
        (RefundState::Abnormal, RefundState::Abnormal),
        (RefundState::Done, RefundState::Done),
        (RefundState::Processing, RefundState::Done),
    ];
    for (told, state) in comes {
        book.refund_has_come(&made.number, told, None, Heard::Notification)
            .unwrap();
        assert_eq!(book.refund(&made.number).unwrap().unwrap().state, state);
    }
}

#[test]
fn a_refund_is_asked_about_until_its_day_is_known() {
    let book = Book::in_memory().unwrap();
    let number = paid(&book);
    let Begun::New(made) = refund(&book, &number, 1, 60) else {
        unreachable!("60 of 100 are there");
    };
    let later = Timestamp::from_unix(now().unix() + 60).unwrap();
    let due = || book.refunds_to_look_at(later).unwrap().len();
    book.refund_has_come(&made.number, RefundState::Done, None, Heard::Notification)
        .unwrap();
    assert_eq!(due(), 1, "a notification does not say when it was taken in");
    book.refund_has_come(&made.number, RefundState::Done, Some(now()), Heard::Query)
        .unwrap();
    assert_eq!(due(), 0);
}
