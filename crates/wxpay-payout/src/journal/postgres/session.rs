//! Connections, what each of them has to be like, and what may be repeated after a failure.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{
    ClientWrapper, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError,
    RecyclingMethod, Runtime,
};
use tokio_postgres::NoTls;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::SqlState;

use super::JournalError;
use super::error::{PostgresError, PostgresErrorKind};
use super::history::History;
use super::server::{PostgresServer, said};
use super::tls;

/// The connections to one database.
pub(super) struct Sessions {
    pool: Pool,
    pub(super) history: Arc<History>,
    /// What the settings of each of them are known by: no other journal that is open has it.
    pub(super) name: String,
}

impl Sessions {
    pub(super) fn new(server: &PostgresServer, reads: bool) -> Result<Self, PostgresError> {
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let mut address = server.config.clone();
        if !reads {
            // Of several hosts, a standby can't take a journal's changes.
            address.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let manager = if server.encrypted {
            let tls = tls::connect(server.root.as_deref())?;
            Manager::from_config(address, tls, config)
        } else {
            Manager::from_config(address, NoTls, config)
        };
        let name = crate::number::random()
            .ok_or_else(|| PostgresError::unusable("this machine gives no random numbers"))?;
        let history = Arc::new(History::new(reads));
        let setup = Arc::new(setup(&server.schema, reads, &name));
        let seen = Arc::clone(&history);
        let prepare = Hook::async_fn(move |client: &mut ClientWrapper, _| {
            let (setup, history) = (Arc::clone(&setup), Arc::clone(&seen));
            Box::pin(async move {
                let prepared = prepare(client, &setup, &history);
                let silent = |_| Err(HookError::message(SILENT));
                tokio::time::timeout(CREATE, prepared)
                    .await
                    .unwrap_or_else(silent)
            })
        });
        let pool = Pool::builder(manager)
            .max_size(server.connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CALL))
            .create_timeout(Some(CREATE))
            .post_create(prepare)
            .build()
            .map_err(|error| PostgresError::unusable(error.to_string()))?;
        Ok(Self {
            pool,
            history,
            name,
        })
    }

    /// The first connection, without patience.
    pub(super) async fn first(&self) -> Result<Object, PostgresError> {
        self.pool.get().await.map_err(|error| {
            let problem = self.history.refused().unwrap_or_else(|| told(&error));
            match error {
                PoolError::PostCreateHook(HookError::Message(why)) if why != SILENT => {
                    PostgresError::unusable(problem)
                }
                _ => PostgresError::new(PostgresErrorKind::Unreachable { problem }),
            }
        })
    }

    /// A connection. A server that is being started again is waited for: nothing was sent yet.
    pub(super) async fn client(&self, patience: Duration) -> Result<Object, JournalError> {
        let start = Instant::now();
        loop {
            if let Some(why) = self.history.refused() {
                return Err(JournalError::storage(why));
            }
            let error = match self.pool.get().await {
                Ok(client) => return Ok(client),
                Err(error) => error,
            };
            if start.elapsed() >= patience || is_about_the_user(&error) {
                let why = self.history.refused();
                return Err(JournalError::storage(why.unwrap_or_else(|| told(&error))));
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    /// One connection was lost: others that nobody uses now may be dead too, each of which would
    /// cost a try.
    pub(super) fn give_up_idle(&self) {
        drop(self.pool.retain(|_, _| false));
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

/// Tells a new connection what it has to be like, and looks at the server.
async fn prepare(client: &ClientWrapper, setup: &str, history: &History) -> Result<(), HookError> {
    let failed = HookError::Backend;
    client.batch_execute(setup).await.map_err(failed)?;
    // What other connections see while the answer is on its way says nothing about it.
    let seen = history.seen();
    let row = client.query_one(FACTS, &[]).await.map_err(failed)?;
    history.meet(&row, seen).map_err(HookError::message)
}

/// What every connection is told. A process that stands still in a transaction must not hold up the
/// others for long. The name tells later whether the settings are still those of this journal.
fn setup(schema: &str, reads: bool, name: &str) -> String {
    let read_only = if reads { "on" } else { "off" };
    format!(
        "SET search_path = {schema}, pg_temp; SELECT set_config('wxpay.session', '{name}', false); \
         SELECT set_config('synchronous_commit', \
            CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false); \
         SET statement_timeout = '20s'; SET lock_timeout = '15s'; SET idle_in_transaction_session_timeout = '10s'; \
         SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = {read_only}"
    )
}

/// Why a transaction did not end as it should.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing of it is in the journal. It may be tried again.
    Again(JournalError),
    /// The same, and the connection was lost.
    Lost(JournalError),
    /// It is not tried again.
    Ended(JournalError),
    /// Whether it is in the journal is unknown.
    Unknown(JournalError),
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Ended(error)
    }
}

/// Before the commit: the server undoes whatever was done.
impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        let said = JournalError::storage(said(&error));
        match error.code() {
            Some(code) if is_passing(code) => Self::Again(said),
            None if error.is_closed() || is_connection(&error) => Self::Lost(said),
            _ => Self::Ended(said),
        }
    }
}

/// While it commits: only what the server itself says was not done was not done.
pub(super) fn at_commit(error: tokio_postgres::Error) -> Trouble {
    // A lock is waited for before the commit. A statement may be ended after it, too.
    let undone = error.code().is_some_and(|code| {
        [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
        ]
        .contains(code)
    });
    let said = said(&error);
    if undone {
        return Trouble::Again(JournalError::storage(said));
    }
    Trouble::Unknown(JournalError::storage(format!(
        "whether the change was committed is unknown: {said}"
    )))
}

/// The server undoes the transaction, and another time it may pass.
fn is_passing(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        SqlState::IDLE_SESSION_TIMEOUT,
    ]
    .contains(code)
}

fn is_connection(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error)
        .is_some_and(|cause| cause.downcast_ref::<std::io::Error>().is_some())
}

/// What the server or the connection said, without the pool's words around it.
fn told(error: &PoolError) -> String {
    match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            said(error)
        }
        PoolError::PostCreateHook(HookError::Message(why)) => why.to_string(),
        error => said(error),
    }
}

/// No patience helps against a wrong password.
fn is_about_the_user(error: &PoolError) -> bool {
    let PoolError::Backend(error) = error else {
        return false;
    };
    error.code().is_some_and(|code| {
        [
            SqlState::INVALID_PASSWORD,
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            SqlState::INVALID_CATALOG_NAME,
            SqlState::INSUFFICIENT_PRIVILEGE,
        ]
        .contains(code)
    })
}

/// Settings that can lose data, which server it is, and how much of its log is on the disk.
const FACTS: &str = "SELECT current_setting('fsync'), current_setting('server_encoding'), \
    (SELECT system_identifier FROM pg_control_system()), \
    CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END, \
    CASE WHEN NOT pg_is_in_recovery() \
        THEN (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint END";

/// The longest that one transaction takes.
pub(super) const CALL: Duration = Duration::from_secs(30);
/// The longest that a new connection takes to log in, and then to answer.
const CREATE: Duration = Duration::from_secs(10);
const SILENT: &str = "the server took the connection and then did not answer within 10 s";
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
