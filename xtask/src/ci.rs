//! The whole gate: everything that must hold before a change lands, step by step.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::cargo;
use crate::{advisories, codegen, features, fuzz, links, minimal, tidy};

mod postgres;

/// Which steps to take, and whether to go on after one that fails.
pub(crate) struct Choice {
    pub(crate) only: Vec<String>,
    pub(crate) skip: Vec<String>,
    pub(crate) keep_going: bool,
}

/// Takes the steps in order and says how long each took.
pub(crate) fn run(choice: &Choice) -> Result<(), Vec<String>> {
    let steps = chosen(&STEPS, choice)?;
    let root = cargo::root();
    let mut taken = Vec::new();
    let mut problems = Vec::new();
    for step in steps {
        eprintln!("\n== {}: {}", step.name, step.says);
        let start = Instant::now();
        let result = (step.take)(&root);
        taken.push((step.name, start.elapsed(), result.is_ok()));
        if let Err(found) = result {
            let named = found
                .iter()
                .map(|problem| format!("{}: {problem}", step.name));
            problems.extend(named);
            if !choice.keep_going {
                break;
            }
        }
    }
    eprintln!("\n{}", table(&taken));
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Names every step and says what it is.
pub(crate) fn list() {
    for step in &STEPS {
        eprintln!("{:<18} {}", step.name, step.says);
    }
}

struct Step {
    name: &'static str,
    says: &'static str,
    take: fn(&Path) -> Result<(), Vec<String>>,
}

const STEPS: [Step; 22] = [
    Step {
        name: "fmt",
        says: "the layout of the code",
        take: |root| {
            calls(
                root,
                &[
                    &["fmt", "--all", "--check"],
                    &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"],
                ],
            )
        },
    },
    Step {
        name: "codegen",
        says: "the endpoints are what their specs say",
        take: |_| codegen::run(None, true),
    },
    Step {
        name: "tidy",
        says: "who uses whom, lengths of files, manifests",
        take: |_| tidy::run(None),
    },
    Step {
        name: "links",
        says: "links between files, and their anchors",
        take: |_| links::run(None),
    },
    Step {
        name: "advisories",
        says: "advisories, licences, bans, sources",
        take: |_| advisories::run(None),
    },
    Step {
        name: "clippy",
        says: "the lints, with all features",
        take: |root| {
            let lints: &[&str] = &[
                "clippy",
                "--locked",
                "--workspace",
                "--all-targets",
                "--all-features",
                "--",
                "-Dwarnings",
            ];
            calls(root, &[lints])
        },
    },
    Step {
        name: "features",
        says: "each crate with no feature, with each alone, with all",
        take: |_| features::run(),
    },
    Step {
        name: "pure-rust",
        says: "rust-crypto holds no C, no runtime, no HTTP client",
        take: pure_rust,
    },
    Step {
        name: "minimal-versions",
        says: "the lowest versions that the manifests ask for build",
        take: |_| minimal::run(),
    },
    Step {
        name: "test",
        says: "the tests, documentation included",
        take: |root| calls(root, &[&["test", "--workspace"]]),
    },
    Step {
        name: "vectors",
        says: "the signing examples, by both providers",
        take: vectors,
    },
    Step {
        name: "openssl",
        says: "SM2, SM3 and SM4 against OpenSSL 3, both ways",
        take: |root| {
            let compare: &[&str] = &[
                "run",
                "--locked",
                "-q",
                "-p",
                "wxpay-tests",
                "--bin",
                "openssl",
            ];
            calls(root, &[compare])
        },
    },
    Step {
        name: "postgres",
        says: "the journal in PostgreSQL, on servers that the tests start and kill, and on hosts that are cut off",
        take: postgres::take,
    },
    Step {
        name: "counts",
        says: "the instructions of the library's own work are not more than the committed figures",
        take: counts,
    },
    Step {
        name: "examples",
        says: "the examples, against the sandbox and the contract of Transport",
        take: examples,
    },
    Step {
        name: "doc",
        says: "the documentation builds without a warning",
        take: |root| {
            let mut command = cargo::cargo(root);
            command.args(["doc", "--locked", "--workspace", "--no-deps"]);
            command
                .arg("--all-features")
                .env("RUSTDOCFLAGS", "-Dwarnings");
            cargo::run(&mut command).map_err(|problem| vec![problem])
        },
    },
    Step {
        name: "demo",
        says: "the demonstration",
        take: |root| {
            let demo: &[&str] = &["run", "--locked", "-p", "wxpay-cli", "--", "demo"];
            calls(root, &[demo])
        },
    },
    Step {
        // The example `"shop"`.
        name: "shop",
        says: "the programs of the READMEs and the guide, in folders of their own, against the sandbox",
        take: |root| against_sandbox(root, "tests/shop/run"),
    },
    Step {
        name: "interop",
        says: "clients in Python, Node.js, Go and Java, unchanged, against the sandbox",
        take: |root| against_sandbox(root, "tests/interop/run"),
    },
    Step {
        name: "browser",
        says: "the sandbox's page in Chromium",
        take: |root| against_sandbox(root, "tests/browser/run"),
    },
    Step {
        name: "whole-shop",
        says: "the example shop in Chromium: orders, payments, refunds, bills",
        take: |root| against_sandbox(root, "tests/whole_shop/run"),
    },
    Step {
        name: "fuzz",
        // Long runs are for the hands of anyone who changes a parser.
        says: "the fuzz targets build and their seeds pass, 5 seconds each",
        take: |_| fuzz::run(5, &[]),
    },
];

fn calls(root: &Path, calls: &[&[&str]]) -> Result<(), Vec<String>> {
    for arguments in calls {
        cargo::run(cargo::cargo(root).args(*arguments)).map_err(|problem| vec![problem])?;
    }
    Ok(())
}

/// Runs a script with the `wxpay` command to test.
fn against_sandbox(root: &Path, script: &str) -> Result<(), Vec<String>> {
    let bash = format!("{script} \"$(cd \"${{CARGO_TARGET_DIR:-target}}\" && pwd)/debug/wxpay\"");
    calls(root, &[&["build", "--locked", "-p", "wxpay-cli"]])?;
    let mut command = Command::new("bash");
    command.current_dir(root).args(["-c", &bash]);
    cargo::run(&mut command).map_err(|problem| vec![problem])
}

fn vectors(root: &Path) -> Result<(), Vec<String>> {
    for provider in ["aws-lc-rs", "rust-crypto"] {
        let run = ["run", "--locked", "-q", "-p", "wxpay-tests"];
        let program = ["--bin", "vectors", "--", "--provider", provider];
        let vectors = ["tests/vectors/public.json", "tests/vectors/more.json"];
        calls(root, &[&[&run[..], &program, &vectors].concat()])?;
    }
    Ok(())
}

/// Valgrind runs on Linux and few other systems; only the gate must have it.
fn counts(_: &Path) -> Result<(), Vec<String>> {
    let has_valgrind = Command::new("valgrind")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_valgrind {
        let lacks = "Valgrind is not installed (Debian: apt-get install valgrind)";
        if std::env::var("CI").is_ok_and(|ci| ci == "true") {
            return Err(vec![lacks.to_owned()]);
        }
        eprintln!("skipped: {lacks}");
        return Ok(());
    }
    crate::bench::counts::run(false)
}

fn examples(root: &Path) -> Result<(), Vec<String>> {
    for (package, features, names) in EXAMPLES {
        for name in *names {
            let mut command = cargo::cargo(root);
            command.args(["run", "--locked", "-q", "-p", package]);
            command.args(*features).args(["--example", name]);
            cargo::run(&mut command).map_err(|problem| vec![problem])?;
        }
    }
    Ok(())
}

type Examples = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const EXAMPLES: &[Examples] = &[
    (
        "wxpay-api",
        &["--features", "axum,certificates,download,full"],
        &[
            "bills",
            "first_call",
            "errors",
            "notifications",
            "axum_callback",
            "front_end",
            "ready_to_go",
            "migration",
            "blocking",
            "own_endpoint",
            "own_write",
            "own_transport",
            "scripted_transport",
            "kms_signer",
            "taking_payments",
            "refunds",
            "profit_sharing",
            "complaints",
            "service_provider",
        ],
    ),
    ("wxpay-payout", &[], &["payouts"]),
    ("wxpay-cashier", &["--features", "v2"], &["cashier"]),
    // The contract of `Transport`, over two other HTTP clients than our own.
    (
        "wxpay-transport",
        &[],
        &["hyper_transport", "ureq_transport"],
    ),
];

fn pure_rust(root: &Path) -> Result<(), Vec<String>> {
    let mut found = Vec::new();
    for package in ["wxpay-sign", "wxpay-client", "wxpay-api"] {
        let mut command = cargo::cargo(root);
        command.args(["tree", "--locked", "-p", package]);
        command.args(["--no-default-features", "--features", "rust-crypto"]);
        command.args(["-e", "normal,build", "--prefix", "none"]);
        let tree = cargo::output(&mut command).map_err(|problem| vec![problem])?;
        found.extend(not_pure(package, &tree));
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn not_pure(package: &str, tree: &str) -> Vec<String> {
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let unwanted = ["cc", "cmake", "tokio", "hyper", "reqwest"];
    // Constants of the kernel's interface, in Rust.
    let is_c = |name: &str| name.ends_with("-sys") && name != "linux-raw-sys";
    names
        .filter(|name| unwanted.contains(name) || is_c(name))
        .map(|name| format!("{package} with rust-crypto holds {name}"))
        .collect()
}

fn chosen<'a>(steps: &'a [Step], choice: &Choice) -> Result<Vec<&'a Step>, Vec<String>> {
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    let asked = choice.only.iter().chain(&choice.skip);
    let unknown: Vec<_> = asked
        .filter(|name| !names.contains(&name.as_str()))
        .map(|name| format!("there is no step {name}; there are {}", names.join(", ")))
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let has = |list: &[String], step: &Step| list.iter().any(|name| name == step.name);
    let taken = steps.iter().filter(|step| {
        (choice.only.is_empty() || has(&choice.only, step)) && !has(&choice.skip, step)
    });
    Ok(taken.collect())
}

fn table(taken: &[(&str, Duration, bool)]) -> String {
    let line = |name: &str, time: Duration, note: &str| {
        let seconds = time.as_secs_f64();
        format!("{name:<18} {seconds:>8.1} s{note}\n")
    };
    let mut table = String::new();
    for (name, time, passed) in taken {
        table += &line(name, *time, if *passed { "" } else { "  FAILED" });
    }
    let total = taken.iter().map(|(_, time, _)| *time).sum();
    table + &line("together", total, "")
}

#[cfg(test)]
mod tests;
