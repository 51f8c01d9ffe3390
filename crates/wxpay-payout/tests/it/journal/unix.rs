//! Whose the file is, who can write it, and how many names it has.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use wxpay_payout::{Journal, OpenErrorKind, SqliteJournal};

use super::{Scratch, beside, count, named, owner, prepare, refused};
use crate::world::payouts;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Gives it to another user, which only root can.
fn give_away(path: &Path) -> bool {
    let given = chown(path, Some(65_534), None).is_ok();
    if !given {
        skipped("only root can give a file to another user");
    }
    given
}

/// Past the harness, which shows nothing of a test that passes.
fn skipped(why: &str) {
    let mut terminal = std::io::stderr();
    writeln!(terminal, "journal::unix: a part was skipped: {why}").unwrap();
}

#[tokio::test]
async fn others_can_not_read_it() {
    let scratch = Scratch::new();
    let path = scratch.path();
    let engine = payouts(SqliteJournal::create(&path, &owner()).unwrap());
    drop(engine.prepare(&named(0)).await.unwrap());
    for suffix in ["", "-wal", "-shm"] {
        let file = beside(&path, suffix);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    drop(engine);
    for bits in [0o640, 0o604, 0o620, 0o601] {
        mode(&path, bits);
        assert_eq!(refused(&path), OpenErrorKind::Mode { mode: bits });
    }
    let text = SqliteJournal::open(&path, &owner())
        .unwrap_err()
        .to_string();
    assert!(text.contains("chmod 600"), "{text}");
}

#[tokio::test]
async fn file_of_another_user() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    if !give_away(&path) {
        // Then a file of root's is another user's.
        let error = SqliteJournal::open("/etc/passwd", &owner()).unwrap_err();
        assert!(
            matches!(error.kind(), OpenErrorKind::OtherUser { .. }),
            "{error}"
        );
        return;
    }
    let error = SqliteJournal::open(&path, &owner()).unwrap_err();
    let expected = OpenErrorKind::OtherUser {
        found: 65_534,
        wanted: 0,
    };
    assert_eq!(*error.kind(), expected, "{error}");
    // An administrator may look at it, and leaves it as it is to the user.
    assert_eq!(count(&SqliteJournal::read(&path).unwrap()).await, 1);
    for suffix in ["-wal", "-shm"] {
        if let Ok(metadata) = fs::metadata(beside(&path, suffix)) {
            assert_eq!(
                std::os::unix::fs::MetadataExt::uid(&metadata),
                65_534,
                "{suffix}"
            );
        }
    }
}

/// In a folder such as `/tmp` everybody can put a log beside the journal, and SQLite would take
/// payouts from it.
#[tokio::test]
async fn log_of_another_user() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    for suffix in ["-wal", "-shm"] {
        let log = beside(&path, suffix);
        super::private(&log, b"planted");
        mode(&log, 0o622);
        assert!(matches!(refused(&path), OpenErrorKind::ForeignLog { .. }));
        mode(&log, 0o600);
        if give_away(&log) {
            assert!(matches!(refused(&path), OpenErrorKind::ForeignLog { .. }));
        }
        fs::remove_file(&log).unwrap();
        symlink(scratch.path(), &log).unwrap();
        assert!(matches!(refused(&path), OpenErrorKind::ForeignLog { .. }));
        fs::remove_file(&log).unwrap();
    }
    drop(SqliteJournal::open(&path, &owner()).unwrap());
}

