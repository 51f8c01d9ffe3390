//! The server's clock beside that of this machine.

use super::JournalError;
use super::session::Trouble;
use crate::Moment;

/// By how many milliseconds the server's clock is ahead, as far as that is certain: what a question
/// and its answer may have taken on their way is no difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    ahead: i64,
}

impl Clocks {
    /// The server looked at its clock between two looks at that of this machine.
    pub(super) fn new(asked: Moment, there: Moment, answered: Moment) -> Self {
        let there = there.millis();
        let least = there.saturating_sub(answered.millis());
        let most = there.saturating_sub(asked.millis());
        let ahead = if least > 0 { least } else { most.min(0) };
        Self { ahead }
    }

    /// A moment of this machine by the server's clock, by which all machines keep gaps and pace.
    pub(super) fn there(self, here: Moment) -> Moment {
        Moment::from_millis(here.millis().saturating_add(self.ahead))
    }

    /// A moment of the server's by the clock of this machine.
    pub(super) fn here(self, there: Moment) -> Moment {
        Moment::from_millis(there.millis().saturating_sub(self.ahead))
    }

    /// That both agree well enough to begin anything.
    pub(super) fn check(self) -> Result<(), Trouble> {
        let wrong = if self.ahead < -TOLERANCE_MILLIS {
            format!(
                "the clock of this machine is {} s ahead of that of the PostgreSQL server: set both right (NTP) and run it again",
                self.ahead.abs() / 1000
            )
        } else if self.ahead > TOLERANCE_MILLIS {
            format!(
                "the clock of this machine is {} s behind that of the PostgreSQL server: set both right (NTP) and run it again",
                self.ahead.abs() / 1000
            )
        } else {
            return Ok(());
        };
        Err(JournalError::storage(wrong).into())
    }
}

/// How far the clock of a machine may be from the server's.
pub(super) const TOLERANCE_MILLIS: i64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_a_difference() {
        let at = Moment::from_millis;
        for (asked, there, answered, ahead) in [
            (100, 100, 100, 0),
            (100, 150, 200, 0),
            (100, 230, 200, 30),
            (100, 60, 200, -40),
            (300, 100, 200, -200),
        ] {
            let clocks = Clocks::new(at(asked), at(there), at(answered));
            assert_eq!(clocks.ahead, ahead, "{asked} {there} {answered}");
            assert_eq!(clocks.there(at(1000)), at(1000 + ahead));
            assert_eq!(clocks.here(clocks.there(at(1000))), at(1000));
        }
    }
}
