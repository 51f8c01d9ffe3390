//! A journal that can't be opened or copied.

use super::*;

#[test]
fn a_journal_that_is_not_opened_is_told_in_chinese() {
    for kind in open_error_kinds() {
        let chinese = payout_text(&kind.to_string());
        assert!(chinese.contains(is_chinese), "{kind}");
        assert_eq!(english_words(&chinese), "", "{chinese}");
    }
}

#[test]
fn a_locked_journal_names_its_process() {
    assert_eq!(
        payout_text(
            "the journal's storage failed: another process has held it for 10 s: process 7 (vim), which is stopped. It is not \
             damaged: leave it where it is. Let that process go on or end it, and try again"
        ),
        "付款日志读写失败：另一个进程占用它已有 10 秒：进程 7（vim），该进程已被暂停。文件没有损坏，请勿移动。请让该进程继续运行或结束它，\
         然后重试"
    );
}

#[test]
fn a_journal_that_is_missing_is_told_with_its_path() {
    let owner = wxpay_payout::JournalOwner::new("1900000109", "api.mch.weixin.qq.com");
    let error = wxpay_payout::SqliteJournal::open("no/such/payouts.db", &owner).unwrap_err();
    let said = of(&error).unwrap();
    assert!(
        said.starts_with("无法打开付款日志 no/such/payouts.db：文件不存在"),
        "{said}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_that_is_not_written_is_told_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let owner = wxpay_payout::JournalOwner::new("1900000109", "api.mch.weixin.qq.com");
    let path = folder.path().join("payouts.db");
    let journal = wxpay_payout::SqliteJournal::create(&path, &owner).unwrap();
    let nowhere = folder.path().join("nowhere/backup.db");
    let error = journal.backup(&nowhere).await.unwrap_err();
    let said = of(&error).unwrap();
    assert!(
        said.contains("：文件或目录不存在（os error 2）："),
        "{said}"
    );
}

fn open_error_kinds() -> Vec<OpenErrorKind> {
    use OpenErrorKind as K;
    let host = |name: &str| name.to_owned();
    vec![
        K::Missing,
        K::Exists,
        K::LogLeft {
            log: "a-wal".into(),
        },
        K::NotAFile,
        K::Empty,
        K::NotSqlite,
        K::OtherProgram,
        K::LaterVersion { found: 3, known: 2 },
        K::NoOwner,
        K::OtherMerchant {
            found: host("1900000109"),
            wanted: host("1900000110"),
        },
        K::OtherHost {
            found: host("api.mch.weixin.qq.com"),
            wanted: host("127.0.0.1:1"),
        },
        K::Damaged { found: host("x") },
        K::Schema {
            lacks: host("table entries"),
        },
        K::LogMissing {
            log: "a-wal".into(),
        },
        K::RollbackLog {
            log: "a-journal".into(),
        },
        K::ForeignLog {
            log: "a-wal".into(),
            problem: host("it has 2 names (hard links)"),
        },
        K::OtherUser {
            found: 1,
            wanted: 2,
        },
        K::Mode { mode: 0o644 },
        K::Folder {
            folder: "/tmp".into(),
            mode: 0o777,
        },
        K::HardLinks { count: 2 },
        K::MountPoint,
        K::NetworkFileSystem {
            name: host("a network file system (NFS)"),
        },
        K::NotDurable,
        K::Busy {
            seconds: 10,
            holder: None,
        },
        K::Inaccessible {
            reason: host("its folder /a: Permission denied (os error 13)"),
        },
    ]
}
