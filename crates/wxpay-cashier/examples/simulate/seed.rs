//! One seed: its troubles, its programs, and how it ends.

use std::task::{Context, Waker};

use wxpay_cashier::Outcome;

use super::chance::Chance;
use super::judge::Violation;
use super::policies::Policy;
use super::process::Programs;
use super::shop::AMOUNT;
use super::world::{DAY, MINUTE, NOON, Troubles, World};

/// The end of one seed.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) violation: Option<Violation>,
    /// How the shop's store has the sale.
    pub(crate) state: &'static str,
    pub(crate) history: String,
}

/// Runs one seed by one policy.
pub(crate) fn run(seed: u64, policy: Policy, keeps_history: bool) -> End {
    let world = World::new(seed, keeps_history, |chance| troubles(policy, chance));
    {
        let troubles = world.troubles();
        let mut state = world.state();
        state.judge.ignores_told = troubles.doubled || troubles.stalls;
        state.judge.wrong_clocks = troubles.jumps;
        if troubles.used_number {
            let days = world.chance(|chance| chance.below(6 * DAY)) + 21 * MINUTE;
            let at = NOON - i64::try_from(days).unwrap_or(0);
            state.server.add_paid("N1", AMOUNT.get(), at);
        }
    }
    let state = if policy.uses_the_cashier() {
        let mut programs = Programs::new(&world, policy);
        programs.run();
        settle(&world);
        stored(&programs)
    } else {
        block_on(policy.sell(world.clone()));
        settle(&world);
        "-"
    };
    let mut violation = world.state().judge.violation;
    // A wrong clock can say that it is too late for a reversal.
    if policy == Policy::Ours && state == "open" && !world.troubles().jumps {
        violation = violation.or(Some(Violation::LeftOpen));
    }
    End {
        violation,
        state,
        history: world.history(),
    }
}

/// Whatever is under way arrives.
fn settle(world: &World) {
    while !world.state().server.is_quiet() {
        world.pass(MINUTE);
    }
}

fn stored(programs: &Programs) -> &'static str {
    match block_on(programs.find()) {
        Some(Outcome::Paid(_)) => "paid",
        Some(Outcome::NotPaid(_)) => "not paid",
        Some(Outcome::Refunded(_)) => "refunded",
        Some(Outcome::Open(open)) if open.reason().needs_a_person() => "for a person",
        Some(Outcome::Open(_)) => "open",
        None => "none",
    }
}

fn troubles(policy: Policy, chance: &mut Chance) -> Troubles {
    let mut troubles = Troubles {
        network: chance.one_of(&[0, 10, 30, 30, 60]),
        ..Troubles::default()
    };
    match policy {
        Policy::Ours => {
            troubles.v2 = chance.percent(40);
            troubles.cancels = chance.percent(30);
            troubles.store = chance.percent(20);
            troubles.jumps = chance.percent(15);
            troubles.used_number = chance.percent(5);
            troubles.closes = chance.percent(5);
            // A transport looks at the deadline by the system's own clocks, which stand still here.
            troubles.stalls = !troubles.v2 && chance.percent(30);
            troubles.doubled = chance.percent(20);
        }
        Policy::NoRevisions => {
            troubles.ignores_revisions = true;
            troubles.doubled = true;
        }
        Policy::NoFence => {
            troubles.ignores_fence = true;
            troubles.stalls = true;
        }
        Policy::Forgetful => troubles.forgets = true,
        _ => {}
    }
    troubles
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let std::task::Poll::Ready(end) = future.as_mut().poll(&mut context) {
            return end;
        }
    }
}
