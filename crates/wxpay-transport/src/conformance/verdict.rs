use std::time::Duration;

use bytes::Bytes;
use http::Response;
use wxpay_core::{Sent, TransportError};

use super::uploads::Reads;
use super::{Expected, Fault, Setup, Verdict};

/// Everything that a judgement needs.
pub(super) struct Evidence<'a> {
    pub(super) fault: &'a Fault,
    pub(super) setup: &'a Setup,
    /// The last call's end, if it has one.
    pub(super) said: Option<&'a Result<Response<Bytes>, TransportError>>,
    pub(super) elapsed: Duration,
    pub(super) connections: usize,
    pub(super) connections_elsewhere: usize,
    pub(super) requests: &'a [String],
    /// How many of them arrived before the last call.
    pub(super) before: usize,
    /// Bytes that were read and are part of none of them.
    pub(super) pieces: u64,
    /// Bytes that arrived and were not read.
    pub(super) unread: u64,
    pub(super) written: u64,
    pub(super) memory: Option<u64>,
    /// How the head of a request must begin, and the body with which it must end.
    pub(super) sent: (&'static str, &'static str),
}

impl Evidence<'_> {
    pub(super) fn judge(&self) -> Verdict {
        match self.problem() {
            Some(problem) => Verdict::Wrong(problem),
            None if self.is_cautious() => Verdict::Cautious,
            None => Verdict::Right,
        }
    }

    /// Whether something is wrong, and all that is wrong can come of a machine that is too busy:
    /// time ran out, and nothing that the server saw refutes what the transport says.
    pub(super) fn may_be_busy(&self) -> bool {
        let Some(said) = self.said else {
            return false;
        };
        let other = self
            .wrong_traffic()
            .or_else(|| self.wrong_request())
            .or_else(|| self.wrong_memory())
            .or_else(|| leak(said));
        if other.is_some() {
            return false;
        }
        match (self.wrong_claim(said), said) {
            (None, _) => self.wrong_time().is_some(),
            (Some(_), Ok(_)) => false,
            (Some(_), Err(error)) => {
                let gave_up = self.elapsed >= self.setup.connect_timeout;
                gave_up && (error.sent() == Sent::Maybe || !self.arrived())
            }
        }
    }

    /// Whether anything of the last call's request reached the server.
    fn arrived(&self) -> bool {
        self.requests.len() > self.before || self.pieces > 0 || self.unread > 0
    }

    fn is_cautious(&self) -> bool {
        self.fault.expected == Expected::NotSent
            && matches!(self.said, Some(Err(error)) if error.sent() == Sent::Maybe)
    }

    fn problem(&self) -> Option<String> {
        let Some(said) = self.said else {
            return Some("the call never ended, or panicked".to_owned());
        };
        self.wrong_claim(said)
            .or_else(|| self.wrong_traffic())
            .or_else(|| self.wrong_request())
            .or_else(|| self.wrong_time())
            .or_else(|| self.wrong_memory())
            .or_else(|| leak(said))
            .or_else(|| self.no_user_agent())
    }

    fn wrong_claim(&self, said: &Result<Response<Bytes>, TransportError>) -> Option<String> {
        match (&self.fault.expected, said) {
            (Expected::NotSent, Err(_)) => None,
            (Expected::MaybeSent | Expected::AnswerOrMaybeSent(..), Err(error)) => {
                let lie = "\"not sent\", but the server may have seen it";
                (error.sent() == Sent::No).then(|| lie.to_owned())
            }
            (Expected::ErrorAsSeen, Err(error)) => {
                let lie = "\"not sent\", but the server has seen some of it";
                (error.sent() == Sent::No && self.arrived()).then(|| lie.to_owned())
            }
            (
                Expected::Answer(status, body) | Expected::AnswerOrMaybeSent(status, body),
                Ok(answer),
            ) => {
                if answer.status().as_u16() != *status {
                    Some(format!("answered {}", answer.status()))
                } else if answer.body() != body {
                    let length = answer.body().len();
                    Some(format!(
                        "the body is not the one that was sent, {length} bytes"
                    ))
                } else {
                    None
                }
            }
            (Expected::Answer(status, _), Err(_)) => Some(format!("an error in place of {status}")),
            (_, Ok(answer)) => Some(format!("answered {}", answer.status())),
        }
    }

    fn wrong_traffic(&self) -> Option<String> {
        let calls = self.fault.calls;
        let too_late = self.fault.deadline.is_some() && self.fault.expected == Expected::NotSent;
        if too_late && (self.requests.len() >= calls || self.pieces > 0) {
            Some("the request left after its deadline".to_owned())
        } else if self.connections_elsewhere > 0 {
            Some("it called a server that it was not told to call".to_owned())
        } else if self.requests.len() > calls {
            Some(format!(
                "{} requests for {calls} calls",
                self.requests.len()
            ))
        } else if self.connections > calls {
            Some(format!(
                "{} connections for {calls} calls",
                self.connections
            ))
        } else {
            None
        }
    }

    fn wrong_request(&self) -> Option<String> {
        let (begins, ends) = self.sent;
        self.requests.iter().find_map(|request| {
            let lower = request.to_ascii_lowercase();
            let (head, body) = lower.split_once("\r\n\r\n").unwrap_or_default();
            if !request.starts_with(begins) {
                Some(format!(
                    "the request is not the one that was given: it must begin {begins:?}"
                ))
            } else if !body.is_empty() && !ends.starts_with(body) {
                Some("the request's body is not the one that was given".to_owned())
            } else if self.is_incomplete(body) {
                Some("the body of an upload is not whole, or has no Content-Length".to_owned())
            } else if self.fault.expected == Expected::ErrorAsSeen && body == ends {
                Some("the request is whole, though its body could not be read".to_owned())
            } else if head.contains("\r\ncookie:") || head.contains("authorization:") {
                Some("the request holds a cookie or credentials that it was not given".to_owned())
            } else {
                None
            }
        })
    }

    /// The last that is looked at: it costs no money, and is missing in all rows or in none.
    fn no_user_agent(&self) -> Option<String> {
        let without = |request: &String| {
            let lower = request.to_ascii_lowercase();
            let head = lower.split_once("\r\n\r\n").map_or("", |(head, _)| head);
            !head.contains("\r\nuser-agent: ")
        };
        let missing = self.requests.iter().any(without);
        missing.then(|| "the request has no User-Agent".to_owned())
    }

    /// Whether a request that was read as far as its `Content-Length` says is not all of an upload.
    fn is_incomplete(&self, body: &str) -> bool {
        let (_, ends) = self.sent;
        self.fault.upload == Some(Reads::Whole) && !body.eq_ignore_ascii_case(ends)
    }

    fn wrong_time(&self) -> Option<String> {
        // Who can't tell connecting from waiting may take as long as for both.
        let longest = if self.fault.ends_connecting && !self.is_cautious() {
            self.setup.connect_timeout
        } else {
            self.setup.total_timeout
        };
        let (took, may) = (self.elapsed.as_millis(), longest.as_millis());
        let problem = format!("it took {took} ms, may take {may}");
        (self.elapsed > longest + BUSY).then_some(problem)
    }

    fn wrong_memory(&self) -> Option<String> {
        let cap = self.setup.max_response_bytes as u64;
        if !self.fault.heavy {
            None
        } else if let Some(memory) = self.memory {
            let problem = format!("it took {} MiB of memory", memory / MIB);
            (memory > cap + SPARE).then_some(problem)
        } else {
            // Where memory can't be seen, what was read tells the most that was kept.
            let problem = format!("it read {} MiB", self.written / MIB);
            (self.written > cap + SPARE).then_some(problem)
        }
    }
}

/// What an error must not tell: the URL and the bodies.
fn leak(said: &Result<Response<Bytes>, TransportError>) -> Option<String> {
    let error = said.as_ref().err()?;
    let mut text = format!("{error:?} {error}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(" {error:?} {error}");
        source = error.source();
    }
    let leaks = text.contains(SECRET) || text.contains("<xml>");
    leaks.then(|| "the error tells the URL or a body".to_owned())
}

/// In the query and the body of every request.
pub(super) const SECRET: &str = "o1Secret7";

const MIB: u64 = 1024 * 1024;
/// What a client may need beside the body: buffers, threads, sockets, the allocator's own ways.
const SPARE: u64 = 32 * MIB;
/// Time that a busy machine may add.
const BUSY: Duration = Duration::from_millis(1500);
