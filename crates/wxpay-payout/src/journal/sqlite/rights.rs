use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::OpenErrorKind;

/// What Unix tells of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    is_file: bool,
    uid: u32,
    mode: u32,
    names: u64,
}

impl Facts {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            is_file: metadata.is_file(),
            uid: metadata.uid(),
            mode: metadata.mode() & 0o7777,
            names: metadata.nlink(),
        }
    }
}

/// What speaks against a journal. To be paid from, it must be this user's.
pub(super) fn file(
    found: Facts,
    user: Option<u32>,
    is_mount_point: bool,
) -> Result<(), OpenErrorKind> {
    if let Some(wanted) = user.filter(|wanted| *wanted != found.uid) {
        let found = found.uid;
        return Err(OpenErrorKind::OtherUser { found, wanted });
    }
    if found.mode & 0o077 != 0 {
        return Err(OpenErrorKind::Mode { mode: found.mode });
    }
    if found.names > 1 {
        return Err(OpenErrorKind::HardLinks { count: found.names });
    }
    if is_mount_point {
        return Err(OpenErrorKind::MountPoint);
    }
    Ok(())
}

/// What speaks against a folder, which may be on a network file system of this name.
///
/// Where everyone may write and nothing keeps them from each other's files (the sticky bit of
/// `/tmp`), anybody can put an old journal in the place of this one. A group that may write is the
/// choice of who owns the folder.
pub(super) fn folder(
    folder: &Path,
    found: Facts,
    network: Option<&str>,
) -> Result<(), OpenErrorKind> {
    if found.mode & 0o1002 == 0o0002 {
        return Err(OpenErrorKind::Folder {
            folder: folder.to_owned(),
            mode: found.mode,
        });
    }
    match network {
        Some(name) => Err(OpenErrorKind::NetworkFileSystem {
            name: name.to_owned(),
        }),
        None => Ok(()),
    }
}

/// What speaks against a file of SQLite's beside the journal. In a folder such as `/tmp` anybody
/// could have made it.
pub(super) fn log(journal: Facts, log: Facts) -> Option<String> {
    if !log.is_file {
        return Some("it is not a regular file".to_owned());
    }
    if log.uid != journal.uid {
        return Some(format!(
            "it belongs to the user with uid {}, the journal to uid {}",
            log.uid, journal.uid
        ));
    }
    if log.names > 1 {
        return Some(format!("it has {} names (hard links)", log.names));
    }
    (log.mode & 0o022 != 0).then(|| format!("other users can write it (mode {:o})", log.mode))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // panicking is fine in tests
mod tests;
