//! The specs beside descriptions of the same operations from elsewhere: what is new there, gone, or
//! different. `xtask/drift.md` says how a description is written.

mod compare;
mod described;
mod difference;
mod facts;
mod known;
mod pattern;
mod specs;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use self::difference::{Difference, Kind};
use self::known::Known;
use crate::{cargo, codegen};

/// Prints every difference that `xtask/known.toml` does not explain.
pub(crate) fn run(root: Option<PathBuf>, descriptions: &Path) -> Result<(), Vec<String>> {
    let root = root.unwrap_or_else(cargo::root);
    let known = Known::read(&root)?;
    let specs = specs::read(&codegen::model(&root)?, &known.identifiers);
    let described = described::read(descriptions)?;
    let found = compare::all(&described, &specs);
    let explained = known.explain(&found);

    let open: Vec<&Difference> = found
        .iter()
        .zip(&explained.explained)
        .filter(|(_, explained)| !**explained)
        .map(|(difference, _)| difference)
        .collect();
    print(&open, found.len() - open.len())
        .map_err(|error| vec![format!("standard output: {error}")])?;
    let mut problems = explained.unused;
    if !open.is_empty() {
        problems.push(format!(
            "{} differences: correct the specs, or say in {} why they stay",
            open.len(),
            known::FILE
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn print(open: &[&Difference], explained: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for difference in open {
        writeln!(out, "{difference}")?;
    }
    let mut counts = Vec::new();
    for kind in Kind::ALL {
        let count = open.iter().filter(|found| found.kind == kind).count();
        if count > 0 {
            counts.push(format!("{kind} {count}"));
        }
    }
    let by_kind = if counts.is_empty() {
        String::new()
    } else {
        format!(" ({})", counts.join(", "))
    };
    writeln!(
        out,
        "{} differences{by_kind}; {explained} more are explained",
        open.len()
    )
}
