use std::collections::{HashMap, VecDeque};

use wxpay_core::Timestamp;

/// The latest writes by the numbers that the merchant gave them. Of each, only a digest is kept: a response is made again from its request.
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
    /// When this was first asked for; now, unless it is a repetition.
    pub(crate) fn first_asked(
        &self,
        operation: &'static str,
        number: &str,
        digest: [u8; 16],
        now: Timestamp,
    ) -> Result<Timestamp, UsedDifferently> {
        match self.known.get(&(operation, number.to_owned())) {
            None => Ok(now),
            Some(known) if known.digest == digest => Ok(known.time),
            Some(_) => Err(UsedDifferently),
        }
    }

    /// Remembers a write, unless it is known.
    pub(crate) fn remember(
        &mut self,
        operation: &'static str,
        number: String,
        digest: [u8; 16],
        time: Timestamp,
    ) {
        let key = (operation, number);
        if self.known.contains_key(&key) {
            return;
        }
        self.order.push_back(key.clone());
        self.known.insert(key, Known { digest, time });
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

/// How many writes are remembered.
const MOST: usize = 10_000;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_known_until_many_others_came() {
        let mut repeats = Repeats::default();
        let time = |seconds| Timestamp::from_unix(seconds).unwrap();
        repeats.remember("v3.a.b", "N1".to_owned(), [1; 16], time(1));
        let asked = |repeats: &Repeats, operation, digest| {
            let asked = repeats.first_asked(operation, "N1", [digest; 16], time(9));
            asked.ok().map(Timestamp::unix)
        };
        assert_eq!(asked(&repeats, "v3.a.b", 1), Some(1));
        assert_eq!(asked(&repeats, "v3.a.b", 2), None);
        assert_eq!(asked(&repeats, "v3.a.c", 2), Some(9));
        for n in 0..MOST {
            repeats.remember("v3.a.b", format!("M{n}"), [1; 16], time(2));
        }
        assert_eq!(asked(&repeats, "v3.a.b", 2), Some(9));
        assert_eq!(repeats.known.len(), MOST);
    }
}
