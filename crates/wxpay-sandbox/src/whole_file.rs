//! Files that are written as a whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Who may read what is written.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    #[cfg(feature = "directory")]
    Public,
    /// The owner alone.
    Secret,
}

/// Writes a file beside the one of this name, and then puts it in its place.
pub(crate) fn write(file: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    let mut new = file.as_os_str().to_owned();
    new.push(".new");
    write_new(new.as_ref(), bytes, mode).and_then(|()| fs::rename(&new, file))
}

fn write_new(file: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
    // What lies there already has another's mode, or leads elsewhere.
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    match mode {
        #[cfg(feature = "directory")]
        Mode::Public => {}
        Mode::Secret => {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
    }
    #[cfg(not(unix))]
    let _ = mode;
    let mut new = options.open(file)?;
    new.write_all(bytes)?;
    new.sync_all()
}
