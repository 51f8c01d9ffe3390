use std::error::Error as StdError;
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

/// A journal's file that could not be opened. Nothing was changed in it.
#[derive(Debug, thiserror::Error)]
#[error("the journal can't be opened: {problem}")]
pub struct OpenError {
    problem: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl OpenError {
    fn new(problem: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            source: None,
        }
    }

    fn caused(problem: &str, source: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            problem: problem.to_owned(),
            source: Some(Box::new(source)),
        }
    }

    pub(super) fn thread(error: std::io::Error) -> Self {
        Self::caused("no thread can be started for it", error)
    }
}

pub(super) fn open(path: &Path, owner: Option<&str>) -> Result<Connection, OpenError> {
    make_private(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| OpenError::caused("SQLite refuses the file", error))?;
    prepare(&connection, owner).map_err(|problem| match problem {
        Problem::Own(error) => error,
        Problem::Sqlite(error) => {
            OpenError::caused("it is not a file of SQLite, or is damaged", error)
        }
    })?;
    Ok(connection)
}

/// Makes the file if there is none, for its owner alone, and refuses one that others can read: it names who is paid.
fn make_private(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(path)
        .map_err(|error| OpenError::caused("the file can't be read and written", error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = file
            .metadata()
            .map_err(|error| OpenError::caused("the file's mode can't be read", error))?;
        let mode = metadata.permissions().mode();
        if mode & 0o077 != 0 {
            let problem = format!(
                "others than its owner can read it (mode {:o}); make it 600",
                mode & 0o777
            );
            return Err(OpenError::new(problem));
        }
    }
    drop(file);
    Ok(())
}

enum Problem {
    Own(OpenError),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn prepare(connection: &Connection, owner: Option<&str>) -> Result<(), Problem> {
    let own = |problem: String| Err(Problem::Own(OpenError::new(problem)));
    connection.busy_timeout(BUSY)?;
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let (application, version) = (number("application_id")?, number("user_version")?);
    if tables > 0 && application != APPLICATION {
        return own("it is the SQLite file of another program".to_owned());
    }
    if version > VERSION {
        return own(format!(
            "it is of version {version}, and this program knows {VERSION} only"
        ));
    }

    // Less than FULL may lose the last commits in a power cut: payments that nobody knows of.
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    if !mode.eq_ignore_ascii_case("wal") || number("synchronous")? != FULL {
        return own("it can't be written durably here (WAL, synchronous=FULL)".to_owned());
    }
    connection.execute_batch(&format!(
        "BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; COMMIT;"
    ))?;
    match owner {
        Some(owner) => check_owner(connection, owner),
        None => Ok(()),
    }
}

/// Marks a journal without payouts, and refuses one that is not marked so.
fn check_owner(connection: &Connection, owner: &str) -> Result<(), Problem> {
    connection.execute(
        "INSERT INTO owner (id, name) SELECT 0, ?1 WHERE NOT EXISTS (SELECT 1 FROM entries) \
         ON CONFLICT DO NOTHING",
        [owner],
    )?;
    let marked: Option<String> = connection
        .query_row("SELECT name FROM owner", [], |row| row.get(0))
        .optional()?;
    match marked {
        Some(marked) if marked == owner => Ok(()),
        Some(marked) => Err(Problem::Own(OpenError::new(format!(
            "it holds the payouts of {marked}, not of {owner}"
        )))),
        None => Err(Problem::Own(OpenError::new(format!(
            "it does not say whose payouts it holds, so not of {owner} for certain"
        )))),
    }
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS entries (
    number TEXT PRIMARY KEY NOT NULL, intent TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    fingerprint TEXT NOT NULL, payee TEXT NOT NULL, amount INTEGER NOT NULL, message BLOB, counted INTEGER,
    sends INTEGER NOT NULL, doubt INTEGER NOT NULL, refusal_code TEXT, refusal_class TEXT, refusal_message TEXT,
    queries INTEGER NOT NULL, not_found INTEGER NOT NULL, not_found_at INTEGER, prepared_at INTEGER NOT NULL,
    first_sent_at INTEGER, last_sent_at INTEGER, next_at INTEGER NOT NULL, closed_at INTEGER, payment_no TEXT,
    reason TEXT, alarm TEXT, lease_holder TEXT, lease_until INTEGER, replaced_by TEXT,
    generation INTEGER NOT NULL DEFAULT 0, replaces TEXT, resign INTEGER NOT NULL DEFAULT 0,
    attested INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS one_for_each_intent ON entries (intent) WHERE replaced_by IS NULL;
CREATE INDEX IF NOT EXISTS unsettled ON entries (next_at, number) WHERE closed_at IS NULL;
CREATE TABLE IF NOT EXISTS days (
    day INTEGER NOT NULL, payee TEXT NOT NULL, amount INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, payee)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payees (payee TEXT PRIMARY KEY NOT NULL, last_sent INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 0), name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS pace (id INTEGER PRIMARY KEY CHECK (id = 0), next INTEGER NOT NULL) STRICT;
";
/// `wxpj`.
const APPLICATION: i64 = 0x7778_706a;
const VERSION: i64 = 1;
const FULL: i64 = 2;
const BUSY: Duration = Duration::from_secs(10);
