//! A connection at work, for so long at most, and what is certain when the time is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use deadpool_postgres::{Object, Transaction};
use tokio_postgres::Client;

use super::JournalError;
use super::session::{CALL, Trouble, at_commit};

/// A connection at work. Unless the work came to its end, it is given up: it may still be at work.
pub(super) struct Busy {
    client: Option<Object>,
    commit: Commit,
}

impl Busy {
    /// What the work came to. The connection can be used again.
    pub(super) fn ended<T>(mut self, done: T) -> T {
        drop(self.client.take());
        done
    }

    /// The connection, and its commit.
    pub(super) fn parts(&mut self) -> Result<(&mut Object, &Commit), Trouble> {
        let gone = || JournalError::storage("the connection was given up");
        let client = self.client.as_mut().ok_or_else(gone)?;
        Ok((client, &self.commit))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// Whether what commits was handed over to the connection. Until then nothing is in the journal,
/// and from then on only the server knows.
#[derive(Clone, Default)]
pub(super) struct Commit(Arc<AtomicBool>);

impl Commit {
    /// To be called right before that is sent which commits. A connection that is closed sends
    /// nothing any more.
    pub(super) fn hand_over(&self, client: &Client) -> Result<(), Trouble> {
        if client.is_closed() {
            let lost = "the connection was lost before the commit";
            return Err(Trouble::Lost(JournalError::storage(lost)));
        }
        self.0.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Commits a transaction.
    pub(super) async fn of<T>(&self, tx: Transaction<'_>, done: T) -> Result<T, Trouble> {
        self.hand_over(tx.client())?;
        tx.commit().await.map_err(at_commit)?;
        Ok(done)
    }

    fn timed_out(&self) -> Trouble {
        let seconds = CALL.as_secs();
        if self.0.load(Ordering::SeqCst) {
            return Trouble::Unknown(JournalError::storage(format!(
                "the server did not answer within {seconds} s; whether the change was committed is unknown"
            )));
        }
        Trouble::Lost(JournalError::storage(format!(
            "the server did not answer within {seconds} s"
        )))
    }
}

/// Runs one transaction, for so long at most.
pub(super) async fn timed<T, F>(client: Object, work: impl FnOnce(Busy) -> F) -> Result<T, Trouble>
where
    F: Future<Output = Result<T, Trouble>>,
{
    let commit = Commit::default();
    let busy = Busy {
        client: Some(client),
        commit: commit.clone(),
    };
    tokio::time::timeout(CALL, work(busy))
        .await
        .unwrap_or_else(|_| Err(commit.timed_out()))
}
