//! `wxpay demo`: every step holds, in both languages.

use std::process::Command;

use crate::setup::text;

#[test]
fn every_step_holds_in_both_languages() {
    for (lang, held) in [
        ("en", "8 of 8 steps hold."),
        ("zh", "8 个步骤中有 8 个通过。"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        let output = command.args(["demo", "--lang", lang]).output().unwrap();
        let out = text(&output.stdout);
        assert!(output.status.success() && out.contains(held), "{out}");
    }
}

#[test]
fn programs_read_the_same_as_json() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    let output = command.args(["demo", "--json"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps = report["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 8);
    assert!(steps.iter().all(|step| step["holds"] == true), "{report:#}");
    assert_eq!(report["holds"], true);
}
