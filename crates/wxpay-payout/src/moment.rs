use std::fmt;
use std::time::Duration;

use wxpay_core::Timestamp;

/// A moment in milliseconds since 1970-01-01T00:00:00Z, as the journal keeps it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Moment(i64);

impl Moment {
    /// So many milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This much later; the last moment that can be held, if it is later still.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(millis(time)))
    }

    /// How long after `earlier` this is; nothing if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// The day by the clocks of China (UTC+8), by which WeChat Pay counts its daily limits.
    pub fn day(self) -> Day {
        Day((self.0.saturating_add(CHINA)).div_euclid(DAY))
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.unix_millis())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_unix(self.0.div_euclid(1000)) {
            Some(timestamp) => timestamp.fmt(f),
            None => write!(f, "{} ms", self.0),
        }
    }
}

/// A calendar day in China (UTC+8), counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Day(i64);

impl Day {
    /// The day of this number.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The number of the day, counted from 1970-01-01.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// When it begins.
    pub const fn start(self) -> Moment {
        Moment(self.0.saturating_mul(DAY).saturating_sub(CHINA))
    }

    /// The day after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

const DAY: i64 = 24 * 60 * 60 * 1000;
const CHINA: i64 = 8 * 60 * 60 * 1000;

#[cfg(test)]
#[allow(clippy::unwrap_used)] // panicking is fine in tests
mod tests;
