use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::place::folder;

/// A file that was not made. Nothing is at its path that was not there before.
#[derive(Debug)]
pub(super) enum NotMade {
    /// There is something at its path.
    Exists,
    /// A log with something in it is beside its path. SQLite would bring it into the new file.
    LogLeft(PathBuf),
    /// The file system refused.
    Io(io::Error),
}

/// Makes a file that is at `path` whole and durable, or not at all. What is there is never
/// replaced, and links are not followed.
///
/// `write` fills a private file beside it, and closes it before it returns.
pub(super) fn make<E: From<NotMade>>(
    path: &Path,
    write: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    check(path)?;
    let part = tempfile::Builder::new()
        .prefix(".wxpay-")
        .suffix(".part")
        .tempfile_in(folder(path))
        .map_err(NotMade::Io)?
        .into_temp_path();
    write(&part)?;
    let synced = fs::OpenOptions::new().write(true).open(&part);
    synced
        .and_then(|file| file.sync_all())
        .map_err(NotMade::Io)?;
    part.persist_noclobber(path).map_err(|error| {
        if error.error.kind() == io::ErrorKind::AlreadyExists {
            NotMade::Exists
        } else {
            NotMade::Io(error.error)
        }
    })?;
    sync_folder(folder(path)).map_err(NotMade::Io)?;
    Ok(())
}

fn check(path: &Path) -> Result<(), NotMade> {
    match fs::symlink_metadata(path) {
        Ok(_) => return Err(NotMade::Exists),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(NotMade::Io(error)),
    }
    let name = path
        .file_name()
        .map(OsStr::to_string_lossy)
        .unwrap_or_default();
    if name.is_empty() || SQLITES.iter().any(|suffix| name.ends_with(suffix)) {
        let problem = format!("{name:?} can't be its name: SQLite names its logs so");
        return Err(NotMade::Io(io::Error::new(
            io::ErrorKind::InvalidInput,
            problem,
        )));
    }
    for suffix in LOGS {
        let mut log = path.as_os_str().to_owned();
        log.push(suffix);
        let log = PathBuf::from(log);
        if fs::symlink_metadata(&log).is_ok_and(|found| found.len() > 0) {
            return Err(NotMade::LogLeft(log));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder can't be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The files of SQLite's that change what is in a database. `-shm` alone is only an index of a log.
const LOGS: [&str; 2] = ["-wal", "-journal"];
const SQLITES: [&str; 3] = ["-wal", "-shm", "-journal"];
