use super::fault::{Client, Expected, Fault, Place, ServerCertificate, Step, TlsSide, reply, send};

/// TLS that fails, and HTTP that fails within TLS.
pub(super) fn faults() -> Vec<Fault> {
    [certificates(), handshakes(), clients(), answers()].concat()
}

fn certificates() -> Vec<Fault> {
    use ServerCertificate::{Expired, ForClients, NotYetValid, SelfSigned, UnknownRoot, WrongName};
    [
        ("TLS: wrong name", WrongName),
        ("TLS: expired", Expired),
        ("TLS: not yet valid", NotYetValid),
        ("TLS: unknown root", UnknownRoot),
        ("TLS: self-signed", SelfSigned),
        ("TLS: certificate for clients only", ForClients),
    ]
    .into_iter()
    .map(|(name, certificate)| {
        let side = TlsSide {
            certificate,
            ..TLS13
        };
        tls(name, side, reply(OK), Expected::NotSent).ends_connecting()
    })
    .collect()
}

/// Whatever goes wrong before the handshake is over, nothing was sent.
fn handshakes() -> Vec<Fault> {
    let alert = |code: u8| Step::Send(vec![0x15, 3, 3, 0, 2, 2, code].into());
    [
        ("TLS: close in the handshake", vec![]),
        ("TLS: reset in the handshake", vec![Step::Reset]),
        ("TLS: stall in the handshake", vec![Step::Stall]),
        (
            "TLS: handshake that drips",
            vec![Step::Drip(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb")],
        ),
        (
            "TLS: garbage in the handshake",
            vec![send("garbage\n\n"), Step::Stall],
        ),
        ("TLS: plain HTTP on its port", vec![send(OK)]),
        ("TLS: handshake refused", vec![alert(40)]),
        ("TLS: version refused", vec![alert(70)]),
    ]
    .into_iter()
    .map(|(name, script)| {
        Fault::new(name, Place::NotTls, Expected::NotSent)
            .script(script)
            .ends_connecting()
    })
    .collect()
}

/// Client certificates. In TLS 1.3 the client's part of the handshake is over before the server has
/// judged its certificate, so the request may be on its way when the refusal comes.
fn clients() -> Vec<Fault> {
    let case = |name, tls13, client, expected| {
        tls(
            name,
            TlsSide {
                tls13,
                client,
                ..TLS13
            },
            reply(OK),
            expected,
        )
    };
    let ok = || Expected::answer(200, "ok");
    vec![
        case(
            "TLS 1.2: client certificate taken",
            false,
            Client::HasRight,
            ok(),
        ),
        case(
            "TLS 1.3: client certificate taken",
            true,
            Client::HasRight,
            ok(),
        ),
        case(
            "TLS 1.2: client certificate missing",
            false,
            Client::HasNone,
            Expected::NotSent,
        ),
        case(
            "TLS 1.3: client certificate missing",
            true,
            Client::HasNone,
            Expected::MaybeSent,
        ),
        case(
            "TLS 1.2: client certificate refused",
            false,
            Client::HasForeign,
            Expected::NotSent,
        ),
        case(
            "TLS 1.3: client certificate refused",
            true,
            Client::HasForeign,
            Expected::MaybeSent,
        ),
    ]
}

fn answers() -> Vec<Fault> {
    let case = |name, script, expected| tls(name, TLS13, script, expected);
    let tls12 = TlsSide {
        tls13: false,
        ..TLS13
    };
    let until_close = "HTTP/1.1 200 OK\n\n<xml>";
    vec![
        tls(
            "TLS 1.2: right",
            tls12,
            reply(OK),
            Expected::answer(200, "ok"),
        ),
        case("TLS 1.3: right", reply(OK), Expected::answer(200, "ok")),
        case(
            "TLS: 307 to plain HTTP elsewhere",
            reply("HTTP/1.1 307 Moved\nlocation: http://ELSEWHERE/\ncontent-length: 4\n\ngone"),
            Expected::answer(307, "gone"),
        ),
        case(
            "TLS: close before reading",
            vec![Step::Wait],
            Expected::MaybeSent,
        ),
        case(
            "TLS: reset before reading",
            vec![Step::Wait, Step::Reset],
            Expected::MaybeSent,
        ),
        case(
            "TLS: close after reading",
            vec![Step::Read],
            Expected::MaybeSent,
        ),
        case(
            "TLS: reset after reading",
            vec![Step::Read, Step::Reset],
            Expected::MaybeSent,
        ),
        case(
            "TLS: stall after reading",
            vec![Step::Read, Step::Stall],
            Expected::MaybeSent,
        ),
        case(
            "TLS: garbage in place of a record",
            vec![Step::Read, Step::Beneath(b"garbage, and no record at all")],
            Expected::MaybeSent,
        ),
        case(
            "TLS: until close_notify",
            reply(until_close),
            Expected::answer(200, "<xml>"),
        ),
        // Only close_notify tells that nobody cut this response short.
        case(
            "TLS 1.3: cut without close_notify",
            [reply(until_close), vec![Step::Cut]].concat(),
            Expected::MaybeSent,
        ),
        tls(
            "TLS 1.2: cut without close_notify",
            tls12,
            [reply(until_close), vec![Step::Cut]].concat(),
            Expected::MaybeSent,
        ),
        case(
            "TLS: cut inside a counted body",
            [
                reply("HTTP/1.1 200 OK\ncontent-length: 9\n\n<xml>"),
                vec![Step::Cut],
            ]
            .concat(),
            Expected::MaybeSent,
        ),
        case(
            "TLS: cut after a counted body",
            [reply(OK), vec![Step::Cut]].concat(),
            Expected::either(200, "ok"),
        ),
    ]
}

fn tls(name: &'static str, side: TlsSide, script: Vec<Step>, expected: Expected) -> Fault {
    Fault::new(name, Place::Tls(side), expected).script(script)
}

const TLS13: TlsSide = TlsSide {
    tls13: true,
    certificate: ServerCertificate::Good,
    client: Client::NotAsked,
    slow: false,
};

const OK: &str = "HTTP/1.1 200 OK\ncontent-length: 2\n\nok";
