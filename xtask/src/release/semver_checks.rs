//! What changed since the last release, by cargo-semver-checks where it is installed.

use std::path::Path;
use std::process::Command;

use crate::cargo;

/// Runs it against the last tag `v…`; says why where it can't.
pub(crate) fn run(root: &Path) -> Result<String, String> {
    if cargo::output(cargo::cargo(root).args(["semver-checks", "--version"])).is_err() {
        return Ok("cargo-semver-checks is not installed: skipped".to_owned());
    }
    let Some(tag) = last_release(root) else {
        return Ok("no tag v… to compare with: skipped".to_owned());
    };
    cargo::run(cargo::cargo(root).args(["semver-checks", "--workspace", "--baseline-rev", &tag]))?;
    Ok(format!(
        "nothing breaks since {tag}, or the version says so"
    ))
}

fn last_release(root: &Path) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(root);
    let found = git
        .args(["describe", "--tags", "--abbrev=0", "--match", "v*"])
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let tag = String::from_utf8(found.stdout).ok()?;
    Some(tag.trim().to_owned())
}
