//! Which server this has been, and how much it had written. What was read before a server lost its
//! last changes must not be written after.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio_postgres::Row;

use super::server::said;

pub(super) struct History {
    reads: bool,
    first: OnceLock<(i64, String)>,
    written: AtomicI64,
    is_over: AtomicBool,
    why: OnceLock<String>,
}

impl History {
    /// Who only reads writes nothing after what it has read, so it may go on with another server of
    /// the same data.
    pub(super) fn new(reads: bool) -> Self {
        Self {
            reads,
            first: OnceLock::new(),
            written: AtomicI64::new(0),
            is_over: AtomicBool::new(false),
            why: OnceLock::new(),
        }
    }

    /// How far the server's log is known to be on the disk. It is looked at before the server is
    /// asked: what other answers say meanwhile is no part of this one.
    pub(super) fn seen(&self) -> i64 {
        self.written.load(Ordering::SeqCst)
    }

    /// Whether this is the server that it was, with at least what had been seen of its log before
    /// it was asked.
    pub(super) fn meet(&self, row: &Row, seen: i64) -> Result<(), String> {
        let text = |at: usize| row.try_get::<_, String>(at).map_err(|error| said(&error));
        if text(0)? != "on" {
            return Err(
                "the server runs with fsync=off, and would lose payouts: turn it on".to_owned(),
            );
        }
        if text(1)? != "UTF8" {
            return Err("the database's encoding must be UTF8".to_owned());
        }
        let system: i64 = row.try_get(2).map_err(|error| said(&error))?;
        let timeline = if self.reads { String::new() } else { text(3)? };
        let now = (system, timeline);
        let first = self.first.get_or_init(|| now.clone());
        if *first != now {
            return self.end(
                "the server was failed over or restored while this program used it, and may have lost its last changes: start the program again",
            );
        }
        // A standby does not say how much is written.
        let written: Option<i64> = row.try_get(4).map_err(|error| said(&error))?;
        written.map_or(Ok(()), |written| self.has_written(written, seen))
    }

    /// Takes note of how far the server's log is on the disk. It must not be less than what had
    /// been seen before the server was asked.
    pub(super) fn has_written(&self, written: i64, seen: i64) -> Result<(), String> {
        if self.reads {
            return Ok(());
        }
        if written < seen {
            return self.end(
                "the server has lost changes that this program had seen, as an older backup has: start the program again",
            );
        }
        self.written.fetch_max(written, Ordering::SeqCst);
        Ok(())
    }

    fn end(&self, why: &str) -> Result<(), String> {
        let why = self.why.get_or_init(|| why.to_owned());
        self.is_over.store(true, Ordering::SeqCst);
        Err(why.clone())
    }

    /// Why nothing is done any more, if so.
    pub(super) fn refused(&self) -> Option<String> {
        let is_over = self.is_over.load(Ordering::SeqCst);
        is_over.then(|| self.why.get().cloned().unwrap_or_default())
    }
}
