//! What crates.io asks of a manifest, and what a reader of its page needs.

use crate::cargo::Package;

/// What a manifest lacks.
pub(crate) fn problems(package: &Package) -> Vec<String> {
    let lacks = |what: &str| format!("{}: its manifest lacks {what}", package.name);
    let mut problems = Vec::new();
    let described = package.description.as_deref().unwrap_or_default();
    if described.trim().is_empty() {
        problems.push(lacks("a description"));
    }
    if package.license.is_none() {
        problems.push(lacks("a license"));
    }
    if package.readme.is_none() {
        problems.push(lacks("a readme"));
    }
    if package.rust_version.is_none() {
        problems.push(lacks("a rust-version"));
    }
    if package.keywords.is_empty() || package.keywords.len() > 5 {
        problems.push(lacks("one to five keywords"));
    }
    if package.categories.is_empty() || package.categories.len() > 5 {
        problems.push(lacks("one to five categories"));
    }
    for needed in package.dependencies.iter().filter(|one| !one.is_dev()) {
        if needed.req == "*" {
            problems.push(lacks(&format!("a version for {}", needed.name)));
        }
    }
    problems
}

/// Whether nobody could find where these packages come from.
pub(crate) fn no_repository(packages: &[&Package]) -> Option<String> {
    let without = packages.iter().filter(|one| one.repository.is_none());
    let names: Vec<&str> = without.map(|one| one.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    Some(format!(
        "nothing is published without an address: set `repository` in [workspace.package], and \
         `repository.workspace = true` in the manifests of {}",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::{no_repository, problems};
    use crate::cargo::{Dependency, Package};

    fn complete() -> Package {
        Package {
            name: "one".to_owned(),
            description: Some("What it is".to_owned()),
            license: Some("MIT".to_owned()),
            readme: Some("README.md".to_owned()),
            rust_version: Some("1.88".to_owned()),
            keywords: vec!["a".to_owned()],
            categories: vec!["finance".to_owned()],
            ..Package::default()
        }
    }

    #[test]
    fn a_complete_manifest_passes() {
        assert_eq!(problems(&complete()), Vec::<String>::new());
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        let nothing = Package {
            name: "one".to_owned(),
            ..Package::default()
        };
        let what = [
            "a description",
            "a license",
            "a readme",
            "a rust-version",
            "one to five keywords",
            "one to five categories",
        ];
        assert_eq!(
            problems(&nothing),
            what.map(|what| format!("one: its manifest lacks {what}"))
        );
    }

    #[test]
    fn a_package_from_nowhere_is_not_published() {
        let found = Package {
            repository: Some("https://example.com/wxpay".to_owned()),
            ..complete()
        };
        assert_eq!(no_repository(&[&found]), None);
        let problem = no_repository(&[&found, &complete()]);
        assert!(problem.is_some_and(|problem| problem.ends_with("manifests of one")));
    }

    #[test]
    fn six_keywords_are_too_many() {
        let package = Package {
            keywords: vec!["a".to_owned(); 6],
            ..complete()
        };
        assert_eq!(problems(&package).len(), 1);
    }

    #[test]
    fn a_dependency_by_path_alone_can_not_be_published() {
        let path = Dependency {
            name: "two".to_owned(),
            req: "*".to_owned(),
            ..Dependency::default()
        };
        let dev = Dependency {
            kind: Some("dev".to_owned()),
            ..path.clone()
        };
        let package = Package {
            dependencies: vec![path, dev],
            ..complete()
        };
        assert_eq!(
            problems(&package),
            ["one: its manifest lacks a version for two"]
        );
    }
}
