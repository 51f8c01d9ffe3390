//! What the library's work costs, each beside its floor: the least that any program pays for the
//! same work, with the same libraries below it. `cargo xtask bench` runs it.
//!
//! Ours and the floor take turns in short rounds, and the ratio is the median over the rounds, so
//! that a machine with other work to do measures the same as an idle one. Neither criterion nor
//! divan compares two pieces of work in that way.
//!
//! Allocations are those of the calling thread; a grown buffer counts again.

mod calls;
mod http_client;
mod http_server;
mod keys;
mod measure;
mod notice;
mod report;
mod timer;
mod v2;
mod v3;
mod v3_requests;

use clap::Parser;

use crate::measure::{Effort, Side};
use crate::report::Row;

/// Measures the library's work beside its floors and prints a table.
#[derive(Parser)]
struct Arguments {
    /// Measure only the work that has this name, or whose name holds this text
    #[arg(long, default_value = "")]
    only: String,
    /// How many rounds each side has; fewer are faster and less sure
    #[arg(long, default_value_t = 301)]
    rounds: usize,
    /// Let one side do its work so often, and measure nothing: `cargo xtask bench --counts` counts
    /// the instructions
    #[arg(long, requires = "calls")]
    side: Option<Side>,
    #[arg(long, requires = "side")]
    calls: Option<u32>,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let Arguments {
        only,
        rounds,
        side,
        calls,
        ..
    } = Arguments::parse();
    let effort = match side.zip(calls) {
        Some((side, calls)) => Effort::only(side, calls),
        None => Effort::new(rounds),
    };
    let works = [
        v3_requests::WORKS,
        v3::WORKS,
        notice::WORKS,
        v2::WORKS,
        calls::WORKS,
        timer::WORKS,
    ]
    .concat();
    let mut rows: Vec<Row> = Vec::new();
    let is_one = works.iter().any(|(name, _)| *name == only);
    let chosen = |name: &str| {
        if is_one {
            name == only
        } else {
            name.contains(&only)
        }
    };
    for (name, measure) in works.iter().filter(|(name, _)| chosen(name)) {
        eprintln!("{name} …");
        rows.push(measure(name, effort));
    }
    if side.is_none() {
        println!("{}", report::table(&rows));
    }
}

/// A piece of work by its name.
type Work = (&'static str, fn(&'static str, Effort) -> Row);
