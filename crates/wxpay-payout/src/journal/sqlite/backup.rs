use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use futures_channel::oneshot;
use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use super::file::{self, Opened};
use super::fresh::{self, NotMade};
use super::place::Place;
use super::{JournalOwner, judge, trouble};

/// A backup that was not made. Nothing is at its path that was not there before, and the journal is
/// as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There is a file at the path already.
    #[error("there is already a file {}, and a backup never replaces one: give another path", .0.display())]
    Exists(PathBuf),
    /// The file can't be made or written there.
    #[error("the backup {} can't be written: {error}", path.display())]
    #[non_exhaustive]
    Write {
        /// The backup's path.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// SQLite can't copy the journal.
    #[error("the journal can't be copied: {0}")]
    Copy(String),
    /// What was copied is not a whole journal of the same owner.
    #[error("the copy is not a whole journal, and was removed: {0}")]
    Check(OpenError),
}

/// What a backup is made from.
#[derive(Clone)]
pub(super) struct Original {
    place: Place,
    owner: JournalOwner,
}

impl Original {
    pub(super) fn of(opened: &Opened) -> Self {
        Self {
            place: opened.place.clone(),
            owner: opened.owner.clone(),
        }
    }

    /// Copies it on a thread of its own, so that neither the caller nor the journal's work waits.
    pub(super) async fn back_up(&self, to: PathBuf) -> Result<(), BackupError> {
        let (answer, answered) = oneshot::channel();
        let original = self.clone();
        thread::Builder::new()
            .name("wxpay-backup".to_owned())
            .spawn(move || {
                // The caller may have gone away.
                let _ = answer.send(original.copy(&to));
            })
            .map_err(|error| BackupError::Copy(format!("no thread can be started: {error}")))?;
        let gone = |_| BackupError::Copy("the thread has ended early".to_owned());
        answered.await.map_err(gone)?
    }

    fn copy(&self, to: &Path) -> Result<(), BackupError> {
        let made = fresh::make(to, |part| {
            self.write(part).map_err(Trouble::Copy)?;
            // It is checked as what it will be: a file that has nothing but itself.
            let copy = file::judged(&Place::unchecked(part)).map_err(Trouble::Check)?;
            judge::check_owner(&copy.owner, &self.owner)
                .map_err(|kind| Trouble::Check(OpenError::new(part, kind)))
        });
        made.map_err(|trouble| match trouble {
            Trouble::Made(NotMade::Exists) => BackupError::Exists(to.to_owned()),
            Trouble::Made(NotMade::LogLeft(log)) => BackupError::Write {
                path: to.to_owned(),
                error: io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    format!(
                        "{} is left there from an earlier journal: give another path",
                        log.display()
                    ),
                ),
            },
            Trouble::Made(NotMade::Io(error)) => BackupError::Write {
                path: to.to_owned(),
                error,
            },
            Trouble::Copy(problem) => BackupError::Copy(problem),
            Trouble::Check(error) => BackupError::Check(error),
        })
    }

    fn write(&self, part: &Path) -> Result<(), String> {
        let start = std::time::Instant::now();
        let words = |error| trouble::words(&error, &self.place, start.elapsed());
        let from = file::connect(&self.place, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(words)?;
        let name = part.to_str().ok_or("its path is not UTF-8")?;
        from.execute("VACUUM INTO ?1", [name]).map_err(words)?;
        drop(from);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(part, flags)
            .and_then(|copy| saved(&copy))
            .map_err(words)
    }
}

/// All of it is in the copy, and nothing in a log.
fn saved(copy: &Connection) -> rusqlite::Result<()> {
    let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > 1 {
        copy.execute("UPDATE owner SET unsaved = 0", [])?;
    }
    Ok(())
}

enum Trouble {
    Made(NotMade),
    Copy(String),
    Check(OpenError),
}

impl From<NotMade> for Trouble {
    fn from(error: NotMade) -> Self {
        Self::Made(error)
    }
}
