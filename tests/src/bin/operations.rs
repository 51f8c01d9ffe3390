//! Holds samples of other people's messages against the typed operations: `operations FILE…`, a
//! line of JSON for each sample.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use clap::Parser;
use wxpay_tests::operations::{Line, Outcome, check};

/// Reads samples of requests, responses and events, and compares them member by member with the
/// typed operations
#[derive(Parser)]
struct Arguments {
    /// Files with a line of JSON for each sample: id, version, method, path, side (request,
    /// response or event), sample
    #[arg(required = true)]
    files: Vec<String>,
}

#[allow(clippy::print_stdout)] // what it is for
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mut passed, mut failed) = (0, 0);
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &arguments.files {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                println!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let line: Line = match serde_json::from_str(line) {
                Ok(line) => line,
                Err(error) => {
                    println!("{file}:{number}: {error}");
                    return ExitCode::from(2);
                }
            };
            match check(&line) {
                Outcome::Passed => passed += 1,
                Outcome::Failed(difference) => {
                    failed += 1;
                    println!("{}: {difference}", line.id);
                }
                Outcome::Skipped(reason) => *skipped.entry(reason).or_default() += 1,
            }
        }
    }
    for (reason, number) in &skipped {
        println!("skipped {reason}: {number}");
    }
    let all: usize = skipped.values().sum();
    println!("{passed} passed, {failed} failed, {all} skipped");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
