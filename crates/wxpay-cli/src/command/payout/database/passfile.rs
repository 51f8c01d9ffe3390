//! The password of a database user: PGPASSWORD, or a line of PostgreSQL's password file.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use wxpay_api::core::Secret;
use wxpay_payout::PostgresServer;

use crate::fail::Fail;

/// The password that the environment or the password file has for this server, if it has one.
pub(super) fn password(server: &PostgresServer) -> Result<Option<Secret>, Fail> {
    if let Ok(password) = env::var("PGPASSWORD") {
        return Ok(Some(Secret::new(password)));
    }
    let named = env::var_os("PGPASSFILE").map(PathBuf::from);
    let home = || env::home_dir().map(|home| home.join(".pgpass"));
    let Some(path) = named.or_else(home).filter(|path| path.exists()) else {
        return Ok(None);
    };
    check_mode(&path)?;
    let shown = path.display();
    let text = fs::read_to_string(&path).map_err(|error| {
        Fail::usage(
            format!("can't read the password file {shown}"),
            format!("无法读取密码文件 {shown}"),
        )
        .because(error)
    })?;
    let (database, user) = (server.database(), server.user());
    let (database, user) = (database.unwrap_or_default(), user.unwrap_or_default());
    let mut found = server.hosts().into_iter().filter_map(|(host, port)| {
        // The folder of a Unix socket stands for this machine.
        let host = if host.starts_with('/') {
            "localhost".to_owned()
        } else {
            host
        };
        line_for(&text, [&host, &port.to_string(), database, user])
    });
    Ok(found.next().map(Secret::new))
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), Fail> {
    use std::os::unix::fs::MetadataExt;

    let mode = fs::metadata(path)?.mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let shown = path.display();
    Err(Fail::usage(
        format!(
            "others may read or write the password file {shown} (mode {mode:o}): chmod 600 {shown}"
        ),
        format!("其他用户可以读写密码文件 {shown}（权限 {mode:o}）：请执行 chmod 600 {shown}"),
    ))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // as on Unix
fn check_mode(_: &Path) -> Result<(), Fail> {
    Ok(())
}

/// The password of the first line that fits: `host:port:database:user:password`, with `*` for any.
fn line_for(text: &str, wanted: [&str; 4]) -> Option<String> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut fields = fields(line).into_iter();
            let fits = wanted.iter().all(|wanted| {
                fields
                    .next()
                    .is_some_and(|field| field == "*" || field == *wanted)
            });
            fits.then(|| fields.next()).flatten()
        })
}

/// The five fields of a line. A backslash takes the colon or backslash behind it as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let plain = match letter {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => letters.next(),
            letter => Some(letter),
        };
        if let (Some(field), Some(plain)) = (fields.last_mut(), plain) {
            field.push(plain);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::line_for;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let text = "# comment\ndb.example:5432:other:paul:wrong\ndb.example:*:pay:paul:a\\:b\\\\c\n*:*:*:*:any:thing\nshort:1\n";
        let wanted = |user: &'static str| line_for(text, ["db.example", "5432", "pay", user]);
        assert_eq!(wanted("paul").as_deref(), Some("a:b\\c"));
        assert_eq!(wanted("anna").as_deref(), Some("any:thing"));
        assert_eq!(line_for("short:1", ["short", "1", "a", "b"]), None);
    }
}
