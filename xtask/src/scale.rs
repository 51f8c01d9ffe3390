//! What many operations cost: a copy of the workspace with made-up ones beside the real ones, built
//! and measured.

#![allow(clippy::print_stdout)] // figures are what it is for

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::codegen;

/// Prints a line for each bound, and fails if one is broken.
pub(crate) fn run(operations: usize) -> Result<(), Vec<String>> {
    let copy = Copy::new(operations)?;
    println!("{} operations, made-up ones among them", copy.operations);
    let one = |problem: String| vec![problem];
    let mut broken = Vec::new();
    copy.products(&mut broken).map_err(one)?;
    copy.two_products(&mut broken).map_err(one)?;
    copy.documentation(&mut broken).map_err(one)?;
    copy.command(&mut broken).map_err(one)?;
    copy.binary(&mut broken).map_err(one)?;
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken)
    }
}

/// A copy of the workspace with many operations.
struct Copy {
    folder: tempfile::TempDir,
    target: PathBuf,
    operations: usize,
}

/// The products that made-up ones are copied from: what is sent and read is of the size of real
/// operations.
const MODELS: [&str; 3] = ["pay", "refund", "partner_transfer"];

impl Copy {
    fn new(wanted: usize) -> Result<Self, Vec<String>> {
        let said = |error: std::io::Error| vec![error.to_string()];
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .canonicalize()
            .map_err(said)?;
        let folder = tempfile::tempdir().map_err(said)?;
        let listed = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&root)
            .output()
            .map_err(said)?;
        for path in String::from_utf8_lossy(&listed.stdout).split('\0') {
            let from = root.join(path);
            if !path.is_empty() && from.is_file() {
                let to = folder.path().join(path);
                let parent = to.parent().unwrap_or_else(|| folder.path());
                fs::create_dir_all(parent).map_err(said)?;
                fs::copy(from, to).map_err(said)?;
            }
        }
        let mut copy = Self {
            target: root.join("target/scale"),
            folder,
            operations: 0,
        };
        copy.fill(wanted).map_err(|problem| vec![problem])?;
        codegen::run(Some(copy.folder.path().to_owned()), false)?;
        Ok(copy)
    }

    /// Adds products until there are as many operations as wanted.
    fn fill(&mut self, wanted: usize) -> Result<(), String> {
        let said = |error: std::io::Error| error.to_string();
        let specs = self.folder.path().join("xtask/spec/v3");
        self.operations = count(&self.folder.path().join("xtask/spec")).map_err(said)?;
        for n in 0.. {
            let model = MODELS.get(n % MODELS.len()).ok_or("no model")?;
            let product = format!("scale_{n:03}");
            for entry in fs::read_dir(specs.join(model)).map_err(said)? {
                if self.operations >= wanted {
                    return Ok(());
                }
                let path = entry.map_err(said)?.path();
                let text = fs::read_to_string(&path).map_err(said)?;
                if text.contains("kind   = \"notification\"") {
                    continue;
                }
                let text = text
                    .replace(&format!("\"v3.{model}."), &format!("\"v3.{product}."))
                    .replace(
                        "path        = \"/v3/",
                        &format!("path        = \"/v3/{product}/"),
                    );
                let text = own_labels(&text, n);
                let to = specs
                    .join(&product)
                    .join(path.file_name().unwrap_or_default());
                if !specs.join(&product).exists() {
                    fs::create_dir_all(specs.join(&product)).map_err(said)?;
                    self.name_product(&product).map_err(said)?;
                }
                fs::write(to, text).map_err(said)?;
                if !path.ends_with("types.toml") {
                    self.operations += 1;
                }
            }
        }
        Ok(())
    }

    /// Adds the product to the table of them, which is sorted below its first line.
    fn name_product(&self, product: &str) -> std::io::Result<()> {
        let table = self.folder.path().join("xtask/spec/products.tsv");
        let text = fs::read_to_string(&table)?;
        let line = format!("v3.{product}\tmade-up operations\t测试用接口");
        let mut lines: Vec<&str> = text.lines().skip(1).chain([line.as_str()]).collect();
        lines.sort_unstable();
        let head = text.lines().next().unwrap_or_default();
        fs::write(&table, format!("{head}\n{}\n", lines.join("\n")))
    }

    /// All products at once.
    fn products(&self, broken: &mut Vec<String>) -> Result<(), String> {
        let check = ["check", "-p", "wxpay-api", "--features", "full"];
        self.run(&check)?;
        touch(&self.folder.path().join("crates/wxpay-api/src/lib.rs"))?;
        let spent = self.run(&check)?;
        bound(
            broken,
            "cargo check -p wxpay-api, all products: CPU s",
            spent.computed,
            40.0,
        );
        bound(broken, "the same: GB of memory", spent.memory, 4.0);
        Ok(())
    }

    /// A program that uses two products.
    fn two_products(&self, broken: &mut Vec<String>) -> Result<(), String> {
        let own = [
            "wxpay-core",
            "wxpay-sign",
            "wxpay-transport",
            "wxpay-client",
            "wxpay-api",
        ];
        let check = ["check", "-p", "wxpay-api", "--features", "v3-pay,v3-refund"];
        self.run(&check)?;
        for name in own {
            touch(&self.folder.path().join(format!("crates/{name}/src/lib.rs")))?;
        }
        let spent = self.run(&check)?;
        bound(
            broken,
            "cargo check with two products, our code: CPU s",
            spent.computed,
            1.5,
        );
        Ok(())
    }

    /// The documentation of all products; docs.rs gives 6 GB and 15 minutes.
    fn documentation(&self, broken: &mut Vec<String>) -> Result<(), String> {
        let start = Instant::now();
        let spent = self.run(&["doc", "-p", "wxpay-api", "--all-features", "--no-deps"])?;
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        bound(broken, "cargo doc -p wxpay-api: minutes", minutes, 10.0);
        bound(broken, "the same: GB of memory", spent.memory, 6.0);
        Ok(())
    }

    /// The command's own code.
    fn command(&self, broken: &mut Vec<String>) -> Result<(), String> {
        let build = ["build", "-p", "wxpay-cli"];
        self.run(&build)?;
        touch(&self.folder.path().join("crates/wxpay-cli/src/main.rs"))?;
        let spent = self.run(&build)?;
        bound(
            broken,
            "cargo build -p wxpay-cli, its own code: CPU s",
            spent.computed,
            10.0,
        );
        Ok(())
    }

    /// The catalogue, the command's size and how fast it starts.
    fn binary(&self, broken: &mut Vec<String>) -> Result<(), String> {
        let said = |error: std::io::Error| error.to_string();
        let mega = |path: PathBuf| {
            let size =
                fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok::<f64, String>(size.len() as f64 / 1e6)
        };
        let catalog = self
            .folder
            .path()
            .join("crates/wxpay-catalog/src/catalog.bin");
        bound(broken, "the catalogue: MB", mega(catalog)?, 0.6);
        self.run(&["build", "--release", "-p", "wxpay-cli"])?;
        let binary = self.target.join("release/wxpay");
        bound(
            broken,
            "the program as it is installed: MB",
            mega(binary.clone())?,
            20.0,
        );
        let mut best = f64::MAX;
        for _ in 0..10 {
            let start = Instant::now();
            let help = Command::new(&binary)
                .args(["call", "--help"])
                .output()
                .map_err(said)?;
            if !help.status.success() {
                return Err("wxpay call --help fails".to_owned());
            }
            best = best.min(start.elapsed().as_secs_f64() * 1000.0);
        }
        bound(broken, "wxpay call --help: ms", best, 50.0);
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<Spent, String> {
        let before = computed();
        let watch = Memory::start();
        let status = Command::new(env!("CARGO"))
            .current_dir(self.folder.path())
            .args(arguments)
            .args(["--quiet", "--offline"])
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "symbols")
            .env("CARGO_TARGET_DIR", &self.target)
            .status()
            .map_err(|error| format!("cargo: {error}"))?;
        let memory = watch.stop();
        if !status.success() {
            return Err(format!("cargo {}: {status}", arguments.join(" ")));
        }
        Ok(Spent {
            computed: (computed() - before).as_secs_f64(),
            memory,
        })
    }
}

