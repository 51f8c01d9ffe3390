//! A server over raw TCP, so that it can break every rule of HTTP.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;

/// What the server does with a connection.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Closes without reading a byte.
    CloseAtOnce,
    /// Resets (RST) without reading a byte.
    ResetAtOnce,
    /// Reads the request, then closes.
    CloseAfterReading,
    /// Reads the request and never answers.
    Stall,
    /// Answers, then closes.
    Reply(Vec<u8>),
    /// Begins an answer and never ends it.
    ReplyThenStall(Vec<u8>),
    /// Begins an answer and goes on with a byte now and then, for ever.
    ReplyThenDrip(Vec<u8>),
    /// Answers every request on the connection and keeps it open.
    Keep(Vec<u8>),
    /// Answers so many requests on the connection, then reads one more and closes.
    KeepThenClose(Vec<u8>, usize),
}

impl Act {
    pub(crate) fn reply(text: &str) -> Self {
        Self::Reply(text.replace('\n', "\r\n").into_bytes())
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (count, seen) = (Arc::clone(&connections), Arc::clone(&requests));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, act.clone(), Arc::clone(&seen)));
            }
        });
        Self {
            address,
            connections,
            requests,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections were opened, after time for one more.
    pub(crate) async fn connections(&self) -> usize {
        sleep(Duration::from_millis(30)).await;
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests that were read whole, after time for one more.
    pub(crate) async fn requests(&self) -> Vec<String> {
        sleep(Duration::from_millis(30)).await;
        self.requests.lock().unwrap().clone()
    }
}

/// An address that refuses every connection, as long as the socket is kept: it is bound and does
/// not listen. A port that was only free could soon be that of another test's server.
pub(crate) fn refusing() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

async fn serve(mut stream: TcpStream, act: Act, seen: Arc<Mutex<Vec<String>>>) {
    match act {
        Act::CloseAtOnce => return,
        Act::ResetAtOnce => return reset(stream),
        _ => {}
    }
    let mut answered = 0;
    while let Some(request) = read_request(&mut stream).await {
        seen.lock().unwrap().push(request);
        match &act {
            Act::CloseAtOnce | Act::ResetAtOnce | Act::CloseAfterReading => return,
            Act::Stall => sleep(FOREVER).await,
            Act::Reply(reply) => {
                write_reply(&mut stream, reply).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::ReplyThenStall(reply) => {
                write_reply(&mut stream, reply).await;
                sleep(FOREVER).await;
            }
            Act::ReplyThenDrip(reply) => {
                write_reply(&mut stream, reply).await;
                while stream.write_all(b"x").await.is_ok() {
                    sleep(Duration::from_millis(50)).await;
                }
            }
            Act::KeepThenClose(_, limit) if answered == *limit => return,
            Act::Keep(reply) | Act::KeepThenClose(reply, _) => {
                answered += 1;
                write_reply(&mut stream, reply).await;
            }
        }
    }
}

/// Sends RST in place of FIN.
fn reset(stream: TcpStream) {
    stream.set_zero_linger().unwrap();
}

/// Reads one request whole; `None` when the peer closes before.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(head_end) = text.find("\r\n\r\n") {
            let length = text[..head_end]
                .to_ascii_lowercase()
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.trim().parse().ok())
                .unwrap_or(0);
            if bytes.len() >= head_end + 4 + length {
                return Some(text);
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

pub(crate) async fn write_reply(stream: &mut (impl AsyncWrite + Unpin), reply: &[u8]) {
    let _ = stream.write_all(reply).await;
    let _ = stream.flush().await;
}

pub(crate) const FOREVER: Duration = Duration::from_secs(3600);
