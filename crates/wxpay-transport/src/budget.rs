use std::sync::{Arc, Mutex, PoisonError};

/// What retries may cost, shared by all clones. An outage empties it, and then every call is one
/// attempt.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    tokens: Arc<Mutex<u32>>,
    capacity: u32,
}

impl Budget {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            tokens: Arc::new(Mutex::new(capacity)),
            capacity,
        }
    }

    /// Pays for a retry, if there is enough.
    pub(crate) fn pay(&self) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.checked_sub(RETRY) {
            Some(left) => {
                *tokens = left;
                true
            }
            None => false,
        }
    }

    /// Fills up after an attempt that went well: by what the last retry has cost, or a little if
    /// there was none.
    pub(crate) fn refill(&self, was_retry: bool) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let back = if was_retry { RETRY } else { FIRST };
        *tokens = tokens.saturating_add(back).min(self.capacity);
    }
}

const RETRY: u32 = 5;
const FIRST: u32 = 1;
