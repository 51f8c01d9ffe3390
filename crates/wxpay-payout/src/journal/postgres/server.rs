//! Where the database is, and how it may be reached: an encrypted and verified connection, or none
//! that leaves the machine.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Host, SslMode};
use wxpay_core::Secret;

use super::error::{PostgresError, PostgresErrorKind};
use crate::Moment;

/// Where the database of a [`PostgresJournal`](super::PostgresJournal) is, and how it is reached.
///
/// It is parsed from a URL as PostgreSQL's own programs take it,
/// `postgresql://user@host:5432/database?…`, with these parameters besides those of the connection
/// (`connect_timeout`, `application_name` and so on):
///
/// - `schema`: the schema of the journal, `wxpay_payouts` unless given. Each merchant's journal has
///   a schema of its own.
/// - `sslmode`: `verify-full`, and that is what is used when it is absent. `disable` is possible
///   for a server on the same machine only (a loopback address or a Unix socket), and is the
///   default there.
/// - `sslrootcert`: a PEM file of the root certificates to trust. Without it the operating system's
///   are trusted.
///
/// `Debug` and `Display` show no password.
#[derive(Clone)]
pub struct PostgresServer {
    pub(super) config: tokio_postgres::Config,
    pub(super) schema: String,
    pub(super) encrypted: bool,
    pub(super) root: Option<PathBuf>,
    pub(super) connections: usize,
    pub(super) clock: Arc<dyn Fn() -> Moment + Send + Sync>,
}

impl PostgresServer {
    /// Takes a URL apart. Nothing is connected to.
    ///
    /// # Errors
    /// It is not such a URL, or its connection would be neither encrypted nor within this machine.
    pub fn parse(url: &str) -> Result<Self, PostgresError> {
        let invalid = |why: String| PostgresError::new(PostgresErrorKind::Address { problem: why });
        if !Self::is_url(url) {
            return Err(invalid(
                "it must begin with postgres:// or postgresql://".to_owned(),
            ));
        }
        let Ours {
            rest,
            schema,
            sslmode,
            root,
        } = ours(url).map_err(invalid)?;
        // What the parser says names parameters, never their values.
        let mut config: tokio_postgres::Config = rest
            .parse()
            .map_err(|error: tokio_postgres::Error| invalid(said(&error)))?;
        let schema = schema.unwrap_or_else(|| "wxpay_payouts".to_owned());
        check_schema(&schema).map_err(invalid)?;
        if config.get_hosts().is_empty() {
            return Err(invalid("it names no host".to_owned()));
        }
        let encrypted = encrypted(sslmode.as_deref(), stays_here(&config)).map_err(|why| {
            PostgresError::new(PostgresErrorKind::NotEncrypted {
                problem: why.to_owned(),
            })
        })?;
        config.ssl_mode(if encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("wxpay-payout");
        }
        keep_alive(&mut config);
        Ok(Self {
            config,
            schema,
            encrypted,
            root,
            connections: CONNECTIONS,
            clock: Arc::new(system_clock),
        })
    }

    /// Whether a text is meant as such a URL, and not as the path of a file.
    pub fn is_url(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// The same with a password.
    #[must_use]
    pub fn password(mut self, password: &Secret) -> Self {
        self.config.password(password.expose());
        self
    }

    /// Whether it has a password: from the URL, say.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// The user, if it names one.
    pub fn user(&self) -> Option<&str> {
        self.config.get_user()
    }

    /// The database; the server takes the user's name for it if there is none.
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname().or_else(|| self.user())
    }

    /// Every host with its port, in the order in which they are tried. A Unix socket is the path of
    /// its folder.
    pub fn hosts(&self) -> Vec<(String, u16)> {
        let ports = self.config.get_ports();
        let port = |at: usize| ports.get(at).or_else(|| ports.first()).copied();
        let hosts = self.config.get_hosts().iter().enumerate();
        hosts
            .map(|(at, host)| (shown(host), port(at).unwrap_or(5432)))
            .collect()
    }

    /// The schema of the journal.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The most connections that are open at once. 8.
    #[must_use]
    pub fn connections(mut self, most: std::num::NonZeroUsize) -> Self {
        self.connections = most.get();
        self
    }

