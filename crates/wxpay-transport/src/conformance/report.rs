use std::fmt;
use std::time::Duration;

use wxpay_core::{Effect, Sent};

use super::Expected;

/// What a transport did with every fault. `Display` prints it as a table, and at its end each thing
/// that is wrong, with the rows that it is about.
#[derive(Clone, Debug)]
pub struct Report {
    pub(super) rows: Vec<Row>,
}

impl Report {
    /// A row for each fault and effect, in the order of [`faults`](super::faults).
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether nothing is wrong.
    pub fn is_conforming(&self) -> bool {
        self.wrong().next().is_none()
    }

    /// The rows that are wrong.
    pub fn wrong(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| matches!(row.verdict, Verdict::Wrong(_)))
    }

    /// The rows where the transport says "maybe sent" though nothing was: safe, but each costs a
    /// query.
    pub fn cautious(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| row.verdict == Verdict::Cautious)
    }
}

/// What a transport did with one fault.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The fault's name.
    pub fault: &'static str,
    /// Whether the call was one that may write (a POST) or only reads (a GET).
    pub effect: Effect,
    /// What had to be said.
    pub expected: Expected,
    /// What was said: a status, or whether the request was sent. `None` if the call never ended, or
    /// panicked.
    pub said: Option<Result<u16, Sent>>,
    /// How long the call took.
    pub elapsed: Duration,
    /// How many requests the server read.
    pub requests: usize,
    /// How many bytes of memory the call took at most, where that is looked at.
    pub memory: Option<u64>,
    /// Whether that is right.
    pub verdict: Verdict,
}

/// Whether what a transport did is right.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// As the contract says.
    Right,
    /// It says "maybe sent" where nothing was sent: safe, but each costs a query.
    Cautious,
    /// It breaks the contract, for this reason. Money can be lost by it.
    Wrong(String),
    /// This machine can't make the fault, for this reason.
    NotRun(String),
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<40} {:<5}  {:<13} {:<11} {:>7}  {:>8}  {:>8}  verdict",
            "fault", "call", "expected", "said", "ms", "requests", "KiB"
        )?;
        for row in &self.rows {
            let call = call(row.effect);
            let memory = row.memory.map(|bytes| (bytes / 1024).to_string());
            writeln!(
                f,
                "{:<40} {call:<5}  {:<13} {:<11} {:>7}  {:>8}  {:>8}  {}",
                row.fault,
                expected(&row.expected),
                said(row.said),
                row.elapsed.as_millis(),
                row.requests,
                memory.unwrap_or_default(),
                verdict(&row.verdict),
            )?;
        }
        let of =
            |kind: fn(&Verdict) -> bool| self.rows.iter().filter(|row| kind(&row.verdict)).count();
        let faults = self
            .rows
            .iter()
            .filter(|row| row.effect == Effect::Write)
            .count();
        write!(
            f,
            "{faults} faults, {} rows: {} right, {} cautious, {} wrong, {} not run",
            self.rows.len(),
            of(|verdict| *verdict == Verdict::Right),
            of(|verdict| *verdict == Verdict::Cautious),
            of(|verdict| matches!(verdict, Verdict::Wrong(_))),
            of(|verdict| matches!(verdict, Verdict::NotRun(_))),
        )?;
        // Again, for a long table is cut where logs are.
        for (reason, rows) in self.by_reason() {
            write!(f, "\n{}", verdict(reason))?;
            for row in rows.iter().take(NAMED) {
                write!(f, "\n  {}, {}", row.fault, call(row.effect))?;
            }
            if let Some(more) = rows.len().checked_sub(NAMED).filter(|more| *more > 0) {
                write!(f, "\n  and {more} more")?;
            }
        }
        Ok(())
    }
}

impl Report {
    /// What is wrong, and then what is cautious, each with its rows: one mistake is often in many.
    fn by_reason(&self) -> Vec<(&Verdict, Vec<&Row>)> {
        let mut reasons: Vec<(&Verdict, Vec<&Row>)> = Vec::new();
        for row in self.wrong().chain(self.cautious()) {
            match reasons
                .iter_mut()
                .find(|(reason, _)| **reason == row.verdict)
            {
                Some((_, rows)) => rows.push(row),
                None => reasons.push((&row.verdict, vec![row])),
            }
        }
        reasons
    }
}

fn call(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Write => "write",
    }
}

fn expected(expected: &Expected) -> String {
    match expected {
        Expected::NotSent => "not sent".to_owned(),
        Expected::MaybeSent => "maybe sent".to_owned(),
        Expected::ErrorAsSeen => "error, as seen".to_owned(),
        Expected::Answer(status, _) => status.to_string(),
        Expected::AnswerOrMaybeSent(status, _) => format!("{status} or maybe"),
    }
}

fn said(said: Option<Result<u16, Sent>>) -> String {
    match said {
        Some(Ok(status)) => status.to_string(),
        Some(Err(Sent::No)) => "not sent".to_owned(),
        Some(Err(Sent::Maybe)) => "maybe sent".to_owned(),
        None => "nothing".to_owned(),
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Right => "right".to_owned(),
        Verdict::Cautious => "cautious".to_owned(),
        Verdict::Wrong(reason) => format!("WRONG: {reason}"),
        Verdict::NotRun(reason) => format!("not run: {reason}"),
    }
}

/// How many rows are named for one reason.
const NAMED: usize = 6;
