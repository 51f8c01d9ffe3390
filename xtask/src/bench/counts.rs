//! How many instructions the library's work takes beside its floor, counted by Valgrind: the same
//! on a busy machine as on an idle one, where times are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{cargo, root};

/// What is computing alone. Signing with RSA is left out: its blinding takes another way each time.
const WORKS: &[&str] = &[
    "V2 request of 17 fields: typed → signed → XML",
    "V2 request by the client, as HTTP",
    "V2 reply of 28 fields: parse → verify → typed",
    "V3 reply: verify",
    "V3 reply: verify → typed",
    "V3 detail: JSON → typed",
    "V3 notification: verify → open → typed",
    "V3 notification, every member typed",
];

/// The figures that were committed.
const FIGURES: &str = "tests/bench/counts.tsv";

/// How much more than before our own work above the floor may take: another compiler lays code out
/// in another way, and the libraries below choose their code by the processor.
const fn tolerated(before: u64) -> u64 {
    before + before / 10 + 2_000
}

/// How many calls the second run makes more than the first: what only the first call does cancels
/// out.
const CALLS: u64 = 20;

/// Counts each piece of work, prints the table, and compares it with the committed figures or
/// renews them.
pub(crate) fn run(renew: bool) -> Result<(), Vec<String>> {
    let one = |problem: String| vec![problem];
    let program = build().map_err(one)?;
    let path = root().join(FIGURES);
    let committed = if renew {
        BTreeMap::new()
    } else {
        let text = fs::read_to_string(&path).map_err(|error| one(format!("{FIGURES}: {error}")))?;
        read(&text).map_err(one)?
    };
    let mut written = String::from("work\tours\tfloor\n");
    let mut problems = Vec::new();
    println!(
        "{:<48} {:>9} {:>9} {:>7} {:>8}",
        "work", "ours", "floor", "ratio", "before"
    );
    for work in WORKS {
        let ours = count(&program, work, "ours").map_err(one)?;
        let floor = count(&program, work, "floor").map_err(one)?;
        let own = ours.saturating_sub(floor);
        let before = committed.get(*work).copied();
        let ratio = ours as f64 / floor.max(1) as f64;
        let change = before.map_or_else(String::new, |before| {
            format!(
                "{:+.1} %",
                (own as f64 / before.max(1) as f64 - 1.0) * 100.0
            )
        });
        println!("{work:<48} {ours:>9} {floor:>9} {ratio:>7.3} {change:>8}");
        written.push_str(&format!("{work}\t{ours}\t{floor}\n"));
        match before {
            _ if renew => {}
            None => problems.push(format!("{FIGURES} does not have `{work}`")),
            Some(before) if own > tolerated(before) => problems.push(format!(
                "{work}: {own} instructions above the floor, {before} before. If that is meant, run `cargo xtask bench --counts --renew`"
            )),
            Some(_) => {}
        }
    }
    if renew {
        fs::write(&path, written).map_err(|error| one(format!("{FIGURES}: {error}")))?;
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Instructions above the floor, by the name of the work.
fn read(text: &str) -> Result<BTreeMap<String, u64>, String> {
    let row = |line: &str| {
        let mut cells = line.split('\t');
        let work = cells.next()?.to_owned();
        let ours: u64 = cells.next()?.parse().ok()?;
        let floor: u64 = cells.next()?.parse().ok()?;
        Some((work, ours.saturating_sub(floor)))
    };
    text.lines()
        .skip(1)
        .map(|line| row(line).ok_or_else(|| format!("{FIGURES}: `{line}` is no row")))
        .collect()
}

/// The program of the benches, built and not run.
fn build() -> Result<PathBuf, String> {
    let output = cargo(&root())
        .args([
            "bench",
            "--locked",
            "-p",
            "wxpay-bench",
            "--bench",
            "floors",
        ])
        .args(["--no-run", "--message-format=json"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo bench --no-run: {}", output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name").and_then(Value::as_str) == Some("floors"))
        .find_map(|message| {
            let path = message.get("executable").and_then(Value::as_str);
            path.map(PathBuf::from)
        })
        .ok_or_else(|| "cargo does not say where the benches are".to_owned())
}

/// Instructions of one call.
fn count(program: &Path, work: &str, side: &str) -> Result<u64, String> {
    let few = instructions(program, work, side, 1)?;
    let more = instructions(program, work, side, 1 + CALLS)?;
    if more <= few {
        return Err(format!(
            "{work}: nothing was counted, so the function that is counted was not found"
        ));
    }
    Ok(more.saturating_sub(few) / CALLS)
}

fn instructions(program: &Path, work: &str, side: &str, calls: u64) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*measure*counted*")
        .arg(program)
        .args([
            "--only",
            work,
            "--side",
            side,
            "--calls",
            &calls.to_string(),
        ])
        .output()
        .map_err(|error| format!("valgrind (Debian: apt-get install valgrind): {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("valgrind: {}: {said}", output.status));
    }
    said.lines()
        .find_map(|line| line.split_once("Collected :"))
        .and_then(|(_, number)| number.trim().parse().ok())
        .ok_or_else(|| format!("valgrind does not say how many instructions it counted: {said}"))
}
