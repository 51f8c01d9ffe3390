//! What the command prints, screen by screen, as the files of `tests/screens` have it: in both
//! languages, and as wide as the variable `COLUMNS` says.
//!
//! When a change of the words is meant, this writes the files again:
//!
//! ```sh
//! WXPAY_SCREENS=renew cargo test -p wxpay-cli --test it screens
//! ```

mod control;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use self::control::Control;

/// A name, and the arguments; `CONTROL` is the address of a control port.
const SCREENS: &[(&str, &str)] = &[
    ("start", ""),
    ("help", "--help"),
    ("help-short", "-h"),
    ("help-demo", "demo --help"),
    ("help-sandbox", "sandbox --help"),
    ("help-sandbox-ctl", "sandbox ctl --help"),
    ("help-sandbox-ctl-fault-add", "sandbox ctl fault add --help"),
    ("help-init", "init --help"),
    ("help-doctor", "doctor --help"),
    ("help-list", "list --help"),
    ("help-show", "show --help"),
    ("help-call", "call --help"),
    ("help-call-close-order", "call v2.pay.close_order --help"),
    ("help-payout", "payout --help"),
    ("help-payout-run", "payout run --help"),
    ("help-bill", "bill --help"),
    ("help-sign", "sign --help"),
    ("help-verify", "verify --help"),
    ("help-open", "open --help"),
    ("help-explain", "explain --help"),
    ("help-completions", "completions --help"),
    ("list", "list v2.pay.close_order"),
    ("list-long", "list v3.repayment.close_order"),
    ("show", "show v2.pay.close_order"),
    ("doctor", "doctor --offline"),
    ("ctl-status", "sandbox ctl status --control CONTROL"),
    ("ctl-requests", "sandbox ctl requests --control CONTROL"),
    ("ctl-request", "sandbox ctl request 3 --control CONTROL"),
    ("ctl-orders", "sandbox ctl orders --control CONTROL"),
    ("error-cause", "verify @missing.xml"),
    ("error-name", "call v2.pay.close_ordr"),
    ("error-usage", "call v2.pay.close_order"),
    ("error-argument", "payout run --jurnal wages.journal"),
    ("error-value", "sandbox --trust nobody"),
];
const WIDTHS: [&str; 2] = ["80", "120"];
const LANGUAGES: [&str; 2] = ["en", "zh"];

#[test]
fn screens_are_as_in_the_files() {
    let control = Control::start();
    let mut screens = BTreeMap::new();
    for (name, arguments) in SCREENS {
        for language in LANGUAGES {
            for width in WIDTHS {
                let file = format!("{language}-{width}/{name}.txt");
                screens.insert(file, screen(arguments, language, width, &control));
            }
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens");
    if env::var("WXPAY_SCREENS").is_ok_and(|value| value == "renew") {
        renew(&folder, &screens);
    }
    let mut wrong: Vec<String> = screens
        .iter()
        .filter_map(|(file, shown)| difference(&folder, file, shown))
        .collect();
    let unknown = files(&folder).into_iter();
    let unknown = unknown.filter(|file| !screens.contains_key(file));
    wrong.extend(unknown.map(|file| format!("{file}: no screen has this name")));
    assert!(
        wrong.is_empty(),
        "{}\n\nIf this is meant: WXPAY_SCREENS=renew cargo test -p wxpay-cli --test it screens",
        wrong.join("\n\n")
    );
}

/// What it prints when its output is no terminal, and its exit code.
fn screen(arguments: &str, language: &str, width: &str, control: &Control) -> String {
    let folder = tempfile::tempdir().unwrap();
    let arguments = arguments.replace("CONTROL", &control.url);
    let output = Command::new(env!("CARGO_BIN_EXE_wxpay"))
        .args(arguments.split_whitespace())
        .args(["--lang", language])
        .env_clear()
        .env("COLUMNS", width)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let code = output.status.code().unwrap();
    format!("{}[exit code {code}]\n", printed.concat())
}

fn renew(folder: &Path, screens: &BTreeMap<String, String>) {
    for file in files(folder) {
        fs::remove_file(folder.join(file)).unwrap();
    }
    for (file, shown) in screens {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, shown).unwrap();
    }
}

/// The first line in which a screen is not as its file.
fn difference(folder: &Path, file: &str, shown: &str) -> Option<String> {
    let Ok(expected) = fs::read_to_string(folder.join(file)) else {
        return Some(format!("{file}: there is no such file"));
    };
    if expected == shown {
        return None;
    }
    let (mut expected, mut shown) = (expected.lines(), shown.lines());
    for number in 1.. {
        let (file_has, screen_has) = (expected.next(), shown.next());
        if file_has != screen_has {
            return Some(format!(
                "{file}:{number}\n  in the file:   {file_has:?}\n  on the screen: {screen_has:?}"
            ));
        }
        if file_has.is_none() {
            break;
        }
    }
    Some(format!("{file}: another line end"))
}

/// The files below the folder, such as `en-80/help.txt`.
fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        for entry in fs::read_dir(&path).into_iter().flatten() {
            let file = entry.unwrap().path();
            let names = [&path, &file].map(|path| path.file_name().unwrap().to_str().unwrap());
            files.push(names.join("/"));
        }
    }
    files
}
