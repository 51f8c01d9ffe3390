use std::io::BufRead;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;

use super::fault::Step;

/// What the server of a scene saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) connections: AtomicUsize,
    /// Requests of which at least the head arrived, as text.
    requests: Mutex<Vec<String>>,
    /// Bytes that were read and, so far, are part of no such request.
    pub(super) pieces: AtomicU64,
    /// Bytes that wait to be read and never are.
    pub(super) unread: AtomicU64,
    pub(super) written: AtomicU64,
}

impl Seen {
    pub(super) fn requests(&self) -> MutexGuard<'_, Vec<String>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of the server, with or without TLS.
pub(super) enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    /// Plays the script and then closes the connection in good order.
    pub(super) async fn play(mut self, script: &[Step], seen: &Seen) {
        for step in script {
            let alive = match step {
                Step::Read => self.read_request(seen, false).await,
                Step::ReadHead => self.read_request(seen, true).await,
                Step::Send(bytes) => self.write(bytes, seen).await,
                Step::Drip(bytes) => {
                    for byte in bytes.iter().cycle() {
                        if !self.write(&[*byte], seen).await {
                            break;
                        }
                        sleep(DRIP).await;
                    }
                    false
                }
                Step::Flood(bytes) => {
                    while self.write(bytes, seen).await {}
                    false
                }
                Step::Wait => {
                    // A server that closes before the client has noticed that it is connected
                    // breaks the connecting instead.
                    let _ = timeout(ON_ITS_WAY, self.something_unread(seen)).await;
                    true
                }
                Step::Stall => {
                    self.something_unread(seen).await;
                    std::future::pending().await
                }
                Step::Reset => {
                    // RST in place of FIN.
                    let _ = self.tcp().set_zero_linger();
                    return;
                }
                Step::Cut => {
                    let _ = self.tcp().shutdown().await;
                    false
                }
                Step::Beneath(bytes) => self.tcp().write_all(bytes).await.is_ok(),
            };
            if !alive {
                return;
            }
        }
        let _ = match &mut self {
            Self::Plain(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
        };
    }

    /// Whether a request arrived before the peer closed.
    async fn read_request(&mut self, seen: &Seen, head_only: bool) -> bool {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && (head_only || body.len() >= content_length(head))
            {
                seen.requests().push(text);
                seen.pieces.fetch_sub(bytes.len() as u64, Ordering::SeqCst);
                return true;
            }
            let read = match self {
                Self::Plain(stream) => stream.read(&mut buffer).await,
                Self::Tls(stream) => stream.read(&mut buffer).await,
            };
            match read {
                Ok(0) | Err(_) => return false,
                Ok(length) => {
                    seen.pieces.fetch_add(length as u64, Ordering::SeqCst);
                    bytes.extend(buffer.iter().take(length));
                }
            }
        }
    }

    /// Waits for bytes that nobody has read, and leaves them where they are.
    async fn something_unread(&mut self, seen: &Seen) {
        if let Self::Tls(stream) = self
            && let Ok(unread) = stream.get_mut().1.reader().fill_buf()
            && !unread.is_empty()
        {
            let unread = unread.len() as u64;
            seen.unread.fetch_add(unread, Ordering::SeqCst);
        } else if let Ok(unread) = self.tcp().peek(&mut [0; 64]).await {
            seen.unread.fetch_add(unread as u64, Ordering::SeqCst);
        }
    }

    async fn write(&mut self, bytes: &[u8], seen: &Seen) -> bool {
        let written = match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Tls(stream) => match stream.write_all(bytes).await {
                Ok(()) => stream.flush().await,
                Err(error) => Err(error),
            },
        };
        seen.written
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        written.is_ok()
    }

    fn tcp(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_mut().0,
        }
    }
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

/// The longest time until a request is on its way. Less than what the transport waits for a
/// response.
const ON_ITS_WAY: Duration = Duration::from_millis(1000);
const DRIP: Duration = Duration::from_millis(50);
