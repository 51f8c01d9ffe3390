//! The licences of everything that is linked into the program: those who hand it out have to hand
//! them out too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::cargo::{self, Metadata, Package};

/// Each crate with its licence, and each text once, with the crates that have it.
pub(super) fn text(root: &Path, target: &str) -> Result<String, String> {
    let linked = linked(root, target)?;
    let metadata = Metadata::of_all(root)?;
    let mut list = String::new();
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let is_linked =
        |package: &&Package| linked.contains(&(package.name.clone(), package.version.clone()));
    for package in metadata.packages.iter().filter(is_linked) {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("see its text");
        list += &format!("{name}: {licence}\n");
        for text in texts_of(package)? {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    let mut said = format!("The program is made of these packages:\n\n{list}");
    for (text, names) in texts {
        let names: Vec<String> = names.into_iter().collect();
        said += &format!(
            "\n----\n\nOf {}:\n\n{}\n",
            names.join(", "),
            text.trim_end()
        );
    }
    Ok(said)
}

/// The name and the version of each foreign package that is compiled into the program.
fn linked(root: &Path, target: &str) -> Result<BTreeSet<(String, String)>, String> {
    let mut command = cargo::cargo(root);
    command.args(["tree", "--locked", "-p", "wxpay-cli", "--edges", "normal"]);
    command.args([
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}",
        "--target",
        target,
    ]);
    let told = cargo::output(&mut command)?;
    let package = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        Some((name.to_owned(), version.to_owned()))
    };
    Ok(told
        .lines()
        .filter(|line| !line.contains(&*root.to_string_lossy()))
        .filter_map(package)
        .collect())
}

/// What its authors put beside its manifest.
fn texts_of(package: &Package) -> Result<Vec<String>, String> {
    let Some(folder) = package.manifest_path.parent() else {
        return Ok(Vec::new());
    };
    let said = |error| format!("{}: {error}", folder.display());
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).map_err(said)? {
        let path = entry.map_err(said)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_ascii_uppercase();
        let is_text = ["LICENSE", "LICENCE", "COPYING", "NOTICE"]
            .iter()
            .any(|begin| name.starts_with(begin));
        if is_text && path.is_file() {
            let bytes = fs::read(&path).map_err(said)?;
            texts.push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
        }
    }
    Ok(texts)
}
