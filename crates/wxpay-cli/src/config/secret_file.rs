use std::path::Path;
use std::{env, fs};

use wxpay_api::core::Secret;

use crate::fail::Fail;

/// A secret in a file of its own, which only its owner may read. A line end behind it does not count.
pub(super) fn read(path: &Path) -> Result<Secret, Fail> {
    check_mode(path)?;
    let text = Secret::new(fs::read_to_string(path).map_err(|error| unreadable(path, error))?);
    let trimmed = text.expose().trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() {
        let shown = path.display();
        return Err(Fail::usage(
            format!("{shown} is empty"),
            format!("{shown} 是空文件"),
        ));
    }
    Ok(Secret::new(trimmed.to_owned()))
}

/// A secret of the environment, if it is set and not empty.
pub(super) fn from_environment(variable: &'static str) -> Result<Option<Secret>, Fail> {
    match env::var(variable) {
        Ok(text) if text.is_empty() => Ok(None),
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(Fail::usage(
            format!("{variable} is not UTF-8"),
            format!("环境变量 {variable} 不是 UTF-8 文本"),
        )),
    }
}

/// Refuses a file with a secret that others than its owner may read.
#[cfg(unix)]
pub(crate) fn check_mode(path: &Path) -> Result<(), Fail> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = fs::metadata(path)
        .map_err(|error| unreadable(path, error))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let (shown, mode) = (path.display(), mode & 0o777);
    Err(Fail::usage(
        format!("{shown} holds a secret and others may read it (mode {mode:o}): chmod 600 {shown}"),
        format!("{shown} 含有密钥，但其他用户可以读取（权限 {mode:o}）：请执行 chmod 600 {shown}"),
    ))
}

/// There are no such modes here.
#[cfg(not(unix))]
pub(crate) fn check_mode(path: &Path) -> Result<(), Fail> {
    fs::metadata(path)
        .map(|_| ())
        .map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> Fail {
    let shown = path.display();
    Fail::usage(format!("can't read {shown}"), format!("无法读取 {shown}")).because(error)
}
