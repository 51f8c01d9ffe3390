//! `--journal` with the URL of a database. What works with a server is tried where there is one.

use std::process::{Command, Output};

fn status(url: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    command.args(["payout", "status", "--journal", url]);
    command.env("LANG", "en_US.UTF-8").output().unwrap()
}

#[test]
fn a_database_that_can_not_be_used_is_refused_without_its_password() {
    for url in [
        "postgres://paul:hidden@db.example/payouts?sslmode=disable",
        "postgresql://paul:hidden@db.example/payouts?colour=hidden",
        "postgres://paul:hidden@127.0.0.1:1/payouts",
    ] {
        let refused = status(url);
        let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("PostgreSQL"), "{said}");
        assert!(!said.contains("hidden"), "{said}");
        let built_without = said.contains("--features postgres");
        assert_eq!(built_without, cfg!(not(feature = "postgres")), "{said}");
    }
    let in_no_folder = std::path::Path::new("postgres:").exists();
    assert!(!in_no_folder, "it was taken for a file");
}
