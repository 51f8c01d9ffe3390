//! The tables hold a Chinese line for every sentence of the library, and no other.

use std::collections::BTreeSet;

use super::literals::{literals, read, sources, without_names};
use super::*;

#[test]
fn every_sentence_of_the_payout_library_is_known() {
    let known = english_of(&TABLES);
    let mut missing = Vec::new();
    for (file, literal) in sources("../wxpay-payout/src") {
        let is_advice = Alarm::ALL.iter().any(|alarm| alarm.advice() == literal);
        if !is_advice && !known.contains(&literal) && !NOT_SHOWN.contains(&&*literal) {
            missing.push(format!("{file}: {literal:?}"));
        }
    }
    assert!(
        missing.is_empty(),
        "write in Chinese:\n{}",
        missing.join("\n")
    );
}

/// A sentence that was reworded in the library stands in the table in vain.
#[test]
fn every_sentence_of_the_table_is_one_of_the_payout_library() {
    let said: BTreeSet<String> = sources("../wxpay-payout/src")
        .into_iter()
        .map(|(_, literal)| literal)
        .collect();
    let table = english_of(&[include_str!("../../payout.zh.toml")]);
    let pattern_of_two = "{} ({})".to_owned();
    let gone: Vec<_> = table
        .iter()
        .filter(|english| !said.contains(*english) && **english != pattern_of_two)
        .collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn what_calls_say_is_known() {
    for file in [
        "../wxpay-core/src/invalid_input.rs",
        "../wxpay-core/src/kind.rs",
        "../wxpay-core/src/params.rs",
        "../wxpay-core/src/xml.rs",
        "../wxpay-client/src/v2/reply.rs",
        "../wxpay-transport/src/deadline.rs",
        "../wxpay-transport/src/reqwest_transport.rs",
        "../wxpay-transport/src/target.rs",
    ] {
        for literal in literals(&read(file)) {
            let example = literal.replace("{}", "bytes");
            let is_known = SENTENCES.known(&example).is_some();
            assert!(
                is_known || NOT_SHOWN.contains(&&*literal),
                "{file}: {literal:?}"
            );
        }
    }
}

#[test]
fn every_line_of_the_tables_is_chinese() {
    for table in TABLES {
        for (english, chinese) in table.parse::<toml::Table>().unwrap() {
            let chinese = chinese.as_str().unwrap();
            let places = without_names(&english).matches("{}").count();
            let filled = (1..=places).all(|place| chinese.contains(&format!("{{{place}}}")));
            assert!(filled, "{english}: {chinese}");
            let has_words = chinese.contains(is_chinese);
            assert!(has_words || FRAMES.contains(&&*english), "{chinese}");
        }
    }
}

fn english_of(tables: &[&str]) -> BTreeSet<String> {
    let tables = tables
        .iter()
        .map(|table| table.parse::<toml::Table>().unwrap());
    tables
        .flatten()
        .map(|(english, _)| without_names(&english))
        .collect()
}

/// What has no words of its own, only places for those of others.
const FRAMES: [&str; 3] = ["{!} ({})", "HTTP {w}: {>}", "apiclient_cert.pem {>}"];

/// Literals that no person is shown as a sentence, or that Chinese keeps as they are.
const NOT_SHOWN: [&str; 7] = [
    "name, NULL, 0",
    "name, host, unsaved",
    "{} ms",
    "Message({} bytes)",
    "Package({} bytes)",
    "必须为原付款的 intent {}",
    "xml ",
];
