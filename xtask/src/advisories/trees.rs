//! What a user gets who turns on nothing: the default tree of each crate that we publish.

use std::path::Path;

use crate::cargo;

/// The crates among `unwanted` that the default features of `package` bring along, on any platform.
pub(crate) fn problems(
    root: &Path,
    package: &str,
    unwanted: &[String],
) -> Result<Vec<String>, String> {
    let mut command = cargo::cargo(root);
    command.args(["tree", "--locked", "--package", package]);
    command.args(["--edges", "normal,build", "--target", "all"]);
    let tree = cargo::output(command.args(["--prefix", "none"]))?;
    Ok(found(package, &tree, unwanted))
}

fn found(package: &str, tree: &str, unwanted: &[String]) -> Vec<String> {
    let names: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let unwanted = unwanted.iter().filter(|one| names.contains(&one.as_str()));
    unwanted
        .map(|one| format!("{package}: its default tree holds {one}, which deny.toml excepts"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn an_excepted_crate_must_not_be_a_default() {
        let tree = "wxpay-sign v0.1.0 (/x)\nrsa v0.9.10\npkcs1 v0.7.5\n└── rsa-like v1.0.0\n";
        let unwanted = ["rsa".to_owned()];
        assert_eq!(
            found("wxpay-sign", tree, &unwanted),
            ["wxpay-sign: its default tree holds rsa, which deny.toml excepts"]
        );
        let without = tree.replace("rsa v", "rsb v");
        assert_eq!(
            found("wxpay-sign", &without, &unwanted),
            Vec::<String>::new()
        );
    }
}
