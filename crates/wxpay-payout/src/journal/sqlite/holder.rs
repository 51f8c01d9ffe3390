use std::fmt;

use super::place::Place;

/// A process that has a journal locked.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LockHolder {
    /// Its process ID.
    pub pid: u32,
    /// The name of its program, if it can be read.
    pub name: Option<String>,
    /// Whether it is stopped (Ctrl-Z, SIGSTOP) and so keeps the lock until it goes on or ends.
    pub stopped: bool,
}

/// Says that a lock was waited for in vain.
pub(super) fn describe(
    f: &mut impl fmt::Write,
    seconds: u64,
    holder: Option<&LockHolder>,
) -> fmt::Result {
    let Some(holder) = holder else {
        return write!(
            f,
            "another process has held it for {seconds} s. It is not damaged: leave it where it is. Look for a process that is \
             stopped or hangs, let it go on or end it, and try again"
        );
    };
    let LockHolder { pid, name, stopped } = holder;
    let name = name.as_deref().unwrap_or("its name is not known");
    if *pid == std::process::id() {
        return write!(
            f,
            "another connection of this same process (process {pid}, {name}) has held it for {seconds} s. It is not damaged: \
             leave it where it is, and try again"
        );
    }
    write!(
        f,
        "another process has held it for {seconds} s: process {pid} ({name}){}. It is not damaged: leave it where it is. Let \
         that process go on or end it, and try again",
        if *stopped { ", which is stopped" } else { "" }
    )
}

/// Who has the journal locked now. Nothing of the journal is opened for it: to close it again would
/// drop SQLite's own locks.
#[cfg(target_os = "linux")]
pub(super) fn holder(place: &Place) -> Option<LockHolder> {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    let locks = fs::read_to_string("/proc/locks").ok()?;
    let file = |path: &std::path::Path| {
        fs::metadata(path).ok().map(|metadata| Inode {
            major: rustix::fs::major(metadata.dev()),
            minor: rustix::fs::minor(metadata.dev()),
            number: metadata.ino(),
        })
    };
    let log = file(&place.beside("-shm")).and_then(|shm| pid(&locks, &shm, LOG_LOCKS));
    let pid = log.or_else(|| pid(&locks, &file(place.path())?, FILE_LOCKS))?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = |name: &str| {
        let mut lines = status.lines();
        lines.find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()))
    };
    Some(LockHolder {
        pid,
        name: line("Name:"),
        stopped: line("State:").is_some_and(|state| state.starts_with(['T', 't'])),
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn holder(_: &Place) -> Option<LockHolder> {
    None
}

#[cfg(target_os = "linux")]
struct Inode {
    major: u32,
    minor: u32,
    number: u64,
}

/// The process that has one of these bytes locked for writing, by the text of `/proc/locks`.
#[cfg(target_os = "linux")]
fn pid(locks: &str, inode: &Inode, bytes: std::ops::RangeInclusive<u64>) -> Option<u32> {
    let mut found = locks.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        // A line with `->` is of a process that waits.
        let &[_, "POSIX", _, "WRITE", pid, file, from, _] = &fields[..] else {
            return None;
        };
        let from: u64 = from.parse().ok()?;
        (bytes.contains(&from) && is(file, inode)?).then_some((from, pid.parse().ok()?))
    });
    // The first byte of the log's is the lock of writers.
    let (_, pid) = found.by_ref().min_by_key(|(from, _)| *from)?;
    Some(pid)
}

/// Whether `fe:00:12345` is the file.
#[cfg(target_os = "linux")]
fn is(file: &str, inode: &Inode) -> Option<bool> {
    let mut parts = file.split(':');
    let major = u32::from_str_radix(parts.next()?, 16).ok()?;
    let minor = u32::from_str_radix(parts.next()?, 16).ok()?;
    let number: u64 = parts.next()?.parse().ok()?;
    // Major 0 is a file system without a device of its own (btrfs, overlay), whose files name
    // another minor.
    let device = major == inode.major && (major == 0 || minor == inode.minor);
    Some(device && number == inode.number)
}

/// The bytes of `-shm` that writers, checkpoints and recoveries lock.
#[cfg(target_os = "linux")]
const LOG_LOCKS: std::ops::RangeInclusive<u64> = 120..=122;
/// The bytes that SQLite locks in the file itself.
#[cfg(target_os = "linux")]
const FILE_LOCKS: std::ops::RangeInclusive<u64> = 0x4000_0000..=0x4000_01ff;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{FILE_LOCKS, Inode, LOG_LOCKS, pid};

    const LOCKS: &str = "\
1: FLOCK  ADVISORY  WRITE 11 fe:00:70 0 EOF
2: POSIX  ADVISORY  READ 12 fe:00:70 123 123
3: POSIX  ADVISORY  WRITE 13 fe:00:71 120 120
4: POSIX  ADVISORY  WRITE 14 fe:00:70 121 121
5: POSIX  ADVISORY  WRITE 15 fe:00:70 120 120
5: -> POSIX  ADVISORY  WRITE 16 fe:00:70 120 120
6: OFDLCK ADVISORY  WRITE -1 fe:00:70 120 120
7: POSIX  ADVISORY  WRITE 17 fe:01:70 120 120
8: POSIX  ADVISORY  WRITE 18 fe:00:80 1073741825 1073741825
9: POSIX  ADVISORY  WRITE 19 00:2a:90 120 120
a line that is cut
";

    #[test]
    fn finds_who_writes() {
        let inode = |major, minor, number| Inode {
            major,
            minor,
            number,
        };
        assert_eq!(pid(LOCKS, &inode(0xfe, 0, 70), LOG_LOCKS), Some(15));
        assert_eq!(pid(LOCKS, &inode(0xfe, 0, 80), FILE_LOCKS), Some(18));
        assert_eq!(pid(LOCKS, &inode(0xfe, 0, 80), LOG_LOCKS), None);
        assert_eq!(pid(LOCKS, &inode(0, 0x2b, 90), LOG_LOCKS), Some(19));
        assert_eq!(pid("", &inode(0xfe, 0, 70), LOG_LOCKS), None);
    }
}
