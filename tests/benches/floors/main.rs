//! What the library's work costs, each beside its floor: the least that any program pays for the same work, with the same
//! libraries below it. `cargo xtask bench` runs it.
//!
//! Ours and the floor take turns in short rounds, and the ratio is the median over the rounds, so that a machine with other
//! work to do measures the same as an idle one. Neither criterion nor divan compares two pieces of work in that way.
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

use crate::measure::Effort;
use crate::report::Row;

/// Measures the library's work beside its floors and prints a table.
#[derive(Parser)]
struct Arguments {
    /// Measure only the work whose name holds this text
    #[arg(long, default_value = "")]
    only: String,
    /// How many rounds each side has; fewer are faster and less sure
    #[arg(long, default_value_t = 301)]
    rounds: usize,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let Arguments { only, rounds, .. } = Arguments::parse();
    let effort = Effort::new(rounds);
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
    for (name, measure) in works.iter().filter(|(name, _)| name.contains(&only)) {
        eprintln!("{name} …");
        rows.push(measure(name, effort));
    }
    println!("{}", report::table(&rows));
}

/// A piece of work by its name.
type Work = (&'static str, fn(&'static str, Effort) -> Row);