#[tokio::test]
async fn folder_of_everybody() {
    let scratch = Scratch::new();
    let folder = scratch.path();
    fs::create_dir(&folder).unwrap();
    let path = folder.join("journal");
    mode(&folder, 0o777);
    let error = SqliteJournal::create(&path, &owner()).unwrap_err();
    assert!(
        matches!(error.kind(), OpenErrorKind::Folder { mode: 0o777, .. }),
        "{error}"
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    // As /tmp is: nobody can replace the files of others.
    mode(&folder, 0o1777);
    prepare(SqliteJournal::create(&path, &owner()).unwrap(), 0..1).await;
    mode(&folder, 0o702);
    assert!(matches!(
        refused(&path),
        OpenErrorKind::Folder { mode: 0o702, .. }
    ));
    mode(&folder, 0o770);
    drop(SqliteJournal::open(&path, &owner()).unwrap());
}

#[tokio::test]
async fn hard_and_symbolic_links() {
    let scratch = Scratch::new();
    let (path, link) = (scratch.filled(1).await, scratch.path());
    symlink(&path, &link).unwrap();
    prepare(SqliteJournal::open(&link, &owner()).unwrap(), 1..2).await;
    assert_eq!(
        count(&SqliteJournal::open(&path, &owner()).unwrap()).await,
        2
    );
    assert!(!beside(&link, "-wal").exists());

    let second = scratch.path();
    fs::hard_link(&path, &second).unwrap();
    for path in [&path, &second, &link] {
        assert_eq!(refused(path), OpenErrorKind::HardLinks { count: 2 });
    }
    fs::remove_file(&second).unwrap();
    drop(SqliteJournal::open(&path, &owner()).unwrap());

    fs::remove_file(&path).unwrap();
    assert_eq!(refused(&link), OpenErrorKind::Missing);
    let error = SqliteJournal::create(&link, &owner()).unwrap_err();
    assert_eq!(*error.kind(), OpenErrorKind::Exists);
    assert!(!path.exists(), "a link is not followed to make a journal");
}

/// The next process looks at the path. What is begun in a file that is elsewhere would be begun
/// again.
#[tokio::test]
async fn file_that_is_moved_while_it_is_open() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    let journal = std::sync::Arc::new(SqliteJournal::open(&path, &owner()).unwrap());
    let engine = payouts(std::sync::Arc::clone(&journal));
    let away = scratch.path();
    fs::hard_link(&path, &away).unwrap();
    let error = engine.prepare(&named(1)).await.unwrap_err();
    assert!(error.to_string().contains(MOVED), "{error}");
    fs::remove_file(&away).unwrap();
    drop(engine.prepare(&named(2)).await.unwrap());
    fs::rename(&path, &away).unwrap();
    let error = engine.prepare(&named(1)).await.unwrap_err();
    assert!(error.to_string().contains(MOVED), "{error}");
    // Its log is still there.
    let error = SqliteJournal::create(&path, &owner()).unwrap_err();
    assert!(
        matches!(error.kind(), OpenErrorKind::LogLeft { .. }),
        "{error}"
    );
    for suffix in ["-wal", "-shm"] {
        fs::rename(beside(&path, suffix), beside(&away, suffix)).unwrap();
    }
    prepare(SqliteJournal::create(&path, &owner()).unwrap(), 5..6).await;
    let error = engine.prepare(&named(1)).await.unwrap_err();
    assert!(error.to_string().contains(MOVED), "{error}");
    // What became of payouts that were sent is still written down.
    let entry = journal.by_intent(&named(0).id).await.unwrap().unwrap();
    journal.update(&entry).await.unwrap();
}

/// What `docker run -v ./payouts.db:/data/payouts.db` does, and a mount of the folder.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn file_that_is_mounted_by_itself() {
    let scratch = Scratch::new();
    let path = scratch.filled(1).await;
    let (file, folder) = (scratch.path(), scratch.path());
    fs::write(&file, b"").unwrap();
    fs::create_dir(&folder).unwrap();
    let output = std::process::Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c"])
        .arg("mount --bind \"$1\" \"$2\" && mount --bind \"$3\" \"$4\" && shift 4 && echo mounted && exec \"$@\"")
        .arg("sh")
        .args([path.as_path(), &file, path.parent().unwrap(), &folder])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "journal::unix::helper_that_opens_mounts", "--nocapture"])
        .env(MOUNTED, &file)
        .env(FOLDER, folder.join(path.file_name().unwrap()))
        .output();
    let Ok(output) = output else {
        skipped("there is no unshare here");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    if !said.contains("mounted") {
        let why = String::from_utf8_lossy(&output.stderr);
        skipped(&format!("nothing can be mounted here: {why}"));
        return;
    }
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("both as expected"), "{said}");
}

/// Not a test by itself: what the one above starts.
#[cfg(target_os = "linux")]
#[test]
fn helper_that_opens_mounts() {
    let (Ok(file), Ok(folder)) = (std::env::var(MOUNTED), std::env::var(FOLDER)) else {
        return;
    };
    let error = SqliteJournal::open(&file, &owner()).unwrap_err();
    assert_eq!(*error.kind(), OpenErrorKind::MountPoint, "{error}");
    assert!(error.to_string().contains("Mount the folder"), "{error}");
    let error = SqliteJournal::read(&file).unwrap_err();
    assert_eq!(*error.kind(), OpenErrorKind::MountPoint, "{error}");
    drop(SqliteJournal::open(&folder, &owner()).unwrap());
    writeln!(std::io::stdout(), "both as expected").unwrap();
}

const MOVED: &str = "was moved, removed, replaced or given a second name";
#[cfg(target_os = "linux")]
const MOUNTED: &str = "WXPAY_TEST_MOUNTED";
#[cfg(target_os = "linux")]
const FOLDER: &str = "WXPAY_TEST_FOLDER";
