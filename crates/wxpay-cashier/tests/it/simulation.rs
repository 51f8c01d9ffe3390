//! A glance at the simulation, which `cargo run --release -p wxpay-cashier --features v2 --example
//! simulate` runs at length.

#[path = "../../examples/simulate"]
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

use std::collections::BTreeMap;

use simulate::judge::Violation;
use simulate::policies::{POLICIES, Policy};
use simulate::seed::run;

#[test]
fn ours_is_right_and_thirteen_others_are_wrong() {
    for policy in POLICIES {
        // The wrong ones need few seeds to show what they are.
        let seeds = if policy == Policy::Ours { 2_000 } else { 1_000 };
        let ends: Vec<_> = (0..seeds)
            .map(|seed| (seed, run(seed, policy, false)))
            .collect();
        let wrong: Vec<_> = ends
            .iter()
            .filter(|(_, end)| end.violation.is_some())
            .map(|(seed, end)| (seed, end.violation))
            .collect();
        if policy == Policy::Ours {
            assert!(wrong.is_empty(), "{wrong:?}");
            let mut states = BTreeMap::new();
            for (_, end) in &ends {
                *states.entry(end.state).or_insert(0) += 1;
            }
            assert!(
                states["paid"] > 1_000 && states["not paid"] > 200,
                "{states:?}"
            );
        } else {
            assert!(!wrong.is_empty(), "{policy:?} was not found out");
        }
    }
}

/// What each of the wrong ones does is what it was made for.
#[test]
fn wrong_ones_are_found_for_what_they_do() {
    for (policy, expected) in [
        (Policy::SystemErrorIsFailure, Violation::PaidTwice),
        (Policy::TimeoutIsFailure, Violation::PaidTwice),
        (Policy::Forgetful, Violation::PaidTwice),
        (Policy::AcceptedIsProof, Violation::PaidTwice),
        (Policy::BelievesAfterDoubt, Violation::PaidButNot),
        (Policy::ReversesTooSoon, Violation::ReversedTooSoon),
    ] {
        let mut found = (0..2_000).filter_map(|seed| run(seed, policy, false).violation);
        assert!(found.any(|violation| violation == expected), "{policy:?}");
    }
}

#[test]
fn seed_repeats_itself() {
    for seed in 0..50 {
        let (one, other) = (run(seed, Policy::Ours, true), run(seed, Policy::Ours, true));
        assert!(!one.history.is_empty());
        assert_eq!(one.history, other.history, "{seed}");
    }
}
