//! Advisories kept as data, and which of the locked crates they hit.

use std::collections::BTreeSet;

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::advisories::lock::Locked;
use crate::advisories::policy::Policy;

/// What was known on one day.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    pub(crate) taken: String,
    pub(crate) origin: String,
    /// The crates that were looked up and have no advisory.
    pub(crate) clean: BTreeSet<String>,
    #[serde(default)]
    pub(crate) advisory: Vec<Advisory>,
}

/// One advisory: a version is hit unless it is patched or unaffected.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advisory {
    pub(crate) id: String,
    pub(crate) package: String,
    pub(crate) date: String,
    pub(crate) title: String,
    /// `unsound` or `unmaintained`; a vulnerability without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) informational: Option<String>,
    pub(crate) patched: Vec<VersionReq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unaffected: Vec<VersionReq>,
}

impl Advisory {
    fn hits(&self, locked: &Locked) -> bool {
        let matches = |ranges: &[VersionReq]| holds(ranges, &locked.version);
        locked.name == self.package && !matches(&self.patched) && !matches(&self.unaffected)
    }
}

fn holds(ranges: &[VersionReq], version: &Version) -> bool {
    ranges.iter().any(|range| range.matches(version))
}

impl Snapshot {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| format!("snapshot.toml: {error}"))
    }

    pub(crate) fn to_toml(&self) -> String {
        let body = toml::to_string(self).expect("strings and lists of strings are TOML");
        format!("{HEAD}\n\n{body}")
    }

    /// Open advisories.
    pub(crate) fn findings(&self, locked: &[Locked], policy: &Policy) -> Vec<String> {
        let mut findings = Vec::new();
        for one in locked {
            for advisory in self.advisory.iter().filter(|advisory| advisory.hits(one)) {
                if !policy.ignores(&advisory.id) {
                    findings.push(finding(one, advisory));
                }
            }
        }
        findings
    }

    /// Open advisories, crates that nobody has looked up, and exceptions that except nothing.
    pub(crate) fn problems(&self, locked: &[Locked], policy: &Policy) -> Vec<String> {
        let mut problems = self.findings(locked, policy);
        for one in locked {
            if !self.knows(&one.name) {
                problems.push(format!(
                    "{}: not in the snapshot of {}; look it up (xtask/advisories/README.md)",
                    one.name, self.taken
                ));
            }
        }
        for id in policy.ignored() {
            if !self.is_open(id, locked) {
                problems.push(format!("deny.toml: {id} hits nothing; drop the exception"));
            }
        }
        problems
    }

    /// The crates that are locked in spite of an advisory.
    pub(crate) fn excepted(&self, policy: &Policy) -> Vec<String> {
        let ignored = self
            .advisory
            .iter()
            .filter(|advisory| policy.ignores(&advisory.id));
        let names: BTreeSet<_> = ignored.map(|advisory| advisory.package.clone()).collect();
        names.into_iter().collect()
    }

    pub(crate) fn summary(&self) -> String {
        format!(
            "{} advisories on {} of {} crates, snapshot of {}",
            self.advisory.len(),
            self.hit_names().len(),
            self.hit_names().len() + self.clean.len(),
            self.taken
        )
    }

    fn knows(&self, name: &str) -> bool {
        self.clean.contains(name) || self.hit_names().contains(name)
    }

    fn hit_names(&self) -> BTreeSet<&str> {
        let names = self.advisory.iter().map(|one| one.package.as_str());
        names.collect()
    }

    fn is_open(&self, id: &str, locked: &[Locked]) -> bool {
        let mut advisories = self.advisory.iter().filter(|advisory| advisory.id == id);
        advisories.any(|advisory| locked.iter().any(|one| advisory.hits(one)))
    }
}

