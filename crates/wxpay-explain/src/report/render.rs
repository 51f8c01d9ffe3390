//! A report as text for people and as JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Report, Verdict, Verified};
use crate::causes::{Language, Severity};
use crate::diff::Piece;

impl Report {
    /// The report in words, several lines, ended by a line feed.
    pub fn to_text(&self, language: Language) -> String {
        let mut out = String::new();
        for check in self.checks() {
            let verdict = verdict(check.verdict, language);
            // Writing to a String does not fail.
            let _ = writeln!(out, "{}: {verdict}", line(&check.what));
        }
        for finding in self.findings() {
            let weight = weight(finding.severity(), language);
            let sentence = line(&finding.sentence(language));
            let _ = writeln!(out, "\n{weight} {}\n  {sentence}", finding.id());
            let _ = writeln!(out, "  → {}", line(&finding.advice(language)));
        }
        if self.verdict() == Verdict::Broken || self.verified_text().is_some() {
            self.write_texts(&mut out, language);
        }
        out
    }

    /// The report as JSON: `verdict`, `checks[] {what, verdict}`, `findings[] {id, severity,
    /// message {en, zh}, advice {en, zh}}`, `expected_text` and `verified_text` (a text or null)
    /// and `diff` (null, or a list of `[kind, text]` with the kinds `same`, `missing` and `extra`).
    pub fn to_json(&self) -> String {
        let checks: Vec<Value> = self
            .checks()
            .iter()
            .map(|check| json!({"what": check.what, "verdict": check.verdict.name()}))
            .collect();
        let findings: Vec<Value> = self
            .findings()
            .iter()
            .map(|finding| {
                let both = |text: &dyn Fn(Language) -> String| {
                    json!({"en": text(Language::English), "zh": text(Language::Chinese)})
                };
                json!({
                    "id": finding.id(),
                    "severity": finding.severity().name(),
                    "message": both(&|language| finding.sentence(language)),
                    "advice": both(&|language| finding.advice(language)),
                })
            })
            .collect();
        let diff = self.diff().map(|diff| {
            let pieces = diff.pieces().iter().map(|piece| match piece {
                Piece::Same(text) => json!(["same", text]),
                Piece::Missing(text) => json!(["missing", text]),
                Piece::Extra(text) => json!(["extra", text]),
            });
            pieces.collect::<Vec<Value>>()
        });
        let report = json!({
            "verdict": self.verdict().name(),
            "checks": checks,
            "findings": findings,
            "expected_text": self.expected_text(),
            "verified_text": self.verified_text(),
            "diff": diff,
        });
        report.to_string()
    }

    const fn expected_title(&self, language: Language) -> &'static str {
        match (self.received, language) {
            (false, Language::English) => "what should be signed",
            (false, Language::Chinese) => "应签名的字符串",
            (true, Language::English) => "what this capture gives to be verified",
            (true, Language::Chinese) => "由此抓取内容得到的验签串",
        }
    }

    fn write_texts(&self, out: &mut String, language: Language) {
        let mut write = |title: &str, text: &str| {
            let colon = match language {
                Language::English => ":",
                Language::Chinese => "：",
            };
            let _ = writeln!(out, "\n{title}{colon}\n{}", lines(text));
        };
        if let Some(text) = self.expected_text() {
            write(self.expected_title(language), text);
        }
        if let Some(verified) = &self.verified {
            write(&verified_title(verified, language), &verified.text);
        }
        let differs = match (self.by_wechat, language) {
            (false, Language::English) => "what differs ([-missing-], {+extra+})",
            (false, Language::Chinese) => "差异（[-缺少-]，{+多出+}）",
            (true, Language::English) => {
                "what differs ([-only in this capture-], {+only in what WeChat Pay signed+})"
            }
            (true, Language::Chinese) => "差异（[-仅在抓取内容中-]，{+仅在微信支付签名的内容中+}）",
        };
        if let Some(diff) = self.diff() {
            write(differs, &diff.to_string());
        }
    }
}

fn verified_title(verified: &Verified, language: Language) -> String {
    let shown = verified.text.chars().count();
    let length = verified.length.map(|length| length.max(shown));
    let whole = length == Some(shown);
    match (language, length) {
        (Language::English, Some(length)) if whole => {
            format!("what WeChat Pay verified (all of its {length} characters)")
        }
        (Language::Chinese, Some(length)) if whole => {
            format!("微信支付验签所用的字符串（全部 {length} 个字符）")
        }
        (Language::English, Some(length)) => {
            format!("what WeChat Pay verified (its first {shown} of {length} characters)")
        }
        (Language::English, None) => "what WeChat Pay verified (its beginning)".to_owned(),
        (Language::Chinese, Some(length)) => {
            format!("微信支付验签所用的字符串（共 {length} 个字符，此为前 {shown} 个）")
        }
        (Language::Chinese, None) => "微信支付验签所用字符串的开头".to_owned(),
    }
}

/// A text of a message in one line: what would begin another or do something else to a screen
/// stands as `\u{…}`.
fn line(text: &str) -> String {
    escaped(text, |c| acts(c) || c == '\n')
}

/// The same in as many lines as the text has.
fn lines(text: &str) -> String {
    escaped(text, acts)
}

fn escaped(text: &str, which: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if which(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a terminal takes the character for a command, or for one about the direction of what
/// follows.
fn acts(c: char) -> bool {
    let turns =
        matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\t')
}

const fn verdict(verdict: Verdict, language: Language) -> &'static str {
    match (verdict, language) {
        (Verdict::Holds, Language::English) => "holds",
        (Verdict::Holds, Language::Chinese) => "验签通过",
        (Verdict::Broken, Language::English) => "does not hold",
        (Verdict::Broken, Language::Chinese) => "验签不通过",
        (Verdict::Unchecked, Language::English) => "not checked",
        (Verdict::Unchecked, Language::Chinese) => "未校验",
    }
}

const fn weight(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Error, Language::English) => "error",
        (Severity::Error, Language::Chinese) => "错误",
        (Severity::Warning, Language::English) => "warning",
        (Severity::Warning, Language::Chinese) => "警告",
        (Severity::Note, Language::English) => "note",
        (Severity::Note, Language::Chinese) => "提示",
    }
}
