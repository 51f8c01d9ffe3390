//! Where a key in memory computes, when there is a tokio runtime: at once as long as calls are few.
//! When they are many, in turns with the runtime's sockets and timers on its own threads, if it has
//! one for each core; otherwise on threads for that alone.
//!
//! A signature is a quarter of a millisecond of computing and more. Some dozens in a row on a
//! thread of the runtime keep everything else there, timers and sockets, waiting for ten
//! milliseconds and more; going to another thread for each costs a fifth to a third of the calls
//! in a second.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use wxpay_core::{Secret, SigningError};
use wxpay_sign::v3::{MerchantKey, Suite};

use super::{threads, turns};

/// One call, from before it is signed until its response is read or it is given up. They are
/// counted over all clients of the process, since they share its cores.
#[derive(Debug)]
pub(super) struct InFlight(());

impl InFlight {
    pub(super) fn begin() -> Self {
        CALLS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        CALLS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The same key; one in memory then gives way to the runtime's other work when calls are many.
pub(super) fn aware(key: Arc<dyn MerchantKey>) -> Arc<dyn MerchantKey> {
    if key.in_memory() {
        Arc::new(Aware(key))
    } else {
        key
    }
}

#[derive(Debug)]
struct Aware(Arc<dyn MerchantKey>);

#[async_trait]
impl MerchantKey for Aware {
    fn serial_no(&self) -> &str {
        self.0.serial_no()
    }

    fn suite(&self) -> Suite {
        self.0.suite()
    }

    fn in_memory(&self) -> bool {
        true
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let Some(runtime) = crowded() else {
            return self.0.sign(message).await;
        };
        let (key, message) = (Arc::clone(&self.0), message.to_vec());
        apart(runtime, async move { key.sign(&message).await }).await
    }

    async fn decrypt(&self, ciphertext: &[u8]) -> Result<Secret, SigningError> {
        let Some(runtime) = crowded() else {
            return self.0.decrypt(ciphertext).await;
        };
        let (key, ciphertext) = (Arc::clone(&self.0), ciphertext.to_vec());
        apart(runtime, async move { key.decrypt(&ciphertext).await }).await
    }
}

/// The runtime that has other work to do, unless there is none or the call is nearly alone.
fn crowded() -> Option<Handle> {
    if CALLS.load(Ordering::Relaxed) <= MAX_CALLS_AT_ONCE {
        return None;
    }
    Handle::try_current().ok()
}

/// Does the work apart from its caller: whether it goes on must not depend on when the caller is
/// polled again, or calls that rest in a task would hold up the one that the task waits for.
///
/// A caller that goes away while it waits leaves the line. Work that has begun is done to its end.
async fn apart<T: Send + 'static>(
    runtime: Handle,
    work: impl Future<Output = Result<T, SigningError>> + Send + 'static,
) -> Result<T, SigningError> {
    if turns::fit(&runtime) {
        let in_turn = async move {
            let _turn = turns::next().await;
            work.await
        };
        let mut task = Ends(runtime.spawn(in_turn));
        let done = (&mut task.0).await;
        return match done.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(result) => result,
            Err(Ok(panic)) => resume_unwind(panic),
            Err(Err(error)) => {
                Err(SigningError::new("the runtime is shutting down").with_source(error))
            }
        };
    }
    if !threads::exist() {
        return work.await;
    }
    match threads::compute(move || runtime.block_on(work)).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => resume_unwind(panic),
        Err(threads::NoThread) => Err(SigningError::new("the threads that sign have ended")),
    }
}

/// A task that ends with its caller.
struct Ends<T>(JoinHandle<T>);

impl<T> Drop for Ends<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Up to this many calls in flight, nobody is held up.
const MAX_CALLS_AT_ONCE: usize = 2;

static CALLS: AtomicUsize = AtomicUsize::new(0);
