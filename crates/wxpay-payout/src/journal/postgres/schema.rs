//! The tables: how they are made, and that they are what they were.

use deadpool_postgres::Object;
use tokio_postgres::error::SqlState;

use super::JournalOwner;
use super::error::{PostgresError, PostgresErrorKind};
use super::server::said;

/// The columns of an entry, as the statements write and read them. The lease's end by the server's clock, and who was given
/// it, are kept beside them.
pub(super) const COLUMNS: [(&str, &str); 36] = [
    ("number", "text COLLATE \"C\" PRIMARY KEY"),
    ("intent", "text COLLATE \"C\" NOT NULL"),
    ("version", "bigint NOT NULL"),
    ("state", "text COLLATE \"C\" NOT NULL"),
    ("fingerprint", "text COLLATE \"C\" NOT NULL"),
    ("payee", "text COLLATE \"C\" NOT NULL"),
    ("amount", "bigint NOT NULL"),
    ("message", "bytea"),
    ("counted", "bigint"),
    ("sends", "bigint NOT NULL"),
    ("doubt", "boolean NOT NULL"),
    ("refusal_code", "text COLLATE \"C\""),
    ("refusal_class", "text COLLATE \"C\""),
    ("refusal_message", "text COLLATE \"C\""),
    ("queries", "bigint NOT NULL"),
    ("not_found", "bigint NOT NULL"),
    ("not_found_at", "bigint"),
    ("prepared_at", "bigint NOT NULL"),
    ("first_sent_at", "bigint"),
    ("last_sent_at", "bigint"),
    ("next_at", "bigint NOT NULL"),
    ("closed_at", "bigint"),
    ("payment_no", "text COLLATE \"C\""),
    ("reason", "text COLLATE \"C\""),
    ("alarm", "text COLLATE \"C\""),
    ("lease_holder", "text COLLATE \"C\""),
    ("lease_until", "bigint"),
    ("replaced_by", "text COLLATE \"C\""),
    ("generation", "bigint NOT NULL"),
    ("replaces", "text COLLATE \"C\""),
    ("resign", "boolean NOT NULL"),
    ("attested", "boolean NOT NULL"),
    ("product", "text COLLATE \"C\" NOT NULL"),
    ("waits_for", "text COLLATE \"C\""),
    ("package", "text COLLATE \"C\""),
    ("cancel_asked_at", "bigint"),
];

/// Makes the tables, all or none.
pub(super) async fn create(
    client: &mut Object,
    schema: &str,
    owner: &JournalOwner,
) -> Result<(), PostgresError> {
    let refused = |error: tokio_postgres::Error| refused(&error, schema);
    let tx = client.transaction().await.map_err(refused)?;
    let there = "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1";
    let row = tx.query_one(there, &[&schema]).await.map_err(refused)?;
    if row.try_get::<_, i64>(0).map_err(refused)? > 0 {
        return Err(exists(schema));
    }
    let here = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
    let row = tx.query_one(here, &[&schema]).await.map_err(refused)?;
    if row.try_get::<_, i64>(0).map_err(refused)? == 0 {
        let make = format!("CREATE SCHEMA {schema}");
        tx.batch_execute(&make).await.map_err(refused)?;
    }
    tx.batch_execute(&tables()).await.map_err(refused)?;
    let about = "INSERT INTO about (id, version, merchant, host) VALUES (0, $1, $2, $3)";
    tx.execute(about, &[&VERSION, &owner.merchant(), &owner.host()])
        .await
        .map_err(refused)?;
    tx.commit().await.map_err(refused)
}

fn tables() -> String {
    let columns: Vec<_> = COLUMNS
        .iter()
        .map(|(name, kind)| format!("{name} {kind}"))
        .collect();
    format!(
        "CREATE TABLE entries ({}, lease_ends timestamptz, lease_writer text COLLATE \"C\"); {REST}",
        columns.join(", ")
    )
}

/// Whose journal it is, after a look at every table.
pub(super) async fn check(client: &Object, schema: &str) -> Result<JournalOwner, PostgresError> {
    let about = client
        .query_opt(
            "SELECT version, merchant, host FROM about WHERE id = 0",
            &[],
        )
        .await
        .map_err(|error| refused(&error, schema))?;
    let Some(about) = about else {
        return Err(lacks("the row of the table about"));
    };
    let damaged = |_| lacks("a column of the table about");
    let found: i64 = about.try_get(0).map_err(damaged)?;
    if found > VERSION {
        let known = VERSION;
        return Err(PostgresError::new(PostgresErrorKind::LaterVersion {
            found,
            known,
        }));
    }
    if found != VERSION {
        return Err(lacks("the version"));
    }
    let shape = client
        .query(SHAPE, &[&schema])
        .await
        .map_err(|error| refused(&error, schema))?;
    let mut found: Vec<String> = Vec::new();
    for row in shape {
        found.push(row.try_get(0).map_err(|error| refused(&error, schema))?);
    }
    let wanted = shapes();
    if let Some(lost) = wanted.iter().find(|line| !found.contains(line)) {
        return Err(lacks(lost));
    }
    if let Some(more) = found.iter().find(|line| !wanted.contains(line)) {
        return Err(lacks(more));
    }
    let text = |at: usize| about.try_get::<_, String>(at).map_err(damaged);
    Ok(JournalOwner::new(text(1)?, text(2)?))
}

/// Whether the user may do what a worker does.
pub(super) async fn may_write(client: &Object, schema: &str) -> Result<(), PostgresError> {
    let row = client
        .query_one(MAY_WRITE, &[])
        .await
        .map_err(|error| refused(&error, schema))?;
    let lacks: Option<String> = row.try_get(0).map_err(|error| refused(&error, schema))?;
    match lacks {
        None => Ok(()),
        Some(tables) => Err(PostgresError::new(PostgresErrorKind::NotAllowed {
            problem: format!("SELECT, INSERT and UPDATE on {tables} in the schema {schema}"),
        })),
    }
}

