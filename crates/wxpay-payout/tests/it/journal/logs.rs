//! SQLite's log beside the file: what is in it belongs to the journal.

use std::fs;
use std::path::{Path, PathBuf};

use wxpay_payout::{OpenErrorKind, SqliteJournal};

use super::{Scratch, beside, count, owner, prepare, refused};

/// A journal that is open with payouts in its log, and a copy of it with the log: what a killed
/// process leaves.
async fn killed(scratch: &Scratch) -> (SqliteJournal, PathBuf) {
    let path = scratch.path();
    prepare(SqliteJournal::create(&path, &owner()).unwrap(), 0..3).await;
    let held = SqliteJournal::read(&path).unwrap();
    prepare(SqliteJournal::open(&path, &owner()).unwrap(), 3..8).await;
    // With a reader there the log is not brought into the file, and the reader sees it.
    assert_eq!(count(&held).await, 8);
    let open = SqliteJournal::open(&path, &owner()).unwrap();
    let engine = crate::world::payouts(open);
    drop(engine.prepare(&super::named(8)).await.unwrap());
    let left = scratch.path();
    copy(&path, &left, "");
    copy(&path, &left, "-wal");
    drop(engine);
    (held, left)
}

fn copy(from: &Path, to: &Path, suffix: &str) {
    fs::copy(beside(from, suffix), beside(to, suffix)).unwrap();
}

#[tokio::test]
async fn what_a_killed_process_left_is_whole() {
    let scratch = Scratch::new();
    let (_held, path) = killed(&scratch).await;
    let before = (
        fs::read(&path).unwrap(),
        fs::read(beside(&path, "-wal")).unwrap(),
    );
    for _ in 0..2 {
        let journal = SqliteJournal::read(&path).unwrap();
        assert_eq!(count(&journal).await, 9);
    }
    let after = (
        fs::read(&path).unwrap(),
        fs::read(beside(&path, "-wal")).unwrap(),
    );
    assert!(before == after, "reading has written");
    // A refusal leaves the log alone too.
    let other = wxpay_payout::JournalOwner::new("1", "localhost");
    drop(SqliteJournal::open(&path, &other).unwrap_err());
    let after = (
        fs::read(&path).unwrap(),
        fs::read(beside(&path, "-wal")).unwrap(),
    );
    assert!(before == after, "a refusal has written");

    let journal = SqliteJournal::open(&path, &owner()).unwrap();
    assert_eq!(count(&journal).await, 9);
    drop(journal);
    assert!(
        !beside(&path, "-wal").exists(),
        "closing brings the log into the file"
    );
    assert_eq!(count(&SqliteJournal::read(&path).unwrap()).await, 9);
}

/// As `cp payouts.db copy.db` makes it during a run.
#[tokio::test]
async fn copy_without_its_log_is_refused() {
    let scratch = Scratch::new();
    let (_held, path) = killed(&scratch).await;
    let log = beside(&path, "-wal");
    let whole = fs::read(&log).unwrap();
    for absent in [true, false] {
        if absent {
            fs::remove_file(&log).unwrap();
        } else {
            fs::write(&log, b"").unwrap();
        }
        let OpenErrorKind::LogMissing { log: named } = refused(&path) else {
            panic!("{:?}", refused(&path))
        };
        assert_eq!(named.file_name(), log.file_name());
    }
    // It is put back.
    super::private(&log, &whole);
    assert_eq!(
        count(&SqliteJournal::open(&path, &owner()).unwrap()).await,
        9
    );
}

/// The mark is in the file from the first change on, whatever of the rest is.
#[tokio::test]
async fn copy_is_refused_from_the_first_payout_on() {
    let scratch = Scratch::new();
    let (path, to) = (scratch.path(), scratch.path());
    let opened = SqliteJournal::create(&path, &owner()).unwrap();
    copy(&path, &to, "");
    drop(SqliteJournal::open(&to, &owner()).unwrap());
    let engine = crate::world::payouts(opened);
    drop(engine.prepare(&super::named(0)).await.unwrap());
    copy(&path, &to, "");
    assert!(matches!(refused(&to), OpenErrorKind::LogMissing { .. }));
    // The second of two goes on after the first was closed.
    let second = crate::world::payouts(SqliteJournal::open(&path, &owner()).unwrap());
    drop(engine);
    drop(second.prepare(&super::named(1)).await.unwrap());
    copy(&path, &to, "");
    assert!(matches!(refused(&to), OpenErrorKind::LogMissing { .. }));
    // Closed, it is whole by itself.
    drop(second);
    fs::remove_file(beside(&to, "-wal")).unwrap();
    copy(&path, &to, "");
    assert_eq!(count(&SqliteJournal::open(&to, &owner()).unwrap()).await, 2);
}

/// A backup is put back, and the log of the file that it replaces is left beside it.
#[tokio::test]
async fn log_of_another_file_is_refused() {
    let scratch = Scratch::new();
    let (held, path) = killed(&scratch).await;
    let to = scratch.path();
    held.backup(&to).await.unwrap();
    copy(&path, &to, "-wal");
    assert!(matches!(refused(&to), OpenErrorKind::Damaged { .. }));
    fs::remove_file(beside(&to, "-wal")).unwrap();
    assert_eq!(count(&SqliteJournal::open(&to, &owner()).unwrap()).await, 9);
}

/// The file of a killed process was moved away, and its log was not: SQLite would bring that log
/// into what is made there.
#[tokio::test]
async fn nothing_is_made_beside_the_log_of_an_earlier_journal() {
    let scratch = Scratch::new();
    let (held, path) = killed(&scratch).await;
    let whole = fs::read(&path).unwrap();
    for suffix in ["-wal", "-journal"] {
        let log = beside(&path, suffix);
        if !log.exists() {
            super::private(&log, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
        }
        let before = fs::read(&log).unwrap();
        let _ = fs::remove_file(&path);
        let error = SqliteJournal::create(&path, &owner()).unwrap_err();
        let expected = OpenErrorKind::LogLeft { log: log.clone() };
        assert_eq!(*error.kind(), expected, "{error}");
        let error = held.backup(&path).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("is left there from an earlier journal"),
            "{error}"
        );
        assert!(!path.exists());
        assert_eq!(fs::read(&log).unwrap(), before);
        // With its file put back, the log is whole.
        if suffix == "-wal" {
            super::private(&path, &whole);
            assert_eq!(
                count(&SqliteJournal::open(&path, &owner()).unwrap()).await,
                9
            );
        }
    }
    fs::remove_file(beside(&path, "-journal")).unwrap();
    // An empty log holds nothing.
    super::private(&beside(&path, "-wal"), b"");
    assert_eq!(
        count(&SqliteJournal::create(&path, &owner()).unwrap()).await,
        0
    );
}

#[tokio::test]
async fn unfinished_change_of_another_program_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    super::private(
        &beside(&path, "-journal"),
        b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",
    );
    assert!(matches!(refused(&path), OpenErrorKind::RollbackLog { .. }));
    fs::remove_file(beside(&path, "-journal")).unwrap();
    drop(SqliteJournal::open(&path, &owner()).unwrap());
}
