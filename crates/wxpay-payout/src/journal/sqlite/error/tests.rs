use super::*;

/// What each cause tells to do, and the next cause. A new one is not forgotten here: the `match`
/// has no other arm.
fn way_out(kind: &OpenErrorKind) -> (&'static str, Option<OpenErrorKind>) {
    use OpenErrorKind as K;
    let text = || "x".to_owned();
    match kind {
        K::Missing => ("find it or restore a backup", Some(K::Exists)),
        K::Exists => ("give another path", Some(K::LogLeft { log: text().into() })),
        K::LogLeft { .. } => ("Look for that journal and use it", Some(K::NotAFile)),
        K::NotAFile => ("Check the path", Some(K::Empty)),
        K::Empty => ("Restore a backup", Some(K::NotSqlite)),
        K::NotSqlite => ("Check the path", Some(K::OtherProgram)),
        K::OtherProgram => (
            "Check the path",
            Some(K::LaterVersion { found: 9, known: 2 }),
        ),
        K::LaterVersion { .. } => ("Use a later version", Some(K::NoOwner)),
        K::NoOwner => (
            "Check the path, or restore a backup",
            Some(K::OtherMerchant {
                found: text(),
                wanted: text(),
            }),
        ),
        K::OtherMerchant { .. } => (
            "check the path and the merchant ID",
            Some(K::OtherHost {
                found: text(),
                wanted: text(),
            }),
        ),
        K::OtherHost { .. } => (
            "check the path and the host",
            Some(K::Damaged { found: text() }),
        ),
        K::Damaged { .. } => ("restore a backup", Some(K::Schema { lacks: text() })),
        K::Schema { .. } => (
            "Restore a backup",
            Some(K::LogMissing { log: text().into() }),
        ),
        K::LogMissing { .. } => (
            "Put the log back",
            Some(K::RollbackLog { log: text().into() }),
        ),
        K::RollbackLog { .. } => (
            "let that program finish",
            Some(K::ForeignLog {
                log: text().into(),
                problem: text(),
            }),
        ),
        K::ForeignLog { .. } => (
            "Find out who put it there",
            Some(K::OtherUser {
                found: 1,
                wanted: 2,
            }),
        ),
        K::OtherUser { .. } => ("Run it as that user", Some(K::Mode { mode: 0o644 })),
        K::Mode { .. } => (
            "chmod 600",
            Some(K::Folder {
                folder: text().into(),
                mode: 0o777,
            }),
        ),
        K::Folder { .. } => ("chmod o-w", Some(K::HardLinks { count: 2 })),
        K::HardLinks { .. } => ("Remove all but the name", Some(K::MountPoint)),
        K::MountPoint => (
            "Mount the folder",
            Some(K::NetworkFileSystem { name: text() }),
        ),
        K::NetworkFileSystem { .. } => ("Move it to a local disk", Some(K::NotDurable)),
        K::NotDurable => (
            "Move it to a local disk",
            Some(K::Busy {
                seconds: 10,
                holder: None,
            }),
        ),
        K::Busy { holder: None, .. } => {
            let holder = LockHolder {
                pid: 0,
                name: None,
                stopped: true,
            };
            (
                "Look for a process",
                Some(K::Busy {
                    seconds: 10,
                    holder: Some(holder),
                }),
            )
        }
        K::Busy { .. } => (
            "Let that process go on or end it",
            Some(K::Inaccessible { reason: text() }),
        ),
        K::Inaccessible { .. } => ("Check the permissions", None),
    }
}

#[test]
fn every_cause_names_a_way_out() {
    let mut next = Some(OpenErrorKind::Missing);
    let mut seen = Vec::new();
    while let Some(kind) = next {
        let (way, following) = way_out(&kind);
        let error = OpenError::new(Path::new("/data/payouts.db"), kind.clone());
        let text = error.to_string();
        assert!(text.contains(way), "{text}");
        assert!(text.contains("/data/payouts.db"), "{text}");
        seen.push(std::mem::discriminant(&kind));
        next = following;
    }
    seen.dedup();
    assert_eq!(seen.len(), 25);
}
