/// A share of calls, from none to all, in thousandths (‰).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Share {
    per_mille: u16,
}

impl Share {
    /// No call.
    pub const NONE: Self = Self { per_mille: 0 };
    /// One call of a hundred, the most that WeChat Pay wants to see as a probe of its backup host.
    pub const ONE_PERCENT: Self = Self { per_mille: 10 };
    /// Every call.
    pub const ALL: Self = Self { per_mille: 1000 };

    /// So many calls of a hundred; `None` if there are more than a hundred.
    #[must_use]
    pub const fn percent(calls: u8) -> Option<Self> {
        Self::per_mille(calls as u16 * 10)
    }

    /// So many calls of a thousand; `None` if there are more than a thousand.
    #[must_use]
    pub const fn per_mille(calls: u16) -> Option<Self> {
        if calls > Self::ALL.per_mille {
            return None;
        }
        Some(Self { per_mille: calls })
    }
}

/// Picks a [`Share`] of calls at even distances: one percent is every hundredth call, not any call
/// by chance.
#[derive(Debug, Default)]
pub(crate) struct Picker {
    owed: u16,
}

impl Picker {
    pub(crate) fn pick(&mut self, share: Share) -> bool {
        self.owed += share.per_mille;
        let picked = self.owed >= Share::ALL.per_mille;
        if picked {
            self.owed -= Share::ALL.per_mille;
        }
        picked
    }
}
