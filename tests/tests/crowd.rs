//! Where a client's key computes: on the caller's thread while calls are few; when they are many,
//! in turns with the runtime's other work if it has a thread for each core, and off its threads if
//! not.
//!
//! In a binary of its own, because the calls in flight are counted over the whole process.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, ThreadId, available_parallelism};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use tokio::runtime::{Builder, Runtime};
use wxpay_api::core::{MchId, Secret, SigningError};
use wxpay_api::sign::v3::{MerchantKey, PublicKeys, Sealed};
use wxpay_api::v3::partner_transfer::QueryDetailByOutDetailNo;
use wxpay_api::v3::{Client, Credentials, Pending};
use wxpay_tests::scripted::Scripted;
use wxpay_tests::{clients, replies};

/// One test at a time: what one has in flight would count for the others.
static ALONE: Mutex<()> = Mutex::new(());

/// A test that waits so long has failed.
const FOREVER: Duration = Duration::from_secs(60);

/// A key that notes where it is used, and can be made to wait there.
#[derive(Clone, Debug, Default)]
struct Watched(Arc<(Mutex<Seen>, Condvar)>);

#[derive(Debug, Default)]
struct Seen {
    threads: Vec<ThreadId>,
    /// What one thread did: computing, and something else.
    order: Vec<Did>,
    now: usize,
    most: usize,
    held: bool,
    panics: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Did {
    Compute,
    SomethingElse,
}

impl Watched {
    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    fn wait(&self, until: impl Fn(&Seen) -> bool) {
        let seen = self.0.0.lock().unwrap();
        let waited = self
            .0
            .1
            .wait_timeout_while(seen, FOREVER, |seen| !until(seen));
        assert!(!waited.unwrap().1.timed_out(), "waited in vain");
    }

    fn threads(&self) -> Vec<ThreadId> {
        self.0.0.lock().unwrap().threads.clone()
    }

    fn most(&self) -> usize {
        self.0.0.lock().unwrap().most
    }

    fn compute(&self) {
        self.change(|seen| {
            seen.threads.push(thread::current().id());
            seen.order.push(Did::Compute);
            seen.now += 1;
            seen.most = seen.most.max(seen.now);
        });
        self.wait(|seen| !seen.held);
        self.change(|seen| seen.now -= 1);
        let panics = self.0.0.lock().unwrap().panics;
        assert!(!panics, "the key is broken");
    }
}

#[async_trait]
impl MerchantKey for Watched {
    fn serial_no(&self) -> &str {
        clients::SERIAL_NO
    }

    fn in_memory(&self) -> bool {
        true
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.compute();
        Ok(message.to_vec())
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        self.compute();
        Ok(Secret::new(String::from_utf8_lossy(ciphertext)))
    }
}

/// The same key, in another process as far as it says.
#[derive(Debug)]
struct Elsewhere(Watched);

#[async_trait]
impl MerchantKey for Elsewhere {
    fn serial_no(&self) -> &str {
        self.0.serial_no()
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        self.0.sign(message).await
    }
}

fn client(key: impl MerchantKey) -> Client {
    let platform = PublicKeys::new()
        .with_public_key(replies::PLATFORM_KEY_ID, &replies::platform_public_key())
        .unwrap();
    let credentials = Credentials::new(key, platform);
    Client::builder(
        MchId::new(clients::MCH_ID).unwrap(),
        credentials,
        Scripted::default(),
    )
    .build()
    .unwrap()
}

fn query() -> QueryDetailByOutDetailNo {
    QueryDetailByOutDetailNo {
        out_batch_no: "plfk2020042013".parse().unwrap(),
        out_detail_no: "x23zy545Bd5436".parse().unwrap(),
        options: Default::default(),
    }
}

/// Signs, and keeps the call in flight.
async fn call<'a>(
    client: &Client,
    query: &'a QueryDetailByOutDetailNo,
) -> Pending<'a, QueryDetailByOutDetailNo> {
    client.prepare(query).await.unwrap().1
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// A thread for each core.
fn wide_runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(cores())
        .build()
        .unwrap()
}

