use std::collections::{HashMap, VecDeque};

use wxpay_core::Timestamp;

/// The latest writes by the numbers that the merchant gave them. Of each, only a digest is kept: a
/// response is made again from its request.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    known: HashMap<Key, Known>,
    /// From the oldest to the newest.
    order: VecDeque<Key>,
}

/// The operation, and the number that the merchant gave.
type Key = (&'static str, String);

#[derive(Debug)]
struct Known {
    digest: [u8; 16],
    /// When it was first asked for.
    time: Timestamp,
}

/// The number was used with other parameters.
#[derive(Debug)]
pub(crate) struct UsedDifferently;

impl Repeats {
    /// When this was first asked for: now, unless it is a repetition. With `commit`, a write that
    /// is new is remembered.
    pub(crate) fn first_asked(
        &mut self,
        operation: &'static str,
        number: String,
        digest: [u8; 16],
        now: Timestamp,
        commit: bool,
    ) -> Result<Timestamp, UsedDifferently> {
        let key = (operation, number);
        match self.known.get(&key) {
            Some(known) if known.digest == digest => return Ok(known.time),
            Some(_) => return Err(UsedDifferently),
            None => {}
        }
        if commit {
            self.order.push_back(key.clone());
            self.known.insert(key, Known { digest, time: now });
            while self.order.len() > MAX_REMEMBERED {
                if let Some(oldest) = self.order.pop_front() {
                    self.known.remove(&oldest);
                }
            }
        }
        Ok(now)
    }
}

/// How many writes are remembered.
const MAX_REMEMBERED: usize = 10_000;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_until_many_others_came() {
        let mut repeats = Repeats::default();
        let time = |seconds| Timestamp::from_unix(seconds).unwrap();
        let mut ask = |operation, number: &str, digest, seconds, commit| {
            let (number, now) = (number.to_owned(), time(seconds));
            let asked = repeats.first_asked(operation, number, [digest; 16], now, commit);
            asked.ok().map(Timestamp::unix)
        };
        assert_eq!(ask("v3.a.b", "N1", 2, 0, false), Some(0));
        assert_eq!(ask("v3.a.b", "N1", 1, 1, true), Some(1));
        assert_eq!(ask("v3.a.b", "N1", 1, 9, true), Some(1));
        assert_eq!(ask("v3.a.b", "N1", 2, 9, true), None);
        assert_eq!(ask("v3.a.c", "N1", 2, 9, false), Some(9));
        for n in 0..MAX_REMEMBERED {
            assert_eq!(ask("v3.a.b", &format!("M{n}"), 1, 2, true), Some(2));
        }
        assert_eq!(ask("v3.a.b", "N1", 2, 9, false), Some(9));
        assert_eq!(repeats.known.len(), MAX_REMEMBERED);
    }
}
