//! Links between files, offline: those of every `*.md`, and those to files in doc comments. Anchors
//! too.

mod anchors;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

use crate::cargo;
use crate::files;

/// Every link that leads nowhere, with its file.
pub(crate) fn run(root: Option<PathBuf>) -> Result<(), Vec<String>> {
    let root = root.unwrap_or_else(cargo::root);
    crate::problems::none(problems(&root))
}

fn problems(root: &Path) -> Result<Vec<String>, String> {
    let mut texts = BTreeMap::new();
    for path in files::below(root, &["md"])? {
        texts.insert(path.clone(), files::read(&path)?);
    }
    let mut problems = Vec::new();
    for (path, text) in &texts {
        problems.extend(of_file(root, path, text, &texts));
    }
    for path in files::below(root, &["rs"])? {
        let text = doc_comments(&files::read(&path)?);
        problems.extend(of_file(root, &path, &text, &texts));
    }
    Ok(problems)
}

fn of_file(root: &Path, path: &Path, text: &str, texts: &BTreeMap<PathBuf, String>) -> Vec<String> {
    // Beside code, a link may name a Rust item; rustdoc checks those.
    let beside_code = files::shown(root, path).contains("src/");
    links(text)
        .iter()
        .filter(|link| !beside_code || names_file(link))
        .filter_map(|link| problem(root, path, link, texts))
        .collect()
}

fn problem(
    root: &Path,
    from: &Path,
    link: &str,
    texts: &BTreeMap<PathBuf, String>,
) -> Option<String> {
    if is_elsewhere(link) {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() {
        from.to_owned()
    } else {
        plain(&from.parent().unwrap_or(root).join(file))
    };
    let said = |what: &str| Some(format!("{}: {link}: {what}", files::shown(root, from)));
    if !target.starts_with(root) {
        return said("leads out of the workspace");
    }
    if !target.exists() {
        return said("there is no such file");
    }
    let text = texts.get(&target)?;
    if anchor.is_empty() || anchors::of(text).contains(anchor) {
        return None;
    }
    said("there is no such heading")
}

/// Where the links of a text lead, code left out.
pub(crate) fn links(text: &str) -> Vec<String> {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
    let target = |event| match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            ..
        }) if link_type != LinkType::Email => Some(dest_url.into_string()),
        Event::Start(Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    };
    parser.filter_map(target).collect()
}

fn doc_comments(source: &str) -> String {
    let lines = source.lines().map(str::trim_start);
    let docs = lines.map(|line| {
        let doc = line
            .strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"));
        doc.map_or("", |doc| doc.strip_prefix(' ').unwrap_or(doc))
    });
    docs.collect::<Vec<_>>().join("\n")
}

fn names_file(link: &str) -> bool {
    let file = link.split('#').next().unwrap_or_default();
    let extension = Path::new(file).extension().unwrap_or_default();
    !link.contains("::")
        && ["md", "rs", "toml", "json"]
            .iter()
            .any(|one| extension == *one)
}

fn is_elsewhere(link: &str) -> bool {
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| link.starts_with(scheme))
}

/// `a/../b` is `b`: the file need not exist.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            _ => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::problems;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        problems(root.path()).unwrap()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "# First\n[a](docs/guide.md) [b](docs/guide.md#two-words) [c](#first) [d](docs) \
                    [e](https://example.com/none) `[f](none.md)`\n\n```\n[g](none.md)\n```\n";
        let guide = "## Two words\n[back](../README.md)\n";
        let found = found(&[("README.md", text), ("docs/guide.md", guide)]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let text = "[a](none.md) [b](#none) [c](docs/guide.md#none) [d](../out.md) ![e](none.png)\n\n\
                    | table |\n|---|\n| [f](also/none.rs) |\n";
        assert_eq!(
            found(&[("README.md", text), ("docs/guide.md", "")]),
            [
                "README.md: none.md: there is no such file",
                "README.md: #none: there is no such heading",
                "README.md: docs/guide.md#none: there is no such heading",
                "README.md: ../out.md: leads out of the workspace",
                "README.md: none.png: there is no such file",
                "README.md: also/none.rs: there is no such file",
            ]
        );
    }

    #[test]
    fn a_page_beside_code_may_name_rust_items() {
        let text = "[`a`](Transport::download) [b](gone.md)";
        let found = found(&[("crates/a/src/part.md", text)]);
        assert_eq!(
            found,
            ["crates/a/src/part.md: gone.md: there is no such file"]
        );
    }

    #[test]
    fn doc_comments_are_read_for_files() {
        let text = "//! See [this](../README.md), [that](none.md), [an item](crate::Item).\n\
                    fn a() {}\n/// [those](gone.rs)\nfn b() {}\nlet c = \"[d](none.md)\";\n";
        assert_eq!(
            found(&[("README.md", ""), ("src/lib.rs", text)]),
            [
                "src/lib.rs: none.md: there is no such file",
                "src/lib.rs: gone.rs: there is no such file",
            ]
        );
    }
}
