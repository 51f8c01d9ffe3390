//! The fence of a send goes with its request, through whatever wraps the transport.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_api::sign::v2::Key;
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::v2::{Client, Credentials, Merchant};
use wxpay_core::TransportError;
use wxpay_payout::{MemoryJournal, NotSentCause, Payouts, Preparation, Rules, Wecom};
use wxpay_transport::{Deadline, Failover, Retry, TokioTimer, Transport};

use crate::world::{intent, unasked};

/// Notes the deadline of each request and is not connected to anything.
#[derive(Clone, Debug, Default)]
struct Noting(Arc<Mutex<Vec<Option<Deadline>>>>);

#[async_trait]
impl Transport for Noting {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.lock().unwrap().push(Deadline::of(&request));
        Err(TransportError::not_sent("no route"))
    }
}

fn payouts(rules: Rules, transport: impl Transport) -> Payouts {
    let merchant = Merchant::new(
        "1900000109".parse().unwrap(),
        "wx8888888888888888".parse().unwrap(),
    );
    let key = Key::new("8934e7d15453e97507ef794cf7b0519d").unwrap();
    let credentials = Credentials::new(key).workwx(AppSecret::new("secret").unwrap());
    let client = Client::builder(merchant, credentials, transport)
        .build()
        .unwrap();
    Payouts::builder(MemoryJournal::new(), Wecom::new(client), TokioTimer::new())
        .rules(rules)
        .build()
}

async fn send(payouts: &Payouts) {
    let mut one = intent("one", 100);
    one.payment.options = one.payment.options.agentid(1_u32);
    let Preparation::Ready(prepared) = payouts.prepare(&one).await.unwrap() else {
        panic!("it is new")
    };
    let error = payouts.send(prepared).await.unwrap_err();
    assert!(
        matches!(
            error.cause(),
            NotSentCause::Call(_) | NotSentCause::Unclear(_)
        ),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn every_attempt_of_a_send_has_its_deadline() {
    let retry = |inner: Noting| Retry::new(inner).max_attempts(NonZeroU32::new(4).unwrap());
    let [plain, retried, failed_over, both] = [(); 4].map(|()| Noting::default());
    send(&payouts(unasked(), plain.clone())).await;
    send(&payouts(unasked(), retry(retried.clone()))).await;
    send(&payouts(unasked(), Failover::new(failed_over.clone()))).await;
    send(&payouts(unasked(), Failover::new(retry(both.clone())))).await;
    for (noting, attempts) in [(plain, 1), (retried, 4), (failed_over, 1), (both, 4)] {
        let noted = noting.0.lock().unwrap();
        assert_eq!(noted.len(), attempts);
        for deadline in noted.iter() {
            // The lease of five minutes without the minute that a call may take.
            let left = deadline.unwrap().time_left();
            assert!(left <= Duration::from_secs(240), "{left:?}");
            assert!(left > Duration::from_secs(120), "{left:?}");
            assert_eq!(*deadline, noted[0]);
        }
    }
}

/// A query may be asked at any time, by anyone who has the journal.
#[tokio::test(start_paused = true)]
async fn queries_have_none() {
    let noting = Noting::default();
    send(&payouts(Rules::default(), noting.clone())).await;
    assert_eq!(*noting.0.lock().unwrap(), [None]);
}

/// Where no time is left between the look at the fence and the wrapper, nothing goes on to the
/// inner transport.
#[tokio::test(start_paused = true)]
async fn wrappers_hold_back_what_is_past_its_deadline() {
    #[derive(Clone, Debug)]
    struct Late<T>(T);

    #[async_trait]
    impl<T: Transport> Transport for Late<T> {
        async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            while Deadline::of(&request).is_some_and(|deadline| !deadline.is_past()) {
                std::thread::yield_now();
            }
            self.0.send(request).await
        }
    }

    let noting = Noting::default();
    let mut rules = unasked();
    rules.lease = rules.call + Duration::from_millis(50);
    send(&payouts(rules.clone(), Late(Retry::new(noting.clone())))).await;
    send(&payouts(rules, Late(Failover::new(noting.clone())))).await;
    assert_eq!(*noting.0.lock().unwrap(), []);
}
