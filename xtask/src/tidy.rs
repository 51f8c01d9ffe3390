//! What no compiler checks: who may use whom, how long a file may be, what a manifest must say, and
//! which words are not used.

mod layers;
mod manifests;
mod sources;
mod words;

use std::path::{Path, PathBuf};

use crate::cargo::{self, Metadata};
use crate::files;

/// Everything that is untidy, each with its file.
pub(crate) fn run(root: Option<PathBuf>) -> Result<(), Vec<String>> {
    let root = root.unwrap_or_else(cargo::root);
    crate::problems::none(problems(&root))
}

fn problems(root: &Path) -> Result<Vec<String>, String> {
    let metadata = Metadata::of_members(root)?;
    let members: Vec<_> = metadata.members().cloned().collect();
    let mut problems = layers::problems(&members);
    let workspace = files::read(&root.join("Cargo.toml"))?;
    problems.extend(manifests::workspace_problems(&workspace)?);
    for member in &members {
        let text = files::read(&member.manifest_path)?;
        let path = files::shown(root, &member.manifest_path);
        problems.extend(manifests::member_problems(&path, &member.name, &text)?);
        if member.is_published() {
            problems.extend(manifests::published_problems(&path, &member.name, &text)?);
            let readme = member.manifest_path.with_file_name("README.md");
            let path = files::shown(root, &readme);
            problems.extend(manifests::readme_problems(&path, &files::read(&readme)?));
        }
    }
    let architecture = root.join("ARCHITECTURE.md");
    problems.extend(sources::too_long(
        "ARCHITECTURE.md",
        &files::read(&architecture)?,
    ));
    for path in files::below(root, &["rs", "md", "toml", "sh"])? {
        let text = files::read(&path)?;
        let path = files::shown(root, &path);
        problems.extend(sources::problems(&path, &text));
        problems.extend(words::problems(&path, &text));
    }
    Ok(problems)
}
