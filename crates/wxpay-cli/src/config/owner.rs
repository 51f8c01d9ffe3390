//! Whose a file of the configuration is, and who else can change or read it. It is asked of the
//! opened file, so that what is checked is what is read.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

use crate::fail::{Fail, unreadable};

/// What a file of the configuration is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// `wxpay.toml` of the current folder, which nobody named.
    Found,
    /// A configuration that was named. Its owner is believed.
    Named,
    /// A configuration, named or found, that holds a secret itself.
    Inline,
    /// A key or a secret.
    Secret,
    /// A certificate or a public key: it decides whom to believe.
    Certificate,
}

/// Opens a file, unless it is another user's or others have a right to it that they must not have.
pub(crate) fn open(path: &Path, role: Role) -> Result<File, Fail> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    check(path, &file, role)?;
    Ok(file)
}

/// Checks a file that is open.
pub(super) fn check(path: &Path, file: &File, role: Role) -> Result<(), Fail> {
    let metadata = file.metadata().map_err(|error| unreadable(path, error))?;
    let refused = unix::problem(&metadata, role, unix::user());
    match refused.or_else(|| unix::folder_problem(path, role)) {
        None => Ok(()),
        Some(problem) => Err(problem.fail(path)),
    }
}

/// The text of a file that is open.
pub(crate) fn text(path: &Path, file: &File) -> Result<String, Fail> {
    let bytes = bytes(path, file)?;
    String::from_utf8(bytes).map_err(|error| {
        let shown = path.display();
        Fail::usage(
            format!("{shown} is not UTF-8"),
            format!("{shown} 不是 UTF-8 文本"),
        )
        .because(error.utf8_error())
    })
}

/// The bytes of a file that is open.
pub(crate) fn bytes(path: &Path, file: &File) -> Result<Vec<u8>, Fail> {
    let mut bytes = Vec::new();
    let read = file.take(LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > LIMIT {
        let shown = path.display();
        return Err(Fail::usage(
            format!("{shown} has more than 1 MiB"),
            format!("{shown} 超过 1 MiB"),
        ));
    }
    Ok(bytes)
}

/// Why a file is not used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Problem {
    /// It is another user's, of this number.
    Owner(u32, Role),
    /// Others can read it.
    Read(u32),
    /// Others can write it.
    Write(u32, Role),
    /// Others can put another file in its place.
    Folder(u32),
}

