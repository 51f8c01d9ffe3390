//! Pays out in a simulated world that loses, delays and lies, whose processes crash or stand still
//! at any await, whose disks fail, whose journals are lost, restored and doubled, and whose clocks
//! jump: with each product, once for each seed, and then by policies that are known to be wrong.
//!
//! `cargo run --release -p wxpay-payout --example simulate -- 1000000` runs so many seeds of each
//! product; `cargo run --release -p wxpay-payout --example simulate -- --seed refund 17` tells what
//! happens in one.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

mod simulate {
    pub(crate) mod bank;
    pub(crate) mod careful;
    pub(crate) mod chance;
    pub(crate) mod course;
    pub(crate) mod journal;
    pub(crate) mod kind;
    pub(crate) mod policies;
    pub(crate) mod process;
    pub(crate) mod seed;
    pub(crate) mod world;
}

use simulate::kind::Kind;
use simulate::policies::{POLICIES, Policy};
use simulate::seed::{self, Violation};

#[allow(clippy::print_stdout)] // an example reports to its terminal
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, kind, seed] = arguments.as_slice()
        && flag == "--seed"
        && let Some(kind) = named(kind)
        && let Ok(seed) = seed.parse()
    {
        let end = seed::run(seed, kind, Policy::Ours, true);
        println!("{}{:?}, {:?}", end.history, end.state, end.violation);
        return ExitCode::from(u8::from(end.violation.is_some()));
    }
    let seeds = arguments
        .first()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(10_000);
    let mut wrong = false;
    for kind in Kind::ALL {
        for policy in POLICIES.into_iter().filter(|policy| policy.fits(kind)) {
            let is_ours = policy.is_ours();
            // The wrong ones need few seeds to show what they are, and end once they have.
            let seeds = if is_ours { seeds } else { seeds.min(5_000) };
            let sum = run(seeds, kind, policy);
            println!("{sum}");
            wrong |= is_ours != sum.violations.is_empty();
        }
    }
    ExitCode::from(u8::from(wrong))
}

fn named(name: &str) -> Option<Kind> {
    Kind::ALL
        .into_iter()
        .find(|kind| format!("{kind:?}").eq_ignore_ascii_case(name))
}

struct Sum {
    kind: Kind,
    policy: Policy,
    seeds: u64,
    steps: u64,
    seconds: f64,
    states: BTreeMap<String, u64>,
    violations: BTreeMap<Violation, (u64, u64)>,
}

fn run(seeds: u64, kind: Kind, policy: Policy) -> Sum {
    let start = Instant::now();
    let (next, wrong) = (AtomicU64::new(0), AtomicU64::new(0));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work(&next, &wrong, seeds, kind, policy)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no seed panics"))
            .collect()
    });
    let mut sum = Sum {
        kind,
        policy,
        seeds: 0,
        steps: 0,
        seconds: start.elapsed().as_secs_f64(),
        states: BTreeMap::new(),
        violations: BTreeMap::new(),
    };
    for Part {
        seeds,
        steps,
        states,
        violations,
    } in parts
    {
        sum.seeds += seeds;
        sum.steps += steps;
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

/// What one thread has run.
#[derive(Default)]
struct Part {
    seeds: u64,
    steps: u64,
    states: BTreeMap<String, u64>,
    /// How many there are, and the first seed of them.
    violations: BTreeMap<Violation, (u64, u64)>,
}

fn work(next: &AtomicU64, wrong: &AtomicU64, seeds: u64, kind: Kind, policy: Policy) -> Part {
    let mut part = Part::default();
    while policy.is_ours() || wrong.load(Ordering::Relaxed) < LOSSES_SHOWN {
        let from = next.fetch_add(BATCH, Ordering::Relaxed);
        if from >= seeds {
            break;
        }
        for seed in from..seeds.min(from + BATCH) {
            let end = seed::run(seed, kind, policy, false);
            let state = end
                .state
                .map_or_else(|| "-".to_owned(), |state| format!("{state:?}"));
            *part.states.entry(state).or_default() += 1;
            part.seeds += 1;
            part.steps += end.steps;
            if let Some(violation) = end.violation {
                part.violations.entry(violation).or_insert((0, seed)).0 += 1;
                wrong.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    part
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            kind,
            policy,
            seeds,
            steps,
            seconds,
            ..
        } = self;
        write!(
            f,
            "{kind:?} {policy:?}: {seeds} seeds, {steps} steps in {seconds:.1} s"
        )?;
        for (state, count) in self.states.iter().filter(|(state, _)| *state != "-") {
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

const BATCH: u64 = 100;
/// So many losses of a wrong policy tell what it is.
const LOSSES_SHOWN: u64 = 20;
