//! A connection whose first answer comes late, while others have written on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use wxpay_payout::journal::Begun;
use wxpay_payout::{Journal, Limits, PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{now, prepared};

/// What the answer says of the server's log is older than what the journal knows by then, and yet
/// nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_no_server_that_has_lost_changes() {
    let cluster = Cluster::start();
    let road = Road::to(cluster.port()).await;
    let port = road.port;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?schema=payouts");
    let server = PostgresServer::parse(&url).unwrap();
    let journal = Arc::new(PostgresJournal::create(&server, &owner()).await.unwrap());
    let entries = [prepared(&journal, 0).await, prepared(&journal, 1).await];

    road.is_slow.store(true, Ordering::SeqCst);
    let [first, second] = [0, 1].map(|_| {
        let (journal, number) = (Arc::clone(&journal), entries[0].number.clone());
        tokio::spawn(async move { journal.by_number(&number).await })
    });
    road.holds.notified().await;
    // The first of them commits, and the second sees it.
    for entry in &entries {
        let begun = journal.begin_send(entry, now(), &Limits::none()).await;
        assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
    }
    road.goes_on.notify_one();
    for read in [first, second] {
        assert!(read.await.unwrap().unwrap().is_some());
    }
    assert_eq!(journal.page(None, 10).await.unwrap().len(), 2);
}

/// While it is slow, what the server says to a new connection about itself is held back.
struct Road {
    port: u16,
    is_slow: Arc<AtomicBool>,
    holds: Arc<Notify>,
    goes_on: Arc<Notify>,
}

impl Road {
    async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let road = Self {
            port: listener.local_addr().unwrap().port(),
            is_slow: Arc::default(),
            holds: Arc::default(),
            goes_on: Arc::default(),
        };
        let [holds, goes_on] = [&road.holds, &road.goes_on].map(Arc::clone);
        let is_slow = Arc::clone(&road.is_slow);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let (holds, goes_on) = (Arc::clone(&holds), Arc::clone(&goes_on));
                let is_slow = is_slow.load(Ordering::SeqCst);
                tokio::spawn(carry(client, server, is_slow.then_some((holds, goes_on))));
            }
        });
        road
    }
}

async fn carry(client: TcpStream, server: TcpStream, slow: Option<(Arc<Notify>, Arc<Notify>)>) {
    let (mut asked, mut answers) = client.into_split();
    let (mut answered, mut asks) = server.into_split();
    tokio::spawn(async move { copy(&mut asked, &mut asks).await });
    let mut buffer = [0; 4096];
    let mut slow = slow;
    while let Ok(count @ 1..) = answered.read(&mut buffer).await {
        let said = &buffer[..count];
        // The encoding stands beside the state of the log in a row.
        let about_itself = said.windows(8).any(|window| window == b"\0\0\0\x04UTF8");
        if about_itself && let Some((holds, goes_on)) = slow.take() {
            holds.notify_one();
            goes_on.notified().await;
        }
        if answers.write_all(said).await.is_err() {
            return;
        }
    }
}
