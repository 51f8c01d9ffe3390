//! Answers of any size, in pieces.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;
use wxpay_core::{Effect, Sent, TransportError};
use wxpay_transport::{Download, DownloadLimits, Transport};

use crate::server::{Act, Server, read_request};
use crate::{BUSY, PATIENCE, builder, chain, plain, post};

const LIMITS: DownloadLimits = DownloadLimits::DEFAULT;
const SHORT: Duration = Duration::from_millis(300);

async fn get(url: String, limits: DownloadLimits) -> Result<Response<Download>, TransportError> {
    plain()
        .download(post(url, Some(Effect::Read)), limits)
        .await
}

async fn whole(mut download: Download) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = download.chunk().await? {
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[tokio::test]
async fn comes_whole_with_status_and_headers() {
    for reply in [
        "HTTP/1.1 404 No\ncontent-type: text/csv\ncontent-length: 5\n\n`a`,1",
        "HTTP/1.1 404 No\ncontent-type: text/csv\ntransfer-encoding: chunked\n\n3\n`a`\n2\n,1\n0\n\n",
        "HTTP/1.1 404 No\ncontent-type: text/csv\ncontent-encoding: gzip\n\n`a`,1",
    ] {
        let server = Server::start(Act::reply(reply)).await;
        let answer = get(server.url("/bill"), LIMITS).await.unwrap();
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.headers()["content-type"], "text/csv");
        assert_eq!(whole(answer.into_body()).await.unwrap(), b"`a`,1");
    }
}

/// A response that begins within the limits, or within longer ones on a slow machine.
async fn begun(server: &Server, limits: impl Fn(u32) -> DownloadLimits) -> Response<Download> {
    let mut late = None;
    for times in PATIENCE {
        match get(server.url("/bill"), limits(times)).await {
            Ok(answer) => return answer,
            Err(error) => late = Some(error),
        }
    }
    panic!("{late:?}")
}

/// What was read before an error must not pass for the file, however often one asks.
#[tokio::test]
async fn broken_off_stays_broken() {
    for (what, act) in [
        (
            "cut",
            Act::reply("HTTP/1.1 200 OK\ncontent-length: 9\n\n`a`"),
        ),
        (
            "no last chunk",
            Act::reply("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\n`a`\n"),
        ),
        ("too long", Act::reply("HTTP/1.1 200 OK\n\n0123456789a")),
        (
            "stalls",
            Act::ReplyThenStall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n`a`".to_vec()),
        ),
    ] {
        let server = Server::start(act).await;
        let limits = LIMITS.max_bytes(10);
        let answer = match what {
            "stalls" => begun(&server, |times| limits.stall_timeout(SHORT * times)).await,
            _ => get(server.url("/bill"), limits).await.unwrap(),
        };
        let mut body = answer.into_body();
        let error = loop {
            match body.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{what}: whole"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.sent(), Sent::Maybe, "{what}");
        assert!(!chain(&error).contains("/bill"), "{what}");
        for _ in 0..2 {
            body.chunk().await.unwrap_err();
        }
    }
}

/// A piece that is waited for and then given up leaves a hole.
#[tokio::test]
async fn piece_that_was_dropped_is_a_hole() {
    let act = Act::ReplyThenStall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n".to_vec());
    let server = Server::start(act).await;
    let mut body = get(server.url("/bill"), LIMITS).await.unwrap().into_body();
    timeout(SHORT, body.chunk()).await.unwrap_err();
    body.chunk().await.unwrap_err();
}

#[tokio::test]
async fn declared_length_is_refused_at_once() {
    let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n".to_vec();
    let server = Server::start(Act::ReplyThenStall(reply)).await;
    let error = get(server.url("/"), LIMITS.max_bytes(10))
        .await
        .unwrap_err();
    assert!(chain(&error).contains("10 bytes"), "{}", chain(&error));
}

#[tokio::test]
async fn limits_of_time() {
    let drip = Act::ReplyThenDrip(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n".to_vec());
    for (what, act) in [
        ("stall_timeout", Act::Stall),
        ("total_timeout", Act::Stall),
        ("total_timeout", drip.clone()),
    ] {
        for times in PATIENCE {
            let server = Server::start(act.clone()).await;
            let (limit, start) = (SHORT * times, Instant::now());
            let limits = match what {
                "stall_timeout" => LIMITS.stall_timeout(limit),
                _ => LIMITS.total_timeout(limit),
            };
            let error = match get(server.url("/"), limits).await {
                Ok(answer) => whole(answer.into_body()).await.unwrap_err(),
                Err(error) => error,
            };
            let elapsed = start.elapsed();
            assert_eq!(error.sent(), Sent::Maybe);
            assert!(chain(&error).contains(what), "{what}: {}", chain(&error));
            assert!(elapsed < limit + BUSY, "{what}: {elapsed:?}");
            let arrived = server.requests().await.len();
            // A slow machine may have sent nothing by then.
            if arrived > 0 || Some(&times) == PATIENCE.last() {
                assert_eq!(arrived, 1, "{what}");
                break;
            }
        }
    }

    outlives_the_limits_of_a_call(drip).await;
    let longest = LIMITS
        .total_timeout(Duration::MAX)
        .stall_timeout(Duration::MAX);
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\n\nx")).await;
    let answer = get(server.url("/"), longest).await.unwrap();
    assert_eq!(whole(answer.into_body()).await.unwrap(), b"x");
}

/// Neither the transport's own 900 ms between pieces nor its 1500 ms in all end a download.
async fn outlives_the_limits_of_a_call(drip: Act) {
    let server = Server::start(drip).await;
    let mut late = None;
    for times in PATIENCE {
        let of = |milliseconds| Duration::from_millis(milliseconds) * times;
        let transport = builder()
            .connect_timeout(of(300))
            .response_timeout(of(900))
            .total_timeout(of(1500))
            .allow_plain_http_to_loopback()
            .build()
            .unwrap();
        let (start, request) = (Instant::now(), post(server.url("/"), Some(Effect::Read)));
        match transport
            .download(request, LIMITS.total_timeout(of(2300)))
            .await
        {
            Ok(answer) => {
                whole(answer.into_body()).await.unwrap_err();
                assert!(start.elapsed() >= of(2200));
                return;
            }
            // The machine is so slow that the connection or the head comes too late.
            Err(error) => late = Some(error),
        }
    }
    panic!("{late:?}");
}

#[tokio::test]
async fn what_can_not_be_sent_is_not() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\n\nx")).await;
    let address = server.address.to_string();
    for url in [
        format!("http://{address}/a/../b"),
        "http://example.com/".to_owned(),
    ] {
        assert_eq!(get(url, LIMITS).await.unwrap_err().sent(), Sent::No);
    }
    let elsewhere = Server::start(Act::Stall).await;
    let moved = format!("HTTP/1.1 302 Moved\nlocation: {}\n\n", elsewhere.url("/"));
    let server = Server::start(Act::reply(&moved)).await;
    assert_eq!(get(server.url("/"), LIMITS).await.unwrap().status(), 302);
    assert_eq!(elsewhere.connections().await, 0);
}

/// A transport that only knows `send` gives the body in one piece, under its own limit and that of
/// the download.
#[tokio::test]
async fn default_method() {
    #[derive(Debug)]
    struct Buffered;

    #[async_trait]
    impl Transport for Buffered {
        async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
            Ok(Response::new(Bytes::from_static(b"0123456789")))
        }
    }

    let request = || post("https://x.invalid/", None);
    let mut body = Buffered
        .download(request(), LIMITS)
        .await
        .unwrap()
        .into_body();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "0123456789");
    assert_eq!(body.chunk().await.unwrap(), None);
    assert_eq!(body.chunk().await.unwrap(), None);
    let body = Buffered
        .download(request(), LIMITS.max_bytes(9))
        .await
        .unwrap();
    whole(body.into_body()).await.unwrap_err();
}

