//! Turns on the threads of a tokio runtime, between which each thread looks after its sockets and
//! timers.
//!
//! A thread of the runtime does that when it has no task left that can go on, or after some dozens
//! of tasks. A task that yields goes on after the thread has done so; of those that do, one takes
//! the turn and the others yield again.

use std::cell::Cell;
use std::sync::LazyLock;
use std::task::Poll;
use std::thread::{self, available_parallelism};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::yield_now;

/// The right to compute once, without waiting for anything.
pub(super) struct Turn {
    _place: Option<SemaphorePermit<'static>>,
}

/// Whether all cores are the runtime's to compute on.
pub(super) fn fit(runtime: &Handle) -> bool {
    runtime.runtime_flavor() != RuntimeFlavor::CurrentThread
        && runtime.metrics().num_workers() >= *CORES
}

/// Waits until this thread has looked after its sockets and timers, and nobody has computed since.
/// For tasks of the runtime: one that waits here and is not polled holds up the others.
///
/// A task that ends while it waits leaves the line.
pub(super) async fn next() -> Turn {
    // It is never closed.
    let place = PLACES.acquire().await.ok();
    for _ in 0..MOST_ROUNDS {
        let (thread, turns) = now();
        yield_now().await;
        if now() != (thread, turns) {
            continue;
        }
        // The first to go on does so before the sockets and timers that have just become ready:
        // they go first.
        if PASSED_ON.replace(turns) != turns {
            behind_all_others().await;
            if now() != (thread, turns) {
                continue;
            }
        }
        break;
    }
    TURNS.set(TURNS.get().wrapping_add(1));
    Turn { _place: place }
}

/// This thread, and how many turns it has given.
fn now() -> (thread::ThreadId, u64) {
    (thread::current().id(), TURNS.get())
}

/// Lets every task go on that can, sockets and timers aside.
async fn behind_all_others() {
    let mut is_first = true;
    std::future::poll_fn(|context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

thread_local! {
    static TURNS: Cell<u64> = const { Cell::new(0) };
    /// The number of turns at which somebody let the others go first.
    static PASSED_ON: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// After so many rounds that others won, a caller no longer waits: it is rare, and bounds what one
/// waits.
const MOST_ROUNDS: usize = 32;

/// One to compute and one to be the next, for each core. More would not be faster, and the order of
/// those within is not that of their coming.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2 * *CORES));

pub(super) static CORES: LazyLock<usize> =
    LazyLock::new(|| available_parallelism().map_or(1, usize::from));
