use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wxpay_core::Timestamp;

use crate::bill::Bill;
use crate::random::{ALPHANUMERIC, Random};
use crate::snapshot::millis;

/// The bills that can be downloaded, by the tokens of their addresses.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Bills {
    entries: BTreeMap<String, Entry>,
}

/// A bill that was applied for. Its text follows from the books.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    bill: Bill,
    gzip: bool,
    #[serde(with = "millis")]
    made: Timestamp,
}

impl Bills {
    /// Lets a bill be downloaded, and gives the token. It forgets those of which the time is over.
    pub(crate) fn offer(
        &mut self,
        bill: Bill,
        gzip: bool,
        now: Timestamp,
        random: &Random,
    ) -> String {
        self.entries.retain(|_, entry| entry.is_good(now));
        let token = random.text(ALPHANUMERIC, 48);
        let entry = Entry {
            bill,
            gzip,
            made: now,
        };
        self.entries.insert(token.clone(), entry);
        token
    }

    /// The bill of a token, and whether it is to be packed.
    pub(crate) fn find(&self, token: &str, now: Timestamp) -> Option<(&Bill, bool)> {
        let entry = self.entries.get(token)?;
        entry.is_good(now).then_some((&entry.bill, entry.gzip))
    }
}

impl Entry {
    fn is_good(&self, now: Timestamp) -> bool {
        (0..=LIFE).contains(&(now.unix() - self.made.unix()))
    }
}

/// How long an address is good, in seconds.
const LIFE: i64 = 300;
