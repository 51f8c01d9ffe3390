//! Features are additive: each crate that we publish stands with none of them, with each alone, and with all.

use crate::cargo::{self, Metadata, Package};

/// Checks every crate with every choice.
pub(crate) fn run() -> Result<(), Vec<String>> {
    let root = cargo::root();
    let metadata = Metadata::of_members(&root).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    for package in metadata.published() {
        let choices = choices(package);
        eprintln!("{}: {}", package.name, shown(&choices));
        for choice in &choices {
            let mut command = cargo::cargo(&root);
            command.args(["check", "--locked", "--quiet", "--package", &package.name]);
            if let Err(problem) = cargo::run(command.args(choice)) {
                problems.push(problem);
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The arguments of each choice: none, each alone, all.
fn choices(package: &Package) -> Vec<Vec<String>> {
    let none = || vec!["--no-default-features".to_owned()];
    let named = package.features.keys().filter(|name| *name != "default");
    let mut choices = vec![none()];
    let mut any = false;
    for name in named {
        any = true;
        let mut alone = none();
        alone.extend(["--features".to_owned(), name.clone()]);
        choices.push(alone);
    }
    if any {
        choices.push(vec!["--all-features".to_owned()]);
    }
    choices
}

fn shown(choices: &[Vec<String>]) -> String {
    let last = choices.iter().filter_map(|choice| choice.last());
    let names: Vec<_> = last
        .map(|argument| match argument.as_str() {
            "--no-default-features" => "none",
            "--all-features" => "all",
            name => name,
        })
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{choices, shown};
    use crate::cargo::Package;

    fn package(features: &[&str]) -> Package {
        let features = features.iter().map(|name| ((*name).to_owned(), Vec::new()));
        Package {
            features: features.collect(),
            ..Package::default()
        }
    }

    #[test]
    fn none_each_alone_and_all() {
        let choices = choices(&package(&["b", "default", "a"]));
        assert_eq!(shown(&choices), "none, a, b, all");
        assert_eq!(
            choices,
            [
                vec!["--no-default-features"],
                vec!["--no-default-features", "--features", "a"],
                vec!["--no-default-features", "--features", "b"],
                vec!["--all-features"],
            ]
        );
    }

    #[test]
    fn a_crate_without_features_is_checked_once() {
        assert_eq!(shown(&choices(&package(&[]))), "none");
    }
}
