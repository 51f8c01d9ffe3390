use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// Whether something is mounted at this very path. `false` where `/proc` can't be read.
pub(super) fn is_mount_point(path: &Path) -> bool {
    std::fs::read("/proc/self/mountinfo").is_ok_and(|mounts| lists(&mounts, path))
}

/// Whether the text of a `mountinfo` has this mount point, its fifth field.
fn lists(mounts: &[u8], path: &Path) -> bool {
    mounts
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == b' ').nth(4))
        .any(|point| unescaped(point) == path)
}

/// Undoes the kernel's escapes: a backslash and three octal digits for space, tab, line feed,
/// backslash and `#`.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, others @ ..] = rest {
        match rest {
            [
                b'\\',
                high @ b'0'..=b'3',
                middle @ b'0'..=b'7',
                low @ b'0'..=b'7',
                others @ ..,
            ] => {
                bytes.push((high - b'0') << 6 | (middle - b'0') << 3 | (low - b'0'));
                rest = others;
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::lists;

    const MOUNTS: &str = r"21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
22 21 0:20 / /proc rw,nosuid shared:5 master:7 propagate_from:2 - proc proc rw
36 21 254:1 /srv/payouts.db /data/payouts.db rw,relatime - ext4 /dev/vda1 rw
37 21 254:1 /a\040b /mnt/a\040b\011c\012d\134e\043f rw - ext4 /dev/vda1 rw
38 21 254:1 /x /mnt/付款.db rw - ext4 /dev/vda1 rw
39 21 254:1 /x /mnt/odd\09 rw - ext4 /dev/vda1 rw
40 21
";

    #[test]
    fn mount_points_are_found_whole() {
        for (path, listed) in [
            ("/", true),
            ("/proc", true),
            ("/data/payouts.db", true),
            ("/data", false),
            ("/srv/payouts.db", false),
            ("/mnt/a b\tc\nd\\e#f", true),
            (r"/mnt/a\040b\011c\012d\134e\043f", false),
            ("/mnt/付款.db", true),
            (r"/mnt/odd\09", true),
            ("rw", false),
        ] {
            assert_eq!(lists(MOUNTS.as_bytes(), Path::new(path)), listed, "{path}");
        }
        assert!(!lists(b"", Path::new("/")));
    }
}
