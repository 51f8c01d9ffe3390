//! Broken messages, each of which must be explained by its cause and no other, and good ones, of
//! which nothing wrong may be said.
//!
//! Each sample is a file: the capture, the keys (or names of files under `samples/keys`) and what
//! is expected. They were made with another implementation of the signatures (Python's `hashlib`
//! and `cryptography`; OpenSSL for SM2).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use toml::{Table, Value};
use wxpay_core::Timestamp;
use wxpay_explain::{Capture, Context, Keys, Language, Report, Severity, Verdict, explain};
use wxpay_sign::v2::SignType;

struct Sample {
    name: String,
    table: Table,
}

impl Sample {
    fn text(&self, name: &str) -> Option<&str> {
        self.table.get(name).and_then(Value::as_str)
    }

    fn is(&self, name: &str) -> bool {
        self.table.get(name).and_then(Value::as_bool) == Some(true)
    }

    fn key(&self, name: &str) -> Option<&Value> {
        self.table["keys"].get(name)
    }

    fn keys(&self) -> Keys {
        let mut keys = Keys::new();
        let text = |name| self.key(name).and_then(Value::as_str);
        if let Some(key) = text("api_v2") {
            keys = keys.api_v2_key(key);
        }
        if let Some(key) = text("api_v3") {
            keys = keys.api_v3_key(key);
        }
        if let Some(secret) = text("workwx") {
            keys = keys.workwx_secret(secret);
        }
        if let Some(file) = text("merchant_key") {
            keys = keys.merchant_key_pem(&pem(file)).unwrap();
        }
        if let Some(file) = text("merchant_cert") {
            keys = keys.merchant_certificate_pem(&pem(file)).unwrap();
        }
        let certificates = match self.key("platform_cert") {
            Some(Value::Array(files)) => files.iter().filter_map(Value::as_str).collect(),
            _ => Vec::from_iter(text("platform_cert")),
        };
        for file in certificates {
            keys = keys.platform_certificate_pem(&pem(file)).unwrap();
        }
        if let Some([Value::String(id), Value::String(file)]) = self
            .key("platform_public")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            keys = keys.platform_public_key_pem(id, &pem(file)).unwrap();
        }
        keys
    }

    fn explain(&self) -> Report {
        let mut context = Context::new();
        if let Some(now) = self.table.get("now").and_then(Value::as_integer) {
            context = context.now(Timestamp::from_unix(now).unwrap());
        }
        if self.is("brand") {
            context = context.brand();
        }
        if let Some(text) = self.text("signed_text") {
            context = context.signed_text(text);
        }
        if let Some(name) = self.text("sign_type") {
            context = context.sign_type(match name {
                "MD5" => SignType::Md5,
                _ => SignType::HmacSha256,
            });
        }
        let mut capture = Capture::read(self.text("capture").unwrap().as_bytes()).unwrap();
        if let Some(url) = self.text("reply_to") {
            capture = capture.reply_to(url);
        }
        explain(&capture, &self.keys(), &context)
    }

    fn verdict(&self, otherwise: Verdict) -> Verdict {
        match self.text("verdict").map(str::trim) {
            None => otherwise,
            Some("holds") => Verdict::Holds,
            Some("unchecked") => Verdict::Unchecked,
            Some(other) => panic!("{}: {other}", self.name),
        }
    }

    /// The symmetric keys, which no output may hold.
    fn secrets(&self) -> Vec<&str> {
        let named = ["api_v2", "api_v3", "workwx"];
        let keys = named.iter().filter_map(|name| self.key(name)?.as_str());
        keys.map(str::trim).collect()
    }
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/samples")
        .join(name)
}

fn pem(file: &str) -> String {
    fs::read_to_string(folder("keys").join(file)).unwrap()
}

fn samples(name: &str) -> Vec<Sample> {
    let files = fs::read_dir(folder(name)).unwrap();
    let mut samples: Vec<_> = files
        .map(|file| {
            let path = file.unwrap().path();
            Sample {
                name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
                table: fs::read_to_string(&path).unwrap().parse().unwrap(),
            }
        })
        // Those of the national algorithms (国密) are for a library that was built with them.
        .filter(|sample: &Sample| cfg!(feature = "sm") || !sample.is("sm"))
        .collect();
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    samples
}

