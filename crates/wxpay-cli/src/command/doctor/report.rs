use std::io::Write;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::fail::Fail;
use crate::lang::Lang;
use crate::out::stdout;

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
        let colours = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        for line in &self.lines {
            self.print_line(&mut out, line, colours)?;
        }
        Ok(writeln!(out, "\n{}", self.summary())?)
    }

    fn print_line(&self, out: &mut impl Write, line: &Line, colours: bool) -> Result<(), Fail> {
        let level = line.verdict.level;
        let style = if colours { style(level) } else { Style::new() };
        // Chinese characters take two columns.
        let (word, columns) = match self.lang {
            Lang::En => (english(level), english(level).len()),
            Lang::Zh => (chinese(level), chinese(level).chars().count() * 2),
        };
        let pad = " ".repeat(8_usize.saturating_sub(columns));
        writeln!(
            out,
            "{style}{word}{style:#}{pad} {:<22} {}",
            line.check,
            line.verdict.said.in_lang(self.lang)
        )?;
        if let Some(to_do) = &line.verdict.to_do {
            writeln!(out, "{:32}→ {}", "", to_do.in_lang(self.lang))?;
        }
        Ok(())
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
