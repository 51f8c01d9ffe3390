use super::fault::{Expected, Fault, Step, reply, send};

/// Responses that are odd, wrong or not there.
pub(super) fn faults() -> Vec<Fault> {
    [statuses(), odd(), stalls(), broken()].concat()
}

/// Every status is a response, is given back as it is, and asks for nothing: no second try, no
/// other place.
fn statuses() -> Vec<Fault> {
    let redirect = |name, status: u16, target: &str| {
        let text =
            format!("HTTP/1.1 {status} Moved\nlocation: {target}\ncontent-length: 4\n\ngone");
        Fault::plain(name, reply(&text), Expected::answer(status, "gone"))
    };
    let refusal = |name, status: u16, header: &str| {
        let text = format!("HTTP/1.1 {status} No\n{header}\ncontent-length: 2\n\nno");
        Fault::plain(name, reply(&text), Expected::answer(status, "no"))
    };
    vec![
        redirect("301 elsewhere", 301, "http://ELSEWHERE/stolen"),
        redirect("302 elsewhere", 302, "http://ELSEWHERE/stolen"),
        redirect("303 elsewhere", 303, "http://ELSEWHERE/stolen"),
        redirect("307 elsewhere", 307, "http://ELSEWHERE/stolen"),
        redirect("308 elsewhere", 308, "http://ELSEWHERE/stolen"),
        redirect("307 to itself", 307, "http://ITSELF/pay"),
        refusal(
            "401 with a challenge",
            401,
            "www-authenticate: Basic realm=\"x\"",
        ),
        refusal(
            "407 with a challenge",
            407,
            "proxy-authenticate: Basic realm=\"x\"",
        ),
        refusal("408, which invites to repeat", 408, "connection: close"),
        refusal("421, which names a wrong server", 421, "x: y"),
        refusal("425, which invites to repeat", 425, "x: y"),
        refusal("429 with Retry-After", 429, "retry-after: 0"),
        refusal("500", 500, "x: y"),
        refusal("502 of a gateway, in HTML", 502, "content-type: text/html"),
        refusal("503 with Retry-After", 503, "retry-after: 0"),
        refusal("504 of a gateway", 504, "x: y"),
        refusal("599", 599, "x: y"),
    ]
}

/// Responses that are complete, by some reading of HTTP.
fn odd() -> Vec<Fault> {
    let answered = |name, text: &str, expected| Fault::plain(name, reply(text), expected);
    vec![
        answered(
            "wrong content type",
            "HTTP/1.1 200 OK\ncontent-type: text/html\ncontent-length: 5\n\n<xml>",
            Expected::answer(200, "<xml>"),
        ),
        answered(
            "unasked content encoding",
            "HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: 4\n\nnope",
            Expected::answer(200, "nope"),
        ),
        answered(
            "HTTP/1.0 until close",
            "HTTP/1.0 200 OK\n\n<xml>",
            Expected::answer(200, "<xml>"),
        ),
        // Nothing tells a cut from an end here; only what reads the message can.
        answered(
            "HTTP/1.0 until close, cut",
            "HTTP/1.0 200 OK\n\n<xm",
            Expected::either(200, "<xm"),
        ),
        answered(
            "100, then a response",
            "HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\ncontent-length: 1\n\na",
            Expected::answer(200, "a"),
        ),
        answered(
            "103, then a response",
            "HTTP/1.1 103 Early Hints\nlink: </x>\n\nHTTP/1.1 200 OK\ncontent-length: 1\n\na",
            Expected::answer(200, "a"),
        ),
        answered(
            "101, unasked",
            "HTTP/1.1 101 Switching Protocols\nupgrade: x\nconnection: upgrade\n\n",
            Expected::either(101, ""),
        ),
        answered(
            "204 with a body",
            "HTTP/1.1 204 No Content\n\n<xml>",
            Expected::either(204, ""),
        ),
        answered(
            "204 with a length and a body",
            "HTTP/1.1 204 No Content\ncontent-length: 5\n\n<xml>",
            Expected::either(204, ""),
        ),
        answered(
            "304 with a length",
            "HTTP/1.1 304 Not Modified\ncontent-length: 5\n\n",
            Expected::either(304, ""),
        ),
        answered(
            "body longer than its length",
            "HTTP/1.1 200 OK\ncontent-length: 2\n\n<xml>",
            Expected::either(200, "<x"),
        ),
        answered(
            "length and chunks at once",
            "HTTP/1.1 200 OK\ncontent-length: 3\ntransfer-encoding: chunked\n\n5\n<xml>\n0\n\n",
            Expected::either(200, "<xml>"),
        ),
        Fault::plain(
            "response before the request is read",
            vec![
                Step::ReadHead,
                send("HTTP/1.1 200 OK\ncontent-length: 1\nconnection: close\n\na"),
            ],
            Expected::either(200, "a"),
        ),
        // What was left over must not be taken for the response to the next request.
        Fault::plain(
            "second response that nobody asked for",
            [
                reply(
                    "HTTP/1.1 200 OK\ncontent-length: 2\n\nok\
                       HTTP/1.1 200 OK\ncontent-length: 5\n\nstale",
                ),
                reply("HTTP/1.1 200 OK\ncontent-length: 2\n\nok"),
            ]
            .concat(),
            Expected::either(200, "ok"),
        )
        .calls_in_a_row(2),
        Fault::plain(
            "cookie that must not come back",
            [
                reply("HTTP/1.1 200 OK\nset-cookie: session=1\ncontent-length: 2\n\nok"),
                reply("HTTP/1.1 200 OK\ncontent-length: 2\n\nok"),
            ]
            .concat(),
            Expected::either(200, "ok"),
        )
        .calls_in_a_row(2),
    ]
}

