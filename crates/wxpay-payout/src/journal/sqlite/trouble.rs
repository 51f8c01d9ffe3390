use std::time::Duration;

use rusqlite::ErrorCode;

use super::error::OpenErrorKind;
use super::holder::{describe, holder};
use super::place::Place;
use crate::JournalError;

/// What an error of SQLite means for opening a journal.
pub(super) fn at_opening(
    error: &rusqlite::Error,
    place: &Place,
    waited: Duration,
) -> OpenErrorKind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenErrorKind::Busy {
            seconds: waited.as_secs(),
            holder: holder(place),
        },
        Some(ErrorCode::NotADatabase) => OpenErrorKind::NotSqlite,
        Some(ErrorCode::DatabaseCorrupt) => OpenErrorKind::Damaged {
            found: error.to_string(),
        },
        _ => OpenErrorKind::Inaccessible {
            reason: cause(error),
        },
    }
}

/// The same for work on a journal that is open: the cause is to be seen.
pub(super) fn at_work(error: JournalError, place: &Place, waited: Duration) -> JournalError {
    match error {
        JournalError::Storage(source) => match source.downcast::<rusqlite::Error>() {
            Ok(error) => JournalError::storage(words(&error, place, waited)),
            Err(source) => JournalError::Storage(source),
        },
        other => other,
    }
}

/// In words, what an error of SQLite means.
pub(super) fn words(error: &rusqlite::Error, place: &Place, waited: Duration) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            let mut text = String::new();
            // A String takes everything.
            let _ = describe(&mut text, waited.as_secs(), holder(place).as_ref());
            text
        }
        _ => cause(error),
    }
}

pub(super) fn cause(error: &rusqlite::Error) -> String {
    let means = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::ReadOnly) => "it can only be read, not written",
        Some(ErrorCode::SystemIoFailure) => "the disk failed",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "the file is damaged",
        Some(ErrorCode::CannotOpen) => {
            "SQLite can't open it, or can't make its files (-wal, -shm) beside it"
        }
        _ => return error.to_string(),
    };
    format!("{means} ({error})")
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use rusqlite::ffi;

    use super::at_work;
    use crate::JournalError;
    use crate::journal::sqlite::place::Place;

    #[test]
    fn cause_is_shown() {
        for (code, words) in [
            (ffi::SQLITE_FULL, "the disk is full"),
            (ffi::SQLITE_IOERR, "the disk failed"),
            (ffi::SQLITE_READONLY, "can only be read"),
            (ffi::SQLITE_CORRUPT, "the file is damaged"),
            (ffi::SQLITE_BUSY, "has held it for 10 s"),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            let place = Place::unchecked(Path::new("/no/such/journal"));
            let error = at_work(
                JournalError::storage(error),
                &place,
                Duration::from_secs(10),
            );
            let text = error.to_string();
            assert!(text.contains(words), "{text}");
        }
    }
}
