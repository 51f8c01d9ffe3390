//! A server, journals on it, and payouts in them.

use std::time::{SystemTime, UNIX_EPOCH};

use wxpay_api::transport::TokioTimer;
use wxpay_payout::journal::Begun;
use wxpay_payout::{
    Entry, Intent, Journal, JournalError, Lease, Limits, Moment, Payouts, PostgresJournal,
    PostgresServer, Preparation,
};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::payouts::cost::AtOnce;
use wxpay_tests::payouts::worker::intent;
use wxpay_tests::postgres::cluster::Cluster;

pub(crate) fn server(cluster: &Cluster) -> PostgresServer {
    PostgresServer::parse(&cluster.url("payouts")).unwrap()
}

pub(crate) async fn create(cluster: &Cluster) -> PostgresJournal {
    PostgresJournal::create(&server(cluster), &owner())
        .await
        .unwrap()
}

pub(crate) async fn open(cluster: &Cluster) -> PostgresJournal {
    PostgresJournal::open(&server(cluster), &owner())
        .await
        .unwrap()
}

/// Writes a payout down, and gives its entry.
pub(crate) async fn prepared<J: Journal + Clone>(journal: &J, number: usize) -> Entry {
    put(journal, intent(number)).await
}

/// Writes another payout down for the payee of this number.
pub(crate) async fn prepared_for<J: Journal + Clone>(
    journal: &J,
    payee: usize,
    name: &str,
) -> Entry {
    let mut intent = intent(payee);
    intent.id = format!("{name}-{payee}").parse().unwrap();
    put(journal, intent).await
}

async fn put<J: Journal + Clone>(journal: &J, intent: Intent) -> Entry {
    let payouts = Payouts::builder(journal.clone(), AtOnce, TokioTimer::new()).build();
    let prepared = payouts.prepare(&intent).await.unwrap();
    assert!(matches!(prepared, Preparation::Ready(_)), "{prepared:?}");
    journal.by_intent(&intent.id).await.unwrap().unwrap()
}

/// Begins a send as the engine does: with a new moment if it had to wait.
pub(crate) async fn begin(
    journal: &PostgresJournal,
    entry: &Entry,
    limits: &Limits,
) -> Result<Begun, JournalError> {
    loop {
        match journal.begin_send(entry, now(), limits).await {
            Ok(Begun::NotBefore(_)) => {}
            begun => return begun,
        }
    }
}

/// An entry, held by somebody for so many milliseconds.
pub(crate) fn held(entry: &Entry, holder: &str, millis: i64) -> Entry {
    let mut entry = entry.clone();
    entry.lease = Some(Lease {
        holder: holder.to_owned(),
        until: Moment::from_millis(now().millis() + millis),
    });
    entry
}

pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Moment::from_millis(i64::try_from(since.as_millis()).unwrap())
}
