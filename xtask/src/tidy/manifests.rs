//! What a `Cargo.toml` must say: the lints of the workspace, no version of its own, and where a
//! published crate is described.

use toml::{Table, Value};

use crate::links::links;

/// What is wrong with the manifest of the workspace.
pub(crate) fn workspace_problems(text: &str) -> Result<Vec<String>, String> {
    let manifest = parse("Cargo.toml", text)?;
    let lints = at(&manifest, &["workspace", "lints", "rust"]);
    let level = lints.and_then(|lints| lints.get("unsafe_code"));
    if level.and_then(Value::as_str) == Some("forbid") {
        return Ok(Vec::new());
    }
    Ok(vec![
        "Cargo.toml: [workspace.lints.rust] must forbid unsafe_code".to_owned(),
    ])
}

/// What is wrong with the manifest of a member.
pub(crate) fn member_problems(path: &str, name: &str, text: &str) -> Result<Vec<String>, String> {
    let manifest = parse(path, text)?;
    let mut problems = Vec::new();
    let inherits = at(&manifest, &["lints"]).and_then(|lints| lints.get("workspace"));
    if inherits.and_then(Value::as_bool) != Some(true) && !WITHOUT_LINTS.contains(&name) {
        problems.push(format!("{path}: [lints] must say workspace = true"));
    }
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(dependencies) = manifest.get(kind).and_then(Value::as_table) else {
            continue;
        };
        for (dependency, value) in dependencies {
            if value.is_str() || value.get("version").is_some() {
                problems.push(format!(
                    "{path}: the version of {dependency} belongs in [workspace.dependencies]"
                ));
            }
        }
    }
    Ok(problems)
}

/// What is wrong with the manifest of a crate that is published: crates.io shows its README,
/// docs.rs builds its documentation.
pub(crate) fn published_problems(
    path: &str,
    name: &str,
    text: &str,
) -> Result<Vec<String>, String> {
    let manifest = parse(path, text)?;
    let package = at(&manifest, &["package"]);
    let says = |key: &str| package.and_then(|package| package.get(key)?.as_str());
    let mut problems = Vec::new();
    if says("readme") != Some("README.md") {
        problems.push(format!(
            "{path}: it needs readme = \"README.md\", one of its own"
        ));
    }
    let documentation = format!("https://docs.rs/{name}");
    if says("documentation") != Some(&documentation) {
        problems.push(format!(
            "{path}: it needs documentation = \"{documentation}\""
        ));
    }
    let docs = at(&manifest, &["package", "metadata", "docs", "rs"]);
    let all = docs.and_then(|docs| docs.get("all-features")?.as_bool());
    let arguments = docs.and_then(|docs| docs.get("rustdoc-args")?.as_array());
    let marks = arguments.is_some_and(|arguments| {
        let arguments: Vec<_> = arguments.iter().filter_map(Value::as_str).collect();
        arguments == ["--cfg", "docsrs"]
    });
    if all != Some(true) || !marks {
        problems.push(format!(
            "{path}: [package.metadata.docs.rs] needs all-features = true and rustdoc-args = [\"--cfg\", \"docsrs\"]"
        ));
    }
    Ok(problems)
}

/// What is wrong with the README of a published crate, which is read away from this workspace too.
pub(crate) fn readme_problems(path: &str, text: &str) -> Vec<String> {
    let relative = links(text)
        .into_iter()
        .filter(|link| !link.starts_with("https://"));
    let mut problems: Vec<String> = relative
        .map(|link| format!("{path}: {link} leads nowhere on crates.io; only https:// links do"))
        .collect();
    if !text.contains("```") {
        problems.push(format!("{path}: it needs an example of use"));
    }
    problems
}

/// Tests may unwrap, index and panic.
const WITHOUT_LINTS: [&str; 3] = ["wxpay-bench", "wxpay-test-support", "wxpay-tests"];

fn parse(path: &str, text: &str) -> Result<Table, String> {
    text.parse().map_err(|error| format!("{path}: {error}"))
}

fn at<'a>(manifest: &'a Table, path: &[&str]) -> Option<&'a Table> {
    path.iter().try_fold(manifest, |table, name| {
        table.get(*name).and_then(Value::as_table)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{member_problems, published_problems, readme_problems, workspace_problems};

    const PUBLISHED: &str = "[package]\nreadme = \"README.md\"\ndocumentation = \"https://docs.rs/x\"\n\
        [package.metadata.docs.rs]\nall-features = true\nrustdoc-args = [\"--cfg\", \"docsrs\"]\n";

    #[test]
    fn a_published_crate_says_where_it_is_described() {
        let published = |text: &str| published_problems("x/Cargo.toml", "x", text).unwrap();
        assert_eq!(published(PUBLISHED), Vec::<String>::new());
        assert_eq!(published("[package]\n").len(), 3);
        for (from, to) in [
            ("README.md", "../../README.md"),
            ("docs.rs/x", "docs.rs/y"),
            ("all-features = true", "all-features = false"),
            ("docsrs", "other"),
        ] {
            assert_eq!(published(&PUBLISHED.replace(from, to)).len(), 1, "{from}");
        }
    }

    #[test]
    fn a_readme_has_an_example_and_no_link_into_the_workspace() {
        let fine = "# x\n\n[docs](https://docs.rs/x)\n\n```rust\nlet a = 1;\n```\n";
        assert_eq!(readme_problems("x/README.md", fine), Vec::<String>::new());
        let relative = fine.replace("https://docs.rs/x", "../guide.md");
        assert_eq!(
            readme_problems("x/README.md", &relative),
            ["x/README.md: ../guide.md leads nowhere on crates.io; only https:// links do"]
        );
        assert_eq!(readme_problems("x/README.md", "# x\n").len(), 1);
    }

    #[test]
    fn unsafe_code_is_forbidden_for_all() {
        let forbids = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        assert_eq!(workspace_problems(forbids).unwrap(), Vec::<String>::new());
        let denies = forbids.replace("forbid", "deny");
        assert_eq!(workspace_problems(&denies).unwrap().len(), 1);
        assert_eq!(workspace_problems("").unwrap().len(), 1);
    }

    #[test]
    fn every_crate_inherits_the_lints() {
        let member = |name, text| member_problems("x/Cargo.toml", name, text).unwrap();
        assert_eq!(
            member("x", "[lints]\nworkspace = true\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            member("x", "[lints.clippy]\nall = \"allow\"\n"),
            ["x/Cargo.toml: [lints] must say workspace = true"]
        );
        assert_eq!(member("wxpay-tests", ""), Vec::<String>::new());
    }

    #[test]
    fn versions_are_the_workspaces() {
        let text = "[lints]\nworkspace = true\n[dependencies]\na = \"1\"\nb.workspace = true\n\
                    [dev-dependencies]\nc = { version = \"1\" }\nd = { path = \".\" }\n";
        let problems = member_problems("x/Cargo.toml", "x", text).unwrap();
        assert_eq!(
            problems,
            ["a", "c"].map(|name| format!(
                "x/Cargo.toml: the version of {name} belongs in [workspace.dependencies]"
            ))
        );
    }
}
