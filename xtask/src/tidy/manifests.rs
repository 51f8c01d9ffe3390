//! What a `Cargo.toml` must say: the lints of the workspace, and no version of its own.

use toml::{Table, Value};

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

/// Tests may unwrap, index and panic.
const WITHOUT_LINTS: [&str; 1] = ["wxpay-tests"];

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
    use super::{member_problems, workspace_problems};

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
