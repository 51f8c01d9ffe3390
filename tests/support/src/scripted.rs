//! A transport that answers from a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use wxpay_api::transport::{Transport, TransportError};

/// One answer of the script.
pub type Answer = Result<Response<Bytes>, TransportError>;

/// Answers requests in order; one request too many is a failed test.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Scripted {
    /// A script of these answers.
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            seen: Arc::default(),
        }
    }

    /// A script of one successful HTTP exchange.
    pub fn answering(response: Response<Bytes>) -> Self {
        Self::new([Ok(response)])
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request<Bytes>> {
        self.seen.lock().expect("no test panicked").clone()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request<Bytes>) -> Answer {
        self.seen.lock().expect("no test panicked").push(request);
        self.answers
            .lock()
            .expect("no test panicked")
            .pop_front()
            .expect("a request beyond the script")
    }
}
