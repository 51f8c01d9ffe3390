//! The spec files, read in the order of their paths.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::Problems;
use super::model::{Source, Version};
use super::spec::{CommonErrors, Shared, Spec, Unsigned};

/// Everything that stands under `xtask/spec`.
pub(crate) struct Files {
    pub(crate) versions: Vec<VersionFiles>,
    pub(crate) unsigned: Vec<String>,
    pub(crate) glossary: String,
    pub(crate) products: String,
}

pub(crate) struct VersionFiles {
    pub(crate) version: Version,
    pub(crate) shared: File<Shared>,
    pub(crate) errors: File<CommonErrors>,
    pub(crate) products: Vec<ProductFiles>,
}

pub(crate) struct ProductFiles {
    pub(crate) name: String,
    pub(crate) shared: File<Shared>,
    pub(crate) specs: Vec<(String, File<Spec>)>,
}

pub(crate) struct File<T> {
    pub(crate) source: Source,
    pub(crate) content: T,
}

/// Reads every spec. Problems name files from `root` on.
pub(crate) fn read_all(root: &Path) -> Result<Files, Problems> {
    let mut problems = Problems::new();
    let mut versions = Vec::new();
    for version in Version::ALL {
        let folder = root.join(FOLDER).join(version.folder());
        let mut products = Vec::new();
        for path in children(&folder)? {
            if path.is_dir() {
                products.push(product(root, &path, &mut problems)?);
            } else if ![TYPES, ERRORS, UNSIGNED].contains(&name(&path).as_str()) {
                problems.push(format!(
                    "{}: a spec stands in the folder of its product",
                    shown(root, &path)
                ));
            }
        }
        versions.push(VersionFiles {
            version,
            shared: optional(root, &folder.join(TYPES), &mut problems),
            errors: optional(root, &folder.join(ERRORS), &mut problems),
            products,
        });
    }
    let file = root.join(FOLDER).join("v3").join(UNSIGNED);
    let unsigned = match read::<Unsigned>(root, &file) {
        Ok(unsigned) => unsigned.content.paths,
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    };
    if !unsigned.is_sorted() || unsigned.iter().any(|path| !path.starts_with("/v3/")) {
        problems.push(format!(
            "{}:1: paths must begin with /v3/ and be sorted",
            shown(root, &file)
        ));
    }
    let glossary = table(root, "glossary.tsv", &mut problems);
    let products = table(root, "products.tsv", &mut problems);
    if problems.is_empty() {
        Ok(Files {
            versions,
            unsigned,
            glossary,
            products,
        })
    } else {
        Err(problems)
    }
}

const FOLDER: &str = "xtask/spec";
const TYPES: &str = "types.toml";
const ERRORS: &str = "errors.toml";
const UNSIGNED: &str = "unsigned.toml";

fn product(root: &Path, folder: &Path, problems: &mut Problems) -> Result<ProductFiles, Problems> {
    let mut specs = Vec::new();
    for file in children(folder)?
        .into_iter()
        .filter(|file| name(file) != TYPES)
    {
        match read(root, &file) {
            Ok(spec) => specs.push((stem(&file), spec)),
            Err(problem) => problems.push(problem),
        }
    }
    Ok(ProductFiles {
        name: stem(folder),
        shared: optional(root, &folder.join(TYPES), problems),
        specs,
    })
}

fn table(root: &Path, name: &str, problems: &mut Problems) -> String {
    let file = root.join(FOLDER).join(name);
    fs::read_to_string(&file).unwrap_or_else(|error| {
        problems.push(format!("{}: {error}", shown(root, &file)));
        String::new()
    })
}

/// A file that need not be there.
fn optional<T: DeserializeOwned + Default>(
    root: &Path,
    file: &Path,
    problems: &mut Problems,
) -> File<T> {
    let absent = || File {
        source: Source {
            file: shown(root, file),
            text: Rc::from(""),
        },
        content: T::default(),
    };
    if !file.exists() {
        return absent();
    }
    read(root, file).unwrap_or_else(|problem| {
        problems.push(problem);
        absent()
    })
}

fn read<T: DeserializeOwned>(root: &Path, file: &Path) -> Result<File<T>, String> {
    let shown = shown(root, file);
    if file.extension().is_none_or(|extension| extension != "toml") {
        return Err(format!("{shown}: a spec must be a .toml file"));
    }
    let text = fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    let content = toml::from_str(&text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
        format!("{shown}:{line}: {}", error.message())
    })?;
    let source = Source {
        file: shown,
        text: text.into(),
    };
    Ok(File { source, content })
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string()
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Problems> {
    let broken = |error| vec![format!("{}: {error}", folder.display())];
    let entries = fs::read_dir(folder).map_err(broken)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(broken)?;
    paths.sort();
    Ok(paths)
}
