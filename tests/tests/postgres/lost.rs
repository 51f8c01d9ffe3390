//! Connections that are dead before anybody has said so, as behind a firewall that forgets them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wxpay_payout::journal::Begun;
use wxpay_payout::{Journal, Limits, PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{now, prepared};

#[tokio::test(flavor = "multi_thread")]
async fn dead_connections_cost_one_try_however_many_there_are() {
    let cluster = Cluster::start();
    let firewall = Firewall::before(cluster.port()).await;
    let port = firewall.port;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?schema=payouts");
    let server = PostgresServer::parse(&url).unwrap();
    let journal = Arc::new(PostgresJournal::create(&server, &owner()).await.unwrap());
    let entry = prepared(&journal, 0).await;
    let fill = async || {
        let reads = (0..8).map(|_| journal.by_number(&entry.number));
        for read in join_all(reads).await {
            read.unwrap();
        }
        let there =
            "SELECT count(*) > 5 FROM pg_stat_activity WHERE application_name = 'wxpay-payout'";
        assert_eq!(cluster.sql(there).trim(), "t");
    };

    fill().await;
    firewall.forget();
    let found = journal.by_number(&entry.number).await.unwrap();
    assert_eq!(found, Some(entry.clone()));

    fill().await;
    firewall.forget();
    let begun = journal.begin_send(&entry, now(), &Limits::none()).await;
    assert!(matches!(begun, Ok(Begun::Now(_))), "{begun:?}");
}

/// It lets everything through, and breaks a connection that it has forgotten at the next word that
/// is sent.
struct Firewall {
    port: u16,
    forgotten: Arc<AtomicUsize>,
}

impl Firewall {
    async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let forgotten = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&forgotten);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&counter)));
            }
        });
        Self { port, forgotten }
    }

    fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
    }
}

async fn carry(mut client: TcpStream, server: u16, forgotten: Arc<AtomicUsize>) {
    let known = forgotten.load(Ordering::SeqCst);
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (mut asked, mut answered) = ([0; 4096], [0; 4096]);
    loop {
        let carried = tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(count) if count > 0 && forgotten.load(Ordering::SeqCst) == known => {
                    server.write_all(&asked[..count]).await
                }
                _ => return,
            },
            read = server.read(&mut answered) => match read {
                Ok(count) if count > 0 => client.write_all(&answered[..count]).await,
                _ => return,
            },
        };
        if carried.is_err() {
            return;
        }
    }
}
