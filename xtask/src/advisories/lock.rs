//! A lock file: every crate that a build could use, on any platform.

use semver::Version;
use serde::Deserialize;

/// One crate of a lock file.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Locked {
    pub(crate) name: String,
    pub(crate) version: Version,
    /// Nothing for a crate of the workspace.
    pub(crate) source: Option<String>,
}

/// The crates of a lock file that come from elsewhere or nowhere.
pub(crate) fn parse(path: &str, text: &str) -> Result<Vec<Locked>, String> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Locked>,
    }
    let lock: Lock = toml::from_str(text).map_err(|error| format!("{path}: {error}"))?;
    let foreign = lock.package.into_iter().filter(|one| !is_ours(one));
    Ok(foreign.collect())
}

fn is_ours(locked: &Locked) -> bool {
    let is_ours = locked.name.starts_with("wxpay-") || OURS.contains(&&*locked.name);
    locked.source.is_none() && is_ours
}

/// Those without the prefix.
const OURS: [&str; 2] = ["example-shop", "xtask"];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::parse;

    #[test]
    fn our_own_crates_are_left_out() {
        let text = r#"
            version = 4
            [[package]]
            name = "wxpay-core"
            version = "0.1.0"
            [[package]]
            name = "example-shop"
            version = "0.0.0"
            [[package]]
            name = "bytes"
            version = "1.11.1"
            source = "registry+https://github.com/rust-lang/crates.io-index"
            checksum = "00"
        "#;
        let locked = parse("Cargo.lock", text).unwrap();
        let names: Vec<_> = locked.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["bytes"]);
    }

    #[test]
    fn a_broken_file_is_named() {
        let problem = parse("fuzz/Cargo.lock", "package = 1").unwrap_err();
        assert!(problem.starts_with("fuzz/Cargo.lock: "), "{problem}");
    }
}
