//! A snapshot out of a copy of the RustSec database: `crates/NAME/RUSTSEC-*.md`, TOML in front,
//! then the text.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use semver::VersionReq;
use serde::Deserialize;

use crate::advisories::lock::Locked;
use crate::advisories::snapshot::{Advisory, Snapshot};
use crate::files;

/// What the database says of the locked crates.
pub(crate) fn read(database: &Path, taken: &str, locked: &[Locked]) -> Result<Snapshot, String> {
    let crates = database.join("crates");
    if !crates.is_dir() {
        return Err(format!("{}: holds no crates/", database.display()));
    }
    let names: BTreeSet<_> = locked.iter().map(|one| one.name.clone()).collect();
    let mut snapshot = Snapshot {
        taken: taken.to_owned(),
        origin: ORIGIN.to_owned(),
        clean: BTreeSet::new(),
        advisory: Vec::new(),
    };
    for name in names {
        let of_crate = advisories(&crates.join(&name))?;
        if of_crate.is_empty() {
            snapshot.clean.insert(name);
        }
        snapshot.advisory.extend(of_crate);
    }
    Ok(snapshot)
}

fn advisories(folder: &Path) -> Result<Vec<Advisory>, String> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let said = |error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(said)? {
        paths.push(entry.map_err(said)?.path());
    }
    paths.sort();
    let mut found = Vec::new();
    for path in paths.iter().filter(|path| is_advisory(path)) {
        let text = files::read(path)?;
        let parsed = parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        found.extend(parsed);
    }
    Ok(found)
}

fn is_advisory(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("RUSTSEC-") && name.ends_with(".md")
}

/// One advisory; nothing if it was withdrawn.
fn parse(text: &str) -> Result<Option<Advisory>, String> {
    #[derive(Deserialize)]
    struct Front {
        advisory: Head,
        #[serde(default)]
        versions: Versions,
    }
    #[derive(Deserialize)]
    struct Head {
        id: String,
        package: String,
        date: String,
        informational: Option<String>,
        withdrawn: Option<String>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Versions {
        patched: Vec<VersionReq>,
        unaffected: Vec<VersionReq>,
    }
    let (front, body) = text
        .strip_prefix("```toml\n")
        .and_then(|text| text.split_once("\n```"))
        .ok_or("does not start with TOML")?;
    let front: Front = toml::from_str(front).map_err(|error| error.to_string())?;
    if front.advisory.withdrawn.is_some() {
        return Ok(None);
    }
    let mut lines = body.lines();
    let title = lines.find_map(|line| line.strip_prefix("# "));
    Ok(Some(Advisory {
        id: front.advisory.id,
        package: front.advisory.package,
        date: front.advisory.date,
        title: title.unwrap_or_default().trim().to_owned(),
        informational: front.advisory.informational,
        patched: front.versions.patched,
        unaffected: front.versions.unaffected,
    }))
}

const ORIGIN: &str = "https://github.com/rustsec/advisory-db (CC0-1.0)";

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::read;
    use crate::advisories::lock::Locked;

    const LEAKY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2030-0001\"\npackage = \"leaky\"\n\
        date = \"2030-01-01\"\ncategories = [\"crypto-failure\"]\n\n[versions]\npatched = [\">= 1.2.3\"]\n```\n\n\
        # It leaks\n\nMuch.\n";

    fn locked(name: &str) -> Locked {
        Locked {
            name: name.to_owned(),
            version: "1.0.0".parse().unwrap(),
            source: None,
        }
    }

    #[test]
    fn what_is_locked_is_kept_and_what_was_withdrawn_is_not() {
        let database = tempfile::tempdir().unwrap();
        for (name, id, text) in [
            ("leaky", "RUSTSEC-2030-0001", LEAKY.to_owned()),
            (
                "other",
                "RUSTSEC-2030-0002",
                LEAKY.replace("leaky", "other"),
            ),
            (
                "back",
                "RUSTSEC-2030-0003",
                LEAKY.replace("date =", "withdrawn = \"2030-02-01\"\ndate ="),
            ),
        ] {
            let folder = database.path().join("crates").join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{id}.md")), text).unwrap();
        }
        let locked = [locked("leaky"), locked("bytes"), locked("back")];
        let snapshot = read(database.path(), "2030-03-01", &locked).unwrap();
        assert_eq!(snapshot.taken, "2030-03-01");
        let clean: Vec<_> = snapshot.clean.iter().map(String::as_str).collect();
        assert_eq!(clean, ["back", "bytes"]);
        assert_eq!(snapshot.advisory.len(), 1);
        assert_eq!(snapshot.advisory[0].id, "RUSTSEC-2030-0001");
        assert_eq!(snapshot.advisory[0].title, "It leaks");
    }

    #[test]
    fn a_folder_that_is_no_database_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let problem = read(folder.path(), "2030-03-01", &[]).unwrap_err();
        assert!(problem.ends_with("holds no crates/"), "{problem}");
    }
}
