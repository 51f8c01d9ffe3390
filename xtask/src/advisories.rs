//! The supply chain, checked as cargo-deny would: advisories, licences, bans, sources. Needs no
//! tool and no database.

mod lock;
mod policy;
mod refresh;
mod snapshot;
mod trees;

use std::path::{Path, PathBuf};

use crate::advisories::lock::Locked;
use crate::advisories::policy::Policy;
use crate::advisories::snapshot::Snapshot;
use crate::cargo::{self, Metadata};
use crate::files;

/// A database to take a new snapshot from.
pub(crate) struct Refresh {
    pub(crate) database: PathBuf,
    /// Its day, `2026-11-25`.
    pub(crate) taken: String,
}

/// Everything that is against the rules of `deny.toml`.
pub(crate) fn run(refresh: Option<&Refresh>) -> Result<(), Vec<String>> {
    let root = cargo::root();
    crate::problems::none(match refresh {
        Some(refresh) => refreshed(&root, refresh),
        None => checked(&root),
    })
}

fn refreshed(root: &Path, refresh: &Refresh) -> Result<Vec<String>, String> {
    let locked = both_locks(root)?;
    let path = root.join(SNAPSHOT);
    let snapshot = refresh::read(&refresh.database, &refresh.taken, &locked)?;
    std::fs::write(&path, snapshot.to_toml())
        .map_err(|error| format!("{}: {error}", path.display()))?;
    eprintln!("{SNAPSHOT}: {}", snapshot.summary());
    Ok(Vec::new())
}

/// The open advisories on another lock file than those that are kept.
pub(crate) fn open(lock: &Path) -> Result<Vec<String>, String> {
    let (policy, snapshot) = rules(&cargo::root())?;
    let locked = lock::parse(&lock.display().to_string(), &files::read(lock)?)?;
    Ok(snapshot.findings(&locked, &policy))
}

fn rules(root: &Path) -> Result<(Policy, Snapshot), String> {
    let policy = Policy::parse(&files::read(&root.join("deny.toml"))?)?;
    let snapshot = Snapshot::parse(&files::read(&root.join(SNAPSHOT))?)?;
    Ok((policy, snapshot))
}

fn checked(root: &Path) -> Result<Vec<String>, String> {
    let (policy, snapshot) = rules(root)?;
    let locked = both_locks(root)?;
    let mut problems = snapshot.problems(&locked, &policy);
    problems.extend(policy.ban_problems(&locked));
    problems.extend(policy.source_problems(&locked));
    let metadata = Metadata::of_all(root)?;
    let foreign = metadata.packages.iter().filter(|package| {
        let mut members = metadata.members();
        !members.any(|member| member.id == package.id)
    });
    let licences = policy.licence_problems(foreign);
    problems.extend(licences.problems);
    let excepted = snapshot.excepted(&policy);
    for package in metadata.published() {
        problems.extend(trees::problems(root, &package.name, &excepted)?);
    }
    eprintln!("{} crates locked; {}", locked.len(), snapshot.summary());
    eprintln!("licences in use: {}", licences.used.join(", "));
    eprintln!("in no default tree: {}", excepted.join(", "));
    Ok(problems)
}

fn both_locks(root: &Path) -> Result<Vec<Locked>, String> {
    let mut locked = Vec::new();
    for path in ["Cargo.lock", "fuzz/Cargo.lock"] {
        locked.extend(lock::parse(path, &files::read(&root.join(path))?)?);
    }
    locked.sort();
    locked.dedup_by(|a, b| a.name == b.name && a.version == b.version);
    Ok(locked)
}

const SNAPSHOT: &str = "xtask/advisories/snapshot.toml";
