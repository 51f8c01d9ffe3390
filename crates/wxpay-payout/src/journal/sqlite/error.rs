use std::fmt;
use std::path::{Path, PathBuf};

use super::holder::LockHolder;

/// A file that was not opened as a journal. Nothing was changed in it.
///
/// It displays the cause and what to do about it. No payout was begun.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the journal {} can't be opened: {kind}", path.display())]
pub struct OpenError {
    path: PathBuf,
    kind: OpenErrorKind,
}

impl OpenError {
    pub(super) fn new(path: &Path, kind: OpenErrorKind) -> Self {
        Self {
            path: path.to_owned(),
            kind,
        }
    }

    /// The path that was to be opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The cause.
    pub fn kind(&self) -> &OpenErrorKind {
        &self.kind
    }
}

/// Why a file was not opened as a journal. It displays the cause and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// There is no such file.
    Missing,
    /// A new journal was to be made, and there is something at its path.
    Exists,
    /// A new journal was to be made, and a log of an earlier one is beside its path. SQLite would
    /// take that log's payouts into it.
    LogLeft {
        /// The log.
        log: PathBuf,
    },
    /// It is a folder or a device.
    NotAFile,
    /// The file has 0 bytes.
    Empty,
    /// It is not an SQLite file, or its first bytes are damaged.
    NotSqlite,
    /// It is an SQLite file that no journal of this library is in.
    OtherProgram,
    /// A later version of this library has written it.
    LaterVersion {
        /// Its version.
        found: i64,
        /// The last version that is known here.
        known: i64,
    },
    /// It does not say whose payouts it holds.
    NoOwner,
    /// It holds the payouts of another merchant.
    OtherMerchant {
        /// The merchant ID (商户号) in the journal.
        found: String,
        /// The merchant ID that it was opened for.
        wanted: String,
    },
    /// It holds payouts that are made at another host.
    OtherHost {
        /// The host in the journal.
        found: String,
        /// The host that it was opened for.
        wanted: String,
    },
    /// SQLite finds damage in it.
    Damaged {
        /// What SQLite says.
        found: String,
    },
    /// A table, an index or a uniqueness rule is missing or changed.
    Schema {
        /// The first one of them.
        lacks: String,
    },
    /// Its last changes were in a log (`-wal`) that is not beside it: it was copied without it.
    LogMissing {
        /// Where the log would be.
        log: PathBuf,
    },
    /// A rollback log (`-journal`) is beside it, which a journal never has.
    RollbackLog {
        /// The rollback log.
        log: PathBuf,
    },
    /// A file of SQLite beside it (`-wal`, `-shm`) may have been put there by another user.
    ForeignLog {
        /// The file.
        log: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file belongs to another user of this machine.
    OtherUser {
        /// The user ID (uid) of the file.
        found: u32,
        /// The user ID of this process.
        wanted: u32,
    },
    /// Other users of this machine may read or write the file.
    Mode {
        /// Its permissions, as `chmod` takes them.
        mode: u32,
    },
    /// Every user of this machine may replace files in its folder.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file has more than one name (hard links).
    HardLinks {
        /// How many.
        count: u64,
    },
    /// The file itself is mounted, not its folder.
    MountPoint,
    /// It is on a network file system, or another one whose locks can't be trusted.
    NetworkFileSystem {
        /// Which.
        name: String,
    },
    /// SQLite can't write durably here.
    NotDurable,
    /// Another connection has it locked. The file is not damaged.
    Busy {
        /// How long it was waited for.
        seconds: u64,
        /// Who has it locked, if that is known (Linux).
        holder: Option<LockHolder>,
    },
    /// The operating system does not let it be read or written.
    Inaccessible {
        /// What the operating system or SQLite says.
        reason: String,
    },
}

