//! Reads and writes through `Failover` while the main host fails in several ways.

use std::fmt;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::Authority;
use http::{Request, Response};
use tokio::task::JoinSet;
use tokio::time::sleep;
use wxpay_api::core::{Effect, Sent};
use wxpay_api::transport::{Failover, Hints, Transport, TransportError};

use super::Times;
use super::hosts::{Books, Host, Mode};
use super::patient::Patient;

/// What the main host does meanwhile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// Nothing: for comparison.
    None,
    /// Nobody listens at it.
    Down,
    /// It answers late.
    Slow,
    /// It comes and goes.
    Flapping,
    /// It takes requests, books them, and never answers.
    HalfOpen,
    /// A gateway answers 502 in its place.
    BadGateway,
}

/// Every [`Trouble`].
pub const TROUBLES: [Trouble; 6] = [
    Trouble::None,
    Trouble::Down,
    Trouble::Slow,
    Trouble::Flapping,
    Trouble::HalfOpen,
    Trouble::BadGateway,
];

/// What came of the calls.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// How many reads were made.
    pub reads: usize,
    /// How many of them were answered with status 200.
    pub reads_answered: usize,
    /// How many writes were made.
    pub writes: usize,
    /// How many of them were answered with status 200.
    pub writes_answered: usize,
    /// How many of them may have been executed, by what was said.
    pub writes_unknown: usize,
    /// How many of them were not, by what was said.
    pub writes_not_sent: usize,
    /// How many writes more than one request was read of.
    pub duplicated: usize,
    /// How many writes were called not sent, but were read.
    pub denied: usize,
    /// How many answered writes were never read.
    pub invented: usize,
    /// How many requests each host read: main, backup.
    pub at: (usize, usize),
    /// How long the reads took.
    pub read_times: Times,
    /// How long the writes took.
    pub write_times: Times,
}

/// Keeps `at_once` callers busy until each has `enough`, of whose calls every fifth is a write with
/// a number of its own.
///
/// Time runs out for calls to a main host that never answers, after `patience`. Others may take
/// as long as a busy machine does.
pub async fn run(
    trouble: Trouble,
    at_once: usize,
    patience: Duration,
    enough: impl Fn(&Progress<'_>) -> bool + Clone + Send + 'static,
) -> Outcome {
    let books = Books::default();
    let main = Host::start("main", books.clone()).await;
    let backup = Host::start("backup", books.clone()).await;
    let authority = |host: &Host| host.address.to_string().parse::<Authority>().unwrap();
    let silent = (trouble == Trouble::HalfOpen).then(|| authority(&main));
    let transport = Patient::but_for(silent, patience);
    let failover = Failover::new(transport)
        .hosts(authority(&main), authority(&backup))
        .cool_down(Duration::from_millis(500));
    let url = format!("http://{}", main.address);
    let start = Instant::now();
    let trouble = tokio::spawn(make(trouble, main));
    sleep(SETTLED).await;

    let mut callers = JoinSet::new();
    for caller in 0..at_once {
        let (transport, url) = (failover.clone(), url.clone());
        let (enough, books) = (enough.clone(), books.clone());
        callers.spawn(async move {
            let mut calls = Vec::new();
            for number in 0.. {
                let so_far = Progress {
                    calls: number,
                    time: start.elapsed(),
                    books: &books,
                };
                if enough(&so_far) {
                    break;
                }
                let effect = match number % 5 {
                    0 => Effect::Write,
                    _ => Effect::Read,
                };
                calls.push(call(&transport, &url, effect, format!("{caller}-{number}")).await);
            }
            calls
        });
    }
    let mut calls = Vec::new();
    while let Some(made) = callers.join_next().await {
        calls.extend(made.unwrap());
    }
    trouble.abort();
    sum_up(&calls, &books)
}

/// What a caller has behind it.
#[non_exhaustive]
pub struct Progress<'a> {
    /// How many calls it has made.
    pub calls: usize,
    /// How long all callers have been busy.
    pub time: Duration,
    books: &'a Books,
}

impl Progress<'_> {
    /// Whether each host has read a request of any caller.
    pub fn met_both_hosts(&self) -> bool {
        self.books.at("main") > 0 && self.books.at("backup") > 0
    }
}

async fn make(trouble: Trouble, main: Host) {
    match trouble {
        Trouble::None => main.set(Mode::Up),
        Trouble::Down => main.set(Mode::Down),
        Trouble::Slow => main.set(Mode::Slow(Duration::from_millis(300))),
        Trouble::HalfOpen => main.set(Mode::HalfOpen),
        Trouble::BadGateway => main.set(Mode::BadGateway),
        Trouble::Flapping => loop {
            main.set(Mode::Down);
            sleep(Duration::from_millis(130)).await;
            main.set(Mode::Up);
            sleep(Duration::from_millis(170)).await;
        },
    }
    // The host is there as long as this runs.
    std::future::pending::<()>().await;
}

struct Call {
    number: String,
    effect: Effect,
    end: Result<Response<Bytes>, TransportError>,
    time: Duration,
}

async fn call(transport: &impl Transport, url: &str, effect: Effect, number: String) -> Call {
    let method = match effect {
        Effect::Read => "GET",
        Effect::Write => "POST",
    };
    let hints = Hints::new("load.failover", effect, false).backup_host(true);
    let request = Request::builder()
        .method(method)
        .uri(format!("{url}/{number}"))
        .extension(hints)
        .body(Bytes::new())
        .unwrap();
    let start = Instant::now();
    let end = transport.send(request).await;
    let time = start.elapsed();
    Call {
        number,
        effect,
        end,
        time,
    }
}

fn sum_up(calls: &[Call], books: &Books) -> Outcome {
    let mut sum = Outcome {
        at: (books.at("main"), books.at("backup")),
        ..Outcome::default()
    };
    let times = |effect| {
        let of = calls.iter().filter(|call| call.effect == effect);
        Times::new(of.map(|call| call.time).collect())
    };
    (sum.read_times, sum.write_times) = (times(Effect::Read), times(Effect::Write));
    for call in calls {
        let answered = matches!(&call.end, Ok(answer) if answer.status() == 200);
        if call.effect == Effect::Read {
            sum.reads += 1;
            sum.reads_answered += usize::from(answered);
            continue;
        }
        let read = books.of(&call.number).len();
        sum.writes += 1;
        sum.duplicated += usize::from(read > 1);
        match &call.end {
            Ok(_) if answered => {
                sum.writes_answered += 1;
                sum.invented += usize::from(read == 0);
            }
            Err(error) if error.sent() == Sent::No => {
                sum.writes_not_sent += 1;
                sum.denied += usize::from(read > 0);
            }
            Ok(_) | Err(_) => sum.writes_unknown += 1,
        }
    }
    sum
}

/// Long enough for the trouble to have begun.
const SETTLED: Duration = Duration::from_millis(50);

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            reads,
            reads_answered,
            writes,
            writes_answered,
            writes_unknown,
            writes_not_sent,
            duplicated,
            denied,
            ..
        } = self;
        let (main, backup) = self.at;
        writeln!(
            f,
            "  reads:  {reads} made, {reads_answered} answered; {}",
            self.read_times
        )?;
        writeln!(
            f,
            "  writes: {writes} made, {writes_answered} answered, {writes_unknown} unknown, {writes_not_sent} not sent; {}",
            self.write_times
        )?;
        write!(
            f,
            "  books:  {duplicated} writes read twice, {denied} called not sent but read; {main} requests at the main host, {backup} at the backup"
        )
    }
}
