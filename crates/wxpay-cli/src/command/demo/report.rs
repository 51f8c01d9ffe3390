use std::fmt;
use std::time::{Duration, Instant};

use comfy_table::{ContentArrangement, Table, presets};

/// What the steps found.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    call: &'static str,
    signed: &'static str,
    verified: String,
    result: String,
    time: Duration,
    holds: bool,
}

/// One step that has begun.
pub(crate) struct Step {
    call: &'static str,
    signed: &'static str,
    began: Instant,
}

/// What a step must have found to hold.
pub(crate) struct Finding {
    /// How the reply was verified, or why it was not believed.
    pub(crate) verified: String,
    /// What it means for the money.
    pub(crate) result: String,
    /// Whether the sandbox's books say the same.
    pub(crate) holds: bool,
}

impl Step {
    /// Begins a step: the call, and what is signed of it.
    pub(crate) fn begin(call: &'static str, signed: &'static str) -> Self {
        Self {
            call,
            signed,
            began: Instant::now(),
        }
    }

    /// Ends it.
    pub(crate) fn end(self, finding: Finding, report: &mut Report) {
        report.rows.push(Row {
            call: self.call,
            signed: self.signed,
            verified: finding.verified,
            result: finding.result,
            time: self.began.elapsed(),
            holds: finding.holds,
        });
    }
}

impl Report {
    /// Whether there are steps and every one of them holds.
    pub(crate) fn holds(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.holds)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table
            .load_preset(presets::UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(132)
            .set_header([
                "",
                "call",
                "what was signed",
                "how the reply was verified",
                "what it means",
                "time",
            ]);
        for row in &self.rows {
            table.add_row([
                if row.holds { "ok" } else { "FAILED" },
                row.call,
                row.signed,
                &row.verified,
                &row.result,
                &format!("{:.1} ms", row.time.as_secs_f64() * 1000.0),
            ]);
        }
        writeln!(f, "{table}")?;
        let held = self.rows.iter().filter(|row| row.holds).count();
        write!(f, "{held} of {} steps hold.", self.rows.len())
    }
}
