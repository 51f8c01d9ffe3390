//! Files that are written for their owner alone.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::fail::Fail;

/// Makes a file that only its owner can read, or empties one that is there.
///
/// One that is there must be a regular file with one name: a link could lead to a file that must
/// not be lost. A journal is refused under whatever name, and so is each file that SQLite keeps
/// next to one.
pub(crate) fn create_private(path: &Path) -> Result<File, Fail> {
    if is_beside_a_journal(path) {
        return Err(journal(path));
    }
    match opening::new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map_err(|error| unwritable(path, error)),
    }
    let mut file = match opening::existing(path) {
        Ok(Some(file)) => file,
        Ok(None) => return Err(not_plain(path)),
        Err(error) => return Err(unwritable(path, error)),
    };
    if is_journal(&mut file).map_err(|error| unwritable(path, error))? {
        return Err(journal(path));
    }
    if !opening::has_one_name(&file).map_err(|error| unwritable(path, error))? {
        return Err(not_plain(path));
    }
    opening::hide(&file)
        .and_then(|()| file.set_len(0))
        .map_err(|error| unwritable(path, error))?;
    // What was read of it moved the place of writing.
    io::Seek::rewind(&mut file).map_err(|error| unwritable(path, error))?;
    Ok(file)
}

/// Makes a file that only its owner can read. One that is there is left as it is.
pub(crate) fn new_private(path: &Path) -> Result<File, Fail> {
    opening::new(path).map_err(|error| unwritable(path, error))
}

#[cfg(unix)]
mod opening {
    use std::fs::{File, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
    use std::path::Path;

    use rustix::fs::OFlags;

    /// A new file. Anything that is there, a link too, is an error.
    pub(super) fn new(path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(OWNER_ONLY);
        options.open(path)
    }

    /// The file that is there, unless it is a symbolic link or not a regular file.
    pub(super) fn existing(path: &Path) -> io::Result<Option<File>> {
        if !path.symlink_metadata()?.is_file() {
            return Ok(None);
        }
        // What stands there now may be something else than a moment ago: it must not be followed,
        // nor waited for.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        options.custom_flags(i32::try_from(flags).unwrap_or_default());
        let file = options.open(path)?;
        Ok(file.metadata()?.is_file().then_some(file))
    }

    /// Whether no hard link gives it another name.
    pub(super) fn has_one_name(file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.nlink() == 1)
    }

    /// Takes the rights of others away.
    pub(super) fn hide(file: &File) -> io::Result<()> {
        file.set_permissions(Permissions::from_mode(OWNER_ONLY))
    }

    const OWNER_ONLY: u32 = 0o600;
}

/// There are no such modes here.
#[cfg(not(unix))]
mod opening {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn new(path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    pub(super) fn existing(path: &Path) -> io::Result<Option<File>> {
        if !path.symlink_metadata()?.is_file() {
            return Ok(None);
        }
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map(Some)
    }

    pub(super) fn has_one_name(_: &File) -> io::Result<bool> {
        Ok(true)
    }

    pub(super) fn hide(_: &File) -> io::Result<()> {
        Ok(())
    }
}

/// Whether its name is one that SQLite gives, or it has such files next to it: an empty one can be
/// a journal too.
fn is_beside_a_journal(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let is_named = |end: &&str| name.ends_with(*end);
    let has = |end: &&str| path.with_file_name(format!("{name}{end}")).exists();
    SQLITE_NAMES.iter().any(|end| is_named(end) || has(end))
}

/// Whether it begins like a file of SQLite or one that SQLite keeps next to it.
fn is_journal(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.by_ref()
        .take(SQLITE.len() as u64)
        .read_to_end(&mut head)?;
    let is_log = head.starts_with(&[0x37, 0x7f, 0x06])
        || head.starts_with(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    Ok(head == SQLITE || is_log)
}

fn journal(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} is a journal or belongs to one: it must not be lost"),
        format!("{shown} 是付款日志文件或其附属文件，不能覆盖"),
    )
}

fn not_plain(path: &Path) -> Fail {
    let shown = path.display();
    Fail::usage(
        format!("{shown} is a link or not a regular file: name another file"),
        format!("{shown} 是链接或不是普通文件：请指定其他文件"),
    )
}

fn unwritable(path: &Path, error: io::Error) -> Fail {
    let shown = path.display();
    Fail::usage(format!("can't write {shown}"), format!("无法写入 {shown}")).because(error)
}

const SQLITE: &[u8] = b"SQLite format 3\0";
const SQLITE_NAMES: [&str; 3] = ["-wal", "-shm", "-journal"];

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::lang::Lang;

    fn refusal(path: &Path) -> String {
        let fail = create_private(path).unwrap_err();
        fail.said().in_lang(Lang::En).to_owned()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_and_an_old_one_are_the_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        create_private(&path)
            .unwrap()
            .write_all(b"first text")
            .unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        create_private(&path).unwrap().write_all(b"second").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"second");
    }

    #[test]
    fn links_and_other_things_are_refused_and_left_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        fs::write(&target, "kept").unwrap();
        let [soft, loose, hard, pipe] =
            ["soft", "loose", "hard", "pipe"].map(|name| folder.path().join(name));
        symlink(&target, &soft).unwrap();
        symlink(folder.path().join("nothing"), &loose).unwrap();
        fs::hard_link(&target, &hard).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(&pipe).unwrap();
        for path in [&soft, &loose, &hard, &pipe, folder.path()] {
            assert!(
                refusal(path).contains("is a link or not a regular file"),
                "{path:?}"
            );
        }
        drop(socket);
        assert_eq!(fs::read(&target).unwrap(), b"kept");
        assert!(!folder.path().join("nothing").exists());
    }

    #[test]
    fn a_journal_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let mut paths = vec![
            write("j.csv", b"SQLite format 3\0 and pages"),
            write("log.csv", &[0x37, 0x7f, 0x06, 0x82, 0, 0, 0, 0]),
            write("old.csv", &[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]),
            write("empty.db-wal", b""),
        ];
        // An empty journal whose rows are all in the log.
        write("k.db-shm", b"");
        paths.push(write("k.db", b""));
        for path in &paths {
            let before = fs::read(path).unwrap();
            assert!(refusal(path).contains("must not be lost"), "{path:?}");
            assert_eq!(fs::read(path).unwrap(), before);
        }
    }
}
