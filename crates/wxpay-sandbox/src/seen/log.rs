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
        self.bytes += weight(&request);
        self.kept.push_back(request);
        self.forget();
        self.changes.send_replace(());
        self.last
    }

    /// Changes a request, unless it is forgotten already.
    pub(crate) fn note(&mut self, number: u64, change: impl FnOnce(&mut SeenRequest)) {
        let at = self.place(number);
        if let Some(request) = at.and_then(|at| self.kept.get_mut(at)) {
            self.bytes -= weight(request);
            change(request);
            self.bytes += weight(request);
            self.forget();
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

    /// The one of a number, unless it is forgotten already.
    pub(crate) fn get(&self, number: u64) -> Option<&SeenRequest> {
        self.kept.get(self.place(number)?)
    }

    /// The number of the last one.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn watch(&self) -> Watch {
        Watch(self.changes.subscribe())
    }

    fn place(&self, number: u64) -> Option<usize> {
        let first = self.kept.front()?.number;
        usize::try_from(number.checked_sub(first)?).ok()
    }

    /// Lets go of the oldest where there are too many.
    fn forget(&mut self) {
        while self.kept.len() > self.most || self.bytes > MOST_BYTES {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= weight(&oldest);
        }
    }
}

/// The bytes of the bodies.
fn weight(request: &SeenRequest) -> usize {
    request.body.len() + request.reply.len()
}

impl Default for SeenLog {
    fn default() -> Self {
        Self {
            kept: VecDeque::new(),
            bytes: 0,
            most: DEFAULT_KEPT,
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
const DEFAULT_KEPT: usize = 50_000;

/// What is kept of bodies, in bytes.
const MOST_BYTES: usize = 64 << 20;
