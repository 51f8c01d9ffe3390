use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use futures_channel::oneshot;
use rusqlite::{Connection, TransactionBehavior};

use super::JournalError;

/// The thread that owns the connection.
pub(super) struct Worker {
    /// There until it is dropped.
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// Work that several callers' transactions are made of, and the answer after the commit.
trait Job: Send {
    /// Whether what it did is to stay.
    fn work(&mut self, db: &Connection) -> bool;
    /// Answers; with a failed commit in place of what it did, if there is one.
    fn answer(self: Box<Self>, commit: Result<(), String>);
}

struct Task<W, T> {
    work: Option<W>,
    done: Option<Result<T, JournalError>>,
    answer: oneshot::Sender<Result<T, JournalError>>,
}

impl<W, T> Job for Task<W, T>
where
    W: FnOnce(&Connection) -> Result<T, JournalError> + Send,
    T: Send,
{
    fn work(&mut self, db: &Connection) -> bool {
        let done = self.work.take().map(|work| work(db));
        let stays = matches!(done, Some(Ok(_)));
        self.done = done;
        stays
    }

    fn answer(self: Box<Self>, commit: Result<(), String>) {
        let done = match (commit, self.done) {
            (Ok(()), Some(done)) => done,
            // What failed by itself has changed nothing, whatever became of the others.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), _) => Err(JournalError::storage(error)),
            (Ok(()), None) => Err(JournalError::storage("the journal did not come to it")),
        };
        // Whoever asked may have gone away.
        let _ = self.answer.send(done);
    }
}

impl Worker {
    pub(super) fn start(connection: Connection) -> io::Result<Self> {
        let (jobs, queue) = channel();
        let thread = thread::Builder::new()
            .name("wxpay-journal".to_owned())
            .spawn(move || run(connection, &queue))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (answer, answered) = oneshot::channel();
        let task = Task {
            work: Some(work),
            done: None,
            answer,
        };
        let gone = || JournalError::storage("the journal's thread has ended");
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(Box::new(task)).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl Drop for Worker {
    /// Waits for the work that is there, so that the file is closed and whole without its log.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // It ends in the same way, whether it panicked or not.
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        // One commit, and so one wait for the disk, for all that is there by now.
        jobs.extend(queue.try_iter().take(MOST - 1));
        let commit = together(&mut connection, &mut jobs).map_err(|error| error.to_string());
        for job in jobs {
            job.answer(commit.clone());
        }
    }
}

fn together(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        let mut point = transaction.savepoint()?;
        if job.work(&point) {
            point.commit()?;
        } else {
            point.rollback()?;
        }
    }
    transaction.commit()
}

const MOST: usize = 64;