fn finding(one: &Locked, advisory: &Advisory) -> String {
    let kind = advisory.informational.as_deref().unwrap_or("vulnerability");
    let patched: Vec<_> = advisory.patched.iter().map(ToString::to_string).collect();
    let patched = if patched.is_empty() {
        "no release is patched".to_owned()
    } else {
        format!("patched: {}", patched.join(" or "))
    };
    format!(
        "{} {}: {} ({kind}): {}; {patched}",
        one.name, one.version, advisory.id, advisory.title
    )
}

const HEAD: &str = "# What RustSec says of the crates in our lock files: data, see README.md.";

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use super::Snapshot;
    use crate::advisories::lock::Locked;
    use crate::advisories::policy::Policy;

    const TEXT: &str = r#"
        taken = "2026-11-25"
        origin = "made up"
        clean = ["bytes"]
        [[advisory]]
        id = "RUSTSEC-2030-0001"
        package = "leaky"
        date = "2030-01-01"
        title = "it leaks"
        patched = [">= 1.2.3", "^0.9.5"]
        unaffected = ["< 0.5.0"]
        [[advisory]]
        id = "RUSTSEC-2030-0002"
        package = "slow"
        date = "2030-01-02"
        title = "it is slow"
        informational = "unmaintained"
        patched = []
    "#;

    fn locked(name: &str, version: &str) -> Locked {
        Locked {
            name: name.to_owned(),
            version: version.parse().unwrap(),
            source: None,
        }
    }

    fn problems(crates: &[(&str, &str)], policy: &str) -> Vec<String> {
        let locked: Vec<_> = crates.iter().map(|(a, b)| locked(a, b)).collect();
        let snapshot = Snapshot::parse(TEXT).unwrap();
        snapshot.problems(&locked, &Policy::parse(policy).unwrap())
    }

    #[test]
    fn patched_and_unaffected_versions_pass() {
        let crates = [
            ("bytes", "1.0.0"),
            ("leaky", "1.2.3"),
            ("leaky", "0.9.6"),
            ("leaky", "0.4.9"),
        ];
        assert_eq!(problems(&crates, ""), Vec::<String>::new());
    }

    #[test]
    fn the_others_are_findings() {
        let found = problems(&[("leaky", "1.2.2"), ("slow", "9.0.0")], "");
        assert_eq!(
            found,
            [
                "leaky 1.2.2: RUSTSEC-2030-0001 (vulnerability): it leaks; patched: >=1.2.3 or ^0.9.5",
                "slow 9.0.0: RUSTSEC-2030-0002 (unmaintained): it is slow; no release is patched",
            ]
        );
    }

    #[test]
    fn a_pre_release_of_the_patch_is_no_patch() {
        assert_eq!(problems(&[("leaky", "1.2.3-rc.1")], "").len(), 1);
    }

    #[test]
    fn a_written_exception_excepts_and_must_be_needed() {
        let policy =
            "[advisories]\nignore = [{ id = \"RUSTSEC-2030-0002\", reason = \"opt-in alone\" }]";
        assert_eq!(problems(&[("slow", "1.0.0")], policy), Vec::<String>::new());
        assert_eq!(
            problems(&[("bytes", "1.0.0")], policy),
            ["deny.toml: RUSTSEC-2030-0002 hits nothing; drop the exception"]
        );
        let snapshot = Snapshot::parse(TEXT).unwrap();
        assert_eq!(snapshot.excepted(&Policy::parse(policy).unwrap()), ["slow"]);
    }

    #[test]
    fn a_crate_that_nobody_looked_up_is_named() {
        let found = problems(&[("new", "1.0.0")], "");
        assert!(found[0].starts_with("new: not in the snapshot of 2026-11-25"));
    }

    #[test]
    fn what_is_written_reads_back() {
        let snapshot = Snapshot::parse(TEXT).unwrap();
        let again = Snapshot::parse(&snapshot.to_toml()).unwrap();
        assert_eq!(again.to_toml(), snapshot.to_toml());
        assert_eq!(again.advisory.len(), 2);
    }
}
