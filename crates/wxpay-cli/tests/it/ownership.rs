//! Whose files the command believes.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Output;

use wxpay_sandbox::Sandbox;

use crate::setup::{Setup, text};

/// A request to sign: it needs the configuration and the APIv2 key.
const SIGN: [&str; 3] = ["sign", "v2", "a=1"];
const NOBODY: u32 = 65_534;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn assert_refused(output: &Output, problem: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(problem), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_others_can_write_is_refused_found_or_named() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    for (bits, who) in [(0o620, "group"), (0o602, "others")] {
        for more in [&[][..], &["--config", "wxpay.toml"]] {
            let mut command = setup.command(&[&SIGN, more].concat());
            mode(&setup.path("wxpay.toml"), bits);
            let output = command.output().unwrap();
            assert_refused(&output, "others can change wxpay.toml");
            assert_refused(&output, "chmod go-w wxpay.toml");
            assert_eq!(text(&output.stdout), "", "{who}");
        }
    }
    let mut chinese = setup.command(&[&["--lang", "zh"], &SIGN[..]].concat());
    mode(&setup.path("wxpay.toml"), 0o622);
    assert_refused(
        &chinese.output().unwrap(),
        "其他用户可以修改 wxpay.toml，从而改变付款去向（权限 622）：请执行 chmod go-w wxpay.toml",
    );
    let mut command = setup.command(&SIGN);
    mode(&setup.path("wxpay.toml"), 0o644);
    assert!(command.output().unwrap().status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_not_found_in_a_folder_where_anybody_can_replace_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    mode(&setup.path(""), 0o777);
    assert_refused(&setup.run(&SIGN), "anybody can replace wxpay.toml");
    let named = [&SIGN[..], &["--config", "wxpay.toml"]].concat();
    assert!(setup.run(&named).status.success());
    // As /tmp is.
    mode(&setup.path(""), 0o1777);
    assert!(setup.run(&SIGN).status.success());
}

/// Needs the right to give a file away.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_user_is_refused_unless_it_is_a_configuration_that_was_named() {
    let sandbox = Sandbox::start().await.unwrap();
    let setup = Setup::new(&sandbox);
    if fs::metadata(setup.path("v2_key")).unwrap().uid() != 0 {
        return;
    }
    let mut found = setup.command(&SIGN);
    let mut named = setup.command(&[&SIGN[..], &["--config", "wxpay.toml"]].concat());
    chown(setup.path("wxpay.toml"), Some(NOBODY), None).unwrap();
    let output = found.output().unwrap();
    assert_refused(&output, "belongs to another user (uid 65534)");
    assert_refused(&output, "--config wxpay.toml");
    assert!(named.output().unwrap().status.success());
    // A link leads to a file whose owner counts.
    let mut linked = setup.command(&SIGN);
    fs::rename(setup.path("wxpay.toml"), setup.path("theirs.toml")).unwrap();
    chown(setup.path("theirs.toml"), Some(NOBODY), None).unwrap();
    std::os::unix::fs::symlink("theirs.toml", setup.path("wxpay.toml")).unwrap();
    assert_refused(&linked.output().unwrap(), "belongs to another user");
    fs::remove_file(setup.path("wxpay.toml")).unwrap();

    for (file, arguments) in [
        ("v2_key", &SIGN[..]),
        (
            "apiclient_key.pem",
            &["sign", "v3", "GET", "/v3/certificates"],
        ),
        (
            "apiclient_cert.pem",
            &["sign", "v3", "GET", "/v3/certificates"],
        ),
        (
            "ca.pem",
            &["call", "v2.pay.query_order", "--out-trade-no", "1"],
        ),
        ("pub_key.pem", &["verify", "{}"]),
    ] {
        assert_ne!(setup.run(arguments).status.code(), Some(2), "{file}");
        chown(setup.path(file), Some(NOBODY), None).unwrap();
        let output = setup.run(arguments);
        assert_refused(
            &output,
            &format!("{file} belongs to another user (uid 65534)"),
        );
        chown(setup.path(file), Some(0), None).unwrap();
    }
    // A secret in the configuration itself does not believe its owner more than before, and asks
    // for its mode.
    chown(setup.path("v2_key"), Some(NOBODY), None).unwrap();
    let doctor = setup.run(&["doctor", "--offline"]);
    assert_eq!(doctor.status.code(), Some(1));
    let said = text(&doctor.stdout);
    assert!(said.contains("v2_key belongs to another user"), "{said}");
}
