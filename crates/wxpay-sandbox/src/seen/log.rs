use std::collections::VecDeque;

use tokio::sync::watch;

use crate::SeenRequest;

/// The requests that are kept, in order of arrival.
#[derive(Debug)]
pub(crate) struct SeenLog {
    kept: VecDeque<SeenRequest>,
    /// The bodies of those kept, in bytes.
    bytes: usize,
    most: usize,
    last: u64,
    changes: watch::Sender<()>,
}

/// Tells when a request came or was answered.
#[derive(Debug)]
pub struct Watch(watch::Receiver<()>);

impl SeenLog {
    /// Sets how many are kept.
    pub(crate) fn keep(&mut self, most: usize) {
        self.most = most;
        self.forget();
    }

    /// How many are kept.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes a request in and gives its number.
    pub(crate) fn push(&mut self, mut request: SeenRequest) -> u64 {
        self.last = self.last.saturating_add(1);
        request.number = self.last;
        self.bytes += request.body.len();
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
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.bytes = 0;
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

    /// Lets go of the oldest where there are too many.
    fn forget(&mut self) {
        while self.kept.len() > self.most || self.bytes > MOST_BYTES {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= oldest.body.len();
        }
    }
}

impl Default for SeenLog {
    fn default() -> Self {
        Self {
            kept: VecDeque::new(),
            bytes: 0,
            most: MOST,
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

/// How many requests are kept unless another number is set.
const MOST: usize = 50_000;

/// What is kept of bodies, in bytes.
const MOST_BYTES: usize = 64 << 20;
