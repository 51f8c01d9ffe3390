//! Calls of cargo, and what `cargo metadata` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// cargo as a shell finds it: the bare one of a toolchain would follow the `rust-toolchain` files
/// of other people's packages. Without what `cargo run` told this program about itself: build
/// scripts would take it for a change.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs a command; what it prints is the user's to read.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", said(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{}: {status}", said(command)))
    }
}

/// Runs a command and takes what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{}: {error}", said(command)))?;
    if output.status.success() {
        return String::from_utf8(output.stdout)
            .map_err(|error| format!("{}: {error}", said(command)));
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{}: {}\n{}",
        said(command),
        output.status,
        errors.trim_end()
    ))
}

fn said(command: &Command) -> String {
    let arguments: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
    format!("cargo {}", arguments.join(" "))
}

/// The part of `cargo metadata` that the chores read.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    #[serde(default)]
    workspace_members: Vec<String>,
    /// Where cargo builds.
    #[serde(default)]
    pub(crate) target_directory: PathBuf,
}

impl Metadata {
    /// Of the workspace alone: nothing is downloaded.
    pub(crate) fn of_members(folder: &Path) -> Result<Self, String> {
        Self::ask(folder, &["--no-deps"])
    }

    /// Of everything in the lock file, for every platform.
    pub(crate) fn of_all(folder: &Path) -> Result<Self, String> {
        Self::ask(folder, &["--locked", "--all-features"])
    }

    fn ask(folder: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut command = cargo(folder);
        command.args(["metadata", "--format-version", "1"]);
        let text = output(command.args(arguments))?;
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))
    }

    /// The packages of this workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        let members = &self.workspace_members;
        self.packages
            .iter()
            .filter(move |package| members.contains(&package.id))
    }

    /// Those of them that are for others to use.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| package.is_published())
    }
}

/// A package: of this workspace or below it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) license: Option<String>,
    pub(crate) license_file: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) readme: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) rust_version: Option<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    /// Where it may be published; an empty list means nowhere.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

impl Package {
    pub(crate) fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|to| !to.is_empty())
    }

    pub(crate) fn is_library(&self) -> bool {
        let mut kinds = self.targets.iter().flat_map(|target| &target.kind);
        kinds.any(|kind| kind == "lib")
    }
}

/// A dependency as its manifest declares it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` is the ordinary kind.
    pub(crate) kind: Option<String>,
    pub(crate) req: String,
    pub(crate) optional: bool,
}

impl Dependency {
    pub(crate) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Target {
    kind: Vec<String>,
}
