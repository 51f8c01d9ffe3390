//! Two pieces of work in turns.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

/// How long to measure.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    rounds: usize,
    /// How long one side works in one round, about: short, so that most rounds are not interrupted.
    round: Duration,
    /// One side does so many calls, and nothing is measured: somebody else counts its instructions.
    only: Option<(Side, u32)>,
}

/// The library, or the least that any program pays.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Side {
    Ours,
    Floor,
}

impl Effort {
    pub(crate) fn new(rounds: usize) -> Self {
        Self {
            rounds: rounds.max(3),
            round: Duration::from_millis(2),
            only: None,
        }
    }

    pub(crate) fn only(side: Side, calls: u32) -> Self {
        Self {
            only: Some((side, calls)),
            ..Self::new(0)
        }
    }

    /// Fewer and longer rounds, for work that waits for others.
    pub(crate) fn coarse(self) -> Self {
        Self {
            rounds: (self.rounds / 6).max(3),
            round: Duration::from_millis(60),
            ..self
        }
    }

    /// The rounds of work that takes a second each.
    pub(crate) fn few(self) -> usize {
        (self.rounds / 30).max(3)
    }
}

/// What one call costs on either side.
#[derive(Clone, Copy)]
pub(crate) struct Comparison {
    pub(crate) ours: Duration,
    pub(crate) floor: Duration,
    /// The median of the rounds' ratios.
    pub(crate) ratio: f64,
    /// Half the distance between the quartiles of the rounds' ratios.
    pub(crate) spread: f64,
}

/// Measures both sides. Each makes as many calls as it is told and says how long they took.
pub(crate) fn compare(
    effort: Effort,
    mut ours: impl FnMut(u32) -> Duration,
    mut floor: impl FnMut(u32) -> Duration,
) -> Comparison {
    if let Some((side, calls)) = effort.only {
        match side {
            Side::Ours => ours(calls),
            Side::Floor => floor(calls),
        };
        return Comparison::NONE;
    }
    let calls = calls_in(effort.round, &mut floor);
    // The first calls find cold caches and closed connections.
    ours(calls);
    let mut rounds: Vec<(Duration, Duration)> = Vec::with_capacity(effort.rounds);
    for round in 0..effort.rounds {
        rounds.push(if round % 2 == 0 {
            let ours = ours(calls);
            (ours, floor(calls))
        } else {
            let floor = floor(calls);
            (ours(calls), floor)
        });
    }
    let each = |time: f64| Duration::from_secs_f64(time / f64::from(calls));
    let (ours, _) = median(rounds.iter().map(|(ours, _)| ours.as_secs_f64()));
    let (floor, _) = median(rounds.iter().map(|(_, floor)| floor.as_secs_f64()));
    let (ratio, spread) = median(
        rounds
            .iter()
            .map(|(ours, floor)| ours.as_secs_f64() / floor.as_secs_f64()),
    );
    Comparison {
        ours: each(ours),
        floor: each(floor),
        ratio,
        spread,
    }
}

impl Comparison {
    /// Where nothing was measured.
    const NONE: Self = Self {
        ours: Duration::ZERO,
        floor: Duration::ZERO,
        ratio: 0.0,
        spread: 0.0,
    };

    /// Of one call, when so many were measured as one.
    pub(crate) fn each(self, calls: u32) -> Self {
        Self {
            ours: self.ours / calls,
            floor: self.floor / calls,
            ..self
        }
    }
}

/// The median of some values, and half the distance between their quartiles.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |part: f64| values[((values.len() - 1) as f64 * part) as usize];
    (at(0.5), (at(0.75) - at(0.25)) / 2.0)
}

/// How long so many calls take: the time that this thread computes, whatever else the machine does
/// meanwhile.
pub(crate) fn timed<T>(calls: u32, mut call: impl FnMut() -> T) -> Duration {
    let start = ThreadTime::now();
    counted(|| {
        for _ in 0..calls {
            black_box(call());
        }
    });
    start.elapsed()
}

/// What is measured and nothing else: instructions are counted between its beginning and its end,
/// by its name.
#[inline(never)]
fn counted(work: impl FnOnce()) {
    work();
}

/// The same for calls that use something up, which is made beforehand.
pub(crate) fn timed_with<I, T>(
    calls: u32,
    input: impl FnMut() -> I,
    mut call: impl FnMut(I) -> T,
) -> Duration {
    let inputs: Vec<I> = std::iter::repeat_with(input).take(calls as usize).collect();
    let start = ThreadTime::now();
    counted(|| {
        for input in inputs {
            black_box(call(black_box(input)));
        }
    });
    start.elapsed()
}

/// The allocations of one call on this thread, once it is warm.
pub(crate) fn allocations<T>(mut call: impl FnMut() -> T) -> u64 {
    black_box(call());
    let counted = allocation_counter::measure(|| {
        for _ in 0..100 {
            black_box(call());
        }
    });
    counted.count_total / 100
}

/// The same for calls that use something up.
pub(crate) fn allocations_with<I, T>(
    mut input: impl FnMut() -> I,
    mut call: impl FnMut(I) -> T,
) -> u64 {
    black_box(call(input()));
    let input = input();
    allocation_counter::measure(|| drop(black_box(call(input)))).count_total
}

/// How many calls fill a round.
fn calls_in(round: Duration, call: &mut impl FnMut(u32) -> Duration) -> u32 {
    let mut calls = 1;
    loop {
        // The second time is warm.
        let took = call(calls).min(call(calls));
        if took >= round / 2 {
            return calls;
        }
        calls *= 2;
    }
}