fn stalls() -> Vec<Fault> {
    let then = |name, begun: &str, step| {
        Fault::plain(
            name,
            vec![Step::Read, send(begun), step],
            Expected::MaybeSent,
        )
    };
    vec![
        Fault::plain(
            "stall after reading",
            vec![Step::Read, Step::Stall],
            Expected::MaybeSent,
        ),
        then(
            "stall inside the head",
            "HTTP/1.1 200 OK\ncontent-le",
            Step::Stall,
        ),
        then(
            "stall before the body",
            "HTTP/1.1 200 OK\ncontent-length: 9\n\n",
            Step::Stall,
        ),
        then(
            "stall inside the body",
            "HTTP/1.1 200 OK\ncontent-length: 9\n\n<xml>",
            Step::Stall,
        ),
        then(
            "stall between chunks",
            "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n5\n<xml>\n",
            Step::Stall,
        ),
        then("head that drips", "HTTP/1.1 200 OK\nx: ", Step::Drip(b"y")),
        then(
            "body that drips",
            "HTTP/1.1 200 OK\ncontent-length: 99999\n\n",
            Step::Drip(b"y"),
        ),
        then(
            "interim responses without end",
            "",
            Step::Drip(b"HTTP/1.1 100 Continue\r\n\r\n"),
        ),
    ]
}

/// Bytes that are not a response.
fn broken() -> Vec<Fault> {
    let answered = |name, text: &str| Fault::plain(name, reply(text), Expected::MaybeSent);
    let chunked = |name, body: &str| {
        let text = format!("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n{body}");
        Fault::plain(name, reply(&text), Expected::MaybeSent)
    };
    vec![
        answered("garbage", "\u{1}\u{2}garbage\n\n"),
        answered("another protocol", "SSH-2.0-OpenSSH_9.9\n"),
        answered("HTTP/2 on HTTP/1", "PRI * HTTP/2.0\n\nSM\n\n"),
        answered("body without a head", "<xml></xml>\n\n"),
        Fault::plain(
            "TLS on plain HTTP",
            vec![
                Step::Read,
                Step::Send(b"\x15\x03\x01\x00\x02\x02\x46".as_slice().into()),
            ],
            Expected::MaybeSent,
        ),
        answered("half a status line", "HTTP/1.1 20"),
        answered("half a head", "HTTP/1.1 200 OK\ncontent-le"),
        answered(
            "status out of range",
            "HTTP/1.1 9999 OK\ncontent-length: 0\n\n",
        ),
        answered("interim response only", "HTTP/1.1 100 Continue\n\n"),
        answered(
            "two lengths",
            "HTTP/1.1 200 OK\ncontent-length: 1\ncontent-length: 2\n\nab",
        ),
        answered(
            "length below zero",
            "HTTP/1.1 200 OK\ncontent-length: -1\n\n",
        ),
        answered(
            "length beyond numbers",
            "HTTP/1.1 200 OK\ncontent-length: 99999999999999999999999\n\nab",
        ),
        answered(
            "body shorter than its length",
            "HTTP/1.1 200 OK\ncontent-length: 9\n\n<xml>",
        ),
        chunked("chunk cut short", "9\n<xml>"),
        chunked("last chunk missing", "5\n<xml>\n"),
        chunked("chunk size is garbage", "zz\n<xml>\n0\n\n"),
        chunked(
            "chunk size beyond numbers",
            "fffffffffffffffff\n<xml>\n0\n\n",
        ),
        Fault::plain(
            "reset inside the body",
            vec![
                Step::Read,
                send("HTTP/1.1 200 OK\ncontent-length: 9\n\n<xml>"),
                Step::Reset,
            ],
            Expected::MaybeSent,
        ),
    ]
}
