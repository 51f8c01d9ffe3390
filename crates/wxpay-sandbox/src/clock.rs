//! The sandbox's time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

/// A clock that runs beside the system's, or stands still.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clock {
    /// How far it is ahead of the system's while it runs, in milliseconds.
    offset: i64,
    /// Where it stands, in milliseconds since 1970, if it does.
    stands_at: Option<i64>,
    /// Whether it stands only for as long as it is being moved.
    #[serde(skip)]
    resumes: bool,
}

impl Clock {
    pub(crate) fn freeze(&mut self, at: Timestamp) {
        self.stands_at = Some(at.unix_millis());
        self.resumes = false;
    }

    /// Runs on from where it stands.
    pub(crate) fn run(&mut self) {
        if let Some(at) = self.stands_at.take() {
            self.offset = at.saturating_sub(Timestamp::now().unix_millis());
        }
        self.resumes = false;
    }

    /// Stands still until [`release`](Self::release), so that it can be moved from event to event.
    pub(crate) fn hold(&mut self) {
        if self.stands_at.is_none() {
            self.stands_at = Some(self.millis());
            self.resumes = true;
        }
    }

    /// Ends [`hold`](Self::hold): it runs on if it ran before.
    pub(crate) fn release(&mut self) {
        if self.resumes {
            self.run();
        }
    }

    /// Moves a clock that stands, never back.
    pub(crate) fn reach(&mut self, at: Timestamp) {
        if let Some(stands_at) = &mut self.stands_at {
            *stands_at = at.unix_millis().max(*stands_at);
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.stands_at.is_some() && !self.resumes
    }

    pub(crate) fn now(&self) -> Timestamp {
        at(self.millis())
    }

    /// How long it takes until a moment; `None` while the clock stands before it.
    pub(crate) fn until(&self, moment: Timestamp) -> Option<Duration> {
        let left = moment.unix_millis().saturating_sub(self.millis());
        match u64::try_from(left) {
            Ok(1..) if self.stands_at.is_some() => None,
            Ok(left) => Some(Duration::from_millis(left)),
            Err(_) => Some(Duration::ZERO),
        }
    }

    fn millis(&self) -> i64 {
        self.stands_at.unwrap_or_else(|| {
            let now = Timestamp::now().unix_millis();
            now.saturating_add(self.offset)
        })
    }
}

/// The moment that much later, or the last one of the calendar.
pub(crate) fn later(moment: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    at(moment.unix_millis().saturating_add(by))
}

/// The calendar day in China, counted from 1970.
pub(crate) fn day(moment: Timestamp) -> i64 {
    (moment.unix() + CHINA).div_euclid(DAY)
}

/// An hour of such a day.
pub(crate) fn hour(day: i64, hour: i64) -> Timestamp {
    let seconds = day.saturating_mul(DAY).saturating_add(hour * 3600 - CHINA);
    at(seconds.saturating_mul(1000))
}

fn at(millis: i64) -> Timestamp {
    let millis = millis.clamp(FIRST, LAST);
    Timestamp::from_unix_millis(millis).expect("these years are in the calendar")
}

/// In seconds.
const DAY: i64 = 24 * 3600;

/// UTC+8, in seconds.
const CHINA: i64 = 8 * 3600;

/// The beginning of 1900 and of 9999, in milliseconds since 1970.
const FIRST: i64 = -2_208_988_800_000;
const LAST: i64 = 253_370_764_800_000;
