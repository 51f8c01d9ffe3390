//! What `SECURITY.md` claims is there, and the few places where a check could be left out are the
//! known ones.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn is_test(path: &str, function: &str) -> bool {
    let text = read(path);
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().enumerate().any(|(at, line)| {
        let line = line.trim_start();
        let line = line.strip_prefix("async ").unwrap_or(line);
        let before = lines[at.saturating_sub(3)..at].iter();
        line.starts_with(&format!("fn {function}("))
            && before.rev().any(|line| {
                line.trim_start().starts_with("#[test]")
                    || line.trim_start().starts_with("#[tokio::test")
            })
    })
}

fn corpus_ids() -> Vec<String> {
    let mut ids = Vec::new();
    for file in ["signature_negatives", "malformed_xml"] {
        let corpus: Value =
            serde_json::from_str(&read(&format!("tests/vectors/{file}.json"))).unwrap();
        let entries = corpus["entries"].as_array().unwrap();
        ids.extend(
            entries
                .iter()
                .map(|entry| entry["id"].as_str().unwrap().to_owned()),
        );
    }
    ids
}

#[test]
fn every_hole_has_a_test_that_is_there() {
    let text = read("SECURITY.md");
    let (_, table) = text.split_once("## Holes and their tests").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<&str> = rows.filter(|line| !line.starts_with("| hole |")).collect();
    assert!(rows.len() >= 60, "{}", rows.len());
    let ids = corpus_ids();
    let mut wrong = Vec::new();
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let mut count = 0;
        for name in tests.split('`').skip(1).step_by(2) {
            if let Some((path, function)) = name.split_once("::") {
                count += 1;
                if !is_test(path, function) {
                    wrong.push(format!("no test {name}"));
                }
            } else if name.contains('-') && !ids.iter().any(|id| id == name) {
                wrong.push(format!("nothing in the corpora is {name}"));
            }
        }
        if count == 0 {
            wrong.push(format!("no test in {row}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every file of a library, with its lines that are code.
fn library_lines() -> Vec<(String, String)> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("src"))
        .collect();
    let mut lines = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.canonicalize().unwrap();
                let path = path.strip_prefix(root().canonicalize().unwrap()).unwrap();
                let path = path.to_str().unwrap().to_owned();
                let code = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                lines.extend(code.map(|line| (path.clone(), line.trim().to_owned())));
            }
        }
    }
    assert!(lines.len() > 10_000);
    lines
}

#[test]
fn unsigned_messages_are_accepted_in_two_places() {
    let lines = library_lines();
    let calls = lines
        .iter()
        .filter(|(_, line)| line.contains("danger_accept_unsigned("));
    let mut calls: Vec<&str> = calls
        .filter(|(_, line)| !line.contains("fn danger_accept_unsigned("))
        .map(|(path, _)| path.as_str())
        .collect();
    calls.sort_unstable();
    assert_eq!(
        calls,
        [
            "crates/wxpay-client/src/v2/reply.rs",
            "crates/wxpay-client/src/v3/reply.rs"
        ]
    );
    // Nothing else makes a value that counts as verified but the checks themselves.
    let makers = lines
        .iter()
        .filter(|(_, line)| line.contains("Verified::new("));
    assert!(makers.clone().count() > 3);
    for (path, line) in makers {
        assert!(path.starts_with("crates/wxpay-sign/src/"), "{path}: {line}");
    }
}

#[test]
fn digests_are_compared_by_subtle_alone() {
    let lines = library_lines();
    let in_file = |path: &str, what: &str| {
        lines
            .iter()
            .filter(|(known, line)| known == path && line.contains(what))
            .count()
    };
    let file = "crates/wxpay-sign/src/v2.rs";
    assert_eq!(in_file(file, ".ct_eq(&claimed)"), 1);
    for other in ["== claimed", "claimed ==", ".eq(&claimed)", "self.sign("] {
        assert_eq!(in_file(file, other), 0, "{other}");
    }
}
