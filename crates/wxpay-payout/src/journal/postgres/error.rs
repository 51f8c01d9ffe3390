use std::fmt;

/// A database that was not opened as a journal. No payout was begun.
///
/// It displays the cause and what to do about it, and no password.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the journal in PostgreSQL can't be opened: {kind}")]
pub struct PostgresError {
    kind: PostgresErrorKind,
}

impl PostgresError {
    pub(super) fn new(kind: PostgresErrorKind) -> Self {
        Self { kind }
    }

    pub(super) fn unusable(problem: impl Into<String>) -> Self {
        Self::new(PostgresErrorKind::Server {
            problem: problem.into(),
        })
    }

    /// The cause.
    pub fn kind(&self) -> &PostgresErrorKind {
        &self.kind
    }
}

/// Why a database was not opened as a journal. It displays the cause and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PostgresErrorKind {
    /// The URL is invalid.
    Address {
        /// What is wrong with it.
        problem: String,
    },
    /// The connection would leave this machine without TLS, or without a check of who the server
    /// is.
    NotEncrypted {
        /// What is wrong with it.
        problem: String,
    },
    /// The root certificates can't be used.
    Roots {
        /// What is wrong with them.
        problem: String,
    },
    /// The server can't be reached, or refuses the user.
    Unreachable {
        /// What the connection or the server said.
        problem: String,
    },
    /// The server is set up in a way that can lose what is written.
    Server {
        /// What has to be changed.
        problem: String,
    },
    /// There is no journal in this schema.
    Missing {
        /// The schema.
        schema: String,
    },
    /// A new journal was to be made, and the schema has something in it.
    Exists {
        /// The schema.
        schema: String,
    },
    /// A later version of this library has made it.
    LaterVersion {
        /// Its version.
        found: i64,
        /// The last version that is known here.
        known: i64,
    },
    /// A table, a column or a uniqueness rule is missing or changed.
    Schema {
        /// The first one of them.
        lacks: String,
    },
    /// It holds the payouts of another merchant.
    OtherMerchant {
        /// The merchant ID (商户号) in the journal.
        found: String,
        /// The merchant ID that it was opened for.
        wanted: String,
    },
    /// It holds payouts that are made at another host.
    OtherHost {
        /// The host in the journal.
        found: String,
        /// The host that it was opened for.
        wanted: String,
    },
    /// The user of the database may not do what is needed.
    NotAllowed {
        /// What the server said.
        problem: String,
    },
}

impl fmt::Display for PostgresErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { problem } => write!(f, "the address is invalid: {problem}"),
            Self::NotEncrypted { problem } => f.write_str(problem),
            Self::Roots { problem } => write!(f, "the root certificates can't be used: {problem}"),
            Self::Unreachable { problem } => write!(f, "the server can't be used: {problem}"),
            Self::Server { problem } => f.write_str(problem),
            Self::Missing { schema } => write!(
                f,
                "there is no journal in the schema {schema}: check database and schema, and make one only if these payouts were never begun with another journal"
            ),
            Self::Exists { schema } => {
                write!(
                    f,
                    "the schema {schema} has a journal or other tables already"
                )
            }
            Self::LaterVersion { found, known } => write!(
                f,
                "it has version {found}, and this program knows version {known}: use a newer one"
            ),
            Self::Schema { lacks } => write!(
                f,
                "{lacks} is missing or changed, which could let a payment be made twice: restore a backup"
            ),
            Self::OtherMerchant { found, wanted } => write!(
                f,
                "it holds the payouts of the merchant {found}, not of {wanted}: each merchant has a journal of its own"
            ),
            Self::OtherHost { found, wanted } => write!(
                f,
                "it holds payouts that are made at {found}, not at {wanted}: each host has a journal of its own"
            ),
            Self::NotAllowed { problem } => write!(
                f,
                "the user of the database may not do what is needed: {problem}"
            ),
        }
    }
}