/// Makes calls from tasks of their own, and returns on which threads they went on once they were
/// signed.
async fn spawned(client: &Client, calls: usize) -> Vec<ThreadId> {
    let tasks = (0..calls).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let query = query();
            drop(call(&client, &query).await);
            thread::current().id()
        })
    });
    join_all(tasks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect()
}

fn cores() -> usize {
    available_parallelism().unwrap().get()
}

#[test]
fn few_calls_stay_on_their_thread_and_many_leave_it() {
    let _alone = ALONE.lock();
    let (key, query, here) = (Watched::default(), query(), thread::current().id());
    let client = client(key.clone());
    runtime().block_on(async {
        let first = call(&client, &query).await;
        let second = call(&client, &query).await;
        let third = call(&client, &query).await;
        let fourth = call(&client, &query).await;
        assert_eq!(key.threads()[..2], [here, here]);
        assert!(!key.threads()[2..].contains(&here));
        assert_eq!(key.threads().len(), 4);

        // Two end: the next is nearly alone again.
        drop((first, second, third));
        drop(call(&client, &query).await);
        assert_eq!(key.threads()[4], here);
        drop(fourth);
    });
}

#[test]
fn a_call_is_in_flight_until_its_reply_is_read() {
    let _alone = ALONE.lock();
    let (key, query, here) = (Watched::default(), query(), thread::current().id());
    let client = client(key.clone());
    runtime().block_on(async {
        for _ in 0..3 {
            let pending = [call(&client, &query).await, call(&client, &query).await];
            for pending in pending {
                assert!(pending.finish(replies::plain(500, "")).await.is_err());
            }
        }
        // A request that was refused before it was signed is not in flight.
        let wrong = QueryDetailByOutDetailNo {
            out_batch_no: wxpay_api::core::FromWire::from_wire("?").unwrap(),
            ..query.clone()
        };
        for _ in 0..3 {
            assert!(client.prepare(&wrong).await.is_err());
        }
        drop(call(&client, &query).await);
    });
    assert_eq!(key.threads(), [here; 7]);
}

#[test]
fn clients_count_together() {
    let _alone = ALONE.lock();
    let (key, query, here) = (Watched::default(), query(), thread::current().id());
    runtime().block_on(async {
        let mut in_flight = Vec::new();
        for _ in 0..3 {
            in_flight.push(call(&client(key.clone()), &query).await);
        }
    });
    assert_eq!(key.threads()[..2], [here, here]);
    assert_ne!(key.threads()[2], here);
}

#[test]
fn no_more_compute_at_once_than_there_are_cores() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    runtime().block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        key.change(|seen| seen.held = true);
        let many = join_all((0..cores() + 8).map(|_| call(&client, &query)));
        let release = async {
            let watching = key.clone();
            let full = move || watching.wait(|seen| seen.now >= cores());
            tokio::task::spawn_blocking(full).await.unwrap();
            // Others would begin meanwhile.
            let a_while = || thread::sleep(Duration::from_millis(100));
            tokio::task::spawn_blocking(a_while).await.unwrap();
            key.change(|seen| seen.held = false);
        };
        let (many, ()) = tokio::join!(many, release);
        assert_eq!(many.len(), cores() + 8);
        drop(few);
    });
    assert_eq!(key.most(), cores());
}

