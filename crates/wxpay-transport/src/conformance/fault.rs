use bytes::Bytes;

use super::deadlines::When;
use super::uploads::Reads;
use crate::{Deadline, UploadBody};

/// One way in which a server, or the way to it, misbehaves.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) script: Vec<Step>,
    pub(super) expected: Expected,
    /// How many calls are made, one after the other, of which the last is judged.
    pub(super) calls: usize,
    /// Whether it is about memory, and so has to run alone.
    pub(super) heavy: bool,
    /// Whether the connect timeout must end it, and not only the total one.
    pub(super) ends_connecting: bool,
    /// The deadline of the last call. The calls before it have none.
    pub(super) deadline: Option<When>,
    /// Whether the calls are downloads.
    pub(super) download: bool,
    /// How the body is read, if the calls are uploads.
    pub(super) upload: Option<Reads>,
}

impl Fault {
    /// Its name, such as `reset after reading`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What a transport has to say of it.
    pub fn expected(&self) -> &Expected {
        &self.expected
    }

    /// How many calls it takes, one after the other over the same transport. The last one is what
    /// it is about.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Whether it is about memory. Such a fault sends far more than the [`Setup`](super::Setup)
    /// lets a transport read.
    pub fn is_flood(&self) -> bool {
        self.heavy
    }

    /// The deadline that the last call must carry in its [`Hints`](crate::Hints), if any, counted
    /// from now.
    pub fn deadline_from_now(&self) -> Option<Deadline> {
        self.deadline.map(When::moment)
    }

    /// Whether the calls must be [downloads](crate::Transport::download).
    pub fn is_download(&self) -> bool {
        self.download
    }

    /// The body that the calls must send as [uploads](crate::Transport::upload), if they are
    /// uploads. They are POSTs, whatever their effect.
    pub fn upload_body(&self) -> Option<UploadBody> {
        self.upload.map(Reads::body)
    }

    pub(super) fn new(name: &'static str, place: Place, expected: Expected) -> Self {
        Self {
            name,
            place,
            script: Vec::new(),
            expected,
            calls: 1,
            heavy: false,
            ends_connecting: false,
            deadline: None,
            download: false,
            upload: None,
        }
    }

    /// Over plain HTTP, whose server plays `script` on each connection and then closes it.
    pub(super) fn plain(name: &'static str, script: Vec<Step>, expected: Expected) -> Self {
        Self::new(name, Place::Plain, expected).script(script)
    }

    pub(super) fn script(mut self, script: Vec<Step>) -> Self {
        self.script = script;
        self
    }

    pub(super) fn calls_in_a_row(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    pub(super) fn heavy(mut self) -> Self {
        self.heavy = true;
        self
    }

    pub(super) fn ends_connecting(mut self) -> Self {
        self.ends_connecting = true;
        self
    }

    pub(super) fn deadline(mut self, when: When) -> Self {
        self.deadline = Some(when);
        self
    }

    pub(super) fn download(mut self) -> Self {
        self.download = true;
        self
    }

    pub(super) fn upload(mut self, reads: Reads) -> Self {
        self.upload = Some(reads);
        self
    }
}

/// What a transport has to say of a [`Fault`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Expected {
    /// An error: nothing was sent. `maybe_sent` is safe too, and reported as cautious.
    NotSent,
    /// An error: the request may have been sent.
    MaybeSent,
    /// An error: nothing was sent, or if the server saw any of it, the request may have been sent.
    /// It never saw all of it.
    ErrorAsSeen,
    /// A response with this status and exactly this body.
    Answer(u16, Bytes),
    /// That response, or an error by which the request may have been sent: HTTP allows both.
    AnswerOrMaybeSent(u16, Bytes),
}

impl Expected {
    pub(super) fn answer(status: u16, body: &'static str) -> Self {
        Self::Answer(status, Bytes::from_static(body.as_bytes()))
    }

    pub(super) fn either(status: u16, body: &'static str) -> Self {
        Self::AnswerOrMaybeSent(status, Bytes::from_static(body.as_bytes()))
    }
}

/// Where a call goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// A port where nobody listens.
    Refused,
    /// A name that never resolves (RFC 2606).
    NoSuchName,
    /// A port whose queue of connections is full, so that connecting neither succeeds nor fails.
    Full,
    /// A server of plain HTTP.
    Plain,
    /// A server without TLS behind an `https` URL.
    NotTls,
    /// A server of HTTPS.
    Tls(TlsSide),
}

/// What is special about a TLS server.
#[derive(Clone, Copy, Debug)]
pub(super) struct TlsSide {
    pub(super) tls13: bool,
    pub(super) certificate: ServerCertificate,
    pub(super) client: Client,
    /// Whether it waits before its part of the handshake.
    pub(super) slow: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ServerCertificate {
    Good,
    WrongName,
    Expired,
    NotYetValid,
    UnknownRoot,
    SelfSigned,
    /// Issued for clients only.
    ForClients,
}

/// Whether the server demands a client certificate, and which one the transport has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Client {
    NotAsked,
    HasNone,
    HasRight,
    HasForeign,
}

/// A step of a server's script, played on each connection.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Reads one whole request.
    Read,
    /// Reads no further than the end of a request's head.
    ReadHead,
    /// Writes, with `ELSEWHERE` and `ITSELF` put in as host and port.
    Send(Bytes),
    /// Writes this again and again, a byte at a time, slowly.
    Drip(&'static [u8]),
    /// Writes this again and again, as fast as it is taken.
    Flood(Bytes),
    /// Waits until the request begins to arrive, without reading it.
    Wait,
    /// Does nothing any more.
    Stall,
    /// Resets the connection (RST).
    Reset,
    /// Closes the TCP connection under TLS, without close_notify.
    Cut,
    /// Writes to the TCP connection under TLS.
    Beneath(&'static [u8]),
}

/// Written with `\n`, sent with CRLF.
pub(super) fn send(text: &str) -> Step {
    Step::Send(text.replace('\n', "\r\n").into())
}

/// Reads a request and answers it.
pub(super) fn reply(text: &str) -> Vec<Step> {
    vec![Step::Read, send(text)]
}

pub(super) const ELSEWHERE: &str = "ELSEWHERE";
pub(super) const ITSELF: &str = "ITSELF";
