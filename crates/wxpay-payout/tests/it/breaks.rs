//! The process ends, or the disk fails, at every single point of a send and of what follows.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use wxpay_payout::journal::{Begun, Inserted};
use wxpay_payout::{
    EmployeePayment, Entry, Fence, IntentId, Journal, JournalError, Limits, MemoryJournal, Message,
    Moment, Number, PayEnd, Payouts, Preparation, Product, QueryEnd, Settlement, State,
};

use crate::around::{Around, Layer};
use crate::world::{Scripted, intent, payouts_over};

/// Waits once at each await, so that a call can be dropped there.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// The first try pays and its reply is lost; queries find it.
#[derive(Clone, Debug)]
struct Losing(Scripted);

#[async_trait]
impl Layer for Losing {
    fn inner(&self) -> &dyn Product<Payment = EmployeePayment> {
        &self.0
    }

    async fn pay(&self, number: &Number, message: &Message, fence: &Fence) -> PayEnd {
        Once(false).await;
        let _ = self.0.pay(number, message, fence).await;
        Once(false).await;
        PayEnd::Unclear("no reply".to_owned())
    }

    async fn query(&self, number: &Number) -> QueryEnd {
        Once(false).await;
        let _ = self.0.query(number).await;
        Once(false).await;
        if self.0.messages().is_empty() {
            return QueryEnd::NotFound;
        }
        QueryEnd::Paid {
            payment_no: None,
            amount: Some(intent("one", 100).payment.amount),
            payee: None,
            at: None,
        }
    }
}

/// Waits before and after each call, and fails at one of them, before or after it took effect.
#[derive(Debug)]
struct Breaking<J> {
    inner: Arc<J>,
    calls: Arc<AtomicUsize>,
    fails_at: usize,
    after: bool,
}

impl<J> Breaking<J> {
    fn new(inner: Arc<J>, fails_at: usize, after: bool) -> Self {
        Self {
            inner,
            calls: Arc::default(),
            fails_at,
            after,
        }
    }

    async fn around<T>(
        &self,
        call: impl Future<Output = Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        let fails = self.calls.fetch_add(1, Ordering::SeqCst) == self.fails_at;
        Once(false).await;
        if fails && !self.after {
            return Err(JournalError::storage("the disk failed"));
        }
        let done = call.await;
        Once(false).await;
        if fails {
            return Err(JournalError::storage("the disk failed"));
        }
        done
    }
}

#[async_trait]
impl<J: Journal> Journal for Breaking<J> {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        self.around(self.inner.insert(entry, limits)).await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        self.around(self.inner.begin_send(entry, now, limits)).await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        self.around(self.inner.update(entry)).await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        self.around(self.inner.replace(old, new, limits)).await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        self.around(self.inner.by_number(number)).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        self.around(self.inner.by_intent(intent)).await
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        self.inner.open(most).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.page(after, most).await
    }
}

/// Prepares, sends and resolves until it is settled, or an error ends it.
async fn settle(payouts: Payouts) -> Option<Settlement> {
    let mut settlement = match payouts.prepare(&intent("one", 100)).await.ok()? {
        Preparation::Ready(prepared) => payouts.send(prepared).await.ok()?,
        Preparation::Before(settlement) => settlement,
    };
    loop {
        settlement = match settlement {
            Settlement::Unknown(unknown) => payouts.resolve(unknown).await.ok()?,
            settled => return Some(settled),
        };
    }
}

/// Polls so many times at most; by tokio's clock, which goes on by itself when nothing else does.
async fn polled<T>(future: impl Future<Output = T>, most: usize) -> Option<T> {
    let mut future = Box::pin(future);
    for _ in 0..most {
        if let Poll::Ready(end) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return Some(end);
        }
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    None
}

/// Whatever was left behind, the next process finds it in the journal and settles it, paid once.
async fn goes_on(journal: Arc<MemoryJournal>, service: &Losing, context: &str) {
    let whole = payouts_over(Arc::clone(&journal), Around(service.clone()));
    let end = polled(settle(whole), 10_000).await.flatten();
    assert!(
        matches!(end, Some(Settlement::Paid(_))),
        "{context}: {end:?}"
    );
    let messages = service.0.messages();
    assert!(
        messages.windows(2).all(|pair| pair[0] == pair[1]),
        "{context}"
    );
    let entries = journal.page(None, 9).await.unwrap();
    assert_eq!(entries.len(), 1, "{context}");
    assert_eq!(entries[0].state, State::Paid, "{context}");
}

#[tokio::test(start_paused = true)]
async fn dropped_at_every_await() {
    for polls in 0.. {
        let journal = Arc::new(MemoryJournal::new());
        let service = Losing(Scripted::default());
        let breaking = Breaking::new(Arc::clone(&journal), usize::MAX, false);
        let payouts = payouts_over(breaking, Around(service.clone()));
        let end = polled(settle(payouts), polls).await;
        let context = format!("dropped after {polls} polls");
        goes_on(journal, &service, &context).await;
        if end.is_some() {
            assert!(polls > 20, "there are more awaits than {polls}");
            return;
        }
    }
}

/// Somebody else has sent what was prepared here: with a failing journal, that must not read as not
/// sent.
#[tokio::test(start_paused = true)]
async fn disk_fails_for_what_somebody_else_has_sent() {
    let mut failed = 0;
    for minutes in [0, 2] {
        for fails_at in 2..9 {
            let journal = Arc::new(MemoryJournal::new());
            let service = Losing(Scripted::default());
            let breaking = Breaking::new(Arc::clone(&journal), fails_at, false);
            let calls = Arc::clone(&breaking.calls);
            let [here, there] = [
                payouts_over(breaking, Around(service.clone())),
                payouts_over(journal, Around(service)),
            ];
            let one = intent("one", 100);
            let prepared = async |payouts: &Payouts| match payouts.prepare(&one).await {
                Ok(Preparation::Ready(prepared)) => prepared,
                other => panic!("{other:?}"),
            };
            let ours = polled(prepared(&here), 100).await.unwrap();
            let theirs = polled(prepared(&there), 100).await.unwrap();
            let sent = polled(there.send(theirs), 100).await.unwrap();
            assert!(matches!(sent, Ok(Settlement::Unknown(_))), "{sent:?}");
            tokio::time::advance(Duration::from_secs(60 * minutes)).await;
            let end = polled(here.send(ours), 100).await.unwrap();
            assert!(end.is_ok(), "{minutes} minutes, call {fails_at}: {end:?}");
            failed += usize::from(calls.load(Ordering::SeqCst) > fails_at);
        }
    }
    assert!(failed > 3, "{failed}");
}

#[tokio::test(start_paused = true)]
async fn disk_fails_at_every_call() {
    for after in [false, true] {
        for fails_at in 0.. {
            let journal = Arc::new(MemoryJournal::new());
            let service = Losing(Scripted::default());
            let breaking = Breaking::new(Arc::clone(&journal), fails_at, after);
            let calls = Arc::clone(&breaking.calls);
            let payouts = payouts_over(breaking, Around(service.clone()));
            let end = polled(settle(payouts), 10_000).await;
            let context = format!("call {fails_at} failed, after it took effect: {after}; {end:?}");
            goes_on(journal, &service, &context).await;
            if calls.load(Ordering::SeqCst) <= fails_at {
                assert!(fails_at > 6, "there are more calls than {fails_at}");
                break;
            }
        }
    }
}
