use super::fault::{Expected, Fault, Place, Step, reply};

/// What goes wrong on the way to the server, or before it has read anything.
pub(super) fn faults() -> Vec<Fault> {
    vec![
        Fault::new("connection refused", Place::Refused, Expected::NotSent).ends_connecting(),
        Fault::new(
            "name does not resolve",
            Place::NoSuchName,
            Expected::NotSent,
        )
        .ends_connecting(),
        Fault::new("connect times out", Place::Full, Expected::NotSent).ends_connecting(),
        Fault::plain(
            "close before reading",
            vec![Step::Wait],
            Expected::MaybeSent,
        ),
        Fault::plain(
            "reset before reading",
            vec![Step::Wait, Step::Reset],
            Expected::MaybeSent,
        ),
        Fault::plain(
            "stall before reading",
            vec![Step::Stall],
            Expected::MaybeSent,
        ),
        Fault::plain(
            "close after reading half",
            vec![Step::ReadHead],
            Expected::MaybeSent,
        ),
        Fault::plain("close after reading", vec![Step::Read], Expected::MaybeSent),
        Fault::plain(
            "reset after reading",
            vec![Step::Read, Step::Reset],
            Expected::MaybeSent,
        ),
        // A pooled connection that the server closes on its second request. A transport without a
        // pool never meets it.
        Fault::plain(
            "kept connection closes on use",
            [reply(KEEP_ALIVE_RESPONSE), vec![Step::Read]].concat(),
            Expected::either(200, "ok"),
        )
        .calls_in_a_row(2),
        Fault::plain(
            "kept connection closes when idle",
            reply(KEEP_ALIVE_RESPONSE),
            Expected::either(200, "ok"),
        )
        .calls_in_a_row(2),
    ]
}

const KEEP_ALIVE_RESPONSE: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nok";
