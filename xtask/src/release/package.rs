//! The packages: what is in them, and that it builds without the workspace around it.

use std::path::Path;

use crate::cargo::{self, Package};

/// The files that a package would hold.
pub(crate) fn files(
    root: &Path,
    package: &Package,
    allow_dirty: bool,
) -> Result<Vec<String>, String> {
    let mut command = cargo::cargo(root);
    command.args(["package", "--list", "--package", &package.name]);
    if allow_dirty {
        command.arg("--allow-dirty");
    }
    let list = cargo::output(&mut command)?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// What is missing from a package, and what should not be in it.
pub(crate) fn problems(name: &str, files: &[String]) -> Vec<String> {
    let has = |wanted: &str| files.iter().any(|file| file == wanted);
    let missing = WANTED
        .iter()
        .filter(|wanted| !has(wanted))
        .map(|wanted| format!("{name}: its package lacks {wanted}"));
    // Tests have keys of their own, which open nothing.
    let outside_tests = files.iter().filter(|file| !file.starts_with("tests/"));
    let secret = outside_tests.filter(|file| {
        let mut endings = UNWANTED.iter();
        endings.any(|ending| file.ends_with(ending))
    });
    let secret = secret.map(|file| format!("{name}: its package must not hold {file}"));
    missing.chain(secret).collect()
}

/// Builds each package from its contents alone, the others standing in for crates.io.
pub(crate) fn build(root: &Path, packages: &[&Package], allow_dirty: bool) -> Result<(), String> {
    let mut command = cargo::cargo(root);
    command.args(["package", "--locked", "--quiet"]);
    command.arg("--target-dir").arg(root.join(TARGET));
    for package in packages {
        command.args(["--package", &package.name]);
    }
    if allow_dirty {
        command.arg("--allow-dirty");
    }
    cargo::run(&mut command)?;
    for package in packages {
        let name = format!("{}-{}.crate", package.name, package.version);
        let path = root.join(TARGET).join("package").join(&name);
        let size = std::fs::metadata(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?
            .len();
        eprintln!("{name:<28} {:>5} KiB", size.div_ceil(1024));
    }
    Ok(())
}

const TARGET: &str = "target/release-check";

const WANTED: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

const UNWANTED: [&str; 4] = [".pem", ".p12", ".key", ".sqlite"];

#[cfg(test)]
mod tests {
    use super::problems;

    fn files(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_package_holds_its_licences_and_its_readme() {
        let mut names = vec!["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
        names.push("src/lib.rs");
        assert_eq!(problems("one", &files(&names)), Vec::<String>::new());
        assert_eq!(
            problems(
                "one",
                &files(&["Cargo.toml", "README.md", "src/LICENSE-MIT"])
            ),
            [
                "one: its package lacks LICENSE-APACHE",
                "one: its package lacks LICENSE-MIT",
            ]
        );
    }

    #[test]
    fn a_package_holds_no_key() {
        let names = [
            "Cargo.toml",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "tests/data/small_key.pem",
            "apiclient_key.pem",
        ];
        assert_eq!(
            problems("one", &files(&names)),
            ["one: its package must not hold apiclient_key.pem"]
        );
    }
}
