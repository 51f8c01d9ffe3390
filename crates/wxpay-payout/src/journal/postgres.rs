use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use self::busy::{Busy, timed};
use self::error::PostgresError;
use self::history::History;
use self::schema::COLUMNS;
use self::sends::Asked;
use self::server::PostgresServer;
use self::session::{Sessions, Trouble};
use super::{Begun, Inserted, Journal, JournalError, JournalOwner};
use crate::{Entry, IntentId, Limits, Moment, Number};

mod books;
mod busy;
mod clocks;
pub(super) mod error;
mod history;
mod rows;
mod schema;
mod sends;
pub(super) mod server;
mod session;
mod sums;
mod tls;

/// A journal in a PostgreSQL database, which workers on several machines share.
///
/// Every change is committed with `synchronous_commit` before a method returns. It runs on tokio,
/// and its connections are tasks of that runtime.
///
/// # Several machines
///
/// - Limits and pace are kept in the transactions that reserve and begin, under locks of rows: they
///   hold for all workers together. A payout that another worker is just beginning is not waited
///   for (`FOR UPDATE SKIP LOCKED`).
/// - A lease ends by the server's clock. As long as it lasts there, no other journal than the one
///   that wrote it takes it over or ends it, whatever the clock of its machine says; only a proven
///   end is written down.
/// - Gaps and pace are kept by the server's clock too. A machine whose clock is more than 10 s from
///   it begins nothing.
/// - A process that stands still in the middle of a transaction holds the others up for 10 s at
///   most: then the server undoes it.
///
/// # Failures
///
/// What provably was not committed is tried again: a connection that was lost or gave no answer
/// before the commit, a deadlock, a lock that was waited for too long, a server that is being
/// started. When a connection is lost or gives no answer during a commit, its outcome is unknown,
/// and the method fails: what may have been sent stays in doubt, and is asked about.
///
/// If the server was failed over to a standby or restored while this journal was open, every method
/// fails from when that is noticed: what was read before must not be written after. Start the
/// program again. A journal that was opened for [reading](Self::read) goes on.
/// Numbers follow from the intents and WeChat Pay is asked before each send, so a journal that has
/// lost its last changes pays nothing twice.
pub struct PostgresJournal {
    sessions: Sessions,
    server: PostgresServer,
    owner: JournalOwner,
    writer: Writer,
    /// The columns that are read.
    columns: String,
    reads: bool,
}

/// Who writes, and by which clock.
struct Writer {
    /// Unlike that of any other journal that is open. Its connections have it in their settings.
    name: String,
    history: Arc<History>,
    clock: Arc<dyn Fn() -> Moment + Send + Sync>,
}

impl Writer {
    fn now(&self) -> Moment {
        (self.clock)()
    }
}

impl PostgresJournal {
    /// Makes a new journal: its schema, if there is none, and its tables. All of it is made, or
    /// nothing.
    ///
    /// The user of the database becomes their owner. Workers need `SELECT`, `INSERT` and `UPDATE`
    /// only.
    ///
    /// # Errors
    /// The schema has tables already, or the server is refused: see
    /// [`PostgresErrorKind`](crate::PostgresErrorKind). Nothing was made, unless the connection was
    /// lost in the last moment.
    pub async fn create(
        server: &PostgresServer,
        owner: &JournalOwner,
    ) -> Result<Self, PostgresError> {
        let sessions = Sessions::new(server, false)?;
        let mut client = sessions.first().await?;
        schema::create(&mut client, &server.schema, owner).await?;
        drop(client);
        Self::checked(server, sessions, false, Some(owner)).await
    }

    /// Opens the journal that is there. Nothing is ever made.
    ///
    /// # Errors
    /// There is no journal, it is another merchant's, or the server is refused: see
    /// [`PostgresErrorKind`](crate::PostgresErrorKind). Nothing was changed.
    pub async fn open(
        server: &PostgresServer,
        owner: &JournalOwner,
    ) -> Result<Self, PostgresError> {
        let sessions = Sessions::new(server, false)?;
        Self::checked(server, sessions, false, Some(owner)).await
    }

