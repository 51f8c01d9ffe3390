use std::time::{Duration, SystemTime};

use super::fault::{Client, Expected, Fault, Place, ServerCertificate, TlsSide, reply};
use crate::{Clock, Deadline, RunningClock};

/// When the deadline of a call is.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Past,
    /// Past by the wall clock alone, as after a sleep that the other clock does not count.
    PastByWall,
    /// Past by the running clock alone, as after the wall clock was set back.
    PastByRunning,
    /// While the server keeps the client waiting for its part of the TLS handshake.
    InHandshake,
    LongAfter,
}

impl When {
    pub(super) fn moment(self) -> Deadline {
        let (wall, running) = (SystemTime::now(), RunningClock::new().now());
        let later = wall.checked_add(HOUR).unwrap_or(wall);
        let earlier = wall.checked_sub(HOUR).unwrap_or(SystemTime::UNIX_EPOCH);
        match self {
            Self::Past => Deadline::at(earlier, running),
            Self::PastByWall => Deadline::at(earlier, running.saturating_add(HOUR)),
            Self::PastByRunning => Deadline::at(later, running),
            Self::InHandshake => Deadline::after(HELD_BACK / 2),
            Self::LongAfter => Deadline::after(HOUR),
        }
    }
}

/// Calls whose deadline has passed, and others that are in time.
pub(super) fn faults() -> Vec<Fault> {
    let late = |name, when| Fault::plain(name, reply(OK), Expected::NotSent).deadline(when);
    let early = |name| {
        let answer = Expected::answer(200, "ok");
        Fault::plain(name, reply(OK), answer).deadline(When::LongAfter)
    };
    vec![
        early("deadline in time"),
        late("deadline past", When::Past),
        late("deadline past by the wall clock", When::PastByWall),
        late("deadline past by the running clock", When::PastByRunning),
        // A transport that looks at it only when it connects sends this one.
        Fault::plain(
            "deadline past on a kept connection",
            [reply(OK), reply(OK)].concat(),
            Expected::NotSent,
        )
        .calls_in_a_row(2)
        .deadline(When::Past),
        // A transport that looks at it only before it connects sends this one.
        Fault::new(
            "deadline passes in the TLS handshake",
            Place::Tls(SLOW),
            Expected::NotSent,
        )
        .script(reply(OK))
        .deadline(When::InHandshake),
        early("download: deadline in time").download(),
        late("download: deadline past", When::Past).download(),
        late("download: past by the wall clock", When::PastByWall).download(),
        late("download: past by the running clock", When::PastByRunning).download(),
    ]
}

/// How long the server of [`SLOW`] lets the client wait for its part of the handshake. Less than
/// the connect timeout.
pub(super) const HELD_BACK: Duration = Duration::from_millis(400);

const SLOW: TlsSide = TlsSide {
    tls13: true,
    certificate: ServerCertificate::Good,
    client: Client::NotAsked,
    slow: true,
};
const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nok";
const HOUR: Duration = Duration::from_secs(3600);