    /// The wall clock that leases and moments are written by, if it is another than the system's:
    /// the same as that of [`PayoutsBuilder::clock`](crate::PayoutsBuilder::clock).
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }
}

impl fmt::Display for PostgresServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self
            .hosts()
            .into_iter()
            .map(|(host, port)| format!("{host}:{port}"))
            .collect();
        let database = self.database().unwrap_or_default();
        write!(f, "{}/{database}?schema={}", hosts.join(","), self.schema)
    }
}

impl fmt::Debug for PostgresServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresServer")
            .field("hosts", &self.hosts())
            .field("database", &self.database())
            .field("schema", &self.schema)
            .field("encrypted", &self.encrypted)
            .finish_non_exhaustive()
    }
}

/// A connection that a firewall has forgotten has to be known as lost before a call's time is over.
fn keep_alive(config: &mut tokio_postgres::Config) {
    config.tcp_user_timeout(UNANSWERED);
    if config.get_keepalives_idle() == KEEPALIVES_UNSET {
        config.keepalives_idle(KEEPALIVES_IDLE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(KEEPALIVES_INTERVAL);
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(KEEPALIVES_RETRIES);
    }
}

fn system_clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    Moment::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// The parameters that this library reads itself, and the URL without them.
#[derive(Default)]
struct Ours {
    rest: String,
    schema: Option<String>,
    sslmode: Option<String>,
    root: Option<PathBuf>,
}

fn ours(url: &str) -> Result<Ours, String> {
    let Some((before, parameters)) = url.split_once('?') else {
        return Ok(Ours {
            rest: url.to_owned(),
            ..Ours::default()
        });
    };
    let mut found = Ours::default();
    let mut left = Vec::new();
    for parameter in parameters.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = || {
            let value = percent_decode_str(value)
                .decode_utf8()
                .map_err(|_| format!("{name} is not UTF-8"))?;
            Ok::<_, String>(value.into_owned())
        };
        let twice = match name {
            "schema" => found.schema.replace(value()?).is_some(),
            "sslmode" => found.sslmode.replace(value()?).is_some(),
            "sslrootcert" => found.root.replace(PathBuf::from(value()?)).is_some(),
            _ => {
                left.push(parameter);
                false
            }
        };
        if twice {
            return Err(format!("{name} is in it twice"));
        }
    }
    found.rest = if left.is_empty() {
        before.to_owned()
    } else {
        format!("{before}?{}", left.join("&"))
    };
    // The system's roots are what is trusted without a file.
    found.root = found.root.filter(|root| root.as_os_str() != "system");
    Ok(found)
}

/// It is put into statements, so nothing in it may need quotation marks.
fn check_schema(schema: &str) -> Result<(), String> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = schema.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    let fits = (1..=63).contains(&schema.len()) && schema.bytes().all(letters);
    if begins && fits && !schema.starts_with("pg_") {
        return Ok(());
    }
    Err(
        "schema must be at most 63 lower-case letters, digits and _, and begin with a letter"
            .to_owned(),
    )
}

/// Whether the connection is to be encrypted.
fn encrypted(sslmode: Option<&str>, here: bool) -> Result<bool, &'static str> {
    match (sslmode, here) {
        (Some("verify-full"), _) | (None, false) => Ok(true),
        (None | Some("disable"), true) => Ok(false),
        (Some("disable"), false) => Err(
            "sslmode=disable is possible for a server on the same machine only (a loopback address or a Unix socket)",
        ),
        (Some(_), _) => Err(
            "sslmode must be verify-full: the other modes do not check who the server is, and it decides who was paid already",
        ),
    }
}

/// Whether every host is on this machine.
fn stays_here(config: &tokio_postgres::Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(std::net::IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            let address = name.trim_start_matches('[').trim_end_matches(']').parse();
            name == "localhost" || address.is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn shown(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

/// What an error and its causes say.
pub(super) fn said(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

const CONNECT: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 8;
/// How long what was sent may stay without any sign of the other side.
const UNANSWERED: Duration = Duration::from_secs(10);
/// What a URL that does not say it leads to.
const KEEPALIVES_UNSET: Duration = Duration::from_secs(2 * 60 * 60);
const KEEPALIVES_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVES_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVES_RETRIES: u32 = 3;
