//! The archive of one target, and how folders become `.tar.gz`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::{Compression, GzBuilder};

use super::{Product, anew, copied, said, written};

/// Writes `wxpay-VERSION-TARGET.tar.gz`, which holds one folder of that name.
pub(super) fn write(product: &Product, stage: &Path, packages: &Path) -> Result<PathBuf, String> {
    let name = format!("wxpay-{}-{}", product.version, product.target);
    let above = stage.join("archive");
    let folder = above.join(&name);
    anew(&above)?;
    let program = product.program.file_name().unwrap_or_default();
    copied(&product.program, &folder.join(program))?;
    copied(&product.licences, &folder.join("THIRD-PARTY-LICENSES.txt"))?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copied(&product.root.join(file), &folder.join(file))?;
    }
    copied(
        &product.root.join("crates/wxpay-cli/README.md"),
        &folder.join("README.md"),
    )?;
    for extra in ["man", "completions"] {
        below(&product.extras.join(extra), &folder.join(extra))?;
    }
    let file = packages.join(format!("{name}.tar.gz"));
    written(&file, &tar_gz(&above, &[&name], product.time)?)?;
    Ok(file)
}

/// Copies a folder with all that is in it.
pub(super) fn below(from: &Path, to: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(from).map_err(|error| said(from, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| said(from, &error))?.path();
        let copy = to.join(path.file_name().unwrap_or_default());
        match path.is_dir() {
            true => below(&path, &copy)?,
            false => copied(&path, &copy)?,
        }
    }
    Ok(())
}

/// Some entries of a folder as a `.tar.gz` that is the same for the same files: in order, of one
/// time, and root's.
pub(super) fn tar_gz(folder: &Path, entries: &[&str], time: u64) -> Result<Vec<u8>, String> {
    let mut command = Command::new("tar");
    command
        .args([
            "--create",
            "--format=ustar",
            "--sort=name",
            "--numeric-owner",
        ])
        .args(["--owner=0", "--group=0", "--mode=u=rwX,go=rX"])
        .arg(format!("--mtime=@{time}"))
        .arg("--directory")
        .arg(folder)
        .args(entries);
    let output = command
        .output()
        .map_err(|error| format!("tar: {error}: GNU tar is needed"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(format!("tar: {}: GNU tar is needed", told.trim()));
    }
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    gzip.write_all(&output.stdout)
        .and_then(|()| gzip.finish())
        .map_err(|error| format!("gzip: {error}"))
}
