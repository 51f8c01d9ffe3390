//! Requests that take effect later, whether their client waits or not.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::task::JoinSet;

/// What goes on without its connection, until the sandbox stops.
#[derive(Debug)]
pub(crate) struct Held(Mutex<Option<JoinSet<()>>>);

impl Held {
    /// Lets something go on, unless the sandbox has stopped.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tasks) = tasks.as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }

    /// Ends all of it.
    pub(crate) fn stop(&self) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(tasks.take());
    }
}

impl Default for Held {
    fn default() -> Self {
        Self(Mutex::new(Some(JoinSet::new())))
    }
}
