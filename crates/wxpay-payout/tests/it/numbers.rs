//! The numbers of payouts: the same for ever, and never alike.

use std::collections::HashSet;
use std::sync::Arc;

use wxpay_core::InvalidInput;
use wxpay_payout::{
    DerivedNumbers, IntentId, Journal, MemoryJournal, Number, Numbered, Numbers, Payouts,
    Preparation, RunOptions,
};
use wxpay_transport::TokioTimer;

use crate::world::{Scripted, clock, intent, payouts_over};

fn number(merchant: &str, product: &str, intent: &str, generation: u32) -> String {
    let intent: IntentId = intent.parse().unwrap();
    let of = Numbered::new(merchant, product, &intent, generation);
    DerivedNumbers.number(&of).unwrap().to_string()
}

/// Changing these has every payout of every lost journal paid again.
#[test]
fn numbers_never_change() {
    let product = "v2.wecom.pay_employee";
    for (merchant, product, intent, generation, expected) in [
        (
            "1900000109",
            product,
            "bonus-2026-11-E1001",
            0,
            "GB8R3F42QRN6JLTQM0TY0RE20APA",
        ),
        (
            "1900000109",
            product,
            "bonus-2026-11-E1001",
            1,
            "E0P9EP0113DYJN86W3B2Y6M9K5AM",
        ),
        (
            "1900000109",
            product,
            "bonus-2026-11-E1002",
            0,
            "E4LJ0FTQG509FLA2RE875C8FVEBG",
        ),
        (
            "1900000110",
            product,
            "bonus-2026-11-E1001",
            0,
            "DN2PYJT0H9P8JDHHGDARYKHR1FSB",
        ),
        (
            "1900000109",
            "another",
            "bonus-2026-11-E1001",
            0,
            "3NP3AY70ACLBLW8WQTL6JCKPTNM8",
        ),
    ] {
        assert_eq!(number(merchant, product, intent, generation), expected);
    }
}

#[test]
fn numbers_fit_the_query_and_are_never_alike() {
    let mut seen = HashSet::new();
    for merchant in ["1900000109", "190000010"] {
        for product in ["p", "9p", "p1"] {
            for intent in ["1", "11", "111", "i"] {
                for generation in [0, 1, 2, 256, u32::MAX] {
                    let number = number(merchant, product, intent, generation);
                    assert_eq!(number.len(), 28);
                    let plain =
                        |letter: char| letter.is_ascii_digit() || letter.is_ascii_uppercase();
                    assert!(number.chars().all(plain), "{number}");
                    assert!(seen.insert(number));
                }
            }
        }
    }
}

#[derive(Debug)]
struct Own;

impl Numbers for Own {
    fn number(&self, of: &Numbered<'_>) -> Result<Number, InvalidInput> {
        assert_eq!((of.merchant, of.product), ("1900000109", "a product"));
        Number::new(format!("OWN{}G{}", of.intent, of.generation))
    }
}

#[tokio::test(start_paused = true)]
async fn own_numbers_are_taken() {
    let payouts = Payouts::builder(MemoryJournal::new(), Scripted::default(), TokioTimer::new())
        .clock(clock())
        .numbers(Own)
        .build();
    let Ok(Preparation::Ready(prepared)) = payouts.prepare(&intent("one", 100)).await else {
        panic!("it is new")
    };
    assert_eq!(prepared.number().as_str(), "OWNoneG0");
}

/// A journal of an older version keeps what it has.
#[tokio::test(start_paused = true)]
async fn numbers_that_are_in_a_journal_stay() {
    let journal = Arc::new(MemoryJournal::new());
    let old = Payouts::builder(Arc::clone(&journal), Scripted::default(), TokioTimer::new())
        .clock(clock())
        .numbers(Own)
        .build();
    drop(old.prepare(&intent("one", 100)).await.unwrap());
    let new = payouts_over(Arc::clone(&journal), Scripted::default());
    let result = new.run([intent("one", 100)], RunOptions::new()).await;
    assert_eq!(result.paid[0].number.as_str(), "OWNoneG0");
    let other = new.run([intent("two", 100)], RunOptions::new()).await;
    assert_eq!(other.paid[0].number.as_str().len(), 28);
    assert_eq!(journal.page(None, 9).await.unwrap().len(), 2);
}
