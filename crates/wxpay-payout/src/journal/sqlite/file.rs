use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::JournalOwner;
use super::error::{OpenError, OpenErrorKind};
use super::fresh::{self, NotMade};
use super::judge::{self, Found, Problem, judge};
use super::place::{Place, Purpose, check_folder, folder};
use super::schema::{self, VERSION};
use super::trouble;

/// A file that is a whole journal.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) place: Place,
    pub(super) owner: JournalOwner,
}

pub(super) fn create(path: &Path, owner: &JournalOwner) -> Result<Opened, OpenError> {
    let made = check_folder(folder(path))
        .map_err(Problem::Kind)
        .and_then(|()| fresh::make(path, |part| write_new(part, owner)));
    made.map_err(|problem| match problem {
        Problem::Kind(kind) => OpenError::new(path, kind),
        Problem::Sqlite(error) => OpenError::new(
            path,
            OpenErrorKind::Inaccessible {
                reason: trouble::cause(&error),
            },
        ),
    })?;
    open(path, owner)
}

pub(super) fn open(path: &Path, owner: &JournalOwner) -> Result<Opened, OpenError> {
    let place = Place::existing(path, Purpose::Paying)?;
    let connection = with_words(&place, || {
        let mut connection = connect(&place, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // Until the journal is accepted, closing it must not bring its log into it. After that, see
        // the worker.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        // SQLite falls back to reading without a word.
        if connection.is_readonly(rusqlite::MAIN_DB)? {
            let reason = "it can only be read here, not written".to_owned();
            return Err(OpenErrorKind::Inaccessible { reason }.into());
        }
        let found = judge(&connection, &place)?;
        judge::check_owner(&found.owner, owner).map_err(Problem::Kind)?;
        make_durable(&connection)?;
        bring_up(&mut connection, &found, owner)?;
        Ok(connection)
    })?;
    Ok(Opened {
        connection,
        place,
        owner: owner.clone(),
    })
}

pub(super) fn read(path: &Path) -> Result<Opened, OpenError> {
    let place = Place::existing(path, Purpose::Reading)?;
    judged(&place)
}

/// Opens a file for reading if it is a whole journal, wherever it is.
pub(super) fn judged(place: &Place) -> Result<Opened, OpenError> {
    let (connection, found) = with_words(place, || {
        let connection = connect(place, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let found = judge(&connection, place)?;
        if found.version < VERSION {
            schema::show_older(&connection, found.version)?;
        }
        Ok((connection, found))
    })?;
    Ok(Opened {
        connection,
        place: place.clone(),
        owner: found.owner,
    })
}

pub(super) fn connect(place: &Place, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(place.path(), access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

fn with_words<T>(
    place: &Place,
    opens: impl FnOnce() -> Result<T, Problem>,
) -> Result<T, OpenError> {
    let start = Instant::now();
    opens().map_err(|problem| {
        let kind = match problem {
            Problem::Kind(kind) => kind,
            Problem::Sqlite(error) => trouble::at_opening(&error, place, start.elapsed()),
        };
        OpenError::new(place.asked(), kind)
    })
}

fn write_new(part: &Path, owner: &JournalOwner) -> Result<(), Problem> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(part, flags)?;
    schema::write(&connection, owner)?;
    make_durable(&connection)?;
    connection.close().map_err(|(_, error)| error.into())
}

/// Less than FULL may lose the last commits in a power cut: payments that nobody knows of.
fn make_durable(connection: &Connection) -> Result<(), Problem> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS less than this leaves it in the disk's cache.
    connection.pragma_update(None, "fullfsync", "ON")?;
    connection.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") || synchronous != FULL {
        return Err(OpenErrorKind::NotDurable.into());
    }
    Ok(())
}

/// Takes an older journal to this version, and marks it with the host if it names none.
fn bring_up(
    connection: &mut Connection,
    found: &Found,
    owner: &JournalOwner,
) -> Result<(), Problem> {
    if found.version == VERSION && found.owner.host().is_some() {
        return Ok(());
    }
    let db = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it since it was judged.
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < VERSION {
        schema::migrate(&db, version, VERSION)?;
    }
    db.execute(
        "UPDATE owner SET host = ?1 WHERE host IS NULL",
        [owner.host()],
    )?;
    let (marked, _) = judge::owner(&db, VERSION)?;
    judge::check_owner(&marked, owner)?;
    db.commit()?;
    Ok(())
}

impl From<NotMade> for Problem {
    fn from(error: NotMade) -> Self {
        Self::Kind(match error {
            NotMade::Exists => OpenErrorKind::Exists,
            NotMade::LogLeft(log) => OpenErrorKind::LogLeft { log },
            NotMade::Io(error) => OpenErrorKind::Inaccessible {
                reason: error.to_string(),
            },
        })
    }
}

const FULL: i64 = 2;
const BUSY: Duration = Duration::from_secs(10);
