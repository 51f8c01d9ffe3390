//! Whether a journal and the sandbox's books say the same, to the fen.

use std::collections::HashMap;
use std::fmt;

use wxpay_api::core::Fen;
use wxpay_payout::{Entry, Journal, State};
use wxpay_sandbox::{PayoutStatus, Sandbox};

use super::worker::intent;

/// What a journal says and what was really done.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// Intents that the journal says are paid.
    pub paid: usize,
    /// Intents that it says are certainly not paid.
    pub rejected: usize,
    /// Intents that it leaves open, or has not.
    pub open: usize,
    /// The fen that it says are paid.
    pub journal: i64,
    /// The fen that were really paid.
    pub books: i64,
    /// Intents that were paid more than once.
    pub twice: usize,
    /// Intents that are booked as paid and were not, or otherwise.
    pub wrong: usize,
    /// Numbers that reached the sandbox and are not in the journal.
    pub lost: usize,
    /// Tries beyond the first, over all payments that were made.
    pub repeated: u32,
}

impl Verdict {
    /// Judges so many intents, the first ones.
    pub async fn of(journal: &impl Journal, sandbox: &Sandbox, intents: usize) -> Self {
        let mut entries: HashMap<String, Entry> = HashMap::new();
        let mut after = None;
        loop {
            let page = journal.page(after.as_ref(), 1000).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.number.clone());
            entries.extend(
                page.into_iter()
                    .map(|entry| (entry.number.to_string(), entry)),
            );
        }
        let mut verdict = Self::default();
        let mut paid: HashMap<String, (usize, Fen)> = HashMap::new();
        for payout in sandbox.payouts() {
            verdict.repeated += payout.requests - 1;
            let Some(entry) = entries.get(&payout.partner_trade_no) else {
                continue;
            };
            if payout.status == PayoutStatus::Success {
                verdict.books += payout.amount.get();
                let known = paid.entry(entry.intent.to_string()).or_default();
                *known = (known.0 + 1, payout.amount);
            }
        }
        let current: HashMap<_, _> = entries
            .values()
            .filter(|entry| entry.replaced_by.is_none())
            .map(|entry| (entry.intent.as_str(), entry))
            .collect();
        for number in (0..intents).map(|number| intent(number).id) {
            let entry = current.get(number.as_str()).copied();
            verdict.judge(entry, paid.get(number.as_str()).copied());
        }
        let asked = sandbox.payout_sends().into_iter();
        verdict.lost = asked
            .filter(|number| !entries.contains_key(&number.partner_trade_no))
            .count();
        verdict
    }

    fn judge(&mut self, entry: Option<&Entry>, paid: Option<(usize, Fen)>) {
        let times = paid.map_or(0, |(times, _)| times);
        self.twice += usize::from(times > 1);
        match entry.map(|entry| (entry.state, entry.amount)) {
            Some((State::Paid, amount)) => {
                self.paid += 1;
                self.journal += amount.get();
                self.wrong += usize::from(paid != Some((1, amount)));
            }
            Some((State::Rejected | State::Failed, _)) => {
                self.rejected += 1;
                self.wrong += usize::from(times > 0);
            }
            _ => self.open += 1,
        }
    }

    /// Whether every intent is settled, and everything is as the journal says.
    pub fn holds(&self) -> bool {
        (self.open, self.twice, self.wrong, self.lost) == (0, 0, 0, 0) && self.journal == self.books
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            paid,
            rejected,
            open,
            journal,
            books,
            twice,
            wrong,
            lost,
            repeated,
        } = self;
        write!(
            f,
            "{paid} paid, {rejected} rejected, {open} open; {journal} fen by the journal, {books} by the books; \
             {twice} paid twice, {wrong} booked wrongly, {lost} lost; {repeated} tries repeated"
        )
    }
}
