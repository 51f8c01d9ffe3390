//! Processes that pay one intent: they crash, stand still, lose their journals and have clocks that
//! are wrong.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Waker};

use wxpay_payout::{DerivedNumbers, MemoryJournal, Moment, Numbered, Numbers, Payouts};

use super::careful::{hear, settle};
use super::journal::FailingJournal;
use super::policies::Policy;
use super::world::{HOUR, World};

struct Process {
    running: Pin<Box<dyn Future<Output = ()>>>,
    journal: usize,
    clock: Arc<AtomicI64>,
    /// Until then it stands still.
    stalled_until: Option<Moment>,
}

/// All processes of a seed, and the journals that they have had. The last ones of them are those in
/// use.
pub(crate) struct Processes {
    world: World,
    policy: Policy,
    running: Vec<Process>,
    pub(crate) journals: Vec<Arc<MemoryJournal>>,
    /// Which journals are still in use.
    pub(crate) current: Vec<usize>,
    backup: Option<Arc<MemoryJournal>>,
    crashes: u64,
    /// How often a process has gone on.
    pub(crate) steps: u64,
}

impl Processes {
    /// One or two processes over one journal, or two with a journal each.
    pub(crate) fn new(world: &World, policy: Policy) -> Self {
        let mut processes = Self {
            world: world.clone(),
            policy,
            running: Vec::new(),
            journals: Vec::new(),
            current: Vec::new(),
            backup: None,
            crashes: world.chance(|chance| chance.below(4)),
            steps: 0,
        };
        let first = processes.new_journal(MemoryJournal::new());
        processes.start(first);
        if world.troubles().doubled {
            let second = processes.new_journal(MemoryJournal::new());
            processes.start(second);
        } else if world.chance(|chance| chance.percent(25)) {
            processes.start(first);
        }
        processes
    }

    fn new_journal(&mut self, journal: MemoryJournal) -> usize {
        self.journals.push(Arc::new(journal));
        let at = self.journals.len() - 1;
        self.current.push(at);
        at
    }

    fn start(&mut self, journal: usize) {
        let clock = Arc::new(AtomicI64::new(0));
        let Some(books) = self.journals.get(journal) else {
            return;
        };
        let payouts = self.engine(Arc::clone(books), Arc::clone(&clock));
        self.running.push(Process {
            running: Box::pin(settle(payouts, self.world.clone(), self.policy)),
            journal,
            clock,
            stalled_until: None,
        });
    }

    fn engine(&self, books: Arc<MemoryJournal>, clock: Arc<AtomicI64>) -> Payouts {
        let world = &self.world;
        let journal = FailingJournal {
            world: world.clone(),
            books,
        };
        let time = world.clone();
        let numbers = OwnNumbers {
            world: world.clone(),
            random: self.policy == Policy::RandomNumbers,
        };
        let mut rules = world.kind().rules();
        rules.query_before_send = self.policy != Policy::RandomNumbers;
        Payouts::builder(journal, world.clone(), world.clone())
            .clock(move || {
                let wrong_by = clock.load(Ordering::Relaxed);
                Moment::from_millis(time.now().millis().saturating_add(wrong_by))
            })
            .running_clock(world.clone())
            .numbers(numbers)
            .limits(world.kind().limits())
            .rules(rules)
            .build()
    }

    /// Lets them work until all have come to an end, or have had their time.
    pub(crate) fn run(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..self.world.kind().most_polls() {
            self.trouble();
            self.deliver();
            let Some(at) = self.next() else {
                return;
            };
            let Some(process) = self.running.get_mut(at) else {
                return;
            };
            self.steps += 1;
            if process.running.as_mut().poll(&mut context).is_ready() {
                self.running.remove(at);
            }
        }
    }

    /// Gives every journal in use a new process and some more days, in which nothing else goes
    /// wrong.
    pub(crate) fn run_for_days(&mut self) {
        self.world.add_days();
        self.running.clear();
        for journal in self.current.clone() {
            self.start(journal);
        }
        self.run();
    }

