use rusqlite::Connection;

use super::JournalOwner;

/// Writes the tables of a new journal, and whose it is.
pub(super) fn write(db: &Connection, owner: &JournalOwner) -> rusqlite::Result<()> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    tables(db, VERSION)?;
    db.execute(
        "INSERT INTO owner (id, name, host) VALUES (0, ?1, ?2)",
        (owner.merchant(), owner.host()),
    )?;
    db.pragma_update(None, "application_id", APPLICATION)?;
    db.execute_batch("COMMIT")
}

/// Makes the tables of a version, by the same steps that an older file goes through: so both have
/// the same text.
pub(super) fn tables(db: &Connection, version: i64) -> rusqlite::Result<()> {
    db.execute_batch(FIRST)?;
    migrate(db, 1, version)
}

/// Takes the tables from one version to a later one. It belongs into a transaction.
pub(super) fn migrate(db: &Connection, from: i64, to: i64) -> rusqlite::Result<()> {
    for (before, step) in (1..).zip(STEPS) {
        if (from..to).contains(&before) {
            db.execute_batch(step)?;
        }
    }
    db.pragma_update(None, "user_version", to)
}

/// Shows the entries of an older version as those of this version, on this connection alone:
/// nothing is written into the file.
pub(super) fn show_older(db: &Connection, version: i64) -> rusqlite::Result<()> {
    db.execute_batch(if version == 1 {
        FIRST_SHOWN
    } else {
        SECOND_SHOWN
    })
}

/// Which program the file belongs to: `wxpj`.
pub(super) const APPLICATION: i64 = 0x7778_706a;
/// The version that [`STEPS`] lead to.
pub(super) const VERSION: i64 = 3;

/// Version 1. The text is compared with that in the file, so not a space of it may change.
const FIRST: &str = "
CREATE TABLE IF NOT EXISTS entries (
    number TEXT PRIMARY KEY NOT NULL, intent TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
    fingerprint TEXT NOT NULL, payee TEXT NOT NULL, amount INTEGER NOT NULL, message BLOB, counted INTEGER,
    sends INTEGER NOT NULL, doubt INTEGER NOT NULL, refusal_code TEXT, refusal_class TEXT, refusal_message TEXT,
    queries INTEGER NOT NULL, not_found INTEGER NOT NULL, not_found_at INTEGER, prepared_at INTEGER NOT NULL,
    first_sent_at INTEGER, last_sent_at INTEGER, next_at INTEGER NOT NULL, closed_at INTEGER, payment_no TEXT,
    reason TEXT, alarm TEXT, lease_holder TEXT, lease_until INTEGER, replaced_by TEXT
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

/// What leads from each version to the next.
const STEPS: [&str; 2] = [
    // `unsaved` is 1 while changes may be in the log (`-wal`) alone.
    "
ALTER TABLE owner ADD COLUMN host TEXT;
ALTER TABLE owner ADD COLUMN unsaved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN replaces TEXT;
ALTER TABLE entries ADD COLUMN resign INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN attested INTEGER NOT NULL DEFAULT 0;
UPDATE entries SET resign = 1 WHERE state = 'prepared' AND reason IS NULL AND lease_holder IS NULL;
UPDATE entries SET attested = 1 WHERE state = 'failed' AND reason LIKE 'attested by %';
UPDATE entries SET replaces = old.number
    FROM (SELECT number, replaced_by FROM entries WHERE replaced_by IS NOT NULL) AS old
    WHERE entries.number = old.replaced_by;
WITH RECURSIVE chain (number, generation) AS (
    SELECT number, 0 FROM entries WHERE replaces IS NULL AND replaced_by IS NOT NULL
    UNION ALL
    SELECT entries.replaced_by, chain.generation + 1 FROM chain JOIN entries ON entries.number = chain.number
        WHERE entries.replaced_by IS NOT NULL
)
UPDATE entries SET generation = chain.generation FROM chain WHERE chain.number = entries.number;
",
    // Until then there was one product, and what counts on its limits did not name it.
    "
ALTER TABLE entries ADD COLUMN product TEXT NOT NULL DEFAULT 'v2.wecom.pay_employee';
ALTER TABLE entries ADD COLUMN waits_for TEXT;
ALTER TABLE entries ADD COLUMN package TEXT;
ALTER TABLE entries ADD COLUMN cancel_asked_at INTEGER;
UPDATE days SET payee = 'v2.wecom.pay_employee ' || payee;
UPDATE payees SET payee = 'v2.wecom.pay_employee ' || payee;
",
];

/// What [`STEPS`] make of the entries of version 1, as a view. A name without a schema means it
/// before the table.
const FIRST_SHOWN: &str = "
CREATE TEMP VIEW entries AS
WITH RECURSIVE chain (number, generation, replaces) AS (
    SELECT replaced_by, 1, number FROM main.entries
        WHERE replaced_by IS NOT NULL
            AND number NOT IN (SELECT replaced_by FROM main.entries WHERE replaced_by IS NOT NULL)
    UNION ALL
    SELECT old.replaced_by, chain.generation + 1, old.number
        FROM chain JOIN main.entries AS old ON old.number = chain.number
        WHERE old.replaced_by IS NOT NULL
)
SELECT first.*,
    coalesce(chain.generation, 0) AS generation,
    chain.replaces AS replaces,
    first.state = 'prepared' AND first.reason IS NULL AND first.lease_holder IS NULL AS resign,
    first.state = 'failed' AND coalesce(first.reason, '') LIKE 'attested by %' AS attested,
    'v2.wecom.pay_employee' AS product, NULL AS waits_for, NULL AS package, NULL AS cancel_asked_at
FROM main.entries AS first LEFT JOIN chain ON chain.number = first.number;
";

/// The same of version 2.
const SECOND_SHOWN: &str = "
CREATE TEMP VIEW entries AS
SELECT second.*,
    'v2.wecom.pay_employee' AS product, NULL AS waits_for, NULL AS package, NULL AS cancel_asked_at
FROM main.entries AS second;
";
