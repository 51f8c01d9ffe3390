//! A way to the server on which a test can do something to what is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use wxpay_payout::PostgresServer;

/// What happens to the connections that are there when it begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Nothing reaches the server, and nobody says so.
    Swallowed,
    /// The server does what it is asked, and its answers are lost.
    Unanswered,
    /// The same, from a commit on.
    CommitUnanswered,
    /// The same, from the first statement on.
    UnansweredAfterLogin,
    /// The connection ends with the answer to what a send writes last.
    EndsBeforeCommit,
}

/// It lets everything through until it is told otherwise.
pub(crate) struct Road {
    port: u16,
    made: Arc<AtomicUsize>,
    /// The first so many connections have the fault.
    faulty: Arc<AtomicUsize>,
}

impl Road {
    pub(crate) async fn to(server: u16, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (made, faulty) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, limit) = (Arc::clone(&made), Arc::clone(&faulty));
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let number = count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(carry(client, server, fault, number, Arc::clone(&limit)));
            }
        });
        Self { port, made, faulty }
    }

    pub(crate) fn server(&self) -> PostgresServer {
        let port = self.port;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?schema=payouts");
        PostgresServer::parse(&url).unwrap()
    }

    /// The fault begins on the connections that are there, and on so many later ones.
    pub(crate) fn breaks(&self, later: usize) {
        let made = self.made.load(Ordering::SeqCst);
        self.faulty.store(made + later, Ordering::SeqCst);
    }
}

async fn carry(
    mut client: TcpStream,
    server: TcpStream,
    fault: Fault,
    number: usize,
    limit: Arc<AtomicUsize>,
) {
    let (mut answered, mut asks) = server.into_split();
    let (mut question, mut answer) = ([0; 8192], [0; 8192]);
    let (mut sets, mut commits, mut last) = (false, false, false);
    loop {
        let is_faulty = || limit.load(Ordering::SeqCst) > number;
        tokio::select! {
            read = client.read(&mut question) => {
                let Ok(count @ 1..) = read else { return };
                let said = &question[..count];
                sets |= has(said, b"SET search_path");
                commits |= has(said, b"COMMIT");
                last |= has(said, b"UPDATE payees SET last_sent");
                let is_swallowed = is_faulty() && fault == Fault::Swallowed;
                if !is_swallowed && !pass(&mut asks, said).await {
                    return;
                }
            }
            read = answered.read(&mut answer) => {
                let Ok(count @ 1..) = read else { return };
                let said = &answer[..count];
                let is_lost = match fault {
                    Fault::Swallowed | Fault::Unanswered => is_faulty(),
                    Fault::CommitUnanswered => is_faulty() && commits,
                    Fault::UnansweredAfterLogin => is_faulty() && sets,
                    Fault::EndsBeforeCommit => false,
                };
                if !is_lost && client.write_all(said).await.is_err() {
                    return;
                }
                if fault == Fault::EndsBeforeCommit && is_faulty() && last && has(said, b"UPDATE 1") {
                    return;
                }
            }
        }
    }
}

async fn pass(to: &mut OwnedWriteHalf, said: &[u8]) -> bool {
    to.write_all(said).await.is_ok()
}

fn has(said: &[u8], word: &[u8]) -> bool {
    said.windows(word.len()).any(|window| window == word)
}
