//! Colours, and an output that nobody reads.

use std::io::pipe;
use std::process::{Command, Stdio};

use crate::sandbox::Running;
use crate::setup::text;

/// Standard output with these variables, which say whether it has colours.
fn said(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null());
    text(&command.output().unwrap().stdout)
}

#[test]
fn a_pipe_has_colours_when_they_are_asked_for() {
    let force = ("CLICOLOR_FORCE", "1");
    for arguments in [
        &[][..],
        &["--help"],
        &["list", "--help"],
        &["doctor", "--offline"],
    ] {
        assert!(!said(arguments, &[]).contains('\u{1b}'), "{arguments:?}");
        let coloured = said(arguments, &[force]);
        assert!(coloured.contains('\u{1b}'), "{arguments:?}");
        let never = said(arguments, &[force, ("NO_COLOR", "1")]);
        assert!(!never.contains('\u{1b}'), "{arguments:?}");
        // They take no room.
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), never);
    }
}

#[test]
fn an_output_that_nobody_reads_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(folder.path(), &["--quiet"]);
    let control = running.control();
    for arguments in [
        &[][..],
        &["--help"],
        &["call", "v2.pay.query_order", "--help"],
        &["list"],
        &["list", "--json"],
        &["show", "v2.pay.query_order"],
        &["explain", "--list"],
        &["completions", "bash"],
        &["sandbox", "ctl", "status", "--control", control],
        &["sandbox", "ctl", "orders", "--json", "--control", control],
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_wxpay"));
        let output = command
            .args(arguments)
            .env_clear()
            // A machine without authorities of the web, as a bare container is.
            .env("SSL_CERT_FILE", "/dev/null")
            .env("SSL_CERT_DIR", "/dev/null")
            .stdout(writer)
            .output()
            .unwrap();
        let errors = text(&output.stderr);
        assert!(
            output.status.success() && errors.is_empty(),
            "{arguments:?}: {errors}"
        );
    }
}