fn ids(report: &Report, least: Severity) -> BTreeSet<&str> {
    let findings = report.findings().iter();
    findings
        .filter(|finding| finding.severity() >= least)
        .map(|finding| finding.id())
        .collect()
}

#[test]
fn every_broken_sample_names_its_cause_and_no_other() {
    let samples = samples("broken");
    assert!(samples.len() >= 100, "{}", samples.len());
    let mut wrong = Vec::new();
    for sample in &samples {
        let report = sample.explain();
        let expected = sample.table["expect"].as_array().unwrap();
        let expected: BTreeSet<_> = expected.iter().filter_map(Value::as_str).collect();
        let all = ids(&report, Severity::Note);
        let errors = ids(&report, Severity::Error);
        if !expected.is_subset(&all) || !errors.is_subset(&expected) {
            wrong.push(format!("{}: {expected:?}, found {all:?}", sample.name));
        }
        if report.verdict() != sample.verdict(Verdict::Broken) {
            wrong.push(format!("{}: {}", sample.name, report.verdict().name()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_wrong_is_said_of_good_samples() {
    let samples = samples("good");
    assert!(samples.len() >= 25, "{}", samples.len());
    let mut wrong = Vec::new();
    for sample in &samples {
        let report = sample.explain();
        let found = ids(&report, Severity::Warning);
        if !found.is_empty() || report.verdict() != sample.verdict(Verdict::Holds) {
            let verdict = report.verdict().name();
            wrong.push(format!("{}: {verdict}, {found:?}", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_output_holds_a_key_or_an_unfilled_name() {
    for sample in samples("broken").iter().chain(&samples("good")) {
        let report = sample.explain();
        let texts = [
            report.to_text(Language::English),
            report.to_text(Language::Chinese),
            report.to_json(),
            format!("{report:?}"),
        ];
        for text in texts {
            for secret in sample.secrets() {
                assert!(!text.contains(secret), "{}: {text}", sample.name);
            }
            for finding in report.findings() {
                for language in [Language::English, Language::Chinese] {
                    let said = finding.sentence(language) + &finding.advice(language);
                    assert!(!said.contains('?'), "{}: {said}", sample.name);
                }
            }
        }
    }
}

#[test]
fn a_capture_that_was_cut_holds_nowhere_and_stops_nothing() {
    // Of an upload only the part `meta` is signed, which stands first.
    let good = samples("good").into_iter();
    for sample in good.filter(|sample| sample.name != "v3_upload") {
        let text = sample.text("capture").unwrap();
        for part in [3, 7, 9] {
            let end = text.len() * part / 10;
            let cut = text.as_bytes().get(..end).unwrap();
            let Ok(capture) = Capture::read(cut) else {
                continue;
            };
            let report = explain(&capture, &sample.keys(), &Context::new());
            let holds = report.verdict() == Verdict::Holds;
            assert!(!holds, "{}: {part}", sample.name);
        }
    }
}

/// What Chinese text is written with: no half-width comma or bracket between Chinese characters.
#[test]
fn every_cause_has_written_chinese() {
    let chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    for cause in wxpay_explain::causes() {
        let zh = Language::Chinese;
        let texts = [cause.sentence(zh), cause.advice(zh)];
        for text in texts {
            assert!(text.contains(chinese), "{}: {text}", cause.id());
            assert!(text.ends_with('。'), "{}: {text}", cause.id());
            let characters: Vec<char> = text.chars().collect();
            for window in characters.windows(2) {
                let half = |c: char| matches!(c, ',' | ';' | '!' | '?' | '(' | ')');
                let beside = window.iter().any(|c| chinese(*c));
                let wrong = window.iter().any(|c| half(*c)) && beside;
                assert!(!wrong, "{}: {text}", cause.id());
            }
        }
    }
}

/// No word that is filled into a Chinese sentence stays English.
#[test]
fn what_is_filled_in_is_chinese_too() {
    let words = |text: &str| {
        let mut run = 0;
        let mut words = text.split([' ', '，', '。', '：']);
        words.any(|word| {
            run = if word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()) {
                run + 1
            } else {
                0
            };
            run > 1
        })
    };
    for sample in samples("broken").iter().chain(&samples("good")) {
        for finding in sample.explain().findings() {
            let said = finding.sentence(Language::Chinese) + &finding.advice(Language::Chinese);
            let code = said.contains('`') || said.contains("http");
            assert!(code || !words(&said), "{}: {said}", sample.name);
        }
    }
}
