//! Both journals by the suite for implementers, and what is SQLite's own.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use wxpay_payout::journal::conformance;
use wxpay_payout::{Journal, MemoryJournal, SqliteJournal};

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
}

#[tokio::test]
async fn memory_conforms() {
    assert_eq!(conformance::check(MemoryJournal::new).await, []);
}

#[tokio::test]
async fn sqlite_conforms() {
    let scratch = Scratch::new();
    let make = || SqliteJournal::open(scratch.path()).unwrap();
    assert_eq!(conformance::check(make).await, []);
}

#[test]
fn foreign_and_damaged_files_are_refused() {
    let scratch = Scratch::new();
    let private = |content: &[u8]| {
        let path = scratch.path();
        fs::write(&path, content).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        path
    };
    for (content, problem) in [
        (
            b"not SQLite at all, but long enough to be looked at".as_slice(),
            "not a file of SQLite",
        ),
        (b"SQLite format 3\0 cut", "not a file of SQLite"),
    ] {
        let error = SqliteJournal::open(private(content)).unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
    let error = SqliteJournal::open(scratch.path().join("no/such/folder")).unwrap_err();
    assert!(
        error.to_string().contains("can't be read and written"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn others_can_not_read_it() {
    let scratch = Scratch::new();
    let path = scratch.path();
    let journal = SqliteJournal::open(&path).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let file = PathBuf::from(format!("{}{suffix}", path.display()));
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    drop(journal);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = SqliteJournal::open(&path).unwrap_err();
    assert!(error.to_string().contains("600"), "{error}");
}

#[tokio::test]
async fn it_holds_the_payouts_of_one_owner() {
    let scratch = Scratch::new();
    let path = scratch.path();
    for _ in 0..2 {
        let journal = SqliteJournal::open_for(&path, "1900000109").unwrap();
        let payouts = crate::world::payouts(journal);
        drop(payouts.prepare(&crate::world::intent("one", 100)).await);
    }
    let error = SqliteJournal::open_for(&path, "1900000110").unwrap_err();
    assert!(error.to_string().contains("of 1900000109"), "{error}");
    drop(SqliteJournal::open(&path).unwrap());

    // Payouts that nobody has marked may be anybody's.
    let path = scratch.path();
    let payouts = crate::world::payouts(SqliteJournal::open(&path).unwrap());
    drop(payouts.prepare(&crate::world::intent("one", 100)).await);
    let error = SqliteJournal::open_for(&path, "1900000109").unwrap_err();
    assert!(error.to_string().contains("does not say whose"), "{error}");
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let scratch = Scratch::new();
    let path = scratch.path();
    let payouts = crate::world::payouts(SqliteJournal::open(&path).unwrap());
    let intent = crate::world::intent("kept", 100);
    let number = match payouts.prepare(&intent).await.unwrap() {
        wxpay_payout::Preparation::Ready(prepared) => prepared.number().clone(),
        wxpay_payout::Preparation::Before(_) => panic!("it is new"),
    };
    drop(payouts);
    let journal = SqliteJournal::open(&path).unwrap();
    let entry = journal.by_intent(&intent.id).await.unwrap().unwrap();
    assert_eq!(entry.number, number);
    assert!(entry.message.is_some());
}

/// SQLite itself fails at the n-th row that is written, and at every one after it, for every n. When the disk is mended, each
/// payout is settled, paid once.
#[tokio::test(start_paused = true)]
async fn disk_that_fails_at_any_row_loses_nothing() {
    for fails_at in 0.. {
        let scratch = Scratch::new();
        let path = scratch.path();
        let service = crate::world::Scripted::new(
            [wxpay_payout::PayEnd::Unclear("cut".to_owned())],
            [wxpay_payout::QueryEnd::NotFound],
        );
        let intents = || ["one", "two"].map(|name| crate::world::intent(name, 100));
        let options = || {
            wxpay_payout::RunOptions::new()
                .at_once(std::num::NonZeroUsize::MIN)
                .patience(std::time::Duration::from_secs(600))
        };
        let journal = SqliteJournal::open(&path).unwrap();
        let other = rusqlite::Connection::open(&path).unwrap();
        other
            .execute_batch(&format!(
                "CREATE TABLE written (count INTEGER); INSERT INTO written VALUES (0);
                 CREATE TRIGGER disk BEFORE INSERT ON entries WHEN (SELECT count FROM written) >= {fails_at}
                 BEGIN SELECT RAISE(ABORT, 'disk full'); END;
                 CREATE TRIGGER counter AFTER INSERT ON entries BEGIN UPDATE written SET count = count + 1; END;"
            ))
            .unwrap();
        let payouts = crate::world::payouts_over(journal, service.clone());
        let broken = payouts.run(intents(), options()).await;
        assert_eq!(broken.len(), 2, "{broken:?}");
        let written: i64 = other
            .query_row("SELECT count FROM written", [], |row| row.get(0))
            .unwrap();
        other.execute_batch("DROP TRIGGER disk;").unwrap();
        let whole = payouts.run(intents(), options()).await;
        assert_eq!(whole.paid.len(), 2, "row {fails_at}: {whole:?}");
        let mut numbers: Vec<_> = service.messages();
        numbers.sort_by(|one, other| one.bytes().cmp(other.bytes()));
        numbers.dedup();
        assert_eq!(numbers.len(), 2, "row {fails_at}: another number was used");
        if written < fails_at {
            assert!(fails_at > 6, "there are more rows than {fails_at}");
            return;
        }
    }
}
