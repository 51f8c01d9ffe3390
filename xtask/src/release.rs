//! Everything about a release but the decision: the order, the changelog, the packages, what their
//! signatures mention.

mod changelog;
mod manifest;
mod order;
mod package;
mod semver_checks;
mod signatures;

use std::path::Path;

use crate::cargo::{self, Metadata, Package};
use crate::files;

/// Everything that stands against publishing what is in the working tree.
pub(crate) fn dry_run(allow_dirty: bool) -> Result<(), Vec<String>> {
    crate::problems::none(checked(&cargo::root(), allow_dirty))
}

fn checked(root: &Path, allow_dirty: bool) -> Result<Vec<String>, String> {
    let metadata = Metadata::of_members(root)?;
    let published: Vec<_> = metadata.published().cloned().collect();
    let order = order::of(&published)?;
    let mut problems = Vec::new();
    say("manifests, changelog");
    let log = files::read(&root.join("CHANGELOG.md"))?;
    for package in &order {
        problems.extend(manifest::problems(package));
        problems.extend(changelog::problem(&log, &package.version));
    }
    problems.extend(manifest::no_repository(&order));
    say("packages, each built from what it holds");
    for package in &order {
        let files = package::files(root, package, allow_dirty)?;
        problems.extend(package::problems(&package.name, &files));
    }
    package::build(root, &order, allow_dirty)?;
    say("public signatures");
    for package in order.iter().filter(|package| package.is_library()) {
        problems.extend(signatures::problems(root, &package.name)?);
    }
    say("semver");
    eprintln!("{}", semver_checks::run(root)?);
    plan(&log, &order);
    Ok(problems)
}

fn say(what: &str) {
    eprintln!("\n== {what}");
}

/// What is left to do, and in which order.
fn plan(log: &str, order: &[&Package]) {
    eprintln!("\n== to publish, in this order");
    for package in order {
        if let Some(date) = changelog::date(log, &package.version) {
            eprintln!("{:<18} {:<8} {date}", package.name, package.version);
        }
    }
    let names: Vec<_> = order
        .iter()
        .map(|package| format!("-p {}", package.name))
        .collect();
    eprintln!("\ncargo publish --locked {}", names.join(" "));
}
