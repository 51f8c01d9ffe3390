//! Journals of version 1, which name a merchant and no host, or nobody.

use std::fs;
use std::path::PathBuf;

use wxpay_payout::{JournalOwner, OpenErrorKind, SqliteJournal};

use super::{Scratch, count, owner, prepare, private, refused};

fn version_1(scratch: &Scratch, merchant: Option<&str>) -> PathBuf {
    let path = scratch.path();
    private(&path, b"");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    db.execute_batch(include_str!("version1.sql")).unwrap();
    if let Some(merchant) = merchant {
        db.execute("INSERT INTO owner VALUES (0, ?1)", [merchant])
            .unwrap();
    }
    db.execute_batch(
        "INSERT INTO entries (number, intent, version, state, fingerprint, payee, amount, sends, doubt, queries, not_found, \
         prepared_at, next_at) VALUES ('A1', 'old', 0, 'prepared', 'f', 'p', 100, 0, 0, 0, 0, 0, 0)",
    )
    .unwrap();
    db.close().unwrap();
    path
}

#[tokio::test]
async fn it_is_taken_and_marked_with_the_host() {
    let scratch = Scratch::new();
    let path = version_1(&scratch, Some("1900000109"));
    let before = fs::read(&path).unwrap();
    let other = JournalOwner::new("1900000110", "api.mch.weixin.qq.com");
    let error = SqliteJournal::open(&path, &other).unwrap_err();
    assert!(
        matches!(error.kind(), OpenErrorKind::OtherMerchant { .. }),
        "{error}"
    );

    let reading = SqliteJournal::read(&path).unwrap();
    assert_eq!(
        (reading.owner().merchant(), reading.owner().host()),
        ("1900000109", None)
    );
    let copy = scratch.path();
    reading.backup(&copy).await.unwrap();
    drop(reading);
    assert_eq!(fs::read(&path).unwrap(), before);

    for path in [path, copy] {
        let journal = SqliteJournal::open(&path, &owner()).unwrap();
        assert_eq!(count(&journal).await, 1);
        prepare(journal, 0..1).await;
        let journal = SqliteJournal::read(&path).unwrap();
        assert_eq!(*journal.owner(), owner());
        assert_eq!(count(&journal).await, 2);
        let sandbox = JournalOwner::new("1900000109", "localhost");
        let error = SqliteJournal::open(&path, &sandbox).unwrap_err();
        assert!(
            matches!(error.kind(), OpenErrorKind::OtherHost { .. }),
            "{error}"
        );
    }
}

#[test]
fn it_is_refused_if_it_is_nobodys() {
    let scratch = Scratch::new();
    let path = version_1(&scratch, None);
    assert_eq!(refused(&path), OpenErrorKind::NoOwner);
}
