use std::fmt;
use std::sync::Arc;

use wxpay_core::Timestamp;

use super::{Cashier, Display, Inner};
use crate::progress::Progress;
use crate::rules::Rules;
use crate::service::Service;

/// Builds a [`Cashier`].
#[must_use]
pub struct CashierBuilder<S>(pub(super) Inner<S>);

impl<S: Service> CashierBuilder<S> {
    /// Waits by other rules than the documents'.
    pub fn rules(mut self, rules: Rules) -> Self {
        self.0.rules = rules;
        self
    }

    /// Takes the time of day from elsewhere, for tests. It decides only whether the seven days of a
    /// reversal are over, and whether a payment is older than its charge; every wait goes by the
    /// timer.
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.0.clock = Arc::new(clock);
        self
    }

    /// Is called at the beginning of each step, for the display at the till. It must return at
    /// once.
    pub fn on_progress(mut self, tell: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.0.display = Some(Display(Box::new(tell)));
        self
    }

    /// Builds it.
    pub fn build(self) -> Cashier<S> {
        Cashier(Arc::new(self.0))
    }
}

impl<S: fmt::Debug> fmt::Debug for CashierBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CashierBuilder")
            .field("service", &self.0.service)
            .field("rules", &self.0.rules)
            .finish_non_exhaustive()
    }
}
