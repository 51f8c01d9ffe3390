#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use std::time::Duration;

use super::{Choice, STEPS, chosen, not_pure, table};

fn names(only: &[&str], skip: &[&str]) -> Result<Vec<&'static str>, Vec<String>> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let choice = Choice {
        only: owned(only),
        skip: owned(skip),
        keep_going: false,
    };
    Ok(chosen(&STEPS, &choice)?
        .iter()
        .map(|step| step.name)
        .collect())
}

#[test]
fn every_step_has_a_name_of_its_own() {
    let mut names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), STEPS.len());
}

#[test]
fn steps_are_taken_in_their_order() {
    assert_eq!(names(&["test", "fmt"], &[]), Ok(vec!["fmt", "test"]));
    assert_eq!(names(&["test", "fmt"], &["fmt"]), Ok(vec!["test"]));
    assert_eq!(names(&[], &[]).map(|all| all.len()), Ok(STEPS.len()));
    assert_eq!(
        names(&[], &["doc"]).map(|most| most.len()),
        Ok(STEPS.len() - 1)
    );
}

#[test]
fn a_step_that_does_not_exist_is_an_error() {
    for (only, skip) in [(&["tests"][..], &[][..]), (&[], &["tests"])] {
        let problems = names(only, skip).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("there is no step tests; there are fmt, "));
    }
}

#[test]
fn the_closing_table_says_what_failed() {
    let taken = [
        ("fmt", Duration::from_millis(1_250), true),
        ("test", Duration::from_secs(60), false),
    ];
    assert_eq!(
        table(&taken),
        "fmt                     1.2 s\n\
         test                   60.0 s  FAILED\n\
         together               61.2 s\n"
    );
}

#[test]
fn c_and_runtimes_are_not_pure() {
    let tree = "wxpay-sign v0.1.0 (/x)\nrsa v0.9.10\naws-lc-sys v0.47.0\nlinux-raw-sys v0.11.0\ncc v1.2.0\ncc-like v1.0.0\ntokio v1.48.0\n";
    assert_eq!(
        not_pure("wxpay-sign", tree),
        ["aws-lc-sys", "cc", "tokio"]
            .map(|name| format!("wxpay-sign with rust-crypto holds {name}"))
    );
}
