//! Chores of the workspace. `cargo xtask --help` lists them.

mod advisories;
mod bench;
mod cargo;
mod ci;
mod codegen;
mod dist;
mod drift;
mod features;
mod files;
mod fuzz;
mod links;
mod minimal;
mod problems;
mod release;
mod scale;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the wxpay workspace")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// The whole gate: everything that must hold before a change lands
    Ci {
        /// A step to take; all of them when none is named
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
        /// A step to leave out
        #[arg(long, value_name = "NAME")]
        skip: Vec<String>,
        /// Go on after a step that fails
        #[arg(long)]
        keep_going: bool,
        /// Name the steps and stop
        #[arg(long)]
        list: bool,
    },
    /// Check who uses whom, the lengths of files, what manifests say
    Tidy {
        /// The workspace, if not the one this program was built in
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Check that links between files lead somewhere
    Links {
        /// The workspace, if not the one this program was built in
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Check advisories, licences, bans and sources by `deny.toml` and a snapshot
    Advisories {
        /// Write a new snapshot from a copy of the RustSec database
        #[arg(long, value_name = "DIR", requires = "taken")]
        refresh: Option<PathBuf>,
        /// The day of that copy, such as 2026-11-25
        #[arg(long, value_name = "DAY", requires = "refresh")]
        taken: Option<String>,
    },
    /// Check each published crate with no feature, with each alone, and with all
    Features,
    /// Check the published crates on the lowest versions that the manifests ask for
    MinimalVersions,
    /// Check everything about a release but the decision
    Release {
        /// Publish nothing: without it there is nothing to run
        #[arg(long, required = true)]
        dry_run: bool,
        /// Package a working tree with changes that are not committed
        #[arg(long)]
        allow_dirty: bool,
    },
    /// Build the command as it is handed out, and pack it: archive, Debian package, checksums;
    /// needs GNU tar
    Dist {
        /// The target, if not this machine
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,
        /// Who answers for the Debian package
        #[arg(
            long,
            value_name = "NAME <MAIL>",
            default_value = "The builder of this package <root@localhost>"
        )]
        maintainer: String,
    },
    /// Write the endpoints of wxpay-api from `xtask/spec`
    Codegen {
        /// Write nothing; fail when a file differs from what its spec says
        #[arg(long)]
        check: bool,
        /// The workspace, if not the one this program was built in
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Compare the specs with descriptions of the same operations, as `xtask/drift.md` says
    Drift {
        /// The folder of the descriptions
        #[arg(value_name = "DIR")]
        descriptions: PathBuf,
        /// The workspace, if not the one this program was built in
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
    /// Measure the library's work beside its floors
    Bench {
        /// Measure only the work whose name holds this text
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
        /// How many rounds each side has
        #[arg(long, value_name = "N")]
        rounds: Option<usize>,
        /// Count instructions instead of time, and compare them with the committed figures; needs
        /// Valgrind
        #[arg(long, conflicts_with_all = ["only", "rounds"])]
        counts: bool,
        /// Measure other clients at the same work, in Rust, Go and Python; takes them from their
        /// registries
        #[arg(long, conflicts_with_all = ["only", "rounds", "counts"])]
        peers: bool,
        /// Write the counts into the committed figures
        #[arg(long, requires = "counts")]
        renew: bool,
    },
    /// Count crates, and measure many merchants in one process and a stream of callbacks; or what
    /// many operations cost
    Scale {
        /// Build a copy of the workspace with this many operations, most of them made up, and
        /// measure it
        #[arg(long, value_name = "N", conflicts_with = "builds")]
        operations: Option<usize>,
        /// Time clean builds too, which takes minutes
        #[arg(long)]
        builds: bool,
    },
    /// Build the fuzz targets of `fuzz/` and run each for a while; needs a C++ compiler
    Fuzz {
        /// How long each target runs
        #[arg(long, value_name = "N", default_value_t = 60)]
        seconds: u32,
        /// A target to run; all of them when none is named
        #[arg(long, value_name = "NAME")]
        target: Vec<String>,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().chore {
        Chore::Ci { list: true, .. } => {
            ci::list();
            Ok(())
        }
        Chore::Ci {
            only,
            skip,
            keep_going,
            list: false,
        } => ci::run(&ci::Choice {
            only,
            skip,
            keep_going,
        }),
        Chore::Tidy { root } => tidy::run(root),
        Chore::Links { root } => links::run(root),
        Chore::Advisories { refresh, taken } => {
            let refresh = refresh
                .zip(taken)
                .map(|(database, taken)| advisories::Refresh { database, taken });
            advisories::run(refresh.as_ref())
        }
        Chore::Features => features::run(),
        Chore::MinimalVersions => minimal::run(),
        Chore::Release { allow_dirty, .. } => release::dry_run(allow_dirty),
        Chore::Dist { target, maintainer } => dist::run(target.as_deref(), &maintainer),
        Chore::Codegen { check, root } => codegen::run(root, check),
        Chore::Drift { descriptions, root } => drift::run(root, &descriptions),
        Chore::Bench {
            counts: true,
            renew,
            ..
        } => bench::counts::run(renew),
        Chore::Bench { peers: true, .. } => bench::peers(),
        Chore::Bench { only, rounds, .. } => bench::floors(only.as_deref(), rounds),
        Chore::Scale {
            operations: Some(operations),
            ..
        } => scale::run(operations),
        Chore::Scale { builds, .. } => bench::scale(builds),
        Chore::Fuzz { seconds, target } => fuzz::run(seconds, &target),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                eprintln!("error: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}