    /// One that does not stand still. If all do, time passes until one goes on.
    fn next(&mut self) -> Option<usize> {
        let now = self.world.now();
        for process in &mut self.running {
            if process.stalled_until.is_some_and(|until| until <= now) {
                process.stalled_until = None;
            }
        }
        let is_awake = |process: &Process| process.stalled_until.is_none();
        let many = self
            .running
            .iter()
            .filter(|process| is_awake(process))
            .count();
        if many == 0 {
            let stalled = self.running.iter_mut().enumerate();
            let (at, first) = stalled.min_by_key(|(_, process)| process.stalled_until)?;
            let until = first.stalled_until.take()?;
            let wait = u64::try_from(until.since(now).as_millis()).unwrap_or(0);
            self.world.pass(wait);
            return Some(at);
        }
        let which = self.world.chance(|chance| chance.below(many as u64));
        let awake = self.running.iter().enumerate();
        let mut awake = awake.filter(|(_, process)| is_awake(process));
        let (at, _) = awake.nth(usize::try_from(which).unwrap_or(0))?;
        Some(at)
    }

    fn trouble(&mut self) {
        let world = self.world.clone();
        let troubles = world.troubles();
        // Later there would be no time to come to an end.
        if self.running.is_empty() || world.is_nearly_over() {
            return;
        }
        let many = self.running.len() as u64;
        let dice = world.chance(|chance| chance.below(100));
        let at = usize::try_from(world.chance(|chance| chance.below(many))).unwrap_or(0);
        match dice {
            0..4 if self.crashes > 0 => {
                self.crashes -= 1;
                self.crash(at);
            }
            4..6 if troubles.stalls && many < 4 => self.stall(at),
            6..8 if troubles.jumps => {
                let hours = world.chance(|chance| chance.one_of(&[1, 1, 1, 8, 8, 8, 24, 24, 300]));
                let back = world.chance(|chance| chance.percent(50));
                let by = i64::try_from(hours * HOUR).unwrap_or(0);
                let by = if back { -by } else { by };
                world.note(|| format!("the clock of process {at} is wrong by {by} ms"));
                if let Some(process) = self.running.get(at) {
                    process.clock.store(by, Ordering::Relaxed);
                }
            }
            8..11 if troubles.losses => {
                let books = self.running.get(at).map(|process| process.journal);
                let books = books.and_then(|at| self.journals.get(at));
                self.backup = books.map(|books| Arc::new(books.copy()));
            }
            _ => {}
        }
    }

    /// A notification that has arrived goes to the journal that is in use.
    fn deliver(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let Some(notice) = self.world.notice() else {
            return;
        };
        let journal = self.current.last().copied();
        let books = journal.and_then(|at| Some((at, Arc::clone(self.journals.get(at)?))));
        let Some((journal, books)) = books else {
            return;
        };
        self.world.note(|| format!("notification: {notice:?}"));
        let clock = Arc::new(AtomicI64::new(0));
        let payouts = self.engine(books, Arc::clone(&clock));
        self.running.push(Process {
            running: Box::pin(hear(payouts, self.policy, notice)),
            journal,
            clock,
            stalled_until: None,
        });
    }

    /// The process ends, and another begins some time later, on the journal that there is then.
    fn crash(&mut self, at: usize) {
        let world = self.world.clone();
        world.note(|| "crash".to_owned());
        let ended = self.running.remove(at);
        world.pass(world.chance(|chance| chance.below(HOUR)));
        let journal = self.journal_after(ended.journal);
        self.start(journal);
    }

    /// The process stands still, with whatever it was about to do, and another takes its place.
    fn stall(&mut self, at: usize) {
        let world = self.world.clone();
        let time = world.chance(|chance| chance.one_of(&[1, 60, 301, 600, 3600, 86_400]) * 1000);
        world.note(|| format!("process {at} stands still for {time} ms"));
        let Some(process) = self.running.get_mut(at) else {
            return;
        };
        process.stalled_until = Some(world.now().after(std::time::Duration::from_millis(time)));
        let journal = process.journal;
        let journal = self.journal_after(journal);
        self.start(journal);
    }

    fn journal_after(&mut self, journal: usize) -> usize {
        let world = self.world.clone();
        if !world.troubles().losses || world.chance(|chance| chance.percent(40)) {
            return journal;
        }
        self.current.retain(|current| *current != journal);
        match self.backup.take() {
            Some(backup) if world.chance(|chance| chance.percent(60)) => {
                world.note(|| "the journal is restored from a copy".to_owned());
                self.new_journal(backup.copy())
            }
            _ => {
                world.note(|| "the journal is lost".to_owned());
                self.new_journal(MemoryJournal::new())
            }
        }
    }
}

#[derive(Debug)]
struct OwnNumbers {
    world: World,
    random: bool,
}

impl Numbers for OwnNumbers {
    fn number(&self, of: &Numbered<'_>) -> Result<wxpay_payout::Number, wxpay_core::InvalidInput> {
        if self.random {
            return Ok(self.world.another_number());
        }
        DerivedNumbers.number(of)
    }
}