pub(super) fn check_owner(
    found: &JournalOwner,
    wanted: &JournalOwner,
) -> Result<(), PostgresError> {
    if found.merchant() != wanted.merchant() {
        return Err(PostgresError::new(PostgresErrorKind::OtherMerchant {
            found: found.merchant().to_owned(),
            wanted: wanted.merchant().to_owned(),
        }));
    }
    if found.host() != wanted.host() {
        return Err(PostgresError::new(PostgresErrorKind::OtherHost {
            found: found.host().unwrap_or_default().to_owned(),
            wanted: wanted.host().unwrap_or_default().to_owned(),
        }));
    }
    Ok(())
}

fn refused(error: &tokio_postgres::Error, schema: &str) -> PostgresError {
    let problem = said(error);
    let schema = schema.to_owned();
    let missing = [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME];
    let exists = [
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_SCHEMA,
        SqlState::UNIQUE_VIOLATION,
    ];
    PostgresError::new(match error.code() {
        Some(code) if missing.contains(code) => PostgresErrorKind::Missing { schema },
        Some(code) if exists.contains(code) => PostgresErrorKind::Exists { schema },
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            PostgresErrorKind::NotAllowed { problem }
        }
        _ => PostgresErrorKind::Unreachable { problem },
    })
}

fn exists(schema: &str) -> PostgresError {
    let schema = schema.to_owned();
    PostgresError::new(PostgresErrorKind::Exists { schema })
}

fn lacks(what: &str) -> PostgresError {
    let lacks = what.to_owned();
    PostgresError::new(PostgresErrorKind::Schema { lacks })
}

/// What [`SHAPE`] finds in a whole journal.
fn shapes() -> Vec<String> {
    let columns = COLUMNS.iter().map(|(name, kind)| {
        let plain = kind.replace(" COLLATE \"C\"", "");
        let needed = plain.contains("NOT NULL") || plain.contains("PRIMARY KEY");
        let plain = plain.replace(" NOT NULL", "").replace(" PRIMARY KEY", "");
        let needed = if needed { " needed" } else { "" };
        format!("entries.{name} {plain}{needed}")
    });
    let rest = OTHERS.iter().map(|line| (*line).to_owned());
    columns.chain(rest).collect()
}

/// The version that is made here.
pub(super) const VERSION: i64 = 1;

const REST: &str = "
CREATE UNIQUE INDEX one_for_each_intent ON entries (intent) WHERE replaced_by IS NULL;
CREATE INDEX unsettled ON entries (next_at, number) WHERE closed_at IS NULL;
CREATE TABLE days (
    day bigint NOT NULL, payee text COLLATE \"C\" NOT NULL, amount bigint NOT NULL, count bigint NOT NULL,
    PRIMARY KEY (day, payee)
);
CREATE TABLE payees (payee text COLLATE \"C\" PRIMARY KEY, last_sent bigint NOT NULL);
CREATE TABLE pace (id bigint PRIMARY KEY CHECK (id = 0), next bigint);
CREATE TABLE about (
    id bigint PRIMARY KEY CHECK (id = 0), version bigint NOT NULL, merchant text NOT NULL, host text NOT NULL
);
INSERT INTO pace (id, next) VALUES (0, NULL);
";

/// The shape of what is not in [`COLUMNS`].
const OTHERS: [&str; 22] = [
    "entries.lease_ends timestamp with time zone",
    "entries.lease_writer text",
    "days.day bigint needed",
    "days.payee text needed",
    "days.amount bigint needed",
    "days.count bigint needed",
    "payees.payee text needed",
    "payees.last_sent bigint needed",
    "pace.id bigint needed",
    "pace.next bigint",
    "about.id bigint needed",
    "about.version bigint needed",
    "about.merchant text needed",
    "about.host text needed",
    "unique about (id)",
    "unique days (day, payee)",
    "unique entries (intent) where (replaced_by IS NULL)",
    "unique entries (number)",
    "unique pace (id)",
    "unique payees (payee)",
    "durable about, days, entries, pace, payees",
    "compared by bytes",
];

/// Columns, rules of uniqueness, that the tables survive a crash, and that no locale decides what is equal.
const SHAPE: &str = "
SELECT relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' needed' ELSE '' END
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'unique ' || of.relname || ' (' || (
        SELECT string_agg(pg_get_indexdef(indexrelid, at, true), ', ' ORDER BY at) FROM generate_series(1, indnkeyatts) AS at
    ) || ')' || coalesce(' where (' || btrim(pg_get_expr(indpred, indrelid), '()') || ')', '')
    FROM pg_index JOIN pg_class AS of ON of.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = of.relnamespace
    WHERE nspname = $1 AND indisunique AND indisvalid AND indisready AND indimmediate
UNION ALL
SELECT 'durable ' || string_agg(relname, ', ' ORDER BY relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relkind = 'r' AND relpersistence = 'p'
UNION ALL
SELECT 'compared by bytes' WHERE NOT EXISTS (
    SELECT FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = $1 AND relkind = 'r' AND relname <> 'about' AND attnum > 0 AND NOT attisdropped
            AND attcollation <> 0 AND attcollation <> '\"C\"'::regcollation
)
";

const MAY_WRITE: &str = "
SELECT string_agg(name, ', ')
    FROM unnest(ARRAY['entries', 'days', 'payees', 'pace']) AS name
    WHERE NOT (has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'UPDATE')
        AND (name = 'pace' OR has_table_privilege(name, 'INSERT')))
";
