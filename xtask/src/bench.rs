//! What things cost: the library's work beside its floors, many merchants in one process, and a
//! build.

#![allow(clippy::print_stdout)] // figures are what it is for

pub(crate) mod counts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Runs the benches, which print their table.
pub(crate) fn floors(only: Option<&str>, rounds: Option<usize>) -> Result<(), Vec<String>> {
    let mut command = cargo(&root());
    command.args([
        "bench",
        "--locked",
        "--quiet",
        "-p",
        "wxpay-bench",
        "--bench",
        "floors",
        "--",
    ]);
    if let Some(only) = only {
        command.args(["--only", only]);
    }
    if let Some(rounds) = rounds {
        command.args(["--rounds", &rounds.to_string()]);
    }
    run(&mut command).map_err(|problem| vec![problem])
}

/// Measures clients that are not ours at the same work.
pub(crate) fn peers() -> Result<(), Vec<String>> {
    let program = root().join("tests/bench/peers/run");
    run(&mut Command::new(program)).map_err(|problem| vec![problem])
}

/// Counts crates, runs the program of many merchants and callbacks and, with `builds`, times clean
/// builds.
pub(crate) fn scale(builds: bool) -> Result<(), Vec<String>> {
    let all = || {
        crates("wxpay-api, default features", "wxpay-api", 130)?;
        crates("wxpay-sign, default features", "wxpay-sign", 60)?;
        println!();
        let mut command = cargo(&root());
        command.args([
            "run",
            "--locked",
            "--quiet",
            "--profile",
            "bench",
            "-p",
            "wxpay-tests",
        ]);
        run(command.args(["--bin", "scale"]))?;
        if builds {
            Program::write()?.build()
        } else {
            Ok(())
        }
    };
    all().map_err(|problem: String| vec![problem])
}

/// Prints how many crates a package comes to, itself included, and what is allowed.
fn crates(what: &str, package: &str, most: usize) -> Result<(), String> {
    let output = cargo(&root())
        .args(["tree", "--locked", "-p", package, "-e", "normal,build"])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}"])
        .output()
        .map_err(|error| format!("cargo tree: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut crates: Vec<&str> = text.lines().collect();
    crates.sort_unstable();
    crates.dedup();
    println!("{what}: {} crates, {most} allowed", crates.len());
    if crates.len() > most {
        return Err(format!("{package} has more than {most} crates"));
    }
    Ok(())
}

/// A program of its own that pays by both protocols: what a user of the default features builds.
struct Program {
    folder: PathBuf,
    target: PathBuf,
}

impl Program {
    fn write() -> Result<Self, String> {
        let root = root();
        let program = Self {
            folder: root.join("target/builds/program"),
            target: root.join("target/builds/target"),
        };
        let manifest = MANIFEST.replace("ROOT", &root.display().to_string());
        let lock =
            fs::read_to_string(root.join("Cargo.lock")).map_err(|error| error.to_string())?;
        for (name, text) in [
            ("Cargo.toml", manifest.as_str()),
            ("Cargo.lock", &lock),
            ("src/main.rs", MAIN),
        ] {
            let path = program.folder.join(name);
            let said = |error| format!("{}: {error}", path.display());
            fs::create_dir_all(path.parent().unwrap_or(&root)).map_err(said)?;
            fs::write(&path, text).map_err(said)?;
        }
        Ok(program)
    }

    /// Builds it from nothing, in each way, and prints what that costs.
    fn build(&self) -> Result<(), String> {
        println!(
            "\nthe default features and two products, from nothing, with a program that pays by both protocols:"
        );
        if self.target.exists() {
            fs::remove_dir_all(&self.target).map_err(|error| error.to_string())?;
        }
        self.time("check, all crates", &["check"])?;
        let own = [
            "wxpay-core",
            "wxpay-sign",
            "wxpay-transport",
            "wxpay-client",
            "wxpay-api",
        ];
        run(self
            .cargo("clean")
            .args(own.iter().flat_map(|name| ["-p", name])))?;
        self.time("check, own crates alone (≤ 2 CPU s)", &["check"])?;
        self.time("debug build", &["build"])?;
        self.time("release build", &["build", "--release"])?;
        let path = self.target.join("release/wxpay-program");
        let size = fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        println!(
            "{:<36} {:.2} MiB",
            "the program",
            size.len() as f64 / 1024.0 / 1024.0
        );
        Ok(())
    }

    fn time(&self, what: &str, arguments: &[&str]) -> Result<(), String> {
        let (first, rest) = arguments.split_first().ok_or("no command")?;
        let (start, before) = (Instant::now(), computed());
        run(self.cargo(first).args(rest))?;
        let wall = start.elapsed().as_secs_f64();
        let computed = before.and_then(|before| Some((computed()? - before).as_secs_f64()));
        match computed {
            Some(computed) => println!("{what:<36} {computed:6.1} CPU s, {wall:6.1} s"),
            None => println!("{what:<36} {wall:6.1} s"),
        }
        Ok(())
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = cargo(&self.folder);
        cargo
            .args([command, "--quiet", "--offline", "--target-dir"])
            .arg(&self.target);
        cargo
    }
}

/// How long the children of this process that have ended computed, where Linux tells.
pub(crate) fn computed() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in brackets; the 16th and 17th are theirs, in hundredths of a
    // second.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(13);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(10 * ticks))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap_or_default()
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder);
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}"))
    }
}

const MANIFEST: &str = r#"[package]
name = "wxpay-program"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
tokio = { version = "1", features = ["rt"] }
wxpay-api = { path = "ROOT/crates/wxpay-api", features = ["v2-pay", "v3-partner-transfer"] }
"#;

const MAIN: &str = r#"use wxpay_api::core::{MchId, OutTradeNo};
use wxpay_api::sign::{v2::Key, v3::{PrivateKey, PublicKeys}};
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |n| std::env::args().nth(n).ok_or("an argument is missing");
    let (mch_id, transport) = (MchId::new(argument(1)?)?, ReqwestTransport::new()?);
    let merchant = v2::Merchant::new(mch_id.clone(), argument(2)?.parse()?);
    let credentials = v2::Credentials::new(Key::new(argument(3)?)?);
    let orders = v2::Client::builder(merchant, credentials, transport.clone()).build()?;
    let key = PrivateKey::from_pem(&argument(4)?, &argument(5)?)?;
    let platform = PublicKeys::new().with_public_key(&argument(6)?, &argument(7)?)?;
    let transfers = v3::Client::builder(mch_id, v3::Credentials::new(key, platform), transport).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let order = v2::pay::query_order::Order::OutTradeNo(OutTradeNo::new(argument(8)?)?);
        let query = v2::pay::QueryOrder { order, options: Default::default() };
        println!("{:?}", v2::pay::query_order(&orders, &query).await?);
        let detail = v3::partner_transfer::QueryDetailByOutDetailNo {
            out_batch_no: argument(9)?.parse()?,
            out_detail_no: argument(10)?.parse()?,
            options: Default::default(),
        };
        println!("{:?}", transfers.send(&detail).await?);
        Ok(())
    })
}
"#;
