//! Both journals by the suite for implementers, and what is SQLite's own.

use std::ffi::OsString;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use wxpay_payout::journal::conformance;
use wxpay_payout::{
    Intent, Journal, JournalOwner, MemoryJournal, OpenErrorKind, Preparation, SqliteJournal,
};

use crate::world::{intent, payouts};

mod backup;
mod disk;
mod locks;
mod logs;
mod old;
mod refusals;
#[cfg(unix)]
mod unix;

/// A path of its own in a directory that is deleted with the value.
pub(crate) struct Scratch(tempfile::TempDir, AtomicU32);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap(), AtomicU32::new(0))
    }

    pub(crate) fn path(&self) -> PathBuf {
        let number = self.1.fetch_add(1, Ordering::SeqCst);
        self.0.path().join(format!("{number}.journal"))
    }

    /// A new journal.
    fn journal(&self) -> SqliteJournal {
        SqliteJournal::create(self.path(), &owner()).unwrap()
    }

    /// A journal with payouts in it, which is closed.
    async fn filled(&self, payouts: usize) -> PathBuf {
        let path = self.path();
        let journal = SqliteJournal::create(&path, &owner()).unwrap();
        prepare(journal, 0..payouts).await;
        path
    }
}

pub(crate) fn owner() -> JournalOwner {
    JournalOwner::new("1900000109", "api.mch.weixin.qq.com")
}

/// Writes payouts down, and closes the journal.
async fn prepare(journal: SqliteJournal, numbers: std::ops::Range<usize>) {
    let payouts = payouts(journal);
    for number in numbers {
        let prepared = payouts.prepare(&named(number)).await.unwrap();
        assert!(matches!(prepared, Preparation::Ready(_)), "{prepared:?}");
    }
}

fn named(number: usize) -> Intent {
    intent(&format!("i{number:05}"), 100)
}

/// How many payouts are in it.
async fn count(journal: &SqliteJournal) -> usize {
    journal.page(None, 1_000_000).await.unwrap().len()
}

/// A file of SQLite's beside a journal.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Why it is refused, by both ways to open it; and that nothing was written into it.
fn refused(path: &Path) -> OpenErrorKind {
    let before = fs::read(path).ok();
    let log = fs::read(beside(path, "-wal"))
        .ok()
        .filter(|log| !log.is_empty());
    let error = SqliteJournal::open(path, &owner()).unwrap_err();
    assert_eq!(error.path(), path);
    assert_eq!(fs::read(path).ok(), before, "{error}");
    let error = error.kind().clone();
    let reading = SqliteJournal::read(path).unwrap_err();
    assert_eq!(*reading.kind(), error);
    assert_eq!(fs::read(path).ok(), before, "{error}");
    let after = fs::read(beside(path, "-wal"))
        .ok()
        .filter(|log| !log.is_empty());
    assert_eq!(after, log, "{error}");
    error
}

fn private(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn memory_conforms() {
    assert_eq!(conformance::check(MemoryJournal::new).await, []);
}

#[tokio::test]
async fn sqlite_conforms() {
    let scratch = Scratch::new();
    assert_eq!(conformance::check(|| scratch.journal()).await, []);
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    let journal = SqliteJournal::open(&path, &owner()).unwrap();
    assert_eq!(*journal.owner(), owner());
    let entry = journal.by_intent(&named(0).id).await.unwrap().unwrap();
    assert!(entry.message.is_some());
}

#[tokio::test]
async fn payouts_of_one_owner_only() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    let before = fs::read(&path).unwrap();
    let other = JournalOwner::new("1900000110", "api.mch.weixin.qq.com");
    let error = SqliteJournal::open(&path, &other).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("of merchant 1900000109, not of 1900000110"),
        "{text}"
    );

    let sandbox = JournalOwner::new("1900000109", "localhost:8443");
    let error = SqliteJournal::open(&path, &sandbox).unwrap_err();
    let text = error.to_string();
    for part in [
        "made at api.mch.weixin.qq.com (WeChat Pay itself, with real money)",
        "now localhost:8443 (not WeChat Pay itself)",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);

    // For reading it does not matter whose it is. A host has no upper case.
    let journal = SqliteJournal::read(&path).unwrap();
    assert_eq!(
        *journal.owner(),
        JournalOwner::new("1900000109", "API.mch.weixin.qq.com")
    );
    assert_eq!(count(&journal).await, 1);
}

#[tokio::test]
async fn a_new_one_replaces_nothing() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    let before = fs::read(&path).unwrap();
    for _ in 0..2 {
        let error = SqliteJournal::create(&path, &owner()).unwrap_err();
        assert_eq!(*error.kind(), OpenErrorKind::Exists);
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    let empty = scratch.path();
    private(&empty, b"");
    let error = SqliteJournal::create(&empty, &owner()).unwrap_err();
    assert_eq!(*error.kind(), OpenErrorKind::Exists);
    assert_eq!(fs::read(&empty).unwrap(), b"");
    let missing = scratch.path().join("journal");
    let error = SqliteJournal::create(&missing, &owner()).unwrap_err();
    assert!(
        matches!(error.kind(), OpenErrorKind::Inaccessible { .. }),
        "{error}"
    );
    // Named as the log of another one, it would be taken for that.
    for suffix in ["-wal", "-shm", "-journal"] {
        let error = SqliteJournal::create(beside(&path, suffix), &owner()).unwrap_err();
        assert!(error.to_string().contains("names its logs so"), "{error}");
    }
    let left: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test]
async fn of_many_that_make_it_at_once_one_does() {
    let scratch = Scratch::new();
    let path = scratch.path();
    let made: Vec<_> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| SqliteJournal::create(&path, &owner())))
            .collect();
        makers
            .into_iter()
            .map(|maker| maker.join().unwrap())
            .collect()
    });
    assert_eq!(
        made.iter().filter(|made| made.is_ok()).count(),
        1,
        "{made:?}"
    );
    for error in made.iter().filter_map(|made| made.as_ref().err()) {
        assert_eq!(*error.kind(), OpenErrorKind::Exists);
    }
}
