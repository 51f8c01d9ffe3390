//! Takes payments by scanned code in a simulated world that loses, doubles, delays and lies, while
//! users pay or cancel, whose programs crash or stand still at any await, whose stores fail and
//! whose clocks jump: once for each seed, and then by thirteen policies that are known to be wrong.
//!
//! `cargo run --release -p wxpay-cashier --features v2 --example simulate -- 1000000` runs so many
//! seeds; `cargo run --release -p wxpay-cashier --features v2 --example simulate -- --seed 17`
//! tells what happens in one.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

mod simulate {
    pub(crate) mod calls;
    pub(crate) mod chance;
    pub(crate) mod direct;
    pub(crate) mod judge;
    pub(crate) mod policies;
    pub(crate) mod process;
    pub(crate) mod seed;
    pub(crate) mod server;
    pub(crate) mod shop;
    pub(crate) mod store;
    pub(crate) mod wire;
    pub(crate) mod world;
}

use simulate::judge::Violation;
use simulate::policies::{POLICIES, Policy};
use simulate::seed;

#[allow(clippy::print_stdout)] // an example reports to its terminal
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, seed] = arguments.as_slice()
        && flag == "--seed"
        && let Ok(seed) = seed.parse()
    {
        let end = seed::run(seed, Policy::Ours, true);
        println!("{}{}, {:?}", end.history, end.state, end.violation);
        return ExitCode::from(u8::from(end.violation.is_some()));
    }
    let seeds = arguments
        .first()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(10_000);
    let mut wrong = false;
    for policy in POLICIES {
        let is_ours = policy == Policy::Ours;
        // The wrong ones need few seeds to show what they are.
        let sum = run(if is_ours { seeds } else { seeds.min(20_000) }, policy);
        println!("{sum}");
        wrong |= is_ours != sum.violations.is_empty();
    }
    ExitCode::from(u8::from(wrong))
}

struct Sum {
    policy: Policy,
    seeds: u64,
    seconds: f64,
    states: BTreeMap<&'static str, u64>,
    violations: BTreeMap<Violation, (u64, u64)>,
}

fn run(seeds: u64, policy: Policy) -> Sum {
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work(&next, seeds, policy)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no seed panics"))
            .collect()
    });
    let mut sum = Sum {
        policy,
        seeds,
        seconds: start.elapsed().as_secs_f64(),
        states: BTreeMap::new(),
        violations: BTreeMap::new(),
    };
    for (states, violations) in parts {
        for (state, count) in states {
            *sum.states.entry(state).or_default() += count;
        }
        for (violation, (count, first)) in violations {
            let known = sum.violations.entry(violation).or_insert((0, first));
            *known = (known.0 + count, known.1.min(first));
        }
    }
    sum
}

type Part = (BTreeMap<&'static str, u64>, BTreeMap<Violation, (u64, u64)>);

fn work(next: &AtomicU64, seeds: u64, policy: Policy) -> Part {
    let mut part = Part::default();
    loop {
        let from = next.fetch_add(BATCH, Ordering::Relaxed);
        if from >= seeds {
            return part;
        }
        for seed in from..seeds.min(from + BATCH) {
            let end = seed::run(seed, policy, false);
            *part.0.entry(end.state).or_default() += 1;
            if let Some(violation) = end.violation {
                part.1.entry(violation).or_insert((0, seed)).0 += 1;
            }
        }
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            policy,
            seeds,
            seconds,
            ..
        } = self;
        write!(f, "{policy:?}: {seeds} seeds in {seconds:.1} s")?;
        for (state, count) in self.states.iter().filter(|(state, _)| **state != "-") {
            write!(f, ", {count} {state}")?;
        }
        if self.violations.is_empty() {
            write!(f, "; nothing wrong")?;
        }
        for (violation, (count, first)) in &self.violations {
            write!(f, "; {violation:?} {count} times, first with seed {first}")?;
        }
        Ok(())
    }
}

const BATCH: u64 = 500;