#[test]
fn callers_that_go_away_leave_their_places() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    runtime().block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        key.change(|seen| seen.held = true);
        // As many as there are places, and some that wait for one.
        let mut many: Vec<_> = (0..cores() + 8)
            .map(|_| Box::pin(call(&client, &query)))
            .collect();
        for call in &mut many {
            assert!(call.now_or_never().is_none());
        }
        let watching = key.clone();
        let full = move || watching.wait(|seen| seen.now == cores());
        tokio::task::spawn_blocking(full).await.unwrap();
        drop(many);
        key.change(|seen| seen.held = false);
        // What had begun is done to its end, what had not never began, and there is room for
        // others.
        drop(call(&client, &query).await);
        drop(few);
    });
    assert_eq!(key.threads().len(), 2 + cores() + 1);
    // Nothing of them is in flight: a lone call stays where it is.
    runtime().block_on(async { drop(call(&client, &query).await) });
    assert_eq!(key.threads().last(), Some(&thread::current().id()));
}

#[test]
fn opening_sealed_fields_follows_the_calls() {
    let _alone = ALONE.lock();
    let (key, query, here) = (Watched::default(), query(), thread::current().id());
    let client = client(key.clone());
    let sealed: Sealed = wxpay_api::core::FromWire::from_wire("5byg5LiJ").unwrap();
    runtime().block_on(async {
        assert_eq!(client.open(&sealed).await.unwrap().expose(), "张三");
        let in_flight = [call(&client, &query).await, call(&client, &query).await];
        assert_eq!(client.open(&sealed).await.unwrap().expose(), "张三");
        drop(in_flight);
    });
    assert_eq!(key.threads()[..3], [here; 3]);
    assert_ne!(key.threads()[3], here);
}

#[test]
fn without_a_runtime_and_with_a_key_elsewhere_it_stays_on_its_thread() {
    let _alone = ALONE.lock();
    let (key, query, here) = (Watched::default(), query(), thread::current().id());
    let in_memory = client(key.clone());
    let in_flight: Vec<_> = (0..5)
        .map(|_| call(&in_memory, &query).now_or_never().unwrap())
        .collect();
    let elsewhere = client(Elsewhere(key.clone()));
    runtime().block_on(async { drop(call(&elsewhere, &query).await) });
    drop(in_flight);
    assert_eq!(key.threads(), [here; 6]);
}

#[test]
fn a_key_that_panics_does_so_in_its_caller() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    runtime().block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        key.change(|seen| seen.panics = true);
        for _ in 0..2 * cores() {
            let panic = AssertUnwindSafe(call(&client, &query)).catch_unwind().await;
            assert_eq!(
                panic.unwrap_err().downcast_ref::<&str>(),
                Some(&"the key is broken")
            );
        }
        // It took no place with it.
        key.change(|seen| seen.panics = false);
        drop(call(&client, &query).await);
        drop(few);
    });
    let threads: HashSet<ThreadId> = key.threads().into_iter().skip(2).collect();
    assert!(!threads.contains(&thread::current().id()));
}

#[test]
fn a_runtime_with_a_thread_for_each_core_computes_on_them() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    let workers: Arc<Mutex<HashSet<ThreadId>>> = Arc::default();
    let started = Arc::clone(&workers);
    let wide = Builder::new_multi_thread()
        .worker_threads(cores())
        .on_thread_start(move || {
            started.lock().unwrap().insert(thread::current().id());
        })
        .build()
        .unwrap();
    wide.block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        spawned(&client, 200).await;
        drop(few);
    });
    assert_eq!(key.threads().len(), 2 + 200);
    let workers = workers.lock().unwrap();
    assert!(key.threads()[2..].iter().all(|used| workers.contains(used)));
    assert_eq!(workers.len(), cores());
}

#[test]
fn a_runtime_with_fewer_threads_does_not_compute_on_them() {
    if cores() == 1 {
        return;
    }
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    let narrow = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let after = narrow.block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        let after = spawned(&client, 50).await;
        drop(few);
        after
    });
    let after: HashSet<ThreadId> = after.into_iter().collect();
    assert_eq!(after.len(), 1);
    assert!(key.threads()[2..].iter().all(|used| !after.contains(used)));
}

