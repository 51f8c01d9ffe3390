use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::fault::{Expected, Fault, Step, reply, send};

/// Responses that are meant to use up memory. Each runs alone, so that its memory can be seen.
pub(super) fn faults() -> Vec<Fault> {
    let flood = |name, begun: &str, again: Bytes| {
        let script = vec![Step::Read, send(begun), Step::Flood(again)];
        Fault::plain(name, script, Expected::MaybeSent).heavy()
    };
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    vec![
        bomb(),
        flood(
            "endless body",
            "HTTP/1.1 200 OK\n\n",
            vec![b'x'; 0x10000].into(),
        ),
        flood(
            "endless chunks",
            "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n",
            chunk.into(),
        ),
        flood(
            "endless header line",
            "HTTP/1.1 200 OK\nx: ",
            vec![b'y'; 0x10000].into(),
        ),
        flood(
            "endless header lines",
            "HTTP/1.1 200 OK\n",
            "x: y\r\n".repeat(0x2000).into(),
        ),
        flood(
            "endless trailers",
            "HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n1\na\n0\n",
            "x: y\r\n".repeat(0x2000).into(),
        ),
        // Refused by its own word, long before the body is there.
        Fault::plain(
            "length of a gigabyte",
            [
                reply("HTTP/1.1 200 OK\ncontent-length: 1073741824\n\n"),
                vec![Step::Stall],
            ]
            .concat(),
            Expected::MaybeSent,
        )
        .heavy(),
    ]
}

/// 200 MiB in 200 KB. Nobody asked for compression, so the bytes come back as they are.
fn bomb() -> Fault {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..200 {
        let written = gzip.write_all(&[0; 1024 * 1024]);
        written.expect("memory can be written to");
    }
    let body = Bytes::from(gzip.finish().expect("memory can be written to"));
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: {length}\n\n");
    let script = vec![Step::Read, send(&head), Step::Send(body.clone())];
    Fault::plain("compressed bomb", script, Expected::Answer(200, body)).heavy()
}
