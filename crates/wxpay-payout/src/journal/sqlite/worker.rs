use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures_channel::oneshot;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use super::file::Opened;
use super::place::Place;
use super::{JournalError, trouble};

/// The thread that owns the connection.
pub(super) struct Worker {
    /// There until it is dropped.
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// Work that several callers' transactions are made of, and the result after the commit.
trait Job: Send {
    /// Whether it changes anything.
    fn writes(&self) -> bool;
    /// Whether what it did is to stay.
    fn work(&mut self, db: &Connection) -> bool;
    /// Answers; with a failed commit in place of what it did, if there is one.
    fn answer(self: Box<Self>, commit: Result<(), String>, place: &Place, took: Duration);
}

struct Task<W, T> {
    writes: bool,
    work: Option<W>,
    done: Option<Result<T, JournalError>>,
    answer: oneshot::Sender<Result<T, JournalError>>,
}

impl<W, T> Job for Task<W, T>
where
    W: FnOnce(&Connection) -> Result<T, JournalError> + Send,
    T: Send,
{
    fn writes(&self) -> bool {
        self.writes
    }

    fn work(&mut self, db: &Connection) -> bool {
        let done = self.work.take().map(|work| work(db));
        let stays = matches!(done, Some(Ok(_)));
        self.done = done;
        stays
    }

    fn answer(self: Box<Self>, commit: Result<(), String>, place: &Place, took: Duration) {
        let done = match (commit, self.done) {
            (Ok(()), Some(done)) => done,
            // What failed by itself has changed nothing, whatever became of the others.
            (Err(_), Some(Err(error))) => Err(error),
            (Err(error), _) => Err(JournalError::storage(error)),
            (Ok(()), None) => Err(JournalError::storage("the journal did not come to it")),
        };
        let done = done.map_err(|error| trouble::at_work(error, place, took));
        // The caller may have gone away.
        let _ = self.answer.send(done);
    }
}

impl Worker {
    pub(super) fn start(opened: Opened) -> io::Result<Self> {
        let (jobs, queue) = channel();
        let thread = thread::Builder::new()
            .name("wxpay-journal".to_owned())
            .spawn(move || run(opened, &queue))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        writes: bool,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (answer, answered) = oneshot::channel();
        let task = Task {
            writes,
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

fn run(opened: Opened, queue: &Receiver<Box<dyn Job>>) {
    let Opened {
        mut connection,
        place,
        ..
    } = opened;
    while let Ok(first) = queue.recv() {
        let mut jobs = vec![first];
        // One commit, and so one wait for the disk, for all that is there by now.
        jobs.extend(queue.try_iter().take(MAX_JOBS_AT_ONCE - 1));
        let start = Instant::now();
        let commit = together(&mut connection, &mut jobs)
            .map_err(|error| trouble::words(&error, &place, start.elapsed()));
        let took = start.elapsed();
        for job in jobs {
            job.answer(commit.clone(), &place, took);
        }
    }
    close(&connection);
}

fn together(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let writes = jobs.iter().any(|job| job.writes());
    let behavior = if writes {
        TransactionBehavior::Immediate
    } else {
        // Readers do not wait for who writes.
        TransactionBehavior::Deferred
    };
    let mut transaction = connection.transaction_with_behavior(behavior)?;
    let first = writes && transaction.execute(UNSAVED, [])? > 0;
    for job in jobs {
        let mut point = transaction.savepoint()?;
        if job.work(&point) {
            point.commit()?;
        } else {
            point.rollback()?;
        }
    }
    transaction.commit()?;
    if first {
        // The mark must be in the file itself: a copy that lacks the log is to be known by it. If
        // someone reads, it comes there later, and the changes are safe in any case.
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    }
    Ok(())
}

/// Takes the mark away, so that the last one to close it brings all of the log into the file and
/// removes the log.
///
/// If that fails, the log stays: it must never go while the mark is there.
fn close(connection: &Connection) {
    if connection.is_readonly(rusqlite::MAIN_DB).unwrap_or(true) {
        return;
    }
    let _ = connection.busy_timeout(CLOSING);
    if connection.execute(SAVED, []).is_ok() {
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    }
}

/// Changes follow that may be in the log alone.
const UNSAVED: &str = "UPDATE owner SET unsaved = 1 WHERE unsaved = 0";
const SAVED: &str = "UPDATE owner SET unsaved = 0 WHERE unsaved = 1";
const MAX_JOBS_AT_ONCE: usize = 64;
const CLOSING: Duration = Duration::from_secs(2);
