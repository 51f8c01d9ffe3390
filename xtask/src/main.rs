//! Chores of the workspace. `cargo xtask --help` lists them.

mod bench;
mod codegen;
mod fuzz;

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
    /// Write the endpoints of wxpay-api from `xtask/spec`
    Codegen {
        /// Write nothing; fail when a file differs from what its spec says
        #[arg(long)]
        check: bool,
        /// The workspace, if not the one this program was built in
        #[arg(long, value_name = "DIR")]
        root: Option<std::path::PathBuf>,
    },
    /// Measure the library's work beside its floors
    Bench {
        /// Measure only the work whose name holds this text
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
        /// How many rounds each side has
        #[arg(long, value_name = "N")]
        rounds: Option<usize>,
    },
    /// Count crates, and measure many merchants in one process and a stream of callbacks
    Scale {
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
        Chore::Codegen { check, root } => codegen::run(root, check),
        Chore::Bench { only, rounds } => bench::floors(only.as_deref(), rounds),
        Chore::Scale { builds } => bench::scale(builds),
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
