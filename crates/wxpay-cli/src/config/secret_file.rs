use std::env;
use std::path::Path;

use wxpay_api::core::Secret;

use super::owner::{self, Role};
use crate::fail::Fail;

/// A secret in a file of its own, which only its owner may read. A line end behind it does not
/// count.
pub(super) fn read(path: &Path) -> Result<Secret, Fail> {
    let text = text(path)?;
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

/// The whole text of a file with a secret, such as a private key.
pub(crate) fn text(path: &Path) -> Result<Secret, Fail> {
    let file = owner::open(path, Role::Secret)?;
    Ok(Secret::new(owner::text(path, &file)?))
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
