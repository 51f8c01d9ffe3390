use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::{has_colours, stdout};
use crate::{width, wrap};

use super::exam::{Exam, Line};
use super::verdict::Level;

/// What the checks found, ready to be printed.
pub(super) struct Report {
    lines: Vec<Line>,
    offline: bool,
    lang: Lang,
}

impl Report {
    pub(super) fn new(exam: Exam, lang: Lang) -> Self {
        Self {
            offline: exam.is_offline(),
            lines: exam.into_lines(),
            lang,
        }
    }

    /// 0, or 1 when something is red.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self.worst() {
            Level::Red => ExitCode::FAILURE,
            _ => ExitCode::SUCCESS,
        }
    }

    pub(super) fn print(&self, json: bool) -> Result<(), Fail> {
        let mut out = stdout().lock();
        if json {
            return Ok(writeln!(out, "{:#}", self.to_json())?);
        }
        let (made, skipped): (Vec<&Line>, Vec<&Line>) = self
            .lines
            .iter()
            .partition(|line| !line.verdict.is_skipped());
        for line in made {
            let told = line.verdict.said.in_lang(self.lang);
            self.print_line(&mut out, line.verdict.level, line.check, told)?;
            if let Some(to_do) = &line.verdict.to_do {
                let to_do = format!("{:TEXT$}→ {}", "", to_do.in_lang(self.lang));
                writeln!(out, "{}", hung(&to_do, TEXT + 2))?;
            }
        }
        for (why, checks) in by_reason(&skipped, self.lang) {
            let told = format!("{why}{}{}", self.lang.pick(": ", "："), checks);
            self.print_line(&mut out, Level::Skipped, "", &told)?;
        }
        Ok(writeln!(out, "\n{}", hung(&self.summary(), 0))?)
    }

    fn print_line(
        &self,
        out: &mut impl Write,
        level: Level,
        check: &str,
        told: &str,
    ) -> Result<(), Fail> {
        let style = match has_colours() {
            true => style(level),
            false => Style::new(),
        };
        // Chinese characters take two columns.
        let (word, columns) = match self.lang {
            Lang::En => (english(level), english(level).len()),
            Lang::Zh => (chinese(level), chinese(level).chars().count() * 2),
        };
        let pad = " ".repeat(8_usize.saturating_sub(columns));
        let (check, column) = match check {
            "" => (String::new(), SKIPPED),
            check => (format!("{check:<22} "), TEXT),
        };
        let line = format!("{style}{word}{style:#}{pad} {check}{told}");
        Ok(writeln!(out, "{}", hung(&line, column))?)
    }

    fn summary(&self) -> String {
        let yellow = self.names(Level::Yellow);
        let red = self.names(Level::Red);
        let ready = match (self.lang, self.offline) {
            (Lang::En, false) => "Ready",
            (Lang::En, true) => "Ready as far as can be seen without a connection",
            (Lang::Zh, false) => "已就绪",
            (Lang::Zh, true) => "离线检查通过（未检查网络相关项）",
        };
        match (red.is_empty(), yellow.is_empty(), self.lang) {
            (false, _, Lang::En) => format!("Not ready. Red: {}", red.join(", ")),
            (false, _, Lang::Zh) => format!("尚未就绪。红：{}", red.join("、")),
            (true, false, Lang::En) => format!("{ready}. Yellow: {}", yellow.join(", ")),
            (true, false, Lang::Zh) => format!("{ready}。黄：{}", yellow.join("、")),
            (true, true, Lang::En) => format!("{ready}: no check is red or yellow."),
            (true, true, Lang::Zh) => format!("{ready}：没有红色或黄色的检查项。"),
        }
    }

    fn names(&self, level: Level) -> Vec<&'static str> {
        let lines = self.lines.iter().filter(|line| line.verdict.level == level);
        lines.map(|line| line.check).collect()
    }

    fn worst(&self) -> Level {
        let has = |level| !self.names(level).is_empty();
        if has(Level::Red) {
            Level::Red
        } else if has(Level::Yellow) {
            Level::Yellow
        } else {
            Level::Green
        }
    }

    fn to_json(&self) -> Value {
        let check = |line: &Line| {
            json!({
                "check": line.check,
                "level": english(line.verdict.level),
                "said": line.verdict.said.in_lang(self.lang),
                "to_do": line.verdict.to_do.as_ref().map(|text| text.in_lang(self.lang)),
            })
        };
        json!({
            "level": english(self.worst()),
            "checks": self.lines.iter().map(check).collect::<Vec<_>>(),
        })
    }
}

/// The checks that were not made, by the reason.
fn by_reason<'a>(skipped: &[&'a Line], lang: Lang) -> Vec<(&'a str, String)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in skipped {
        let why = line.verdict.said.in_lang(lang);
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, checks)) => checks.push(line.check),
            None => reasons.push((why, vec![line.check])),
        }
    }
    let joined = |(why, checks): (_, Vec<&str>)| (why, checks.join(lang.pick(", ", "、")));
    reasons.into_iter().map(joined).collect()
}

/// A line in the width of the terminal, if there is one.
fn hung(line: &str, indent: usize) -> String {
    match width::of_tables() {
        Some(width) => wrap::hang(line, width, indent),
        None => line.to_owned(),
    }
}

fn english(level: Level) -> &'static str {
    match level {
        Level::Green => "green",
        Level::Yellow => "yellow",
        Level::Red => "red",
        Level::Skipped | Level::Unused => "skipped",
    }
}

fn chinese(level: Level) -> &'static str {
    match level {
        Level::Green => "绿",
        Level::Yellow => "黄",
        Level::Red => "红",
        Level::Skipped | Level::Unused => "跳过",
    }
}

fn style(level: Level) -> Style {
    match level {
        Level::Green => AnsiColor::Green.on_default().bold(),
        Level::Yellow => AnsiColor::Yellow.on_default().bold(),
        Level::Red => AnsiColor::Red.on_default().bold(),
        Level::Skipped | Level::Unused => Style::new().dimmed(),
    }
}

/// The column of what a check found: behind the level and the name of the check.
const TEXT: usize = 32;
/// The column of why checks were skipped: behind the level.
const SKIPPED: usize = 9;
