//! Builds the targets of `fuzz/` with the stable compiler and runs each for a while.
//!
//! `cargo-fuzz` does the same and more; nothing has to be installed for this.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;

use crate::cargo;

/// Builds and runs the targets, all of them when none is named.
pub(crate) fn run(seconds: u32, names: &[String]) -> Result<(), Vec<String>> {
    let fuzz = Fuzz::open().map_err(|problem| vec![problem])?;
    let known = fuzz.targets().map_err(|problem| vec![problem])?;
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        let known = known.join(", ");
        return Err(vec![format!(
            "there is no target {unknown}; there are {known}"
        )]);
    }
    let chosen = known
        .iter()
        .filter(|name| names.is_empty() || names.contains(name));
    fuzz.build().map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    for name in chosen {
        match fuzz.run(name, seconds) {
            Ok(report) => eprintln!("{name:<12} {report}"),
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// Where things are, and for which machine to build.
struct Fuzz {
    source: PathBuf,
    /// Everything that is not to be committed: programs, logs, new finds, failing inputs.
    output: PathBuf,
    host: String,
}

impl Fuzz {
    fn open() -> Result<Self, String> {
        let root = cargo::root();
        Ok(Self {
            source: root.join("fuzz"),
            output: root.join("target/fuzz"),
            host: host()?,
        })
    }

    /// The names of the `[[bin]]` sections.
    fn targets(&self) -> Result<Vec<String>, String> {
        #[derive(Deserialize)]
        struct Manifest {
            bin: Vec<Target>,
        }
        #[derive(Deserialize)]
        struct Target {
            name: String,
        }
        let path = self.source.join("Cargo.toml");
        let said = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| said(&error))?;
        let manifest: Manifest = toml::from_str(&text).map_err(|error| said(&error))?;
        Ok(manifest.bin.into_iter().map(|target| target.name).collect())
    }

    fn build(&self) -> Result<(), String> {
        // With a --target, the flags spare build scripts and macros.
        let status = cargo::cargo(&self.source)
            .args(["build", "--release", "--locked", "--bins"])
            .args(["--target", &self.host, "--target-dir"])
            .arg(&self.output)
            .env_remove("RUSTFLAGS")
            .env("CARGO_ENCODED_RUSTFLAGS", COVERAGE.join("\u{1F}"))
            .status()
            .map_err(|error| format!("cargo: {error}"))?;
        if status.success() {
            Ok(())
        } else {
            Err("the fuzz targets do not build".to_owned())
        }
    }

    fn run(&self, name: &str, seconds: u32) -> Result<Report, String> {
        let (status, log, path) = self.take(name, seconds)?;
        // An input's seconds are those on the wall: where it is quick by itself, the machine stood
        // still, and the run is taken once more.
        let (status, log, path) = match slow_input(&log) {
            Some(input) if self.is_quick(name, input)? => self.take(name, seconds)?,
            _ => (status, log, path),
        };
        if status.success() {
            Ok(Report::read(&log))
        } else {
            Err(failure(status, &log, &path))
        }
    }

    /// How it ended, what it said, and where that is written.
    fn take(&self, name: &str, seconds: u32) -> Result<(ExitStatus, String, PathBuf), String> {
        let finds = self.folder("corpus", name)?;
        let failures = self.folder("artifacts", name)?;
        let path = self.folder("logs", name)?.join("log.txt");
        let log = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut command = self.program(name);
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/", failures.display()))
            .args(LIMITS)
            // New finds go to the first folder.
            .arg(finds)
            .args(self.seeds(name))
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(dictionary) = self.dictionary(name) {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        let status = command
            .status()
            .map_err(|error| format!("can't be run: {error}"))?;
        let log = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok((status, String::from_utf8_lossy(&log).into_owned(), path))
    }

    fn program(&self, name: &str) -> Command {
        Command::new(self.output.join(&self.host).join("release").join(name))
    }

    /// Whether the target is through with one input in the time that each has.
    fn is_quick(&self, name: &str, input: &str) -> Result<bool, String> {
        let mut command = self.program(name);
        command
            .args(LIMITS)
            .arg(input)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = command.status();
        let status = status.map_err(|error| format!("can't be run: {error}"))?;
        Ok(status.success())
    }

    fn folder(&self, kind: &str, name: &str) -> Result<PathBuf, String> {
        let folder = self.output.join(kind).join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    fn seeds(&self, name: &str) -> Option<PathBuf> {
        Some(self.source.join("corpus").join(name)).filter(|seeds| seeds.is_dir())
    }

    fn dictionary(&self, name: &str) -> Option<PathBuf> {
        let file = self
            .source
            .join("dictionaries")
            .join(format!("{name}.dict"));
        Some(file).filter(|file| file.is_file())
    }
}

/// What libFuzzer needs from the compiler: counters of edges, and the operands of comparisons.
const COVERAGE: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// An input of 8 KiB at most, ten seconds and 512 MiB for each.
const LIMITS: [&str; 5] = [
    "-max_len=8192",
    "-timeout=10",
    "-rss_limit_mb=512",
    "-print_final_stats=1",
    "-use_value_profile=1",
];

/// The machine that the compiler runs on.
fn host() -> Result<String, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("-vV")
        .output()
        .map_err(|error| format!("rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    lines
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "rustc does not name its host".to_owned())
}

/// What a run came to, in libFuzzer's own words.
struct Report {
    runs: String,
    per_second: String,
    coverage: String,
    inputs: String,
    megabytes: String,
}

impl Report {
    fn read(log: &str) -> Self {
        let stat = |name: &str| {
            let prefix = format!("stat::{name}:");
            let mut lines = log.lines();
            let value = lines.find_map(|line| line.strip_prefix(&prefix));
            value.map_or_else(|| "?".to_owned(), |value| value.trim().to_owned())
        };
        let last = |label: &str| {
            let mut lines = log.lines().rev();
            let value = lines.find_map(|line| line.split_once(label)?.1.split_whitespace().next());
            value.unwrap_or("?").to_owned()
        };
        Self {
            runs: stat("number_of_executed_units"),
            per_second: stat("average_exec_per_sec"),
            coverage: last(" cov: "),
            inputs: last(" corp: "),
            megabytes: stat("peak_rss_mb"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            runs,
            per_second,
            coverage,
            inputs,
            megabytes,
        } = self;
        write!(
            f,
            "{runs:>9} runs {per_second:>7}/s {coverage:>6} edges, corpus {inputs}, {megabytes} MB"
        )
    }
}

/// The input that took too long, if that was the failure.
fn slow_input(log: &str) -> Option<&str> {
    written(log).find(|path| path.contains("/timeout-"))
}

/// The inputs that were kept because of what happened with them.
fn written(log: &str) -> impl Iterator<Item = &str> {
    log.lines().filter_map(|line| {
        let (_, path) = line.split_once("Test unit written to ")?;
        path.split_whitespace().next()
    })
}

/// The first thing that was said about the failure, and where its input is.
fn failure(status: ExitStatus, log: &str, path: &Path) -> String {
    let mut lines = log.lines();
    let panic = lines
        .by_ref()
        .skip_while(|line| !line.contains("panicked at") && !line.contains("ERROR: libFuzzer"));
    let said: Vec<&str> = panic.take(2).collect();
    let said: String = said.join(" ").chars().take(600).collect();
    let input = written(log).next().unwrap_or("not written");
    format!(
        "{status}\n  {said}\n  input: {input}\n  log:   {}",
        path.display()
    )
}
