//! Bodies of any size, read while they are sent.

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use wxpay_core::{Effect, Sent};
use wxpay_transport::{Transport, UploadBody, UploadError, UploadReader, UploadSource};

use crate::download::{GIB, MIB, peak};
use crate::server::{Act, Server, write_reply};
use crate::{Answer, BUSY, MINUTE, PATIENCE, assert_sent, builder, chain, plain, post};

fn upload(url: String, body: UploadBody) -> Request<UploadBody> {
    post(url, Some(Effect::Write)).map(|_| body)
}

async fn sent(url: String, body: UploadBody) -> Answer {
    plain().upload(upload(url, body)).await
}

/// So many pieces of one kind, each after somebody has allowed it, and then the end or an error.
struct Counted {
    pieces: u64,
    piece: Bytes,
    ends_well: bool,
    allowed: Option<Arc<Notify>>,
}

impl Counted {
    fn new(pieces: u64, piece: Bytes) -> Self {
        Self {
            pieces,
            piece,
            ends_well: true,
            allowed: None,
        }
    }
}

#[async_trait]
impl UploadSource for Counted {
    fn length(&self) -> u64 {
        self.pieces * self.piece.len() as u64
    }

    async fn open(&self) -> Result<Box<dyn UploadReader>, UploadError> {
        Ok(Box::new(Left {
            pieces: self.pieces,
            piece: self.piece.clone(),
            ends_well: self.ends_well,
            allowed: self.allowed.clone(),
        }))
    }
}

struct Left {
    pieces: u64,
    piece: Bytes,
    ends_well: bool,
    allowed: Option<Arc<Notify>>,
}

#[async_trait]
impl UploadReader for Left {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        if let Some(allowed) = &self.allowed {
            allowed.notified().await;
        }
        if self.pieces == 0 && !self.ends_well {
            return Err(UploadError::changed());
        }
        let piece = self.pieces.checked_sub(1).map(|left| {
            self.pieces = left;
            // Bytes of its own, as those that were read from a file.
            Bytes::copy_from_slice(&self.piece)
        });
        Ok(piece)
    }
}

#[tokio::test]
async fn comes_whole_under_its_length() {
    let server = Server::start(Act::reply("HTTP/1.1 404 No\ncontent-length: 2\n\nno")).await;
    let body = Counted::new(3, Bytes::from_static(b"piece"));
    let answer = sent(server.url("/up"), UploadBody::new(body))
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.body()[..]),
        (404, &b"no"[..])
    );
    let empty = sent(server.url("/up"), UploadBody::whole(""))
        .await
        .unwrap();
    assert_eq!(empty.status(), 404);
    let requests = server.requests().await;
    let lower = requests[0].to_ascii_lowercase();
    assert!(lower.contains("content-length: 15\r\n"), "{lower}");
    assert!(!lower.contains("transfer-encoding"), "{lower}");
    assert!(lower.contains("content-type: text/xml\r\n"), "{lower}");
    assert!(lower.ends_with("\r\n\r\npiecepiecepiece"), "{lower}");
    assert!(requests[1].ends_with("\r\n\r\n"), "{}", requests[1]);
    assert_eq!(requests.len(), 2);
    assert_eq!(server.connections().await, 2, "each has one of its own");
}

#[tokio::test]
async fn what_can_not_be_sent_is_not() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\n\nx")).await;
    let address = server.address.to_string();
    for url in [
        format!("http://{address}/a/../b"),
        "http://example.com/".to_owned(),
        "http://127.0.0.1:1/".to_owned(),
    ] {
        let answer = sent(url.clone(), UploadBody::whole("x")).await;
        assert_sent(answer, Sent::No, &url);
    }
    let body = Counted {
        ends_well: false,
        ..Counted::new(0, Bytes::new())
    };
    let error = assert_sent(
        sent(server.url("/"), UploadBody::new(body)).await,
        Sent::No,
        "",
    );
    assert!(chain(&error).contains("changed"), "{}", chain(&error));
    assert_eq!(server.connections().await, 0);
}

/// The file is told as the cause, and the server never has the whole of the request.
#[tokio::test]
async fn broken_off_is_never_whole() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 1\n\nx")).await;
    let body = Counted {
        ends_well: false,
        ..Counted::new(3, Bytes::from_static(b"piece"))
    };
    let answer = sent(server.url("/up"), UploadBody::new(body)).await;
    let error = assert_sent(answer, Sent::Maybe, "");
    assert!(
        std::error::Error::source(&error)
            .unwrap()
            .is::<UploadError>()
    );
    assert!(!chain(&error).contains("/up"));
    assert!(server.requests().await.is_empty());
    assert_eq!(server.connections().await, 1);
}

