use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wxpay_core::Effect;

use crate::share::{Picker, Share};

/// When the main host counts as down, and who still tries it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) failures: u32,
    pub(crate) cool_down: Duration,
    pub(crate) main_share: Share,
    pub(crate) backup_share: Share,
}

/// What is known of the main host.
#[derive(Debug)]
pub(crate) struct Health(Mutex<State>);

#[derive(Debug)]
struct State {
    status: Status,
    /// Counts the changes between up and down. A failure of an attempt from before the last one is
    /// old news.
    epoch: u64,
    main: Picker,
    backup: Picker,
}

#[derive(Clone, Copy, Debug)]
enum Status {
    Up {
        failures: u32,
    },
    /// From `until` on, one call at a time may try the main host.
    Down {
        until: Duration,
        probed: bool,
    },
}

/// One call's place in the order. Dropping it gives a probe's place back.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    health: &'a Health,
    epoch: u64,
    is_probe: bool,
    /// Whether the call tries the main host before the backup.
    pub(crate) main_first: bool,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            status: Status::Up { failures: 0 },
            epoch: 0,
            main: Picker::default(),
            backup: Picker::default(),
        }))
    }

    pub(crate) fn turn(&self, effect: Effect, now: Duration, policy: &Policy) -> Turn<'_> {
        let mut state = self.lock();
        let reads = effect == Effect::Read;
        let (main_first, is_probe) = match &mut state.status {
            Status::Up { .. } => {
                let to_backup = reads && state.backup.pick(policy.backup_share);
                (!to_backup, false)
            }
            Status::Down { until, probed } if now >= *until => {
                let is_probe = !std::mem::replace(probed, true);
                (is_probe, is_probe)
            }
            Status::Down { .. } => (reads && state.main.pick(policy.main_share), false),
        };
        Turn {
            health: self,
            epoch: state.epoch,
            is_probe,
            main_first,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The main host answered, so it is up, no matter who asked.
    pub(crate) fn main_answered(&self) {
        let mut state = self.health.lock();
        if matches!(state.status, Status::Down { .. }) {
            state.epoch += 1;
        }
        state.status = Status::Up { failures: 0 };
    }

    pub(crate) fn main_failed(&self, now: Duration, policy: &Policy) {
        let mut state = self.health.lock();
        if state.epoch != self.epoch {
            return;
        }
        match &mut state.status {
            Status::Up { failures } => {
                *failures += 1;
                if *failures < policy.failures {
                    return;
                }
            }
            Status::Down { .. } if self.is_probe => {}
            Status::Down { .. } => return,
        }
        state.epoch += 1;
        state.status = Status::Down {
            until: now.saturating_add(policy.cool_down),
            probed: false,
        };
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_probe {
            return;
        }
        let mut state = self.health.lock();
        if state.epoch == self.epoch
            && let Status::Down { probed, .. } = &mut state.status
        {
            *probed = false;
        }
    }
}
