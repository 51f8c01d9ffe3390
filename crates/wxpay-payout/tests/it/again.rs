//! Runs that send rejected payouts again.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::FutureExt;
use wxpay_core::Error;
use wxpay_payout::{
    EmployeePayment, MemoryJournal, Message, Number, Payouts, Preparation, Product, RunOptions,
    Settlement,
};

use crate::around::{Around, Layer};
use crate::engine::refused;
use crate::run::{intents, lines, one_at_a_time};
use crate::world::{Scripted, intent, payouts_over};

/// Lets another process take the payout up while this one is about to.
#[derive(Clone, Debug)]
struct Raced {
    script: Scripted,
    other: Arc<Mutex<Option<Payouts>>>,
}

#[async_trait]
impl Layer for Raced {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.script
    }

    async fn compose(&self, number: &Number, payment: &EmployeePayment) -> Result<Message, Error> {
        let other = self.other.lock().unwrap().take();
        if let Some(other) = other {
            // A journal in memory makes nobody wait.
            let taken = take_up(&other).now_or_never();
            assert!(taken.is_some(), "it is done at once");
        }
        self.script.compose(number, payment).await
    }
}

async fn take_up(payouts: &Payouts) {
    let one = intent("i0", 100);
    let Preparation::Before(Settlement::Rejected(rejected)) = payouts.prepare(&one).await.unwrap()
    else {
        panic!("it is rejected")
    };
    drop(payouts.again(rejected, &one).await.unwrap());
}

/// The slower one goes on with what the other one has prepared, and with the rest.
#[tokio::test(start_paused = true)]
async fn losing_the_race_for_one_does_not_end_the_run() {
    let journal = Arc::new(MemoryJournal::new());
    let script = Scripted::new([refused("NOAUTH")], []);
    let raced = Raced {
        script: script.clone(),
        other: Arc::default(),
    };
    let payouts = payouts_over(Arc::clone(&journal), Around(raced.clone()));
    let first = payouts.run(intents(1), RunOptions::new()).await;
    assert_eq!(lines(&first), [0, 1, 0, 0], "{first:?}");

    let other = payouts_over(journal, script.clone());
    *raced.other.lock().unwrap() = Some(other);
    let again = payouts.run(intents(3), one_at_a_time().again(true)).await;
    assert_eq!(lines(&again), [3, 0, 0, 0], "{again:?}");
    assert!(raced.other.lock().unwrap().is_none());
    assert_eq!(script.messages().len(), 4);
}
