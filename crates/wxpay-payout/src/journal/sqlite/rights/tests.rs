use super::*;

const MINE: Facts = Facts {
    is_file: true,
    uid: 1000,
    mode: 0o600,
    names: 1,
};

#[test]
fn journal_of_another_user_is_only_read() {
    let theirs = Facts { uid: 1001, ..MINE };
    let refused = OpenErrorKind::OtherUser {
        found: 1001,
        wanted: 1000,
    };
    assert_eq!(file(theirs, Some(1000), false), Err(refused));
    assert_eq!(file(theirs, None, false), Ok(()));
    assert_eq!(file(MINE, Some(1000), false), Ok(()));
    // Root does not pay from a file of a user either.
    assert!(file(MINE, Some(0), false).is_err());
}

#[test]
fn journal_that_others_can_reach_is_refused_to_everybody() {
    for user in [Some(1000), None] {
        for mode in [0o640, 0o604, 0o620, 0o602, 0o601, 0o610] {
            let refused = Err(OpenErrorKind::Mode { mode });
            assert_eq!(file(Facts { mode, ..MINE }, user, false), refused);
        }
        for mode in [0o600, 0o400, 0o700] {
            assert_eq!(file(Facts { mode, ..MINE }, user, false), Ok(()));
        }
        let linked = Facts { names: 2, ..MINE };
        let refused = Err(OpenErrorKind::HardLinks { count: 2 });
        assert_eq!(file(linked, user, false), refused);
        assert_eq!(file(MINE, user, true), Err(OpenErrorKind::MountPoint));
    }
}

#[test]
fn log_of_another_user_or_of_everybody_is_told() {
    for (found, word) in [
        (MINE, None),
        (
            Facts {
                mode: 0o644,
                ..MINE
            },
            None,
        ),
        (
            Facts { uid: 1001, ..MINE },
            Some("uid 1001, the journal to uid 1000"),
        ),
        // Also of root, whose files a user does not write.
        (Facts { uid: 0, ..MINE }, Some("uid 0")),
        (
            Facts {
                mode: 0o620,
                ..MINE
            },
            Some("mode 620"),
        ),
        (
            Facts {
                mode: 0o602,
                ..MINE
            },
            Some("mode 602"),
        ),
        (Facts { names: 2, ..MINE }, Some("2 names")),
        (
            Facts {
                is_file: false,
                ..MINE
            },
            Some("not a regular file"),
        ),
    ] {
        let told = log(MINE, found);
        assert_eq!(told.is_some(), word.is_some(), "{found:?}");
        let told = told.unwrap_or_default();
        assert!(told.contains(word.unwrap_or_default()), "{told}");
    }
}

#[test]
fn folder_of_everybody_or_of_another_machine_is_refused() {
    let path = Path::new("/data");
    let by = |mode, network| {
        let found = Facts {
            is_file: false,
            mode,
            ..MINE
        };
        folder(path, found, network)
    };
    for mode in [0o777, 0o702, 0o2777] {
        let refused = OpenErrorKind::Folder {
            folder: path.to_owned(),
            mode,
        };
        assert_eq!(by(mode, None), Err(refused));
    }
    for mode in [0o700, 0o755, 0o770, 0o1777] {
        assert_eq!(by(mode, None), Ok(()));
        let error = by(mode, Some("a network file system (NFS)")).unwrap_err();
        assert!(
            matches!(error, OpenErrorKind::NetworkFileSystem { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("(NFS)"), "{error}");
    }
}
