//! The lowest versions that the manifests ask for are enough: a lock file of just those, without an
//! open advisory, and a build on it.

use std::fs;
use std::path::Path;

use crate::advisories;
use crate::cargo::{self, Metadata};
use crate::files;

/// Checks the published crates on the lowest versions of their direct dependencies.
pub(crate) fn run() -> Result<(), Vec<String>> {
    crate::problems::none(checked())
}

fn checked() -> Result<Vec<String>, String> {
    let root = cargo::root();
    let copy = tempfile::tempdir().map_err(|error| format!("a folder for the copy: {error}"))?;
    copy_sources(&root, copy.path())?;
    let mut lock = cargo::cargo(copy.path());
    // Only this one call: no build sees the variable.
    lock.env("RUSTC_BOOTSTRAP", "1");
    cargo::run(lock.args(["-Zdirect-minimal-versions", "--quiet", "generate-lockfile"]))?;
    let problems = advisories::open(&copy.path().join("Cargo.lock"))?;
    if !problems.is_empty() {
        return Ok(problems);
    }
    let mut command = cargo::cargo(copy.path());
    command.args([
        "check",
        "--locked",
        "--quiet",
        "--all-features",
        "--target-dir",
    ]);
    command.arg(root.join("target/minimal"));
    for package in Metadata::of_members(&root)?.published() {
        command.args(["--package", &package.name]);
    }
    cargo::run(&mut command)?;
    Ok(problems)
}

/// The workspace without its lock file.
fn copy_sources(root: &Path, to: &Path) -> Result<(), String> {
    for path in files::below(
        root,
        &["rs", "toml", "md", "json", "css", "js", "tsv", "bin"],
    )? {
        let inside = path.strip_prefix(root).unwrap_or(&path);
        // A workspace of its own.
        if inside.starts_with("fuzz") {
            continue;
        }
        let target = to.join(inside);
        let folder = target.parent().unwrap_or(to);
        fs::create_dir_all(folder)
            .and_then(|()| fs::copy(&path, &target))
            .map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::copy_sources;

    #[test]
    fn the_copy_has_the_sources_and_no_lock_file() {
        let from = tempfile::tempdir().unwrap();
        for path in [
            "Cargo.toml",
            "Cargo.lock",
            "crates/a/src/lib.rs",
            "target/a.rs",
            "fuzz/Cargo.toml",
        ] {
            let path = from.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let to = tempfile::tempdir().unwrap();
        copy_sources(from.path(), to.path()).unwrap();
        let copied = |path: &str| to.path().join(path).is_file();
        assert!(copied("Cargo.toml") && copied("crates/a/src/lib.rs"));
        assert!(!copied("Cargo.lock") && !copied("target/a.rs") && !copied("fuzz/Cargo.toml"));
    }
}
