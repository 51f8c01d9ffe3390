//! Files that are not whole journals, by their content.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use wxpay_payout::{OpenErrorKind, SqliteJournal};

use super::{Scratch, beside, owner, private, refused};

/// Changes a closed journal by SQL.
fn change(path: &Path, sql: &str) {
    let db = rusqlite::Connection::open(path).unwrap();
    db.execute_batch(sql).unwrap();
    db.close().unwrap();
}

#[test]
fn what_is_no_journal() {
    let scratch = Scratch::new();
    let path = scratch.path();
    assert_eq!(refused(&path), OpenErrorKind::Missing);
    assert!(!path.exists(), "opening makes nothing");

    private(&path, b"");
    let (log, frames) = (beside(&path, "-wal"), b"the only copy of some payouts");
    private(&log, frames);
    assert_eq!(refused(&path), OpenErrorKind::Empty);
    assert_eq!(fs::read(&log).unwrap(), frames);
    fs::remove_file(&log).unwrap();

    for content in [
        b"not SQLite at all, but long enough to be looked at".as_slice(),
        b"SQLite format 3\0 cut",
        &[0; 8192],
    ] {
        private(&path, content);
        assert_eq!(refused(&path), OpenErrorKind::NotSqlite);
    }
    let folder = scratch.path();
    fs::create_dir(&folder).unwrap();
    assert_eq!(refused(&folder), OpenErrorKind::NotAFile);
}

#[test]
fn files_of_other_programs() {
    let scratch = Scratch::new();
    for sql in [
        "CREATE TABLE entries (number TEXT)",
        "PRAGMA user_version = 2; CREATE TABLE entries (number TEXT)",
        "PRAGMA journal_mode = WAL; CREATE TABLE entries (number TEXT)",
        "PRAGMA application_id = 1; CREATE TABLE entries (number TEXT)",
    ] {
        let path = scratch.path();
        private(&path, b"");
        change(&path, sql);
        assert_eq!(refused(&path), OpenErrorKind::OtherProgram, "{sql}");
    }
}

#[tokio::test]
async fn journals_that_lack_something() {
    let scratch = Scratch::new();
    for (sql, expected) in [
        (
            "PRAGMA user_version = 99",
            OpenErrorKind::LaterVersion {
                found: 99,
                known: 3,
            },
        ),
        ("DELETE FROM owner", OpenErrorKind::NoOwner),
        ("DROP TABLE days", lacks("table days")),
        ("DROP TABLE pace", lacks("table pace")),
        ("DROP INDEX unsettled", lacks("index unsettled")),
        ("ALTER TABLE entries RENAME TO gone", lacks("table entries")),
        ("ALTER TABLE owner DROP COLUMN host", lacks("table owner")),
        (
            "DROP INDEX one_for_each_intent",
            lacks("index one_for_each_intent"),
        ),
        (
            "DROP INDEX one_for_each_intent;
             CREATE INDEX one_for_each_intent ON entries (intent) WHERE replaced_by IS NULL",
            lacks("index one_for_each_intent"),
        ),
    ] {
        let path = scratch.filled(2).await;
        change(&path, sql);
        assert_eq!(refused(&path), expected, "{sql}");
    }
}

fn lacks(what: &str) -> OpenErrorKind {
    OpenErrorKind::Schema {
        lacks: what.to_owned(),
    }
}

/// The last writes of an index are lost, as by a disk that lies about what it has written: SQLite
/// reads it without a word, and finds no intent in it.
#[tokio::test]
async fn index_that_lost_its_pages() {
    let scratch = Scratch::new();
    for index in ["one_for_each_intent", "unsettled"] {
        let path = scratch.filled(60).await;
        let (root, size) = {
            let db = rusqlite::Connection::open(&path).unwrap();
            let root: u64 = db
                .query_row(
                    "SELECT rootpage FROM sqlite_schema WHERE name = ?1",
                    [index],
                    |row| row.get(0),
                )
                .unwrap();
            let size: u64 = db
                .pragma_query_value(None, "page_size", |row| row.get(0))
                .unwrap();
            (root, size)
        };
        // A leaf of an index, with no cell.
        let mut page = vec![0; usize::try_from(size).unwrap()];
        page[0] = 10;
        page[5..7].copy_from_slice(&u16::try_from(size).unwrap().to_be_bytes());
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start((root - 1) * size)).unwrap();
        file.write_all(&page).unwrap();
        drop(file);
        let damaged = refused(&path);
        let OpenErrorKind::Damaged { found } = damaged else {
            panic!("{damaged:?}")
        };
        assert!(found.contains(index), "{found}");
    }
}

#[tokio::test]
async fn file_that_is_cut() {
    let scratch = Scratch::new();
    let path = scratch.filled(60).await;
    let whole = fs::read(&path).unwrap();
    // SQLite takes what is missing of the last page for zeros, so a page and more must be missing.
    for part in [whole.len() / 2, whole.len() - 4097, 4096 * 3, 5000, 600] {
        private(&path, &whole[..part]);
        let damaged = refused(&path);
        assert!(
            matches!(
                damaged,
                OpenErrorKind::Damaged { .. } | OpenErrorKind::NotSqlite
            ),
            "{part}: {damaged:?}"
        );
    }
    private(&path, &whole);
    drop(SqliteJournal::open(&path, &owner()).unwrap());
}

/// By whichever way it is refused.
#[tokio::test]
async fn refusal_names_its_path_and_a_way_out() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    change(&path, "DELETE FROM owner");
    for (path, words) in [
        (
            scratch.path(),
            ["there is no such file", "restore a backup"],
        ),
        (path, ["does not say whose payouts", "Check the path"]),
    ] {
        let text = SqliteJournal::open(&path, &owner())
            .unwrap_err()
            .to_string();
        for word in words {
            assert!(text.contains(word), "{text}");
        }
        assert!(text.contains(&path.display().to_string()), "{text}");
    }
}
