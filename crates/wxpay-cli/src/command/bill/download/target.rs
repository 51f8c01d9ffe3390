//! The file that a bill goes to. It gets its name when it is whole; before, it lies beside it as
//! `.name.….part`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::fail::Fail;

/// A path on which nothing stands yet.
pub(super) struct Target {
    path: PathBuf,
}

impl Target {
    /// Looks whether the path is free, before anything is sent.
    pub(super) fn new(path: &Path) -> Result<Self, Fail> {
        let path = path.to_owned();
        if path.symlink_metadata().is_ok() {
            return Err(taken(&path));
        }
        let target = Self { path };
        // Also whether a file can be made there at all.
        target.part().map(drop)?;
        Ok(target)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A file beside it, which only its owner can read, and which is removed unless it is kept.
    pub(super) fn part(&self) -> Result<NamedTempFile, Fail> {
        let name = self.path.file_name().unwrap_or_default();
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        let prefix = format!(".{}.", name.to_string_lossy());
        let part = builder.prefix(&prefix).suffix(".part").tempfile_in(folder);
        part.map_err(|error| unwritable(&self.path, error))
    }

    /// Gives the path to what was written: the parts in their order, as one file.
    pub(super) fn keep(&self, parts: impl IntoIterator<Item = NamedTempFile>) -> Result<(), Fail> {
        let mut parts = parts.into_iter();
        let mut whole = match parts.next() {
            Some(first) => first,
            None => self.part()?,
        };
        let joined = parts.try_for_each(|part| {
            io::copy(&mut File::open(part.path())?, whole.as_file_mut()).map(drop)
        });
        joined
            .and_then(|()| whole.as_file().sync_all())
            .map_err(|error| unwritable(&self.path, error))?;
        match whole.persist_noclobber(&self.path) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(taken(&self.path))
            }
            Err(error) => Err(unwritable(&self.path, error.error)),
        }
    }
}

fn taken(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} is there already and is not overwritten: give another name"),
        format!("{shown} 已经存在，不会覆盖：请指定其他文件名"),
    )
}

pub(super) fn unwritable(path: &Path, error: io::Error) -> Fail {
    let shown = path.display();
    Fail::new(format!("can't write {shown}"), format!("无法写入 {shown}")).because(error)
}
