use std::future::Future;

use super::verdict::{Level, Verdict};

/// The checks that were made, in order.
pub(super) struct Exam {
    offline: bool,
    lines: Vec<Line>,
}

/// One check and what it found.
pub(super) struct Line {
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
}

impl Exam {
    pub(super) fn new(offline: bool) -> Self {
        Self {
            offline,
            lines: Vec::new(),
        }
    }

    /// A check that was made already.
    pub(super) fn note(&mut self, check: &'static str, verdict: Verdict) {
        self.lines.push(Line { check, verdict });
    }

    /// A check that needs no connection. It is skipped when one that it needs is red or was skipped
    /// itself.
    pub(super) fn check(
        &mut self,
        check: &'static str,
        needs: &[&str],
        look: impl FnOnce() -> Verdict,
    ) {
        let verdict = self.blocked(needs).unwrap_or_else(look);
        self.note(check, verdict);
    }

    /// The same for one that has to wait, though not for the network.
    pub(super) async fn waiting(
        &mut self,
        check: &'static str,
        needs: &[&str],
        look: impl Future<Output = Verdict>,
    ) {
        let verdict = match self.blocked(needs) {
            Some(blocked) => blocked,
            None => look.await,
        };
        self.note(check, verdict);
    }

    /// A check over the network; also gives what later checks can use of it.
    pub(super) async fn online<T: Default>(
        &mut self,
        check: &'static str,
        needs: &[&str],
        look: impl Future<Output = (Verdict, T)>,
    ) -> T {
        let blocked = self
            .offline
            .then(|| Verdict::skipped("needs a connection", "需要网络连接"))
            .or_else(|| self.blocked(needs));
        let (verdict, found) = match blocked {
            Some(blocked) => (blocked, T::default()),
            None => look.await,
        };
        self.note(check, verdict);
        found
    }

    pub(super) fn is_offline(&self) -> bool {
        self.offline
    }

    pub(super) fn into_lines(self) -> Vec<Line> {
        self.lines
    }

    /// Why a check that needs these can't be made. A name that ends in `?` may be one that is not
    /// configured; one that no check has skips this check, so that a misspelt name shows.
    fn blocked(&self, needs: &[&str]) -> Option<Verdict> {
        needs.iter().find_map(|need| {
            let name = need.strip_suffix('?').unwrap_or(need);
            let Some(line) = self.lines.iter().find(|line| line.check == name) else {
                return Some(Verdict::skipped(
                    format!("{name} was not checked"),
                    format!("没有检查 {name}"),
                ));
            };
            match line.verdict.level {
                Level::Green | Level::Yellow => None,
                Level::Unused if need.ends_with('?') => None,
                Level::Red => Some(Verdict::skipped(
                    format!("correct {name} first"),
                    format!("请先解决 {name}"),
                )),
                Level::Unused | Level::Skipped => Some(line.verdict.clone()),
            }
        })
    }
}
