use std::fmt;

use crate::random::Random;
use crate::snapshot::{self, SnapshotError};
use crate::state::{Shared, State};
use crate::{PayoutRules, SandboxBuilder};

/// What a sandbox begins with, besides its keys.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    seed: Option<u64>,
    payout_rules: PayoutRules,
    snapshot: Option<String>,
}

impl SandboxBuilder {
    /// Sets what all random choices follow from that show in books and responses: numbers, nonces,
    /// and which faults and payments a chance hits. Two sandboxes of one seed answer the same
    /// requests, one after the other and at the same moments of a frozen clock, in the same way.
    /// Keys, certificates and the merchant ID are random in any case.
    pub fn seed(mut self, seed: u64) -> Self {
        self.setup.seed = Some(seed);
        self
    }

    /// Sets how payments to employees (向员工付款) are judged and settled, unless a snapshot says it.
    pub fn payout_rules(mut self, rules: PayoutRules) -> Self {
        self.setup.payout_rules = rules;
        self
    }

    /// Goes on where a [`Sandbox::snapshot`](crate::Sandbox::snapshot) was taken: with its books,
    /// clock, payout rules and random choices, whatever seed is set. What fell due meanwhile by a
    /// running clock happens at once.
    ///
    /// [`start`](Self::start) refuses a text that is not a snapshot.
    pub fn snapshot(mut self, snapshot: impl Into<String>) -> Self {
        self.setup.snapshot = Some(snapshot.into());
        self
    }
}

impl Setup {
    /// Finds out whether the snapshot can be read, before keys are made.
    pub(crate) fn check(&self) -> Result<(), SnapshotError> {
        match &self.snapshot {
            Some(text) => snapshot::read(text).map(drop),
            None => Ok(()),
        }
    }

    /// Prepares what no connection shares yet.
    pub(crate) fn apply(
        self,
        shared: &mut Shared,
        keep_requests: Option<usize>,
    ) -> Result<(), SnapshotError> {
        if let Some(seed) = self.seed {
            shared.random = Random::new(seed);
        }
        let mut state = State::default();
        if let Some(most) = keep_requests {
            state.seen.keep(most);
        }
        state.payouts.rules = self.payout_rules.clone().sound();
        shared.payout_rules = state.payouts.rules.clone();
        if let Some(text) = &self.snapshot {
            snapshot::read(text)?.restore(&mut state, &mut shared.random);
        }
        *shared.state() = state;
        Ok(())
    }
}

impl fmt::Debug for Setup {
    /// Without the snapshot, which holds names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("seed", &self.seed)
            .field("payout_rules", &self.payout_rules)
            .field("snapshot", &self.snapshot.is_some())
            .finish()
    }
}
