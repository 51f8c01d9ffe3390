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
