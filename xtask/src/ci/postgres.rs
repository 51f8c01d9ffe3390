//! The journal in PostgreSQL.

use std::path::Path;

use super::calls;

/// Without PostgreSQL's server there is nothing to try, which only the gate does not put up with.
pub(super) fn take(root: &Path) -> Result<(), Vec<String>> {
    if !has_postgres() {
        let lacks = "PostgreSQL's server is not installed (Debian: apt-get install postgresql)";
        if std::env::var("CI").is_ok_and(|ci| ci == "true") {
            return Err(vec![lacks.to_owned()]);
        }
        eprintln!("skipped: {lacks}");
        return Ok(());
    }
    let test = ["test", "--locked", "-p", "wxpay-tests"];
    let tests = ["--features", "postgres", "--test", "postgres"];
    let pages = ["--features", "postgres", "--doc", "guide::postgres"];
    let run = ["run", "--locked", "-q", "-p", "wxpay-tests"];
    let program = ["--features", "postgres", "--bin", "postgres"];
    // It says so where it can make no hosts.
    let hosts = ["--", "hosts", "--gate"];
    calls(
        root,
        &[
            &[&test[..], &tests].concat(),
            &[&test[..], &pages].concat(),
            &[&run[..], &program, &hosts].concat(),
        ],
    )
}

/// In the path, or where Debian puts the programs of the server.
fn has_postgres() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    std::env::split_paths(&path)
        .chain(debian)
        .any(|folder| folder.join("initdb").exists())
}
