//! A pooler that gives a connection the session of another program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wxpay_api::transport::TokioTimer;
use wxpay_payout::{Journal, Limits, Payouts, PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::payouts::cost::AtOnce;
use wxpay_tests::payouts::worker::intent;
use wxpay_tests::postgres::cluster::Cluster;

use crate::world::{create, now, prepared};

/// Two journals in one database. A change that went to the other one would be a payout that both
/// make.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_another_journal_is_not_written_to() {
    let cluster = Cluster::start();
    drop(create(&cluster).await);
    let other = PostgresServer::parse(&cluster.url("others")).unwrap();
    drop(PostgresJournal::create(&other, &owner()).await.unwrap());
    let (port, is_shared) = pooler(cluster.port()).await;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?schema=payouts");
    let server = PostgresServer::parse(&url).unwrap();
    let journal = Arc::new(PostgresJournal::open(&server, &owner()).await.unwrap());
    let entry = prepared(&journal, 0).await;
    let entry = journal.update(&entry).await.unwrap();
    // The same payout is there too, as if both had the same list.
    cluster.sql("INSERT INTO others.entries SELECT * FROM payouts.entries");

    is_shared.store(true, Ordering::SeqCst);
    let payouts = Payouts::builder(Arc::clone(&journal), AtOnce, TokioTimer::new()).build();
    let mut told = entry.clone();
    told.reason = Some("a word".to_owned());
    let mut counted = entry.clone();
    counted.amount = wxpay_api::core::Fen::new(101);
    let refusals = [
        journal.update(&told).await.unwrap_err().to_string(),
        journal.update(&counted).await.unwrap_err().to_string(),
        journal
            .begin_send(&entry, now(), &Limits::none())
            .await
            .unwrap_err()
            .to_string(),
        payouts.prepare(&intent(1)).await.unwrap_err().to_string(),
    ];
    for refused in refusals {
        assert!(refused.contains("pooler"), "{refused}");
    }
    let same =
        "SELECT count(*) FROM others.entries AS other JOIN payouts.entries AS one ON other = one";
    assert_eq!(cluster.sql(same).trim(), "1");
    assert_eq!(
        cluster.sql("SELECT count(*) FROM others.entries").trim(),
        "1"
    );
}

/// Its port, and whether what is said next is said in the session of the other journal.
async fn pooler(server: u16) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let is_shared = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&is_shared);
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            tokio::spawn(carry(client, server, Arc::clone(&shared)));
        }
    });
    (port, is_shared)
}

async fn carry(mut client: TcpStream, mut server: TcpStream, is_shared: Arc<AtomicBool>) {
    let mut question = [0; 8192];
    let (mut said, mut answer) = (Vec::new(), [0; 8192]);
    loop {
        tokio::select! {
            read = client.read(&mut question) => {
                let Ok(count @ 1..) = read else { return };
                said.extend_from_slice(&question[..count]);
                if is_shared.load(Ordering::SeqCst) {
                    // Nothing is under way: the client asks when it has heard the last answer.
                    become_other(&mut server).await;
                    server.write_all(&said).await.unwrap();
                    drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
                    return;
                }
                server.write_all(&said).await.unwrap();
                said.clear();
            }
            read = server.read(&mut answer) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&answer[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The settings that the other journal has made.
async fn become_other(server: &mut TcpStream) {
    let settings =
        "SET search_path = others, pg_temp; SELECT set_config('wxpay.session', 'another', false)\0";
    let length = u32::try_from(settings.len() + 4).unwrap().to_be_bytes();
    let message = [b"Q", &length[..], settings.as_bytes()].concat();
    server.write_all(&message).await.unwrap();
    let mut answer = Vec::new();
    // It ends with the word that the server is ready.
    while !answer.ends_with(b"Z\0\0\0\x05I") {
        let mut more = [0; 1024];
        let count = server.read(&mut more).await.unwrap();
        answer.extend_from_slice(&more[..count]);
    }
}