impl Problem {
    fn fail(self, path: &Path) -> Fail {
        let shown = path.display();
        match self {
            Self::Owner(user, Role::Found) => Fail::usage(
                format!(
                    "{shown} of the current folder belongs to another user (uid {user}), and could send payments elsewhere: if \
                     you trust it, name it by --config {shown}"
                ),
                format!(
                    "当前目录下的 {shown} 属于其他用户（uid {user}），可能把付款请求引向别处：如确认可信，请用 --config {shown} 明确指定"
                ),
            ),
            Self::Owner(user, _) => Fail::usage(
                format!(
                    "{shown} belongs to another user (uid {user}): make it your own by chown, or use a copy of your own"
                ),
                format!(
                    "{shown} 属于其他用户（uid {user}）：请用 chown 改为自己所有，或使用自己的副本"
                ),
            ),
            Self::Read(mode) => Fail::usage(
                format!(
                    "{shown} holds a secret and others may read it (mode {mode:o}): chmod 600 {shown}"
                ),
                format!(
                    "{shown} 含有密钥，但其他用户可以读取（权限 {mode:o}）：请执行 chmod 600 {shown}"
                ),
            ),
            Self::Write(mode, Role::Certificate) => Fail::usage(
                format!(
                    "others can change {shown}, which decides whom to believe (mode {mode:o}): chmod go-w {shown}"
                ),
                format!(
                    "其他用户可以修改 {shown}，而它决定信任谁（权限 {mode:o}）：请执行 chmod go-w {shown}"
                ),
            ),
            Self::Write(mode, _) => Fail::usage(
                format!(
                    "others can change {shown}, and with it where payments go (mode {mode:o}): chmod go-w {shown}"
                ),
                format!(
                    "其他用户可以修改 {shown}，从而改变付款去向（权限 {mode:o}）：请执行 chmod go-w {shown}"
                ),
            ),
            Self::Folder(mode) => Fail::usage(
                format!(
                    "anybody can replace {shown}, since its folder can be written by all (mode {mode:o}): chmod o-w the folder, or \
                     name the file by --config {shown}"
                ),
                format!(
                    "{shown} 所在目录对所有用户可写（权限 {mode:o}），任何人都可以替换该文件：请对该目录执行 chmod o-w，或用 --config {shown} 明确指定"
                ),
            ),
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::MetadataExt as _;

    use super::{Metadata, Path, Problem, Role};

    pub(super) fn user() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    pub(super) fn problem(metadata: &Metadata, role: Role, user: u32) -> Option<Problem> {
        // A pipe such as `<(…)` has a mode that says nothing.
        if !metadata.is_file() {
            return None;
        }
        judge(metadata.uid(), metadata.mode() & 0o7777, role, user)
    }

    /// What is wrong with a file of this owner and mode, for this user.
    pub(super) fn judge(owner: u32, mode: u32, role: Role, user: u32) -> Option<Problem> {
        if !matches!(role, Role::Named | Role::Inline) && owner != user && owner != ROOT {
            return Some(Problem::Owner(owner, role));
        }
        match role {
            Role::Secret | Role::Inline if mode & 0o077 != 0 => Some(Problem::Read(mode)),
            Role::Found | Role::Named if mode & 0o022 != 0 => Some(Problem::Write(mode, role)),
            // Group rights are left to the user here: many systems make every file so.
            Role::Certificate if mode & 0o002 != 0 => Some(Problem::Write(mode, role)),
            _ => None,
        }
    }

    /// The folder of a configuration that nobody named.
    pub(super) fn folder_problem(path: &Path, role: Role) -> Option<Problem> {
        if role != Role::Found {
            return None;
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or_else(|| Path::new("."));
        let mode = folder.metadata().ok()?.mode() & 0o7777;
        // With the sticky bit, as of /tmp, only its owner can replace a file.
        (mode & 0o002 != 0 && mode & 0o1000 == 0).then_some(Problem::Folder(mode))
    }

    const ROOT: u32 = 0;
}

/// There are no such owners and modes here.
#[cfg(not(unix))]
mod unix {
    use super::{Metadata, Path, Problem, Role};

    pub(super) fn user() -> u32 {
        0
    }

    pub(super) fn problem(_: &Metadata, _: Role, _: u32) -> Option<Problem> {
        None
    }

    pub(super) fn folder_problem(_: &Path, _: Role) -> Option<Problem> {
        None
    }
}

/// Bytes of a configuration, a key or a certificate.
const LIMIT: u64 = 1024 * 1024;

#[cfg(all(test, unix))]
mod tests {
    use super::unix::judge;
    use super::*;

    #[test]
    fn another_users_file_is_used_only_if_it_is_a_configuration_that_was_named() {
        for (role, is_refused) in [
            (Role::Found, true),
            (Role::Secret, true),
            (Role::Certificate, true),
            (Role::Named, false),
        ] {
            let mode = 0o600;
            assert_eq!(
                judge(1001, mode, role, 1000).is_some(),
                is_refused,
                "{role:?}"
            );
            assert_eq!(judge(1000, mode, role, 1000), None, "{role:?}");
            assert_eq!(judge(0, mode, role, 1000), None, "{role:?}");
            // Root does not believe just anybody.
            assert_eq!(judge(1000, mode, role, 0).is_some(), is_refused, "{role:?}");
        }
    }

    #[test]
    fn rights_of_others_are_refused_by_what_the_file_is_for() {
        for (role, good, bad) in [
            (Role::Found, 0o644, 0o664),
            (Role::Found, 0o604, 0o602),
            (Role::Named, 0o644, 0o620),
            (Role::Secret, 0o600, 0o640),
            (Role::Secret, 0o400, 0o604),
            (Role::Inline, 0o600, 0o644),
            (Role::Certificate, 0o664, 0o666),
        ] {
            assert_eq!(judge(7, good, role, 7), None, "{role:?} {good:o}");
            assert!(judge(7, bad, role, 7).is_some(), "{role:?} {bad:o}");
        }
    }
}
