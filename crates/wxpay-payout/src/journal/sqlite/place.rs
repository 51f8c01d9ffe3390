use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{OpenError, OpenErrorKind};
#[cfg(unix)]
use super::rights::{self, Facts};

/// Where a journal's file is, checked by what the file system tells about it.
///
/// Nothing here opens the file. On Unix, closing any handle of a file drops all locks that the
/// process has on it, SQLite's too.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As it was asked for.
    asked: PathBuf,
    /// Without symbolic links.
    real: PathBuf,
    /// Which file it is, where that can be told.
    identity: Option<(u64, u64)>,
}

/// What a journal is opened for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    Paying,
    Reading,
}

impl Place {
    /// Checks an existing file, and where it is.
    pub(super) fn existing(path: &Path, purpose: Purpose) -> Result<Self, OpenError> {
        let refuse = |kind| OpenError::new(path, kind);
        let metadata = fs::metadata(path).map_err(|error| refuse(unreadable(&error)))?;
        if !metadata.is_file() {
            return Err(refuse(OpenErrorKind::NotAFile));
        }
        if metadata.len() == 0 {
            return Err(refuse(OpenErrorKind::Empty));
        }
        let place = Self {
            asked: path.to_owned(),
            real: real(path).map_err(|error| refuse(unreadable(&error)))?,
            identity: identity(&metadata),
        };
        check_file(&place.real, &metadata, purpose).map_err(refuse)?;
        check_folder(folder(&place.real)).map_err(refuse)?;
        place.check_beside(&metadata).map_err(refuse)?;
        Ok(place)
    }

    /// A copy that is about to be checked, wherever it is.
    pub(super) fn unchecked(path: &Path) -> Self {
        Self {
            asked: path.to_owned(),
            real: path.to_owned(),
            identity: None,
        }
    }

    pub(super) fn asked(&self) -> &Path {
        &self.asked
    }

    pub(super) fn path(&self) -> &Path {
        &self.real
    }

    /// A file of SQLite's that belongs to it.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = OsString::from(&self.real);
        path.push(suffix);
        PathBuf::from(path)
    }

    /// Whether the log is there with anything in it.
    pub(super) fn has_log(&self) -> bool {
        fs::metadata(self.beside("-wal")).is_ok_and(|metadata| metadata.len() > 0)
    }

    /// Whether the file is still at its path and nowhere else, so that the next process finds what
    /// this one writes.
    pub(super) fn is_there(&self) -> bool {
        let now = fs::metadata(&self.real).ok();
        now.is_some_and(|now| identity(&now) == self.identity && names(&now) == 1)
    }

    fn check_beside(&self, metadata: &Metadata) -> Result<(), OpenErrorKind> {
        let rollback = self.beside("-journal");
        if fs::symlink_metadata(&rollback).is_ok_and(|found| found.len() > 0) {
            return Err(OpenErrorKind::RollbackLog { log: rollback });
        }
        for suffix in ["-wal", "-shm"] {
            let log = self.beside(suffix);
            if let Ok(found) = fs::symlink_metadata(&log)
                && let Some(problem) = foreign(metadata, &found)
            {
                return Err(OpenErrorKind::ForeignLog { log, problem });
            }
        }
        Ok(())
    }
}

/// The folder of a path.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

pub(super) fn unreadable(error: &io::Error) -> OpenErrorKind {
    if error.kind() == io::ErrorKind::NotFound {
        return OpenErrorKind::Missing;
    }
    OpenErrorKind::Inaccessible {
        reason: error.to_string(),
    }
}

#[cfg(unix)]
fn real(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Elsewhere the real path has a form that not every program takes.
#[cfg(not(unix))]
fn real(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(unix)]
fn names(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
fn check_file(path: &Path, metadata: &Metadata, purpose: Purpose) -> Result<(), OpenErrorKind> {
    let user = (purpose == Purpose::Paying).then(|| rustix::process::geteuid().as_raw());
    #[cfg(target_os = "linux")]
    let is_mount_point = super::mounts::is_mount_point(path);
    #[cfg(not(target_os = "linux"))]
    let is_mount_point = {
        let _ = path;
        false
    };
    rights::file(Facts::of(metadata), user, is_mount_point)
}

#[cfg(not(unix))]
fn check_file(_: &Path, _: &Metadata, _: Purpose) -> Result<(), OpenErrorKind> {
    Ok(())
}

/// Checks a folder that a journal is in, or is to be made in.
#[cfg(unix)]
pub(super) fn check_folder(folder: &Path) -> Result<(), OpenErrorKind> {
    let metadata = fs::metadata(folder).map_err(|error| OpenErrorKind::Inaccessible {
        reason: format!("its folder {}: {error}", folder.display()),
    })?;
    #[cfg(target_os = "linux")]
    let network = super::network::name(folder);
    #[cfg(not(target_os = "linux"))]
    let network = None;
    rights::folder(folder, Facts::of(&metadata), network)
}

#[cfg(not(unix))]
pub(super) fn check_folder(_: &Path) -> Result<(), OpenErrorKind> {
    Ok(())
}

#[cfg(unix)]
fn foreign(journal: &Metadata, log: &Metadata) -> Option<String> {
    rights::log(Facts::of(journal), Facts::of(log))
}

#[cfg(not(unix))]
fn foreign(_: &Metadata, log: &Metadata) -> Option<String> {
    (!log.is_file()).then(|| "it is not a regular file".to_owned())
}