impl fmt::Display for OpenErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "there is no such file. Check the path. If a journal was there, find it or restore a backup: with an empty \
                 one in its place, payouts that were made may be made a second time",
            ),
            Self::Exists => f.write_str(
                "there is a file already, and a new journal never replaces one. Open that one, or give another path",
            ),
            Self::LogLeft { log } => write!(
                f,
                "{} is left there from an earlier journal, and the last payouts of that journal may be in it. Look for that \
                 journal and use it. If it is no longer needed, move that file to another folder and keep it",
                log.display()
            ),
            Self::NotAFile => f.write_str("it is not a regular file. Check the path"),
            Self::Empty => f.write_str(
                "the file is empty (0 bytes): its content is lost. Restore a backup, and leave a -wal file that is beside \
                 it where it is: payouts may be in it",
            ),
            Self::NotSqlite => f.write_str(
                "it is not an SQLite file, or its beginning is damaged. Check the path; if it is right, restore a backup",
            ),
            Self::OtherProgram => f.write_str(
                "it is the SQLite file of another program. Check the path",
            ),
            Self::LaterVersion { found, known } => write!(
                f,
                "it is of version {found}, and this program knows versions up to {known}. Use a later version of wxpay"
            ),
            Self::NoOwner => f.write_str(
                "it does not say whose payouts it holds, so nothing proves that they are this merchant's. Check the path, or \
                 restore a backup",
            ),
            Self::OtherMerchant { found, wanted } => write!(
                f,
                "it holds the payouts of merchant {found}, not of {wanted}. Each merchant needs a journal of its own: check \
                 the path and the merchant ID"
            ),
            Self::OtherHost { found, wanted } => write!(
                f,
                "its payouts are made at {found} ({}), and now {wanted} ({}) is to be used. Each needs a journal of its own: \
                 check the path and the host",
                sort(found),
                sort(wanted)
            ),
            Self::Damaged { found } => write!(
                f,
                "it is damaged: {found}. Keep it and its -wal file as they are, and restore a backup. If it is a backup that was \
                 just restored, a -wal file of the journal before it may be beside it: move that away"
            ),
            Self::Schema { lacks } => write!(
                f,
                "its {lacks} is missing or was changed, so it can't keep payouts apart. Restore a backup"
            ),
            Self::LogMissing { log } => write!(
                f,
                "its last changes may be missing: they were in its log, and there is no {}. It was copied while it was in \
                 use, or the log was removed. Put the log back, or restore a backup that was made with SqliteJournal::backup \
                 (wxpay payout backup). Only if it is certain that nothing is missing, because another SQLite program copied \
                 it or had it open since: sqlite3 FILE \"UPDATE owner SET unsaved = 0\"",
                log.display()
            ),
            Self::RollbackLog { log } => write!(
                f,
                "an unfinished change of another program is beside it: {}. If it was just restored, restore it once more \
                 and remove that file. Otherwise keep copies of both, and let that program finish",
                log.display()
            ),
            Self::ForeignLog { log, problem } => write!(
                f,
                "{} is beside it, and {problem}. SQLite would take payouts from it. Find out who put it there",
                log.display()
            ),
            Self::OtherUser { found, wanted } => write!(
                f,
                "it belongs to the user with uid {found}, and this program runs as uid {wanted}. Run it as that user; or, if \
                 the file can be trusted, give it to this user (chown)"
            ),
            Self::Mode { mode } => write!(
                f,
                "other users can read or write it (mode {mode:o}), and it names who is paid. Make it private: chmod 600"
            ),
            Self::Folder { folder, mode } => write!(
                f,
                "every user can replace files in its folder {} (mode {mode:o}). Take that away: chmod o-w",
                folder.display()
            ),
            Self::HardLinks { count } => write!(
                f,
                "the file has {count} names (hard links), and SQLite keeps a log for each name: payouts in one would be \
                 missing in the other. Remove all but the name that has always been used"
            ),
            Self::MountPoint => f.write_str(
                "the file itself is a mount point, and the log of SQLite beside it is outside of the mount: it gets lost \
                 with the container. Mount the folder that it is in instead",
            ),
            Self::NetworkFileSystem { name } => write!(
                f,
                "it is on {name}, where locks between processes and machines can't be trusted. Move it to a local disk, with \
                 its -wal file if there is one"
            ),
            Self::NotDurable => f.write_str(
                "SQLite can't write it durably here (WAL with synchronous=FULL). Move it to a local disk",
            ),
            Self::Busy { seconds, holder } => super::holder::describe(f, *seconds, holder.as_ref()),
            Self::Inaccessible { reason } => write!(
                f,
                "it can't be read and written: {reason}. Check the permissions of the file and its folder, and the disk"
            ),
        }
    }
}

fn sort(host: &str) -> &'static str {
    let name = host.split(':').next().unwrap_or(host);
    if name == PRODUCTION || name.ends_with(&format!(".{PRODUCTION}")) {
        "WeChat Pay itself, with real money"
    } else {
        "not WeChat Pay itself"
    }
}

const PRODUCTION: &str = "mch.weixin.qq.com";

#[cfg(test)]
mod tests;
