//! What is published first: a crate comes after everything it needs.

use crate::cargo::Package;

/// The packages in an order in which each can be published.
pub(crate) fn of(packages: &[Package]) -> Result<Vec<&Package>, String> {
    let mut left: Vec<&Package> = packages.iter().collect();
    let mut order: Vec<&Package> = Vec::new();
    while !left.is_empty() {
        let (ready, waiting): (Vec<&Package>, Vec<&Package>) =
            left.iter().partition(|package| is_ready(package, &left));
        if ready.is_empty() {
            let names: Vec<_> = waiting.iter().map(|one| one.name.as_str()).collect();
            return Err(format!("these need each other: {}", names.join(", ")));
        }
        order.extend(ready);
        left = waiting;
    }
    Ok(order)
}

fn is_ready(package: &Package, left: &[&Package]) -> bool {
    // A dependency of the tests without a version is left out of the package.
    let mut needed = package
        .dependencies
        .iter()
        .filter(|needed| !needed.is_dev() || needed.req != "*");
    !needed.any(|needed| left.iter().any(|one| one.name == needed.name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::of;
    use crate::cargo::{Dependency, Package};

    fn package(name: &str, needs: &[(&str, Option<&str>, &str)]) -> Package {
        let needs = needs.iter().map(|(name, kind, req)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
            req: (*req).to_owned(),
            ..Dependency::default()
        });
        Package {
            name: name.to_owned(),
            dependencies: needs.collect(),
            ..Package::default()
        }
    }

    #[test]
    fn a_crate_comes_after_what_it_needs() {
        let packages = [
            package(
                "api",
                &[("sign", None, "^1"), ("sandbox", Some("dev"), "^1")],
            ),
            package("core", &[("bytes", None, "^1")]),
            package("sandbox", &[("core", None, "^1")]),
            package("sign", &[("core", None, "^1")]),
        ];
        let names: Vec<_> = of(&packages)
            .unwrap()
            .iter()
            .map(|one| one.name.clone())
            .collect();
        assert_eq!(names, ["core", "sandbox", "sign", "api"]);
    }

    #[test]
    fn a_crate_may_test_itself() {
        let packages = [package("transport", &[("transport", Some("dev"), "*")])];
        assert_eq!(of(&packages).unwrap().len(), 1);
    }

    #[test]
    fn a_circle_is_an_error() {
        let packages = [
            package("a", &[("b", None, "^1")]),
            package("b", &[("a", Some("dev"), "^1")]),
        ];
        assert_eq!(of(&packages).unwrap_err(), "these need each other: a, b");
    }
}
