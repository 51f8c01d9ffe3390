//! Threads of the process's own for computing, one for each core: what waits for them needs nothing
//! of a runtime, and nobody who waits holds anything that others need.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::turns::CORES;

/// Whether there are threads: a machine may give none.
pub(super) fn exist() -> bool {
    THREADS.is_some()
}

/// Does the work on one of the threads, in the order in which it is handed over, and gives its
/// result or its panic.
///
/// Work whose caller has gone away is left out, unless it has begun.
///
/// # Errors
/// There are no threads.
pub(super) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Result<T, Box<dyn Any + Send>>, NoThread> {
    let (done, result) = oneshot::channel();
    let work = move || {
        if !done.is_closed() {
            // Who has gone away meanwhile needs no result.
            let _ = done.send(catch_unwind(AssertUnwindSafe(work)));
        }
    };
    let threads = THREADS.as_ref().ok_or(NoThread)?;
    threads.send(Box::new(work)).map_err(|_| NoThread)?;
    result.await.map_err(|_| NoThread)
}

/// There is no thread that does the work.
#[derive(Debug)]
pub(super) struct NoThread;

type Work = Box<dyn FnOnce() + Send>;

/// The way to the threads, or `None` if there is none. They end with the process.
static THREADS: LazyLock<Option<Sender<Work>>> = LazyLock::new(|| {
    let (send, receive) = channel();
    let receive = Arc::new(Mutex::new(receive));
    let start = |number| {
        let receive = Arc::clone(&receive);
        thread::Builder::new()
            .name(format!("wxpay-sign-{number}"))
            .spawn(move || work_off(&receive))
            .ok()
    };
    let started = (0..*CORES).filter_map(start).count();
    (started > 0).then_some(send)
});

fn work_off(receive: &Mutex<Receiver<Work>>) {
    loop {
        let next = receive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        match next {
            Ok(work) => work(),
            Err(_) => return,
        }
    }
}