    /// Opens the journal that is there for reading only, any owner's. Every change fails.
    ///
    /// The user of the database needs no right to what is sent (`message`) or shown to a user
    /// (`package`): entries are read without both.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn read(server: &PostgresServer) -> Result<Self, PostgresError> {
        let sessions = Sessions::new(server, true)?;
        Self::checked(server, sessions, true, None).await
    }

    /// Whose payouts it holds.
    pub fn owner(&self) -> &JournalOwner {
        &self.owner
    }

    async fn checked(
        server: &PostgresServer,
        sessions: Sessions,
        reads: bool,
        wanted: Option<&JournalOwner>,
    ) -> Result<Self, PostgresError> {
        let client = sessions.first().await?;
        let owner = schema::check(&client, &server.schema).await?;
        if let Some(wanted) = wanted {
            schema::check_owner(&owner, wanted)?;
        }
        if !reads {
            schema::may_write(&client, &server.schema).await?;
        }
        drop(client);
        let writer = Writer {
            name: sessions.name.clone(),
            history: Arc::clone(&sessions.history),
            clock: Arc::clone(&server.clock),
        };
        Ok(Self {
            sessions,
            server: server.clone(),
            owner,
            writer,
            columns: columns(reads),
            reads,
        })
    }

    /// Runs a transaction, and runs it again if nothing of it is in the journal.
    async fn change<T, F>(&self, work: impl Fn(Busy) -> F) -> Result<T, JournalError>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        if self.reads {
            return Err(JournalError::storage("it was opened for reading only"));
        }
        self.attempt(work).await
    }

    async fn attempt<T, F>(&self, work: impl Fn(Busy) -> F) -> Result<T, JournalError>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let start = Instant::now();
        let mut tries = 0;
        loop {
            let left = CONNECT_TIMEOUT.saturating_sub(start.elapsed());
            let client = self.sessions.client(left).await?;
            tries += 1;
            let error = match timed(client, &work).await {
                Ok(done) => return Ok(done),
                Err(Trouble::Ended(error)) => return Err(error),
                Err(Trouble::Unknown(error)) => {
                    self.sessions.give_up_idle();
                    return Err(error);
                }
                Err(Trouble::Lost(error)) => {
                    self.sessions.give_up_idle();
                    error
                }
                Err(Trouble::Again(error)) => error,
            };
            if tries >= TRIES || start.elapsed() >= LAST_TRY {
                return Err(error);
            }
        }
    }

    async fn rows(
        &self,
        get: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, JournalError> {
        self.attempt(move |mut busy| async move {
            let (client, _) = busy.parts()?;
            let get = client.prepare_cached(get).await?;
            let rows = client.query(&get, values).await?;
            Ok(busy.ended(rows))
        })
        .await
    }

    async fn entries(
        &self,
        rest: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Entry>, JournalError> {
        let get = format!("SELECT {} FROM entries {rest}", self.columns);
        let rows = self.rows(&get, values).await?;
        rows.iter().map(rows::read).collect()
    }
}

/// All columns; for who only reads, without those that hold what is sent.
fn columns(reads: bool) -> String {
    let column = |name: &'static str| match name {
        "message" if reads => "NULL::bytea AS message",
        "package" if reads => "NULL::text AS package",
        name => name,
    };
    let names: Vec<_> = COLUMNS.iter().map(|(name, ..)| column(name)).collect();
    names.join(", ")
}

#[async_trait]
impl Journal for PostgresJournal {
    async fn insert(&self, entry: &Entry, limits: &Limits) -> Result<Inserted, JournalError> {
        let writer = &self.writer;
        self.change(move |mut busy| async move {
            let (client, commit) = busy.parts()?;
            let done = books::insert(client, commit, writer, entry, limits).await;
            busy.ended(done)
        })
        .await
    }

    async fn begin_send(
        &self,
        entry: &Entry,
        now: Moment,
        limits: &Limits,
    ) -> Result<Begun, JournalError> {
        let writer = &self.writer;
        let asked = Asked::at(now);
        self.change(move |mut busy| async move {
            let (client, commit) = busy.parts()?;
            let done = sends::begin_send(client, commit, writer, entry, asked, limits).await;
            busy.ended(done)
        })
        .await
    }

    async fn update(&self, entry: &Entry) -> Result<Entry, JournalError> {
        let writer = &self.writer;
        let alone = self.change(move |mut busy| async move {
            let (client, commit) = busy.parts()?;
            let done = books::update_alone(client, commit, writer, entry).await;
            busy.ended(done)
        });
        if let Some(changed) = alone.await? {
            return Ok(changed);
        }
        self.change(move |mut busy| async move {
            let (client, commit) = busy.parts()?;
            let done = books::update(client, commit, writer, entry).await;
            busy.ended(done)
        })
        .await
    }

    async fn replace(
        &self,
        old: &Entry,
        new: &Entry,
        limits: &Limits,
    ) -> Result<Inserted, JournalError> {
        let writer = &self.writer;
        self.change(move |mut busy| async move {
            let (client, commit) = busy.parts()?;
            let done = books::replace(client, commit, writer, old, new, limits).await;
            busy.ended(done)
        })
        .await
    }

    async fn by_number(&self, number: &Number) -> Result<Option<Entry>, JournalError> {
        let rest = "WHERE number = $1";
        let mut found = self.entries(rest, &[&number.as_str()]).await?;
        Ok(found.pop())
    }

    async fn by_intent(&self, intent: &IntentId) -> Result<Option<Entry>, JournalError> {
        let current = "WHERE intent = $1 AND replaced_by IS NULL";
        let mut found = self.entries(current, &[&intent.as_str()]).await?;
        Ok(found.pop())
    }

    async fn open(&self, most: usize) -> Result<Vec<Number>, JournalError> {
        let rows = self.rows(OPEN, &[&limit(most)]).await?;
        rows.iter().map(rows::number).collect()
    }

    async fn page(&self, after: Option<&Number>, most: usize) -> Result<Vec<Entry>, JournalError> {
        let after = after.map_or("", Number::as_str);
        let rest = "WHERE number > $1 ORDER BY number LIMIT $2";
        self.entries(rest, &[&after, &limit(most)]).await
    }
}

impl fmt::Debug for PostgresJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresJournal")
            .field("server", &self.server)
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

const OPEN: &str =
    "SELECT number FROM entries WHERE closed_at IS NULL ORDER BY next_at, number LIMIT $1";
/// How long a server is waited for that can't be connected to. No longer than a lease lasts: a send
/// that waited for it begins with a new moment.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
const TRIES: u32 = 5;
/// No try begins later than that: one that was given no answer is made again, and then it ends.
const LAST_TRY: Duration = Duration::from_secs(45);
