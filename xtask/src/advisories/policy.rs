//! `deny.toml`: the rules, read from the file that cargo-deny reads.

use std::collections::BTreeSet;

use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::advisories::lock::Locked;
use crate::cargo::Package;

/// The rules. What only cargo-deny understands is passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Policy {
    advisories: Advisories,
    licenses: Licences,
    bans: Bans,
    sources: Sources,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Advisories {
    ignore: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    id: String,
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    name: String,
    reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// What the licences come to.
pub(crate) struct LicencesFound {
    pub(crate) used: Vec<String>,
    pub(crate) problems: Vec<String>,
}

impl Policy {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let policy: Self = toml::from_str(text).map_err(|error| format!("deny.toml: {error}"))?;
        let exceptions = policy.advisories.ignore.iter();
        let mut reasons = exceptions
            .map(|one| (&one.id, &one.reason))
            .chain(policy.bans.deny.iter().map(|ban| (&ban.name, &ban.reason)));
        match reasons.find(|(_, reason)| reason.trim().is_empty()) {
            Some((what, _)) => Err(format!("deny.toml: {what} needs a reason")),
            None => Ok(policy),
        }
    }

    pub(crate) fn ignores(&self, id: &str) -> bool {
        self.ignored().any(|ignored| ignored == id)
    }

    pub(crate) fn ignored(&self) -> impl Iterator<Item = &str> {
        self.advisories.ignore.iter().map(|one| one.id.as_str())
    }

    pub(crate) fn ban_problems(&self, locked: &[Locked]) -> Vec<String> {
        let banned = |one: &Locked| self.bans.deny.iter().find(|ban| ban.name == one.name);
        let found = locked.iter().filter_map(|one| Some((one, banned(one)?)));
        found
            .map(|(one, ban)| format!("{} {} is banned: {}", one.name, one.version, ban.reason))
            .collect()
    }

    pub(crate) fn source_problems(&self, locked: &[Locked]) -> Vec<String> {
        let allowed = |source: &str| {
            let registry = source.strip_prefix("registry+");
            registry.is_some_and(|url| self.sources.allow_registry.iter().any(|one| one == url))
        };
        let mut problems = Vec::new();
        for one in locked {
            let source = one.source.as_deref().unwrap_or("a path");
            if !allowed(source) {
                problems.push(format!("{} {} comes from {source}", one.name, one.version));
            }
        }
        problems
    }

    pub(crate) fn licence_problems<'a>(
        &self,
        packages: impl Iterator<Item = &'a Package>,
    ) -> LicencesFound {
        let mut used = BTreeSet::new();
        let mut problems = Vec::new();
        for package in packages {
            match self.licence(package) {
                Ok(taken) => used.extend(taken),
                Err(reason) => {
                    problems.push(format!("{} {}: {reason}", package.name, package.version));
                }
            }
        }
        LicencesFound {
            used: used.into_iter().collect(),
            problems,
        }
    }

    /// Those of the allowed licences that this package is taken under.
    fn licence(&self, package: &Package) -> Result<Vec<String>, String> {
        let Some(text) = &package.license else {
            return Err(match &package.license_file {
                Some(file) => format!("has no licence expression, only {file}"),
                None => "has no licence".to_owned(),
            });
        };
        let expression = Expression::parse_mode(text, ParseMode::LAX)
            .map_err(|error| format!("{text}: {}", error.reason))?;
        let allows = |wanted: &LicenseReq| self.licenses.allow.contains(&wanted.to_string());
        if !expression.evaluate(allows) {
            return Err(format!("{text} is not among the licences that we allow"));
        }
        let named = expression
            .requirements()
            .map(|wanted| wanted.req.to_string());
        Ok(named
            .filter(|name| self.licenses.allow.contains(name))
            .collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Policy;
    use crate::advisories::lock::Locked;
    use crate::cargo::Package;

    const TEXT: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0", "BSD-3-Clause"]
        confidence-threshold = 0.9
        [bans]
        wildcards = "deny"
        deny = [{ name = "openssl", reason = "TLS is rustls" }]
        [sources]
        allow-registry = ["https://github.com/rust-lang/crates.io-index"]
    "#;

    fn locked(name: &str, source: Option<&str>) -> Locked {
        Locked {
            name: name.to_owned(),
            version: "1.0.0".parse().unwrap(),
            source: source.map(str::to_owned),
        }
    }

    fn licence_problems(license: Option<&str>) -> Vec<String> {
        let package = Package {
            name: "one".to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            ..Package::default()
        };
        let policy = Policy::parse(TEXT).unwrap();
        policy.licence_problems([package].iter()).problems
    }

    #[test]
    fn a_licence_we_allow_is_enough() {
        for fine in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "MIT AND BSD-3-Clause",
            "(MIT OR GPL-3.0) AND BSD-3-Clause",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert_eq!(licence_problems(Some(fine)), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn any_other_is_not() {
        for bad in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "Apache-2.0 WITH LLVM-exception",
            "Proprietary stuff",
        ] {
            assert_eq!(licence_problems(Some(bad)).len(), 1, "{bad}");
        }
        assert_eq!(licence_problems(None), ["one 1.0.0: has no licence"]);
    }

    #[test]
    fn licences_in_use_are_listed() {
        let package = Package {
            license: Some("MIT OR Zlib".to_owned()),
            ..Package::default()
        };
        let policy = Policy::parse(TEXT).unwrap();
        assert_eq!(policy.licence_problems([package].iter()).used, ["MIT"]);
    }

    #[test]
    fn a_banned_crate_is_found() {
        let policy = Policy::parse(TEXT).unwrap();
        let found = policy.ban_problems(&[locked("openssl", None), locked("bytes", None)]);
        assert_eq!(found, ["openssl 1.0.0 is banned: TLS is rustls"]);
    }

    #[test]
    fn crates_come_from_crates_io_alone() {
        let policy = Policy::parse(TEXT).unwrap();
        let index = "registry+https://github.com/rust-lang/crates.io-index";
        let found = policy.source_problems(&[
            locked("fine", Some(index)),
            locked("git", Some("git+https://example.com/a#00")),
            locked("other", Some("registry+https://example.com/index")),
            locked("path", None),
        ]);
        assert_eq!(
            found,
            [
                "git 1.0.0 comes from git+https://example.com/a#00",
                "other 1.0.0 comes from registry+https://example.com/index",
                "path 1.0.0 comes from a path",
            ]
        );
    }

    #[test]
    fn every_exception_has_its_reason() {
        let text = "[advisories]\nignore = [{ id = \"RUSTSEC-2030-0001\", reason = \" \" }]";
        assert_eq!(
            Policy::parse(text).unwrap_err(),
            "deny.toml: RUSTSEC-2030-0001 needs a reason"
        );
        assert!(Policy::parse("[advisories]\nignore = [\"RUSTSEC-2030-0001\"]").is_err());
    }
}
