use rusqlite::{Connection, OptionalExtension};

use super::JournalOwner;
use super::error::OpenErrorKind;
use super::place::Place;
use super::schema::{self, APPLICATION, VERSION};

/// What a journal says about itself.
pub(super) struct Found {
    pub(super) version: i64,
    pub(super) owner: JournalOwner,
}

/// Why a file is not a whole journal.
pub(super) enum Problem {
    Kind(OpenErrorKind),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<OpenErrorKind> for Problem {
    fn from(kind: OpenErrorKind) -> Self {
        Self::Kind(kind)
    }
}

/// Reads all of a file, and tells whether it is a whole journal. Nothing is written.
pub(super) fn judge(connection: &Connection, place: &Place) -> Result<Found, Problem> {
    // Everything is read as of one moment, whatever others write meanwhile.
    let db = connection.unchecked_transaction()?;
    let number = |pragma| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    if application != APPLICATION || version < 1 {
        return Err(OpenErrorKind::OtherProgram.into());
    }
    if version > VERSION {
        return Err(OpenErrorKind::LaterVersion {
            found: version,
            known: VERSION,
        }
        .into());
    }
    check_schema(&db, version)?;
    let (owner, unsaved) = owner(&db, version)?;
    if unsaved && !place.has_log() {
        return Err(OpenErrorKind::LogMissing {
            log: place.beside("-wal"),
        }
        .into());
    }
    // Not quick_check, which does not compare indexes with their tables: an intent that is missing
    // in the index is paid again.
    let found: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(OpenErrorKind::Damaged { found }.into());
    }
    Ok(Found { version, owner })
}

/// Refuses the journal of another owner. One that names no host is taken.
pub(super) fn check_owner(
    found: &JournalOwner,
    wanted: &JournalOwner,
) -> Result<(), OpenErrorKind> {
    if found.merchant() != wanted.merchant() {
        return Err(OpenErrorKind::OtherMerchant {
            found: found.merchant().to_owned(),
            wanted: wanted.merchant().to_owned(),
        });
    }
    match (found.host(), wanted.host()) {
        (Some(found), Some(wanted)) if found != wanted => Err(OpenErrorKind::OtherHost {
            found: found.to_owned(),
            wanted: wanted.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The owner, and whether changes may be in the log alone.
pub(super) fn owner(db: &Connection, version: i64) -> Result<(JournalOwner, bool), Problem> {
    let columns = if version == 1 {
        "name, NULL, 0"
    } else {
        "name, host, unsaved"
    };
    let row = db
        .query_row(&format!("SELECT {columns} FROM owner"), [], |row| {
            let owner = JournalOwner::found(row.get(0)?, row.get(1)?);
            Ok((owner, row.get::<_, i64>(2)? != 0))
        })
        .optional()?;
    row.ok_or_else(|| OpenErrorKind::NoOwner.into())
}

/// Compares every table and index with those of a new journal of that version.
fn check_schema(db: &Connection, version: i64) -> Result<(), Problem> {
    let model = Connection::open_in_memory()?;
    schema::tables(&model, version)?;
    let mut objects = model.prepare("SELECT type, name, sql FROM sqlite_schema")?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, sql): (String, String, Option<String>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let same: bool = db.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2 AND sql IS ?3)",
            (&kind, &name, sql),
            |row| row.get(0),
        )?;
        if !same {
            let lacks = format!("{kind} {name}");
            return Err(OpenErrorKind::Schema { lacks }.into());
        }
    }
    Ok(())
}
