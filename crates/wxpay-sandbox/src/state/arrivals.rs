use std::collections::VecDeque;

use crate::SeenRequest;

/// The requests that came last.
#[derive(Debug)]
pub(crate) struct Arrivals {
    kept: VecDeque<SeenRequest>,
    /// How many came before these.
    gone: usize,
    /// The bodies of those kept, in bytes.
    bytes: usize,
    most: usize,
}

impl Arrivals {
    pub(crate) fn keeping(most: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            gone: 0,
            bytes: 0,
            most,
        }
    }

    /// Notes a request and gives its place, letting go of the oldest where there are too many.
    pub(crate) fn push(&mut self, request: SeenRequest) -> usize {
        self.bytes += request.body.len();
        self.kept.push_back(request);
        let place = self.gone + self.kept.len() - 1;
        while self.kept.len() > self.most || self.bytes > MOST_BYTES {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= oldest.body.len();
            self.gone += 1;
        }
        place
    }

    /// The request of a place, if it is still kept.
    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut SeenRequest> {
        self.kept.get_mut(place.checked_sub(self.gone)?)
    }

    pub(crate) fn all(&self) -> Vec<SeenRequest> {
        self.kept.iter().cloned().collect()
    }

    /// How many came, those let go included.
    pub(crate) fn count(&self) -> usize {
        self.gone + self.kept.len()
    }

    /// Lets go of all.
    pub(crate) fn clear(&mut self) {
        self.gone += self.kept.len();
        self.kept.clear();
        self.bytes = 0;
    }
}

/// What is kept of bodies, in bytes.
const MOST_BYTES: usize = 64 << 20;