/// Neither the response's timeout nor the one of other calls ends it, as long as pieces are taken.
#[tokio::test]
async fn time_counts_from_the_last_piece() {
    let server = Server::start(Act::reply("HTTP/1.1 200 OK\ncontent-length: 1\n\nx")).await;
    let mut late = None;
    for times in PATIENCE {
        let of = move |milliseconds| Duration::from_millis(milliseconds) * times;
        let transport = builder()
            .connect_timeout(of(300))
            .response_timeout(of(900))
            .total_timeout(of(1500))
            .allow_plain_http_to_loopback()
            .build()
            .unwrap();
        let allowed = Arc::new(Notify::new());
        let body = Counted {
            allowed: Some(Arc::clone(&allowed)),
            ..Counted::new(7, Bytes::from_static(b"piece"))
        };
        let slow = tokio::spawn(async move {
            for _ in 0..8 {
                tokio::time::sleep(of(300)).await;
                allowed.notify_one();
            }
        });
        let upload = upload(server.url("/"), UploadBody::new(body));
        match transport.upload(upload).await {
            Ok(answer) => {
                assert_eq!(answer.status(), 200);
                slow.await.unwrap();
                return;
            }
            // The machine is so slow that a piece or the connection comes too late.
            Err(error) => late = Some(error),
        }
        slow.abort();
    }
    panic!("{late:?}");
}

#[tokio::test]
async fn limits_of_time() {
    let [response, upload] = [900, 700].map(Duration::from_millis);
    let drip = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n";
    ends_by("response_timeout", response, MINUTE, Act::Stall).await;
    ends_by("upload_timeout", MINUTE, upload, Act::Stall).await;
    let drip = Act::ReplyThenDrip(drip.to_vec());
    ends_by("upload_timeout", MINUTE, upload, drip).await;
    let short = builder().upload_timeout(Duration::from_millis(500));
    let error = short.build().unwrap_err();
    assert!(error.to_string().contains("connect_timeout"), "{error}");
}

async fn ends_by(what: &str, response: Duration, upload_timeout: Duration, act: Act) {
    for times in PATIENCE {
        let server = Server::start(act.clone()).await;
        let transport = builder()
            .connect_timeout(Duration::from_millis(300) * times)
            .response_timeout(response * times)
            .upload_timeout(upload_timeout * times)
            .total_timeout(MINUTE * times)
            .allow_plain_http_to_loopback()
            .build()
            .unwrap();
        let body = UploadBody::new(Counted::new(3, Bytes::from_static(b"piece")));
        let start = Instant::now();
        let answer = transport.upload(upload(server.url("/"), body)).await;
        assert!(start.elapsed() < response.min(upload_timeout) * times + BUSY);
        // On a slow machine nothing has arrived by then, and there is more time.
        if !server.requests().await.is_empty() {
            let error = assert_sent(answer, Sent::Maybe, what);
            assert!(chain(&error).contains(what), "{what}: {}", chain(&error));
            return;
        }
        answer.unwrap_err();
    }
    panic!("{what}: nothing arrives");
}

/// Through an `Arc` it must still be the transport's own `upload`.
#[tokio::test]
async fn shared_transport_does_not_collect() {
    let server = Server::start(Act::CloseAfterReading).await;
    // The server takes long over so much, and need not come to its end.
    let hasty = builder()
        .connect_timeout(Duration::from_secs(2))
        .response_timeout(Duration::from_secs(4))
        .allow_plain_http_to_loopback();
    let shared: Arc<dyn Transport> = Arc::new(hasty.build().unwrap());
    let body = Counted::new(17, Bytes::from(vec![b'x'; 1 << 20]));
    let answer = shared
        .upload(upload(server.url("/"), UploadBody::new(body)))
        .await;
    assert_sent(answer, Sent::Maybe, "a longer one than fits into memory");
}

/// Memory is that of a whole process, so this runs in one of its own.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat() {
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "upload::gigabyte_in_child",
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let reading = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut buffer, mut read) = (vec![0; 64 * 1024], 0);
        while read < GIB {
            read += stream.read(&mut buffer).await.unwrap() as u64;
        }
        // The head, which has no more than the rest of a buffer.
        write_reply(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
        stream.shutdown().await.ok();
    });
    let before = peak();
    let body = Counted::new(GIB / PIECE, Bytes::from(vec![b'x'; PIECE as usize]));
    let patient = builder().response_timeout(Duration::from_secs(60));
    let patient = patient.total_timeout(Duration::from_secs(60));
    let transport = patient.allow_plain_http_to_loopback().build().unwrap();
    let answer = transport.upload(upload(url, UploadBody::new(body))).await;
    assert_eq!(answer.unwrap().status(), 200);
    drop(transport);
    reading.await.unwrap();
    let grown = peak() - before;
    assert!(grown < 16 * MIB, "{} MiB", grown / MIB);
}

const PIECE: u64 = 256 * 1024;
