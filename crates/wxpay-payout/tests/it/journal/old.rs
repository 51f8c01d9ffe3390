//! Journals of version 1, which name a merchant and no host, or nobody.

use std::fs;
use std::path::{Path, PathBuf};

use wxpay_payout::journal::Inserted;
use wxpay_payout::{
    Day, Entry, Journal, JournalOwner, Limits, Number, OpenErrorKind, SqliteJournal,
};

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

/// Numbers that replace each other, and what else the steps from version 1 on look at.
fn fill(path: &Path) {
    let db = rusqlite::Connection::open(path).unwrap();
    for (number, intent, state, reason, lease, replaced_by) in [
        ("B1", "chain", "failed", Some("余额不足"), None, Some("B3")),
        ("B2", "chain", "paid", None, None, None),
        ("B3", "chain", "rejected", None, None, Some("B2")),
        (
            "C1",
            "word",
            "failed",
            Some("attested by Wang: bill"),
            None,
            None,
        ),
        ("D1", "held", "prepared", None, Some("somebody"), None),
        ("E1", "unsent", "prepared", Some("no route"), None, None),
        ("F1", "open", "unknown", None, None, None),
    ] {
        let closed = matches!(state, "failed" | "paid" | "rejected").then_some(1);
        db.execute(
            "INSERT INTO entries (number, intent, version, state, fingerprint, payee, amount, sends, doubt, queries, \
             not_found, prepared_at, next_at, reason, lease_holder, lease_until, replaced_by, closed_at) \
             VALUES (?1, ?2, 3, ?3, 'f', 'p', 100, 1, 0, 0, 0, 0, 0, ?4, ?5, ?6, ?7, ?8)",
            (number, intent, state, reason, lease, lease.map(|_| 9), replaced_by, closed),
        )
        .unwrap();
    }
    db.close().unwrap();
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
    assert_eq!(count(&reading).await, 1);
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

/// An administrator who looks at it sees what a program that takes it over will see, and leaves it
/// as it is.
#[tokio::test]
async fn it_reads_as_it_will_be_when_it_is_taken() {
    let scratch = Scratch::new();
    let path = version_1(&scratch, Some("1900000109"));
    fill(&path);
    let before = fs::read(&path).unwrap();
    let reading = SqliteJournal::read(&path).unwrap();
    let read = reading.page(None, 99).await.unwrap();
    let last = reading.by_intent(&"chain".parse().unwrap()).await.unwrap();
    let last = last.unwrap();
    let number = reading.by_number(&read[1].number).await.unwrap().unwrap();
    let open = reading.open(99).await.unwrap();
    assert!(reading.update(&last).await.is_err());
    drop(reading);
    assert_eq!(fs::read(&path).unwrap(), before);

    let taken = SqliteJournal::open(&path, &owner()).unwrap();
    assert_eq!(read, taken.page(None, 99).await.unwrap());
    assert_eq!(open, taken.open(99).await.unwrap());
    assert_eq!((read.len(), open.len()), (8, 4));
    assert_eq!(number, read[1]);
    let replaces = last.replaces.as_ref().map(Number::as_str);
    assert_eq!((last.generation, replaces), (2, Some("B3")));
    let which = |chosen: fn(&Entry) -> bool| -> Vec<&str> {
        let chosen = read.iter().filter(|entry| chosen(entry));
        chosen.map(|entry| entry.number.as_str()).collect()
    };
    assert_eq!(which(|entry| entry.resign), ["A1"]);
    assert_eq!(which(|entry| entry.attested), ["C1"]);
}

/// Another process takes it while it is being read.
#[tokio::test]
async fn it_can_be_taken_while_it_is_read() {
    let scratch = Scratch::new();
    let path = version_1(&scratch, Some("1900000109"));
    fill(&path);
    let reading = SqliteJournal::read(&path).unwrap();
    assert_eq!(count(&reading).await, 8);
    let taken = SqliteJournal::open(&path, &owner()).unwrap();
    let mut entry = taken
        .by_intent(&"open".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    entry.resign = true;
    taken.update(&entry).await.unwrap();
    assert_eq!(
        reading.page(None, 99).await.unwrap(),
        taken.page(None, 99).await.unwrap()
    );
}

#[test]
fn it_is_refused_if_it_is_nobodys() {
    let scratch = Scratch::new();
    let path = version_1(&scratch, None);
    assert_eq!(refused(&path), OpenErrorKind::NoOwner);
}

/// One of version 2 held payments to employees alone, and what counts on their limits goes on to
/// count.
#[tokio::test]
async fn version_2_is_taken_with_what_counts() {
    let scratch = Scratch::new();
    let path = version_1(&scratch, Some("1900000109"));
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(include_str!("version2.sql")).unwrap();
    db.execute_batch("INSERT INTO days VALUES (20000, 'p', 20000, 1), (20000, '', 20000, 1)")
        .unwrap();
    db.close().unwrap();
    let before = fs::read(&path).unwrap();
    let reading = SqliteJournal::read(&path).unwrap();
    let read = reading.page(None, 99).await.unwrap();
    drop(reading);
    assert_eq!(fs::read(&path).unwrap(), before);
    let taken = SqliteJournal::open(&path, &owner()).unwrap();
    assert_eq!(read, taken.page(None, 99).await.unwrap());
    assert_eq!(read[0].product, "v2.wecom.pay_employee");
    assert_eq!((read[0].waits_for, read[0].cancel_asked_at), (None, None));

    let mut entry = read[0].clone();
    entry.intent = "new".parse().unwrap();
    entry.number = "N1".parse().unwrap();
    entry.counted = Some(Day::from_number(20_000));
    let limits = Limits::default();
    let full = taken.insert(&entry, &limits).await.unwrap();
    assert!(matches!(full, Inserted::Full(_)), "{full:?}");
    // Another product has limits of its own.
    entry.product = "another".to_owned();
    let new = taken.insert(&entry, &limits).await.unwrap();
    assert!(matches!(new, Inserted::New), "{new:?}");
}
