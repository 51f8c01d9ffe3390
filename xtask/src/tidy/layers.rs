//! Which crate may use which: one direction only, from the endpoints down to the types.

use crate::cargo::Package;

/// What goes against the rule, for each crate of the workspace.
pub(crate) fn problems(members: &[Package]) -> Vec<String> {
    let is_member = |name: &str| members.iter().any(|member| member.name == name);
    let mut problems = Vec::new();
    for member in members {
        let Some(rule) = RULES.iter().find(|rule| rule.name == member.name) else {
            let name = &member.name;
            problems.push(format!(
                "{name}: xtask/src/tidy/layers.rs does not say what it may use"
            ));
            continue;
        };
        // Tests and examples may use what they like.
        let used = member.dependencies.iter().filter(|used| !used.is_dev());
        for used in used.filter(|used| is_member(&used.name)) {
            let behind_feature = used.optional && rule.optional.contains(&used.name.as_str());
            if !rule.uses.contains(&used.name.as_str()) && !behind_feature {
                let allowed = if rule.uses.is_empty() {
                    "none of our crates".to_owned()
                } else {
                    rule.uses.join(", ")
                };
                problems.push(format!(
                    "{} may not depend on {}; it may use {allowed}",
                    member.name, used.name
                ));
            }
        }
    }
    problems
}

struct Rule {
    name: &'static str,
    uses: &'static [&'static str],
    /// Only behind a feature that is off by default.
    optional: &'static [&'static str],
}

const fn rule(name: &'static str, uses: &'static [&'static str]) -> Rule {
    Rule {
        name,
        uses,
        optional: &[],
    }
}

const RULES: [Rule; 17] = [
    rule("wxpay-core", &[]),
    // Data, for anyone who reads it.
    rule("wxpay-catalog", &[]),
    rule("wxpay-sign", &["wxpay-core"]),
    Rule {
        name: "wxpay-transport",
        uses: &["wxpay-core"],
        // `p12`: the client certificate out of `apiclient_cert.p12`.
        optional: &["wxpay-sign"],
    },
    Rule {
        name: "wxpay-client",
        uses: &["wxpay-core", "wxpay-sign", "wxpay-transport"],
        // `catalog`: calls of operations by their description.
        optional: &["wxpay-catalog"],
    },
    // What is generated says what an operation is; how it is sent is the client's.
    rule("wxpay-api", &["wxpay-core", "wxpay-sign", "wxpay-client"]),
    rule(
        "wxpay-payout",
        &[
            "wxpay-core",
            "wxpay-sign",
            "wxpay-transport",
            "wxpay-client",
            "wxpay-api",
        ],
    ),
    Rule {
        name: "wxpay-cashier",
        uses: &["wxpay-core", "wxpay-transport", "wxpay-client"],
        // `v2`, `v3`: the operations that it needs.
        optional: &["wxpay-api"],
    },
    rule("wxpay-explain", &["wxpay-core", "wxpay-sign"]),
    // A file, wherever it comes from.
    rule("wxpay-bill", &["wxpay-core"]),
    // It must not share the mistakes of what it tests: the words, and what operations there are.
    rule("wxpay-sandbox", &["wxpay-core", "wxpay-catalog"]),
    rule("wxpay-cli", EVERY),
    // As a user would: the typed API, and the bills.
    rule("example-shop", &["wxpay-api", "wxpay-bill"]),
    rule("wxpay-tests", EVERY_AND_SUPPORT),
    rule(
        "wxpay-bench",
        &["wxpay-sign", "wxpay-api", "wxpay-test-support"],
    ),
    rule("wxpay-test-support", &["wxpay-api"]),
    // Generated code must not need itself.
    rule("xtask", &[]),
];

/// Every crate that is published.
const EVERY: &[&str] = EVERY_AND_SUPPORT.split_at(EVERY_AND_SUPPORT.len() - 1).0;

const EVERY_AND_SUPPORT: &[&str] = &[
    "wxpay-core",
    "wxpay-catalog",
    "wxpay-sign",
    "wxpay-transport",
    "wxpay-client",
    "wxpay-api",
    "wxpay-payout",
    "wxpay-cashier",
    "wxpay-explain",
    "wxpay-bill",
    "wxpay-sandbox",
    "wxpay-test-support",
];

#[cfg(test)]
mod tests {
    use super::problems;
    use crate::cargo::{Dependency, Package};

    fn package(name: &str, uses: &[Dependency]) -> Package {
        Package {
            name: name.to_owned(),
            dependencies: uses.to_vec(),
            ..Package::default()
        }
    }

    fn uses(name: &str) -> Dependency {
        Dependency {
            name: name.to_owned(),
            ..Dependency::default()
        }
    }

    #[test]
    fn the_right_direction_passes() {
        let members = [
            package("wxpay-core", &[uses("bytes")]),
            package("wxpay-sign", &[uses("wxpay-core"), uses("rsa")]),
        ];
        assert_eq!(problems(&members), Vec::<String>::new());
    }

    #[test]
    fn the_wrong_direction_does_not() {
        let members = [
            package("wxpay-core", &[uses("wxpay-sign")]),
            package("wxpay-sign", &[]),
            package("wxpay-sandbox", &[uses("wxpay-sign")]),
            package("xtask", &[uses("wxpay-core")]),
        ];
        assert_eq!(
            problems(&members),
            [
                "wxpay-core may not depend on wxpay-sign; it may use none of our crates",
                "wxpay-sandbox may not depend on wxpay-sign; it may use wxpay-core, wxpay-catalog",
                "xtask may not depend on wxpay-core; it may use none of our crates",
            ]
        );
    }

    #[test]
    fn an_exception_stands_behind_a_feature() {
        for (name, used) in [
            ("wxpay-transport", "wxpay-sign"),
            ("wxpay-client", "wxpay-catalog"),
        ] {
            let below = package(used, &[]);
            let always = package(name, &[uses(used)]);
            assert_eq!(problems(&[below.clone(), always]).len(), 1, "{name}");
            let optional = Dependency {
                optional: true,
                ..uses(used)
            };
            let behind = package(name, &[optional]);
            assert_eq!(problems(&[below, behind]), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn operations_do_not_know_how_bytes_leave() {
        let members = [
            package("wxpay-transport", &[]),
            package("wxpay-api", &[uses("wxpay-transport")]),
        ];
        assert_eq!(problems(&members).len(), 1);
    }

    #[test]
    fn tests_may_use_what_they_like() {
        let dev = Dependency {
            kind: Some("dev".to_owned()),
            ..uses("wxpay-sandbox")
        };
        let members = [package("wxpay-sandbox", &[]), package("wxpay-api", &[dev])];
        assert_eq!(problems(&members), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_rule_is_named() {
        let problems = problems(&[package("wxpay-more", &[])]);
        assert!(problems.join("").contains("wxpay-more"), "{problems:?}");
    }
}
