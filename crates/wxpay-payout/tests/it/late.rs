//! Answers that come after somebody else has taken a send for lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Mutex, oneshot};
use wxpay_core::{Effect, Error, TransportError};
use wxpay_payout::{
    EmployeePayment, Entry, Fence, Journal, MemoryJournal, Message, Number, PayEnd, Payouts,
    Preparation, Product, QueryEnd, Settlement, State,
};

use crate::world::{clock, intent};

type Gate = Mutex<Option<oneshot::Receiver<PayEnd>>>;

/// The first two pays wait for their answers; queries find nothing.
#[derive(Clone, Debug)]
struct Slow {
    gates: Arc<[Gate; 2]>,
    pays: Arc<AtomicUsize>,
}

#[async_trait]
impl Product for Slow {
    type Payment = EmployeePayment;

    fn merchant(&self) -> &str {
        "1900000109"
    }

    fn name(&self) -> &str {
        "a product"
    }

    async fn compose(&self, number: &Number, _: &EmployeePayment) -> Result<Message, Error> {
        Ok(Message::new(number.to_string()))
    }

    async fn pay(&self, _: &Number, _: &Message, _: &Fence) -> PayEnd {
        let gate = &self.gates[self.pays.fetch_add(1, Ordering::SeqCst)];
        let answer = gate.lock().await.take().unwrap();
        answer.await.unwrap()
    }

    async fn query(&self, _: &Number) -> QueryEnd {
        QueryEnd::NotFound
    }
}

/// One process whose send hangs, and another that has sent again meanwhile.
struct World {
    journal: Arc<MemoryJournal>,
    first: oneshot::Sender<PayEnd>,
    second: oneshot::Sender<PayEnd>,
    sending: tokio::task::JoinHandle<Settlement>,
    resolving: tokio::task::JoinHandle<()>,
}

impl World {
    async fn new() -> Self {
        let (first, one) = oneshot::channel();
        let (second, two) = oneshot::channel();
        let service = Slow {
            gates: Arc::new([Mutex::new(Some(one)), Mutex::new(Some(two))]),
            pays: Arc::default(),
        };
        let pays = Arc::clone(&service.pays);
        let journal = Arc::new(MemoryJournal::new());
        let payouts = Payouts::builder(
            Arc::clone(&journal),
            service,
            wxpay_transport::TokioTimer::new(),
        )
        .clock(clock())
        .build();
        let Preparation::Ready(prepared) = payouts.prepare(&intent("one", 100)).await.unwrap()
        else {
            panic!("it was there before");
        };
        let number = prepared.number().clone();
        let sender = payouts.clone();
        let sending = tokio::spawn(async move { sender.send(prepared).await.unwrap() });
        let resolving = tokio::spawn(async move {
            while let Settlement::Unknown(unknown) =
                payouts.resolve_by_number(&number).await.unwrap()
            {
                let _ = unknown.park();
                tokio::time::sleep(Duration::from_secs(30)).await;
            }
        });
        // The lease ends, a query finds nothing, and the payout goes out again with the same bytes.
        while pays.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        Self {
            journal,
            first,
            second,
            sending,
            resolving,
        }
    }

    async fn entry(&self) -> Entry {
        let found = self.journal.by_intent(&intent("one", 100).id).await;
        found.unwrap().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_not_sent_leaves_the_other_send_as_it_is() {
    let mut world = World::new().await;
    let before = world.entry().await;
    assert_eq!((before.state, before.sends), (State::Sending, 2));
    let error = TransportError::not_sent("refused");
    let not_sent = PayEnd::NotSent(Error::new("pay", Effect::Write, error));
    world.first.send(not_sent).unwrap();
    let settlement = (&mut world.sending).await.unwrap();
    assert!(
        matches!(settlement, Settlement::Unknown(_)),
        "{settlement:?}"
    );
    let found = world.journal.by_intent(&intent("one", 100).id).await;
    assert_eq!(found.unwrap().unwrap(), before, "the other one holds it");
    world.resolving.abort();
    drop(world.second);
}

#[tokio::test(start_paused = true)]
async fn a_late_success_settles_it_for_both() {
    let mut world = World::new().await;
    let payment_no = "1000".to_owned();
    world.first.send(PayEnd::Paid { payment_no }).unwrap();
    let settlement = (&mut world.sending).await.unwrap();
    assert!(matches!(settlement, Settlement::Paid(_)), "{settlement:?}");
    // The other send was for the same number, so what it hears does not pay again or undo anything.
    world
        .second
        .send(PayEnd::Unclear("cut".to_owned()))
        .unwrap();
    (&mut world.resolving).await.unwrap();
    let found = world.journal.by_intent(&intent("one", 100).id).await;
    let entry = found.unwrap().unwrap();
    assert_eq!(
        (entry.state, entry.payment_no.as_deref()),
        (State::Paid, Some("1000"))
    );
}

/// Two who have prepared the same intent: one sends, and the other hears at once that it is under
/// way.
#[tokio::test(start_paused = true)]
async fn a_payout_that_somebody_sends_is_not_sent_beside_it() {
    let (answer, gate) = oneshot::channel();
    let service = Slow {
        gates: Arc::new([Mutex::new(Some(gate)), Mutex::new(None)]),
        pays: Arc::default(),
    };
    let pays = Arc::clone(&service.pays);
    let payouts = Payouts::builder(
        MemoryJournal::new(),
        service,
        wxpay_transport::TokioTimer::new(),
    )
    .clock(clock())
    .build();
    let prepare = || async {
        match payouts.prepare(&intent("one", 100)).await.unwrap() {
            Preparation::Ready(prepared) => prepared,
            Preparation::Before(settlement) => panic!("{settlement:?}"),
        }
    };
    let (mine, yours) = (prepare().await, prepare().await);
    let sender = payouts.clone();
    let sending = tokio::spawn(async move { sender.send(yours).await.unwrap() });
    while pays.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let begun = tokio::time::Instant::now();
    let settlement = payouts.send(mine).await.unwrap();
    assert!(
        matches!(settlement, Settlement::Unknown(_)),
        "{settlement:?}"
    );
    assert_eq!(
        (begun.elapsed(), pays.load(Ordering::SeqCst)),
        (Duration::ZERO, 1)
    );
    let payment_no = "1000".to_owned();
    answer.send(PayEnd::Paid { payment_no }).unwrap();
    assert!(matches!(sending.await.unwrap(), Settlement::Paid(_)));
}
