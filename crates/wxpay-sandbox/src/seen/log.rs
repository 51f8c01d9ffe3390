use std::collections::VecDeque;

use tokio::sync::watch;

use crate::SeenRequest;

/// The requests that are kept, in order of arrival.
pub(crate) struct SeenLog {
    kept: VecDeque<SeenRequest>,
    limit: Option<usize>,
    last: u64,
    changes: watch::Sender<()>,
}

/// Tells when a request came or was answered.
#[derive(Debug)]
pub struct Watch(watch::Receiver<()>);

impl SeenLog {
    /// Sets how many are kept; all of them when there is no limit.
    pub(crate) fn limit(&mut self, limit: Option<usize>) {
        self.limit = limit;
        self.forget();
    }

    /// Takes a request in and gives its number.
    pub(crate) fn push(&mut self, mut request: SeenRequest) -> u64 {
        self.last = self.last.saturating_add(1);
        request.number = self.last;
        self.kept.push_back(request);
        self.forget();
        self.changes.send_replace(());
        self.last
    }

    /// Changes a request, unless it is forgotten already.
    pub(crate) fn note(&mut self, number: u64, change: impl FnOnce(&mut SeenRequest)) {
        let first = self.kept.front().map_or(0, |request| request.number);
        let at = number
            .checked_sub(first)
            .and_then(|at| usize::try_from(at).ok());
        if let Some(request) = at.and_then(|at| self.kept.get_mut(at)) {
            change(request);
            self.changes.send_replace(());
        }
    }

    /// Forgets all of them. Numbers go on.
    #[cfg_attr(not(feature = "control"), allow(dead_code))]
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.changes.send_replace(());
    }

    /// Those with a number above `number`.
    pub(crate) fn after(&self, number: u64) -> Vec<SeenRequest> {
        let kept = self.kept.iter();
        kept.skip_while(|request| request.number <= number)
            .cloned()
            .collect()
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch(self.changes.subscribe())
    }

    fn forget(&mut self) {
        while self.limit.is_some_and(|limit| self.kept.len() > limit) {
            self.kept.pop_front();
        }
    }
}

impl Default for SeenLog {
    fn default() -> Self {
        Self {
            kept: VecDeque::new(),
            limit: None,
            last: 0,
            changes: watch::Sender::new(()),
        }
    }
}

impl Watch {
    /// Waits for the next change, and says whether the sandbox still runs.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }
}
