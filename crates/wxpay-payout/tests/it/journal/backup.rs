//! Backups of journals that are in use.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wxpay_payout::{BackupError, Journal, JournalOwner, SqliteJournal};

use super::{Scratch, beside, count, named, owner};
use crate::world::payouts;

/// Backups are made until some have gone on while others wrote, and each is a whole journal of a
/// moment in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_during_writes_is_a_journal() {
    let scratch = Scratch::new();
    let path = scratch.filled(20).await;
    let writer = payouts(SqliteJournal::open(&path, &owner()).unwrap());
    let end = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&end);
    let writes = tokio::spawn(async move {
        let mut size = 20;
        while !ends.load(Ordering::SeqCst) {
            drop(writer.prepare(&named(size)).await.unwrap());
            size += 1;
        }
        size
    });
    let journal = SqliteJournal::open(&path, &owner()).unwrap();
    let mut overlapped = 0;
    for _ in 0..MOST_BACKUPS {
        let to = scratch.path();
        let before = count(&journal).await;
        // By anyone who can read it.
        SqliteJournal::read(&path)
            .unwrap()
            .backup(&to)
            .await
            .unwrap();
        let after = count(&journal).await;
        for suffix in ["-wal", "-shm", "-journal"] {
            assert!(!beside(&to, suffix).exists(), "{suffix}");
        }
        let copy = SqliteJournal::open(&to, &owner()).unwrap();
        let size = count(&copy).await;
        assert!((before..=after).contains(&size), "{before} {size} {after}");
        let copied = copy.page(None, size).await.unwrap();
        for entry in copied {
            let original = journal.by_number(&entry.number).await.unwrap();
            assert_eq!(Some(entry), original);
        }
        assert!(!writes.is_finished());
        overlapped += usize::from(after > before);
        if overlapped == 3 {
            break;
        }
    }
    end.store(true, Ordering::SeqCst);
    let size = writes.await.unwrap();
    assert_eq!(overlapped, 3, "of {MOST_BACKUPS} backups, by {size} writes");
    let to = scratch.path();
    journal.backup(&to).await.unwrap();
    assert_eq!(
        count(&SqliteJournal::open(&to, &owner()).unwrap()).await,
        size
    );
}

#[tokio::test]
async fn backup_is_made_whole_or_not_at_all() {
    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    let journal = SqliteJournal::open(&path, &owner()).unwrap();
    let to = scratch.path();
    fs::write(&to, b"something else").unwrap();
    let error = journal.backup(&to).await.unwrap_err();
    assert!(matches!(error, BackupError::Exists(_)), "{error:?}");
    assert_eq!(fs::read(&to).unwrap(), b"something else");
    for to in [scratch.path().join("backup"), beside(&path, "-journal")] {
        let error = journal.backup(&to).await.unwrap_err();
        assert!(matches!(error, BackupError::Write { .. }), "{error:?}");
        assert!(!to.exists());
    }
    // What was damaged since it was opened is not taken for a backup.
    rusqlite::Connection::open(&path)
        .and_then(|db| db.execute_batch("DROP INDEX one_for_each_intent"))
        .unwrap();
    let to = scratch.path();
    let error = journal.backup(&to).await.unwrap_err();
    assert!(matches!(error, BackupError::Check(_)), "{error:?}");
    assert!(error.to_string().contains("one_for_each_intent"), "{error}");
    assert!(!to.exists());
    let names: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().contains(".part")),
        "{names:?}"
    );
}

#[tokio::test]
async fn backup_keeps_the_owner_and_is_private() {
    let scratch = Scratch::new();
    let path = scratch.filled(3).await;
    let to = scratch.path();
    SqliteJournal::read(&path)
        .unwrap()
        .backup(&to)
        .await
        .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&to).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(*SqliteJournal::read(&to).unwrap().owner(), owner());
    let other = JournalOwner::new("1900000110", "api.mch.weixin.qq.com");
    drop(SqliteJournal::open(&to, &other).unwrap_err());
}

const MOST_BACKUPS: usize = 200;
