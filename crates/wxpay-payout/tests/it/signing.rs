//! When a payout is signed again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_core::Error;
use wxpay_payout::{
    EmployeePayment, MemoryJournal, Message, Number, PayEnd, Preparation, Product, RunOptions,
};

use crate::around::{Around, Layer};
use crate::engine::{not_sent, refused, unclear};
use crate::world::{Scripted, intent, payouts_over};

/// Signs each request again, as a client does.
#[derive(Clone, Debug, Default)]
struct Signing(Scripted, Arc<AtomicU32>);

#[async_trait]
impl Layer for Signing {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.0
    }

    async fn compose(&self, number: &Number, _: &EmployeePayment) -> Result<Message, Error> {
        let signature = self.1.fetch_add(1, Ordering::SeqCst);
        Ok(Message::new(format!("{number} {signature}")))
    }
}

/// A wrong key that was corrected: what never left, or was refused for it, leaves with a new
/// signature under its number. Whatever else has left keeps its bytes.
#[tokio::test(start_paused = true)]
async fn only_what_is_not_known_is_signed_anew() {
    for (first, signed_anew) in [
        (None, true),
        (Some(refused("SIGN_ERROR")), true),
        (Some(refused("SENDNUM_LIMIT")), false),
        (Some(unclear()), false),
        (Some(not_sent()), false),
        (Some(PayEnd::Declined("签名失败".to_owned())), true),
    ] {
        let context = format!("{first:?}");
        let is_sent = first.is_some();
        let declined = matches!(first, Some(PayEnd::Declined(_)));
        let service = Signing(Scripted::new(first, []), Arc::default());
        let payouts = payouts_over(MemoryJournal::new(), Around(service.clone()));
        let one = || [intent("one", 100)];
        let Preparation::Ready(prepared) = payouts.prepare(&one()[0]).await.unwrap() else {
            panic!("it is new")
        };
        let number = prepared.number().clone();
        if is_sent {
            // What is repeated in this run keeps its signature: it is the next one that has another
            // key.
            let seconds = if declined { 61 } else { 900 };
            let patience = RunOptions::new().patience(Duration::from_secs(seconds));
            drop(payouts.run(one(), patience).await);
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        let last = payouts.run(one(), RunOptions::new().again(true)).await;
        assert_eq!(last.paid.len(), 1, "{context}: {last:?}");
        assert_eq!(last.paid[0].number, number, "{context}");
        let messages = service.0.messages();
        let (before, paid) = match &messages[..] {
            [paid] => (Message::new(format!("{number} 0")), paid.clone()),
            [.., before, paid] => (before.clone(), paid.clone()),
            [] => panic!("{context}: nothing was sent"),
        };
        assert_eq!(before != paid, signed_anew, "{context}: {messages:?}");
    }
}
