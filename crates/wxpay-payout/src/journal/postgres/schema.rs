//! The tables: how they are made, and that they are what they were.

use deadpool_postgres::Object;
use tokio_postgres::error::SqlState;

use super::JournalOwner;
use super::error::{PostgresError, PostgresErrorKind};
use super::server::said;

/// The columns of an entry, as the statements write and read them: name, type, and whether there is
/// always a value. The lease's end by the server's clock, and who was given it, are kept beside
/// them.
pub(super) const COLUMNS: [(&str, &str, bool); 36] = [
    ("number", "text", true),
    ("intent", "text", true),
    ("version", "int8", true),
    ("state", "text", true),
    ("fingerprint", "text", true),
    ("payee", "text", true),
    ("amount", "int8", true),
    ("message", "bytea", false),
    ("counted", "int8", false),
    ("sends", "int8", true),
    ("doubt", "bool", true),
    ("refusal_code", "text", false),
    ("refusal_class", "text", false),
    ("refusal_message", "text", false),
    ("queries", "int8", true),
    ("not_found", "int8", true),
    ("not_found_at", "int8", false),
    ("prepared_at", "int8", true),
    ("first_sent_at", "int8", false),
    ("last_sent_at", "int8", false),
    ("next_at", "int8", true),
    ("closed_at", "int8", false),
    ("payment_no", "text", false),
    ("reason", "text", false),
    ("alarm", "text", false),
    ("lease_holder", "text", false),
    ("lease_until", "int8", false),
    ("replaced_by", "text", false),
    ("generation", "int8", true),
    ("replaces", "text", false),
    ("resign", "bool", true),
    ("attested", "bool", true),
    ("product", "text", true),
    ("waits_for", "text", false),
    ("package", "text", false),
    ("cancel_asked_at", "int8", false),
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
    let column = |(name, kind, needed): &(&str, &str, bool)| {
        let compared = if *kind == "text" {
            " COLLATE \"C\""
        } else {
            ""
        };
        let needed = if *needed { " NOT NULL" } else { "" };
        format!("{name} {kind}{compared}{needed}")
    };
    let columns: Vec<_> = COLUMNS.iter().map(column).collect();
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
        return Err(lacks("about"));
    };
    let damaged = |_| lacks("about");
    let found: i64 = about.try_get(0).map_err(damaged)?;
    if found > VERSION {
        let known = VERSION;
        return Err(PostgresError::new(PostgresErrorKind::LaterVersion {
            found,
            known,
        }));
    }
    if found != VERSION {
        return Err(lacks("about.version"));
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
    let columns = COLUMNS.iter().map(|(name, kind, needed)| {
        let needed = if *needed { "!" } else { "" };
        format!("entries.{name}:{kind}{needed}")
    });
    let rest = OTHERS.iter().map(|line| (*line).to_owned());
    columns.chain(rest).collect()
}

/// The version that is made here.
pub(super) const VERSION: i64 = 1;

const REST: &str = "
ALTER TABLE entries ADD PRIMARY KEY (number);
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
    "entries.lease_ends:timestamptz",
    "entries.lease_writer:text",
    "days.day:int8!",
    "days.payee:text!",
    "days.amount:int8!",
    "days.count:int8!",
    "payees.payee:text!",
    "payees.last_sent:int8!",
    "pace.id:int8!",
    "pace.next:int8",
    "about.id:int8!",
    "about.version:int8!",
    "about.merchant:text!",
    "about.host:text!",
    "unique:about(id)",
    "unique:days(day,payee)",
    "unique:entries(intent)where(replaced_by_IS_NULL)",
    "unique:entries(number)",
    "unique:pace(id)",
    "unique:payees(payee)",
    "durable:about,days,entries,pace,payees",
    "compared-by-bytes",
];

/// Columns, rules of uniqueness, that the tables survive a crash, and that no locale decides what
/// is equal.
const SHAPE: &str = "
SELECT relname || '.' || attname || ':' || typname || CASE WHEN attnotnull THEN '!' ELSE '' END
    FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'unique:' || of.relname || '(' || (
        SELECT string_agg(pg_get_indexdef(indexrelid, at, true), ',' ORDER BY at) FROM generate_series(1, indnkeyatts) AS at
    ) || ')' || coalesce('where(' || replace(btrim(pg_get_expr(indpred, indrelid), '()'), ' ', '_') || ')', '')
    FROM pg_index JOIN pg_class AS of ON of.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = of.relnamespace
    WHERE nspname = $1 AND indisunique AND indisvalid AND indisready AND indimmediate
UNION ALL
SELECT 'durable:' || string_agg(relname, ',' ORDER BY relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relkind = 'r' AND relpersistence = 'p'
UNION ALL
SELECT 'compared-by-bytes' WHERE NOT EXISTS (
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