/// What a run of cargo took.
struct Spent {
    computed: f64,
    /// The most that one process held, in GB.
    memory: f64,
}

fn bound(broken: &mut Vec<String>, what: &str, is: f64, most: f64) {
    println!("{what:<52} {is:8.2}, {most} allowed");
    if is > most {
        broken.push(format!("{what}: {is:.2}, {most} allowed"));
    }
}

fn count(specs: &Path) -> std::io::Result<usize> {
    let mut found = 0;
    for version in ["v2", "v3"] {
        for product in fs::read_dir(specs.join(version))? {
            let product = product?.path();
            if product.is_dir() {
                for file in fs::read_dir(product)? {
                    found += usize::from(!file?.path().ends_with("types.toml"));
                }
            }
        }
    }
    Ok(found)
}

/// Gives three labels of four a number: real products are described alike in parts only.
fn own_labels(text: &str, product: usize) -> String {
    let mut out = String::new();
    for (n, line) in text.lines().enumerate() {
        let english = if line.contains(" en = ") {
            String::new()
        } else {
            format!("en = \"Label {n} of {product}\", ")
        };
        let label = format!("{english}zh = \"{product} ");
        let line = if n % 4 != 0 && !line.starts_with("zh ") {
            line.replace("zh = \"", &label)
        } else {
            line.to_owned()
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// Makes cargo take a crate for changed.
fn touch(file: &Path) -> Result<(), String> {
    let said = |error| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(said)?;
    // A file's time counts in whole ticks of the file system.
    thread::sleep(Duration::from_millis(20));
    fs::write(file, text).map_err(said)
}

/// How long the children of this process that have ended computed, where Linux tells.
fn computed() -> Duration {
    crate::bench::computed().unwrap_or_default()
}

/// Looks at the memory of compilers while they run, where Linux tells.
struct Memory {
    most: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    looking: thread::JoinHandle<()>,
}

impl Memory {
    fn start() -> Self {
        let (most, over) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let looking = thread::spawn({
            let (most, over) = (Arc::clone(&most), Arc::clone(&over));
            move || {
                while !over.load(Ordering::Relaxed) {
                    most.fetch_max(largest_compiler(), Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(50));
                }
            }
        });
        Self {
            most,
            over,
            looking,
        }
    }

    fn stop(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.looking.join();
        self.most.load(Ordering::Relaxed) as f64 / 1e6
    }
}

/// The most that a running compiler has held, in kB.
fn largest_compiler() -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let of_one = |status: String| {
        let compiler = ["Name:\trustc\n", "Name:\trustdoc\n"];
        if !compiler.iter().any(|name| status.starts_with(name)) {
            return None;
        }
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    processes
        .filter_map(|process| fs::read_to_string(process.path().join("status")).ok())
        .filter_map(of_one)
        .max()
        .unwrap_or(0)
}
