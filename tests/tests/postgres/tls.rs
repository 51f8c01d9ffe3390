//! A connection over TCP that is checked to the host's name.

use wxpay_payout::{PostgresErrorKind, PostgresJournal, PostgresServer};
use wxpay_tests::payouts::bank::owner;
use wxpay_tests::postgres::certificate::Certificate;
use wxpay_tests::postgres::cluster::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_has_to_be_for_the_host_and_from_a_trusted_root() {
    let cluster = Cluster::start();
    let certificate = Certificate::of("localhost");
    cluster.write(&cluster.data().join("server.crt"), &certificate.pem);
    cluster.write(&cluster.data().join("server.key"), &certificate.key);
    cluster.set("ssl = on");
    cluster.stop();
    cluster.up();
    let folder = tempfile::tempdir().unwrap();
    let (trusted, other) = (
        folder.path().join("ca.pem"),
        folder.path().join("other.pem"),
    );
    std::fs::write(&trusted, certificate.root).unwrap();
    std::fs::write(&other, Certificate::of("localhost").root).unwrap();
    let at = |host: &str, root: &std::path::Path| {
        let (port, root) = (cluster.port(), root.display());
        let url = format!(
            "postgres://postgres@{host}:{port}/postgres?sslmode=verify-full&sslrootcert={root}"
        );
        PostgresServer::parse(&url).unwrap()
    };
    let journal = PostgresJournal::create(&at("localhost", &trusted), &owner())
        .await
        .unwrap();
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'wxpay-payout'";
    assert_eq!(cluster.sql(encrypted).trim(), "t");
    drop(journal);
    for (host, root) in [("localhost", &other), ("127.0.0.1", &trusted)] {
        let refused = PostgresJournal::open(&at(host, root), &owner())
            .await
            .unwrap_err();
        let kind = refused.kind();
        assert!(
            matches!(kind, PostgresErrorKind::Unreachable { .. }),
            "{host}: {refused}"
        );
        assert!(
            refused.to_string().contains("certificate"),
            "{host}: {refused}"
        );
    }
    let missing = folder.path().join("missing.pem");
    let refused = PostgresJournal::open(&at("localhost", &missing), &owner())
        .await
        .unwrap_err();
    assert!(
        matches!(refused.kind(), PostgresErrorKind::Roots { .. }),
        "{refused}"
    );
}
