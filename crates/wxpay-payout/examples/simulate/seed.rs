//! One seed: its troubles, its processes, and what must hold at the end.

use std::task::{Context, Waker};

use futures_util::FutureExt;
use wxpay_payout::{Entry, Journal, State};

use super::chance::Chance;
use super::kind::Kind;
use super::policies::{Claim, Policy};
use super::process::Processes;
use super::world::{Troubles, World};

/// What must never happen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Violation {
    PaidTwice,
    BookedFailedButPaid,
    BookedPaidButUnpaid,
    Lost,
}

/// The end of one seed.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) violation: Option<Violation>,
    pub(crate) state: Option<State>,
    pub(crate) history: String,
    /// How often a process has gone on.
    pub(crate) steps: u64,
}

/// Runs one seed of a product by one policy.
pub(crate) fn run(seed: u64, kind: Kind, policy: Policy, keeps_history: bool) -> End {
    let world = World::new(seed, kind, keeps_history, |chance| troubles(policy, chance));
    let (violation, state, steps) = if policy.uses_the_engine() {
        let mut processes = Processes::new(&world, policy);
        processes.run();
        let mut end = judge(&world, &processes);
        // A process that was cut off may have been on its way to the number. It is lost if nobody
        // comes to it, however long.
        for go_on in [Processes::run, Processes::run_for_days] {
            if end.0 == Some(Violation::Lost) {
                go_on(&mut processes);
                end = judge(&world, &processes);
            }
        }
        (end.0, end.1, processes.steps)
    } else {
        let claim = block_on(policy.pay(&world));
        (judge_claim(&world, claim), None, 0)
    };
    End {
        violation,
        state,
        history: world.history(),
        steps,
    }
}

fn troubles(policy: Policy, chance: &mut Chance) -> Troubles {
    let mut troubles = Troubles::default();
    match policy {
        // The other seeds have none, and see all the more of the network.
        Policy::Ours if chance.percent(33) => {
            troubles.stalls = chance.percent(60);
            troubles.jumps = chance.percent(30);
            troubles.attests = chance.percent(10);
            troubles.stalls_in_sends = chance.percent(20);
            troubles.losses = chance.percent(40);
            troubles.doubled = chance.percent(30);
            // Then a number that failed need not stay so. With a second journal nobody could know.
            let one_journal = !troubles.losses && !troubles.doubled;
            troubles.failed_pays_again = one_journal && chance.percent(50);
        }
        Policy::RandomNumbers => troubles.losses = true,
        Policy::NoFence | Policy::DropsLatePayments => {
            troubles.failed_pays_again = true;
            troubles.ignores_fence = true;
            troubles.stalls = true;
            troubles.stalls_in_sends = true;
            troubles.drops_late = policy == Policy::DropsLatePayments;
        }
        Policy::AttestsUnderALease => troubles.stalls = true,
        _ => {}
    }
    troubles
}

fn given_up(state: State) -> bool {
    matches!(state, State::Rejected | State::Failed)
}

fn judge_claim(world: &World, claim: Claim) -> Option<Violation> {
    let paid = world.paid().len();
    match claim {
        _ if paid > 1 => Some(Violation::PaidTwice),
        Claim::Failed if paid > 0 => Some(Violation::BookedFailedButPaid),
        Claim::Paid if paid == 0 => Some(Violation::BookedPaidButUnpaid),
        Claim::Paid | Claim::Failed | Claim::Open => None,
    }
}

fn judge(world: &World, processes: &Processes) -> (Option<Violation>, Option<State>) {
    let paid = world.paid();
    let mut entries: Vec<Entry> = Vec::new();
    for at in &processes.current {
        let journal = processes.journals.get(*at);
        let page = journal.and_then(|journal| journal.page(None, 1000).now_or_never());
        entries.extend(page.and_then(Result::ok).unwrap_or_default());
    }
    let live = |entry: &&Entry| entry.replaced_by.is_none();
    let state = if entries.iter().any(|entry| entry.state == State::Paid) {
        Some(State::Paid)
    } else {
        entries.iter().find(live).map(|entry| entry.state)
    };
    let has = |number, wanted: fn(State) -> bool| {
        let mut of = entries.iter().filter(|entry| entry.number == number);
        of.any(|entry| wanted(entry.state))
    };
    let violation = if paid.len() > 1 {
        Some(Violation::PaidTwice)
    } else if paid.iter().any(|number| !has(number.clone(), |_| true)) {
        Some(Violation::Lost)
    } else if paid.iter().any(|number| {
        // One of two journals may have given its own try up, if the other one has not.
        has(number.clone(), given_up) && !has(number.clone(), |state| !given_up(state))
    }) {
        Some(Violation::BookedFailedButPaid)
    } else if entries
        .iter()
        .any(|entry| entry.state == State::Paid && !paid.contains(&entry.number))
    {
        Some(Violation::BookedPaidButUnpaid)
    } else {
        None
    };
    (violation, state)
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
