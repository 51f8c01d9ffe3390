use std::fmt;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rusqlite::Connection;

use self::backup::{BackupError, Original};
use self::error::{OpenError, OpenErrorKind};
use self::file::Opened;
use self::place::Place;
use self::worker::Worker;
use super::{Begun, Inserted, Journal, JournalError, JournalOwner};
use crate::{Entry, IntentId, Limits, Moment, Number};

pub(super) mod backup;
mod books;
pub(super) mod error;
mod file;
mod fresh;
pub(super) mod holder;
mod judge;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod network;
mod place;
#[cfg(unix)]
mod rights;
mod rows;
mod schema;
mod trouble;
mod worker;

/// A journal in one SQLite file, which several processes of one machine may share.
///
/// Every change is on the disk before a method returns (`synchronous=FULL`, write-ahead log).
///
/// # What is opened
///
/// A journal decides who was paid already, so a wrong one pays twice. A file is only opened if it
/// is a whole journal:
///
/// - all of it is read and checked (`PRAGMA integrity_check`: about half a second for 100,000
///   payouts), and its tables and indexes are those that this library makes;
/// - it says whose payouts it holds and at which host they are made, and both are those of
///   [`JournalOwner`];
/// - its last changes are there: a copy that was made while it was in use, without the log (`-wal`)
///   beside it, is refused;
/// - on Unix: it belongs to the user of this process, who alone can read and write it, it has one
///   name (no hard links), and its folder does not let every user replace files. A folder that a
///   group may write is left to who owns it;
/// - on Linux: it is not a mount point itself, and not on a network file system or FUSE. Elsewhere
///   that can't be determined: keep it on a local disk.
///
/// In a file that is refused, nothing is changed. A symbolic link is followed, and the file that it
/// leads to is checked.
///
/// # Threads
///
/// SQLite works on a thread of its own, so that no runtime is held up and none is needed. Changes
/// that come at once are committed together. Dropping the journal waits until its work is done and
/// the file is closed.
///
/// On Unix, a process must not open the file by other means than SQLite while a journal on it is
/// open: closing such a handle drops SQLite's locks. Several `SqliteJournal`s of one file in a
/// process are safe.
pub struct SqliteJournal {
    worker: Worker,
    place: Place,
    original: Original,
    owner: JournalOwner,
}

impl SqliteJournal {
    /// Makes a new journal at `path`, readable by its owner alone. It is there whole, or not at
    /// all.
    ///
    /// # Errors
    /// There is something at `path` already, or the file can't be made or is refused there. Nothing
    /// was replaced.
    pub fn create(path: impl AsRef<Path>, owner: &JournalOwner) -> Result<Self, OpenError> {
        Self::start(file::create(path.as_ref(), owner)?)
    }

    /// Opens the journal that is at `path`. None is ever made.
    ///
    /// A journal of version 1, which names a merchant but no host, is taken if the merchant is the
    /// owner's. It is brought to this version and marked with the owner's host, in one transaction.
    ///
    /// # Errors
    /// There is no journal, or it is refused: see [`OpenErrorKind`]. Nothing was changed in it, and
    /// no payout was begun.
    pub fn open(path: impl AsRef<Path>, owner: &JournalOwner) -> Result<Self, OpenError> {
        Self::start(file::open(path.as_ref(), owner)?)
    }

    /// Opens the journal at `path` for reading only, any owner's. Every change fails.
    ///
    /// One of version 1 reads as if it had been brought to this version, and stays what it is.
    ///
    /// It does not wait for a process that writes, and writes nothing into the file. A file of
    /// another user may be read too, if the operating system allows it. While the journal is in
    /// use, or after it was not closed, SQLite has to be able to write beside it (`-shm`).
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::start(file::read(path.as_ref())?)
    }

    /// Whose payouts it holds.
    pub fn owner(&self) -> &JournalOwner {
        &self.owner
    }

    /// Makes a backup: a new file at `to` that is a journal itself, with everything up to this
    /// moment.
    ///
    /// Others may write to the journal meanwhile. The backup is checked, is readable by its owner
    /// alone, and is on the disk when this returns. It may be on another file system, a network's
    /// too. If the future is dropped, the backup is made nonetheless.
    ///
    /// To restore it, make sure that no process uses the journal, move the old file *with its
    /// `-wal` and `-shm`* away, and copy the backup to its place. What was paid since the backup is
    /// not in it: [recover](crate::Payouts::recover) it, with the intents since then. What is sent
    /// instead goes out under the number that it had, since numbers follow from the intents, and
    /// WeChat Pay pays a number once. Numbers that did not follow from them, random ones say, would
    /// be paid again.
    ///
    /// # Errors
    /// There is a file at `to` already, it can't be written, or the copy is not a whole journal.
    /// Nothing is at `to` that was not there before.
    pub async fn backup(&self, to: impl AsRef<Path>) -> Result<(), BackupError> {
        self.original.back_up(PathBuf::from(to.as_ref())).await
    }

    fn start(opened: Opened) -> Result<Self, OpenError> {
        let (place, owner) = (opened.place.clone(), opened.owner.clone());
        let original = Original::of(&opened);
        let worker = Worker::start(opened).map_err(|error| {
            let reason = format!("no thread can be started: {error}");
            OpenError::new(place.asked(), OpenErrorKind::Inaccessible { reason })
        })?;
        Ok(Self {
            worker,
            place,
            original,
            owner,
        })
    }

    /// A change that a payout begins with. It has to be where the next process looks for it.
    async fn begin<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let place = self.place.clone();
        self.change(move |db| {
            if place.is_there() {
                work(db)
            } else {
                Err(JournalError::storage(format!(
                    "{} was moved, removed, replaced or given a second name (hard link) while it was open",
                    place.asked().display()
                )))
            }
        })
        .await
    }

    async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.worker.run(true, work).await
    }

    async fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.worker.run(false, work).await
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        let (entry, limits) = (entry.clone(), limits.clone());
        self.begin(move |db| books::insert(db, &entry, &limits))
            .await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        let (entry, limits) = (entry.clone(), limits.clone());
        self.begin(move |db| books::begin_send(db, entry, now, &limits))
            .await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        let entry = entry.clone();
        self.change(move |db| books::update(db, entry)).await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        let (old, new, limits) = (old.clone(), new.clone(), limits.clone());
        self.begin(move |db| books::replace(db, old, &new, &limits))
            .await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        let number = number.clone();
        self.look(move |db| rows::by_number(db, &number)).await
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        let intent = intent.clone();
        self.look(move |db| rows::by_intent(db, &intent)).await
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        self.look(move |db| rows::open(db, most)).await
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        let after = after.cloned();
        self.look(move |db| rows::page(db, after.as_ref(), most))
            .await
    }
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("path", &self.place.asked())
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}