/// Through an `Arc` it must still be the transport's own `download`.
#[tokio::test]
async fn shared_transport_does_not_buffer() {
    let act = Act::ReplyThenStall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n`a`".to_vec());
    let server = Server::start(act).await;
    let shared: Arc<dyn Transport> = Arc::new(plain());
    let answer = shared.download(post(server.url("/"), None), LIMITS).await;
    let chunk = answer.unwrap().into_body().chunk().await.unwrap();
    assert_eq!(chunk.unwrap(), "`a`");
}

#[tokio::test]
async fn dropping_ends_the_transfer() {
    let (server, ended) = flood(u64::MAX).await;
    let mut body = get(server, LIMITS).await.unwrap().into_body();
    body.chunk().await.unwrap().unwrap();
    drop(body);
    let written = timeout(Duration::from_secs(5), ended)
        .await
        .unwrap()
        .unwrap();
    assert!(written < 64 * MIB, "{written}");
}

/// Memory is that of a whole process, so this runs in one of its own.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat() {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "download::gigabyte_in_child",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}

#[tokio::test]
#[ignore = "run by the test above, in a child process"]
async fn gigabyte_in_child() {
    let (server, _ended) = flood(GIB).await;
    let before = peak();
    let mut body = get(server, LIMITS).await.unwrap().into_body();
    let mut read = 0;
    while let Some(chunk) = body.chunk().await.unwrap() {
        read += chunk.len() as u64;
    }
    assert_eq!(read, GIB);
    let grown = peak() - before;
    assert!(grown < 16 * MIB, "{} MiB", grown / MIB);
}

/// A server that writes so many bytes, and tells how many it got rid of.
async fn flood(length: u64) -> (String, oneshot::Receiver<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (tell, ended) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece = vec![b'x'; 64 * 1024];
        let mut written = 0;
        while written < length && stream.write_all(&piece).await.is_ok() {
            written += piece.len() as u64;
        }
        let _ = tell.send(written);
    });
    (url, ended)
}

/// The most memory that this process ever had, in bytes.
pub(crate) fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib * 1024
}

pub(crate) const MIB: u64 = 1024 * 1024;
pub(crate) const GIB: u64 = 1024 * MIB;
