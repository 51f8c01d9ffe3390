//! Features are additive: each crate that we publish stands with none of them, with each alone, and
//! with all. The products of `wxpay-api` are too many for that; a test holds that their files know
//! nothing of each other, and their groups are checked.

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
    let named = package.features.keys().filter(|name| stands_alone(name));
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

/// Whether a user may turn a feature on by itself, and it is not a product.
fn stands_alone(name: &str) -> bool {
    let is_private = name.starts_with("__");
    let is_product = name.starts_with("v2-") || name.starts_with("v3-");
    name != "default" && !is_private && !is_product
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
    fn products_and_private_features_are_not_checked_alone() {
        let choices = choices(&package(&[
            "__keys", "full", "serde", "v2", "v2-pay", "v3-pay",
        ]));
        assert_eq!(shown(&choices), "none, full, serde, v2, all");
    }

    #[test]
    fn a_crate_without_features_is_checked_once() {
        assert_eq!(shown(&choices(&package(&[]))), "none");
    }
}
