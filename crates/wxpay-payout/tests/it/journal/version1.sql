-- A journal as version 1 made it.
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
PRAGMA application_id = 2004381802;
PRAGMA user_version = 1;
