//! Several connections and processes on one file.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use wxpay_payout::{OpenErrorKind, PrepareError, SqliteJournal};

use super::{Scratch, count, named, owner, prepare};
use crate::world::payouts;

/// A process that holds a lock until it is dropped.
pub(super) struct Holder(Child);

impl Holder {
    pub(super) fn of(path: &Path, sql: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "journal::locks::helper_that_holds_a_lock",
                "--nocapture",
            ])
            .env(PATH, path)
            .env(SQL, sql)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().ends_with("locked")),
            "it has the lock"
        );
        Self(child)
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Stops it, as Ctrl-Z does, or lets it go on.
    fn signal(&self, name: &str) {
        if cfg!(target_os = "linux") {
            let sent = Command::new("kill")
                .args(["-s", name, &self.pid().to_string()])
                .status();
            assert!(sent.unwrap().success());
        }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Not a test by itself: what [`Holder`] starts.
#[test]
fn helper_that_holds_a_lock() {
    let (Ok(path), Ok(sql)) = (std::env::var(PATH), std::env::var(SQL)) else {
        return;
    };
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(&sql).unwrap();
    writeln!(std::io::stdout(), "locked").unwrap();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    // The journal's own rule, which this connection does not keep: a log is not removed.
    std::process::exit(0);
}

#[tokio::test]
async fn locked_is_not_damaged() {
    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    let before = fs::read(&path).unwrap();
    let holder = Holder::of(
        &path,
        "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE pace SET next = next",
    );
    let error = SqliteJournal::open(&path, &owner()).unwrap_err();
    let OpenErrorKind::Busy {
        seconds,
        holder: found,
    } = error.kind().clone()
    else {
        panic!("{error:?}")
    };
    assert!(seconds >= 9, "{error}");
    let text = error.to_string();
    assert!(text.contains("another process has held it for"), "{text}");
    assert!(text.contains("It is not damaged"), "{text}");
    if cfg!(target_os = "linux") {
        let found = found.unwrap();
        assert_eq!(found.pid, holder.pid(), "{text}");
        assert!(!found.stopped, "{text}");
        assert!(
            text.contains(&format!("process {} (", holder.pid())),
            "{text}"
        );
        assert!(text.contains(&found.name.unwrap()), "{text}");
    }
    drop(holder);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(
        count(&SqliteJournal::open(&path, &owner()).unwrap()).await,
        3
    );
}

/// A process that is stopped in the middle of a change keeps the lock of writers.
#[tokio::test]
async fn reading_does_not_wait_for_who_writes() {
    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    let journal = SqliteJournal::open(&path, &owner()).unwrap();
    let holder = Holder::of(&path, "BEGIN IMMEDIATE");
    let before = fs::read(&path).unwrap();
    for opened in [
        SqliteJournal::read(&path),
        SqliteJournal::open(&path, &owner()),
    ] {
        assert_eq!(count(&opened.unwrap()).await, 3);
    }
    assert_eq!(count(&journal).await, 3);
    let copy = scratch.path();
    journal.backup(&copy).await.unwrap();
    assert_eq!(
        count(&SqliteJournal::open(&copy, &owner()).unwrap()).await,
        3
    );
    assert_eq!(fs::read(&path).unwrap(), before);

    holder.signal("STOP");
    let error = payouts(journal).prepare(&named(9)).await.unwrap_err();
    holder.signal("CONT");
    assert!(matches!(error, PrepareError::Journal(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("another process has held it for"), "{text}");
    if cfg!(target_os = "linux") {
        assert!(
            text.contains(&format!("process {} (", holder.pid())),
            "{text}"
        );
        assert!(text.contains("which is stopped"), "{text}");
    }
    drop(holder);
    prepare(SqliteJournal::open(&path, &owner()).unwrap(), 9..10).await;
}

#[tokio::test]
async fn journal_for_reading_takes_no_change() {
    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    let journal = SqliteJournal::read(&path).unwrap();
    let before = fs::read(&path).unwrap();
    let error = payouts(journal).prepare(&named(9)).await.unwrap_err();
    assert!(error.to_string().contains("can only be read"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// The close of any handle of a file drops the locks of the whole process on it. SQLite takes care
/// of its own handles.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_drops_the_locks_of_an_open_journal() {
    use std::os::unix::fs::MetadataExt;

    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    let journal = SqliteJournal::open(&path, &owner()).unwrap();
    let inode = fs::metadata(&path).unwrap().ino();
    let locked = || {
        let locks = fs::read_to_string("/proc/locks").unwrap();
        let (pid, file) = (format!(" {} ", std::process::id()), format!(":{inode} "));
        locks
            .lines()
            .any(|line| line.contains("POSIX") && line.contains(&pid) && line.contains(&file))
    };
    assert_eq!(count(&journal).await, 3);
    assert!(locked(), "an open journal has its file locked");
    drop(SqliteJournal::create(&path, &owner()).unwrap_err());
    assert!(locked(), "create");
    drop(SqliteJournal::open(&path, &wxpay_payout::JournalOwner::new("1", "h")).unwrap_err());
    assert!(locked(), "open");
    drop(SqliteJournal::read(&path).unwrap());
    assert!(locked(), "read");
    prepare(SqliteJournal::open(&path, &owner()).unwrap(), 3..5).await;
    assert!(locked(), "a second one");
    journal.backup(scratch.path()).await.unwrap();
    drop(journal.backup(&path).await.unwrap_err());
    assert!(locked(), "backup");
    assert_eq!(count(&journal).await, 5);
}

const PATH: &str = "WXPAY_TEST_HOLDS";
const SQL: &str = "WXPAY_TEST_SQL";
