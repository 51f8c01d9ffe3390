//! Programs that work on one sale: they crash, stand still, and their clocks are wrong.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Waker};

use wxpay_cashier::{Cashier, Outcome, Rules, Service};
use wxpay_core::Timestamp;

use super::direct::Asked;
use super::policies::Policy;
use super::shop::{Write, sale, sell};
use super::store::Store;
use super::wire;
use super::world::{DAY, MINUTE, World};

struct Program {
    running: Pin<Box<dyn Future<Output = ()>>>,
    clock: Arc<AtomicI64>,
    stalled_until: Option<i64>,
}

/// All programs of a seed.
pub(crate) struct Programs {
    world: World,
    policy: Policy,
    pub(crate) store: Store,
    running: Vec<Program>,
    crashes: u64,
}

impl Programs {
    pub(crate) fn new(world: &World, policy: Policy) -> Self {
        let mut programs = Self {
            world: world.clone(),
            policy,
            store: Store::new(world),
            running: Vec::new(),
            crashes: world.chance(|chance| chance.below(4)),
        };
        programs.start();
        if world.troubles().doubled {
            programs.start();
        }
        programs
    }

    fn start(&mut self) {
        let clock = Arc::new(AtomicI64::new(0));
        let world = self.world.clone();
        let running: Pin<Box<dyn Future<Output = ()>>> = if world.troubles().v2 {
            let cashier = self.cashier(wire::service(&world), &clock);
            Box::pin(sell(world, cashier, wire::request))
        } else {
            let cashier = self.cashier(world.clone(), &clock);
            let write: Write<Asked> = |number, amount| Asked { number, amount };
            Box::pin(sell(world, cashier, write))
        };
        self.running.push(Program {
            running,
            clock,
            stalled_until: None,
        });
    }

    fn cashier<S: Service>(&self, service: S, clock: &Arc<AtomicI64>) -> Cashier<S> {
        let (time, clock) = (self.world.clone(), Arc::clone(clock));
        Cashier::builder(service, self.store.clone(), self.world.clone())
            .rules(self.policy.rules(Rules::default()))
            .clock(move || {
                let millis = time.now().saturating_add(clock.load(Ordering::Relaxed));
                Timestamp::from_unix_millis(millis).expect("a moment of this century")
            })
            .build()
    }

    /// Lets them work until all have come to an end, or have had their time.
    pub(crate) fn run(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..MOST_POLLS {
            self.trouble();
            let Some(at) = self.next() else {
                return;
            };
            let Some(program) = self.running.get_mut(at) else {
                return;
            };
            if program.running.as_mut().poll(&mut context).is_ready() {
                self.running.remove(at);
            }
        }
    }

    /// How the sale stands by the store.
    pub(crate) async fn find(&self) -> Option<Outcome> {
        let clock = Arc::default();
        loop {
            // The store may fail now and then.
            let found = if self.world.troubles().v2 {
                let cashier = self.cashier(wire::service(&self.world), &clock);
                cashier.find(&sale()).await
            } else {
                let cashier = self.cashier(self.world.clone(), &clock);
                cashier.find(&sale()).await
            };
            if let Ok(found) = found {
                return found;
            }
        }
    }

    /// One that does not stand still. If all do, time passes until one goes on.
    fn next(&mut self) -> Option<usize> {
        let now = self.world.now();
        for program in &mut self.running {
            if program.stalled_until.is_some_and(|until| until <= now) {
                program.stalled_until = None;
            }
        }
        let awake: Vec<usize> = (0..self.running.len())
            .filter(|at| {
                self.running
                    .get(*at)
                    .is_some_and(|program| program.stalled_until.is_none())
            })
            .collect();
        if awake.is_empty() {
            let stalled = self.running.iter_mut().enumerate();
            let (at, first) = stalled.min_by_key(|(_, program)| program.stalled_until)?;
            let until = first.stalled_until.take()?;
            self.world.pass(u64::try_from(until - now).unwrap_or(0));
            return Some(at);
        }
        Some(self.world.chance(|chance| *chance.pick(&awake)))
    }

    fn trouble(&mut self) {
        let world = self.world.clone();
        if self.running.is_empty() {
            return;
        }
        let many = self.running.len() as u64;
        let dice = world.chance(|chance| chance.below(200));
        let at = usize::try_from(world.chance(|chance| chance.below(many))).unwrap_or(0);
        match dice {
            0..3 if self.crashes > 0 => {
                self.crashes -= 1;
                self.crash(at);
            }
            3..6 if world.troubles().stalls && many < 3 => self.stall(at),
            6..8 if world.troubles().jumps => {
                let minutes = world.chance(|chance| chance.one_of(&[1, 5, 60, 1440, 20_000]));
                let by = i64::try_from(minutes * MINUTE).unwrap_or(0);
                let by = if world.percent(50) { -by } else { by };
                world.note(|| format!("the wall clock of program {at} is wrong by {by} ms"));
                if let Some(program) = self.running.get(at) {
                    program.clock.store(by, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    }

    /// The program dies, and another begins some time later.
    fn crash(&mut self, at: usize) {
        let world = self.world.clone();
        world.note(|| format!("program {at} crashes"));
        world.state().judge.forgets();
        self.running.remove(at);
        let closes = world.troubles().closes && world.percent(50);
        let longest = if closes { 9 * DAY } else { 30 * MINUTE };
        let long = world.chance(|chance| {
            let short = chance.below(20_000);
            let long = chance.below(longest);
            chance.one_of(&[short, long])
        });
        world.pass(long);
        if world.troubles().forgets {
            self.store = Store::new(&world);
        }
        self.start();
    }

    /// The program stands still, with whatever it was about to do, and another takes its place.
    fn stall(&mut self, at: usize) {
        let world = self.world.clone();
        let time = world.chance(|chance| chance.one_of(&[5, 11, 60, 400, 1000, 4000]) * 1000);
        world.note(|| format!("program {at} stands still for {time} ms"));
        if let Some(program) = self.running.get_mut(at) {
            program.stalled_until = Some(world.now() + i64::try_from(time).unwrap_or(0));
            self.start();
        }
    }
}

const MOST_POLLS: u32 = 60_000;
