//! The gate as its user meets it: through the command.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn ci(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("ci")
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_steps_are_listed() {
    let output = ci(&["--list"]);
    assert!(output.status.success());
    let list = said(&output);
    for step in ["fmt ", "tidy ", "clippy ", "test ", "fuzz "] {
        assert!(
            list.lines().any(|line| line.starts_with(step)),
            "no {step}in {list}"
        );
    }
}

#[test]
fn a_step_is_taken_by_its_name_and_timed() {
    let output = ci(&["--only", "codegen", "--only", "links", "--skip", "links"]);
    assert!(output.status.success(), "{}", said(&output));
    let table = said(&output);
    let lines: Vec<_> = table.lines().filter(|line| line.ends_with(" s")).collect();
    let names = lines.iter().map(|line| line.split(' ').next().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["codegen", "together"]);
}

#[test]
fn a_step_that_does_not_exist_fails_before_any_is_taken() {
    let output = ci(&["--skip", "clipy"]);
    assert!(!output.status.success());
    let said = said(&output);
    assert!(said.starts_with("error: there is no step clipy; there are fmt, "));
}