#[test]
fn between_two_computations_a_thread_does_what_else_is_ready() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    let runtime = wide_runtime();
    runtime.block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        // One thread is left.
        let held: Vec<_> = (1..cores())
            .map(|_| {
                let (is_held, told) = tokio::sync::oneshot::channel();
                let (release, wait) = std::sync::mpsc::channel::<()>();
                tokio::spawn(async move {
                    is_held.send(()).unwrap();
                    let _ = wait.recv_timeout(FOREVER);
                });
                (told, release)
            })
            .collect();
        let mut release = Vec::new();
        for (told, sender) in held {
            told.await.unwrap();
            release.push(sender);
        }
        key.change(|seen| seen.order.clear());
        // It goes on as often as the thread looks after its sockets and timers.
        let watching = key.clone();
        let other = tokio::spawn(async move {
            loop {
                watching.change(|seen| seen.order.push(Did::SomethingElse));
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(spawned(&client, 100).await.len(), 100);
        other.abort();
        drop((release, few));
    });
    let order = key.0.0.lock().unwrap().order.clone();
    assert_eq!(
        order.iter().filter(|did| **did == Did::Compute).count(),
        100
    );
    // It may come before a computation in one round and after one in the next. Without turns, some
    // dozens of computations are in a row.
    let rows = order.split(|did| *did == Did::SomethingElse);
    let rows = rows.filter(|row| !row.is_empty()).count();
    assert!(rows >= 40, "100 computations in {rows} rows");
}

#[test]
fn callers_that_go_away_leave_their_turns() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    wide_runtime().block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        key.change(|seen| seen.held = true);
        let mut many: Vec<_> = (0..2 * cores() + 8)
            .map(|_| Box::pin(call(&client, &query)))
            .collect();
        for call in &mut many {
            assert!(call.now_or_never().is_none());
        }
        key.wait(|seen| seen.now == cores());
        drop(many);
        key.change(|seen| seen.held = false);
        // What had begun is done to its end, and what had not never began.
        assert_eq!(spawned(&client, 20).await.len(), 20);
        drop(few);
    });
    assert_eq!(key.threads().len(), 2 + cores() + 20);
}

#[test]
fn a_key_that_panics_takes_no_turn_with_it() {
    let _alone = ALONE.lock();
    let (key, query) = (Watched::default(), query());
    let client = client(key.clone());
    wide_runtime().block_on(async {
        let few = [call(&client, &query).await, call(&client, &query).await];
        key.change(|seen| seen.panics = true);
        for _ in 0..3 * cores() {
            let panic = AssertUnwindSafe(call(&client, &query)).catch_unwind().await;
            assert_eq!(
                panic.unwrap_err().downcast_ref::<&str>(),
                Some(&"the key is broken")
            );
        }
        key.change(|seen| seen.panics = false);
        assert_eq!(spawned(&client, 20).await.len(), 20);
        drop(few);
    });
}

/// A program that makes many calls in one task, and another call for each of their results, lets
/// the others rest meanwhile: none of those may hold what that call needs.
#[test]
fn calls_that_nobody_polls_hold_up_no_other() {
    let _alone = ALONE.lock();
    let query = query();
    let narrow = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    for runtime in [runtime(), narrow, wide_runtime()] {
        let key = Watched::default();
        let client = client(key.clone());
        let calls = async {
            let few = [call(&client, &query).await, call(&client, &query).await];
            let many = (0..100).map(|_| call(&client, &query));
            let mut many = stream::iter(many).buffer_unordered(50);
            while let Some(pending) = many.next().await {
                drop(call(&client, &query).await);
                drop(pending);
            }
            drop(few);
        };
        let (done, ended) = std::sync::mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                runtime.block_on(calls);
                done.send(()).unwrap();
            });
            // Without an end to the thread there is none to the test.
            if ended.recv_timeout(FOREVER).is_err() {
                eprintln!("waited in vain");
                std::process::abort();
            }
        });
        assert_eq!(key.threads().len(), 2 + 200);
    }
}
