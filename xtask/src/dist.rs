//! What people download: the command in an archive and a Debian package, with its manual pages,
//! completions and licences.

mod archive;
mod debian;
mod licences;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::cargo::{self, Metadata};

/// What is packed.
struct Product {
    version: String,
    /// Such as `x86_64-unknown-linux-gnu`.
    target: String,
    /// The folder of the workspace.
    root: PathBuf,
    /// The program, of the profile `release`.
    program: PathBuf,
    /// The folders `man` and `completions`.
    extras: PathBuf,
    /// The licences of what is linked into it.
    licences: PathBuf,
    /// When the commit was made, in seconds since 1970: the time of every file, so that the same
    /// commit gives the same bytes.
    time: u64,
}

/// Builds and packs, and says where everything is.
pub(crate) fn run(target: Option<&str>, maintainer: &str) -> Result<(), Vec<String>> {
    pack(&cargo::root(), target, maintainer).map_err(|problem| vec![problem])
}

fn pack(root: &Path, target: Option<&str>, maintainer: &str) -> Result<(), String> {
    let metadata = Metadata::of_members(root)?;
    let version = metadata
        .members()
        .find(|member| member.name == "wxpay-cli")
        .map(|member| member.version.clone())
        .ok_or("there is no wxpay-cli")?;
    let built = metadata.target_directory;
    let packages = built.join("dist/packages");
    let stage = built.join("dist/stage");
    anew(&stage)?;
    made(&packages)?;

    eprintln!("\n== the program, which takes minutes");
    let program = program(root, &built, target)?;
    eprintln!("\n== manual pages and completions");
    extras(root, &built, &stage)?;
    let target = match target {
        Some(target) => target.to_owned(),
        None => host(root)?,
    };
    let licences = stage.join("THIRD-PARTY-LICENSES.txt");
    written(&licences, licences::text(root, &target)?.as_bytes())?;
    let product = Product {
        version,
        target,
        root: root.to_owned(),
        program,
        extras: stage.clone(),
        licences,
        time: time(root)?,
    };
    let mut files = vec![archive::write(&product, &stage, &packages)?];
    if product.target.contains("-linux-") {
        files.push(debian::write(&product, maintainer, &stage, &packages)?);
    }
    let sums: Vec<String> = files
        .iter()
        .map(|file| sum(file))
        .collect::<Result<_, _>>()?;
    written(&packages.join("SHA256SUMS"), sums.concat().as_bytes())?;
    eprintln!("\n== in {}", packages.display());
    eprint!("{}", sums.concat());
    Ok(())
}

/// Builds the program, and says where it is.
fn program(root: &Path, built: &Path, target: Option<&str>) -> Result<PathBuf, String> {
    let mut command = cargo::cargo(root);
    command.args(["build", "--locked", "--release", "-p", "wxpay-cli"]);
    let mut folder = built.to_owned();
    if let Some(target) = target {
        command.args(["--target", target]);
        folder.push(target);
    }
    cargo::run(&mut command)?;
    let name = match target {
        Some(target) if target.contains("windows") => "wxpay.exe",
        None if cfg!(windows) => "wxpay.exe",
        _ => "wxpay",
    };
    Ok(folder.join("release").join(name))
}

/// Writes `man` and `completions` into a folder, by a program for this machine that has the feature
/// `man`.
fn extras(root: &Path, built: &Path, folder: &Path) -> Result<(), String> {
    let mut command = cargo::cargo(root);
    command.args([
        "build",
        "--quiet",
        "--locked",
        "-p",
        "wxpay-cli",
        "--features",
        "man",
    ]);
    cargo::run(&mut command)?;
    let program = built
        .join("debug")
        .join(format!("wxpay{}", std::env::consts::EXE_SUFFIX));
    for (language, pages) in [("en", "man/man1"), ("zh", "man/zh_CN/man1")] {
        let mut command = Command::new(&program);
        command
            .args(["--lang", language, "man"])
            .arg(folder.join(pages));
        cargo::run(&mut command)?;
    }
    let completions = folder.join("completions");
    made(&completions)?;
    for (shell, file) in [
        ("bash", "wxpay.bash"),
        ("zsh", "_wxpay"),
        ("fish", "wxpay.fish"),
        ("powershell", "_wxpay.ps1"),
        ("elvish", "wxpay.elv"),
    ] {
        let script = cargo::output(Command::new(&program).args(["completions", shell]))?;
        written(&completions.join(file), script.as_bytes())?;
    }
    Ok(())
}

fn host(root: &Path) -> Result<String, String> {
    let told = cargo::output(cargo::cargo(root).args(["--version", "--verbose"]))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(ToOwned::to_owned)
        .ok_or_else(|| "cargo --version --verbose names no host".to_owned())
}

/// That of the commit, or of `SOURCE_DATE_EPOCH` where there is no repository.
fn time(root: &Path) -> Result<u64, String> {
    let told = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(told) => told,
        Err(_) => cargo::output(
            Command::new("git")
                .args(["log", "-1", "--format=%ct"])
                .current_dir(root),
        )?,
    };
    told.trim()
        .parse()
        .map_err(|_| format!("{told:?} is no time: set SOURCE_DATE_EPOCH"))
}

/// A line as `sha256sum -c` reads it.
fn sum(file: &Path) -> Result<String, String> {
    let bytes = fs::read(file).map_err(|error| said(file, &error))?;
    let sum = Sha256::digest(&bytes);
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{hex}  {name}\n"))
}

/// An empty folder.
fn anew(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| said(folder, &error))?;
    }
    made(folder)
}

fn made(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| said(folder, &error))
}

fn copied(from: &Path, to: &Path) -> Result<(), String> {
    if let Some(folder) = to.parent() {
        made(folder)?;
    }
    fs::copy(from, to).map_err(|error| said(from, &error))?;
    Ok(())
}

fn written(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        made(folder)?;
    }
    fs::write(path, bytes).map_err(|error| said(path, &error))
}

fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
