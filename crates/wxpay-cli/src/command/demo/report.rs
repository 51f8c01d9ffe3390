use std::fmt;
use std::time::{Duration, Instant};

use comfy_table::{ContentArrangement, presets};
use serde_json::{Value, json};
use wxpay_api::core::Error;

use crate::fail::explained;
use crate::lang::{Lang, Text};
use crate::table;

/// What the steps found.
pub(crate) struct Report {
    lang: Lang,
    rows: Vec<Row>,
}

struct Row {
    call: Text,
    signed: Text,
    verified: Text,
    result: Text,
    time: Duration,
    holds: bool,
}

/// One step that has begun.
pub(crate) struct Step {
    call: Text,
    signed: Text,
    began: Instant,
}

/// What a step must have found to hold.
pub(crate) struct Finding {
    /// How the response was verified, or why it was not believed.
    pub(crate) verified: Text,
    /// What it means for the money.
    pub(crate) result: Text,
    /// Whether the sandbox's books say the same.
    pub(crate) holds: bool,
}

impl Step {
    /// Begins a step: the call, and what is signed of it.
    pub(crate) fn begin(call: Text, signed: (&str, &str)) -> Self {
        Self {
            call,
            signed: Text::new(signed.0, signed.1),
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

/// A failure where there should be none, with every cause behind it.
pub(crate) fn unexpected(error: &Error) -> Finding {
    let [en, zh] = [Lang::En, Lang::Zh].map(|lang| explained(error.kind(), lang));
    let outcome = error.outcome();
    Finding {
        verified: Text::new(en.join(": "), zh.join("：")),
        result: Text::new(
            format!("{outcome:?}, and no failure was expected"),
            format!("{outcome:?}，而此处不应失败"),
        ),
        holds: false,
    }
}

impl Report {
    pub(crate) fn new(lang: Lang) -> Self {
        Self {
            lang,
            rows: Vec::new(),
        }
    }

    /// Whether there are steps and every one of them holds.
    pub(crate) fn holds(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.holds)
    }

    /// The same as the table, for programs.
    pub(crate) fn json(&self) -> Value {
        let steps = self.rows.iter().map(|row| {
            json!({
                "call": row.call.in_lang(self.lang),
                "signed": row.signed.in_lang(self.lang),
                "verified": row.verified.in_lang(self.lang),
                "result": row.result.in_lang(self.lang),
                "milliseconds": row.time.as_secs_f64() * 1000.0,
                "holds": row.holds,
            })
        });
        json!({ "holds": self.holds(), "steps": steps.collect::<Vec<_>>() })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = table::new(presets::UTF8_HORIZONTAL_ONLY);
        if table.width().is_none_or(|width| width > WIDEST) {
            table
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(WIDEST);
        }
        table.set_header(self.lang.pick(ENGLISH, CHINESE));
        for row in &self.rows {
            let [ok, failed] = self.lang.pick(["ok", "FAILED"], ["通过", "未通过"]);
            table.add_row([
                if row.holds { ok } else { failed },
                row.call.in_lang(self.lang),
                row.signed.in_lang(self.lang),
                row.verified.in_lang(self.lang),
                row.result.in_lang(self.lang),
                &format!("{:.1} ms", row.time.as_secs_f64() * 1000.0),
            ]);
        }
        writeln!(f, "{table}")?;
        let held = self.rows.iter().filter(|row| row.holds).count();
        let all = self.rows.len();
        match self.lang {
            Lang::En => write!(f, "{held} of {all} steps hold."),
            Lang::Zh => write!(f, "{all} 个步骤中有 {held} 个通过。"),
        }
    }
}

/// In columns; prose in wider cells is hard to read.
const WIDEST: u16 = 132;
const ENGLISH: [&str; 6] = [
    "",
    "call",
    "what was signed",
    "how the response was verified",
    "what it means",
    "time",
];
const CHINESE: [&str; 6] = ["", "调用", "签名内容", "如何验证应答", "说明什么", "用时"];
