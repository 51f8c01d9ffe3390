use std::path::Path;

/// The name of the file system that a path is on, if it is one whose locks and logs can't be
/// trusted.
///
/// SQLite's log is shared memory, and its locks are the operating system's. Both are only good on
/// one machine. FUSE can be anything, from a local disk to another machine's folder or an object
/// store, so it counts as one of them.
pub(super) fn name(path: &Path) -> Option<&'static str> {
    // What can't be asked about, can't be opened either.
    let kind = rustix::fs::statfs(path).ok()?.f_type;
    named(kind)
}

fn named(kind: impl TryInto<i64>) -> Option<&'static str> {
    // Some platforms give 32 bits, with a sign or without.
    let kind = kind.try_into().ok()? & 0xffff_ffff;
    let known = KINDS.iter().find(|(number, _)| *number == kind);
    known.map(|(_, name)| *name)
}

const KINDS: [(i64, &str); 17] = [
    (0x0000_6969, "a network file system (NFS)"),
    (0x0000_517b, "a network file system (SMB)"),
    (0xff53_4d42, "a network file system (CIFS)"),
    (0xfe53_4d42, "a network file system (SMB)"),
    (0x0102_1997, "a file system of another machine (9p)"),
    (0x5346_414f, "a network file system (AFS)"),
    (0x6b41_4653, "a network file system (AFS)"),
    (0x7375_7245, "a network file system (Coda)"),
    (0x00c3_6400, "a network file system (Ceph)"),
    (0x6573_5546, "a FUSE or virtiofs file system"),
    (0x0116_1970, "a cluster file system (GFS2)"),
    (0x7461_636f, "a cluster file system (OCFS2)"),
    (0x0bd0_0bd0, "a cluster file system (Lustre)"),
    (0x4750_4653, "a cluster file system (GPFS)"),
    (0x1983_0326, "a cluster file system (BeeGFS)"),
    (0x0000_564c, "a network file system (NCP)"),
    (0x786f_4256, "a folder of another machine (VirtualBox)"),
];

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn network_file_systems_are_known_with_any_sign() {
        for (kind, word) in [
            (0x6969, Some("NFS")),
            (0xff53_4d42, Some("CIFS")),
            (i64::from(0xff53_4d42_u32 as i32), Some("CIFS")),
            (0x6573_5546, Some("FUSE")),
            // ext4, xfs, btrfs, overlay, tmpfs
            (0xef53, None),
            (0x5846_5342, None),
            (0x9123_683e, None),
            (0x794c_7630, None),
            (0x0102_1994, None),
        ] {
            let name = named(kind);
            assert_eq!(name.is_some(), word.is_some(), "{kind:x}: {name:?}");
            assert!(
                name.unwrap_or_default().contains(word.unwrap_or_default()),
                "{kind:x}: {name:?}"
            );
        }
    }
}
