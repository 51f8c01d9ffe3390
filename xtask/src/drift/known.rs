//! Differences that stay, each with its reason.

use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use serde::Deserialize;
use toml::Spanned;

use super::difference::{Difference, Doubt, Kind};
use super::pattern;
use super::specs::Identifiers;
use crate::codegen::model::Source;
use crate::files;

pub(super) const FILE: &str = "xtask/known.toml";

/// The file.
pub(super) struct Known {
    source: Source,
    pub(super) identifiers: Identifiers,
    entries: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default)]
    identifiers: Identifiers,
    #[serde(default)]
    known: Vec<Spanned<Entry>>,
}

/// What one entry explains: all that it names must fit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    version: Option<Version>,
    operation: Option<Patterns>,
    field: Option<Patterns>,
    kind: Kind,
    says: Option<Patterns>,
    doubt: Option<Doubt>,
    reason: String,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Version {
    V2,
    V3,
}

/// One form, or several of which one must fit.
#[derive(Deserialize)]
#[serde(untagged)]
enum Patterns {
    One(String),
    Several(Vec<String>),
}

/// Which differences an entry explains, and the entries that explain none.
pub(super) struct Explained {
    pub(super) explained: Vec<bool>,
    pub(super) unused: Vec<String>,
}

impl Known {
    /// Reads the file; without one nothing is known.
    pub(super) fn read(root: &Path) -> Result<Self, Vec<String>> {
        let path = root.join(FILE);
        let text = if path.exists() {
            files::read(&path).map_err(|problem| vec![problem])?
        } else {
            String::new()
        };
        let source = Source {
            file: FILE.to_owned(),
            text: Rc::from(text.as_str()),
        };
        let content: Content = toml::from_str(&text).map_err(|error| {
            let at = error.span().unwrap_or_default();
            vec![source.problem(&at, error.message())]
        })?;
        let without_reason = |entry: &&Spanned<Entry>| entry.get_ref().reason.trim().is_empty();
        let problems: Vec<String> = content
            .known
            .iter()
            .filter(without_reason)
            .map(|entry| source.problem(&entry.span(), "needs a reason"))
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            source,
            identifiers: content.identifiers,
            entries: content.known,
        })
    }

    /// What of the found is explained. Each pattern of a list has to fit something, as each entry
    /// has to.
    pub(super) fn explain(&self, found: &[Difference]) -> Explained {
        let mut explained = vec![false; found.len()];
        let mut unused = Vec::new();
        for entry in &self.entries {
            let (at, entry) = (entry.span(), entry.get_ref());
            let mut fitting = Vec::new();
            for (difference, explained) in found.iter().zip(&mut explained) {
                if entry.fits(difference) {
                    *explained = true;
                    fitting.push(difference);
                }
            }
            self.unused(&at, entry, &fitting, &mut unused);
        }
        Explained { explained, unused }
    }

    fn unused(
        &self,
        at: &Range<usize>,
        entry: &Entry,
        fitting: &[&Difference],
        unused: &mut Vec<String>,
    ) {
        if fitting.is_empty() {
            unused.push(self.source.problem(at, "explains nothing: remove it"));
            return;
        }
        let mut check = |patterns: &Option<Patterns>, text: fn(&Difference) -> &str| {
            for form in patterns.iter().flat_map(Patterns::all) {
                if !fitting.iter().any(|found| pattern::fits(form, text(found))) {
                    let reason = format!("`{form}` explains nothing: remove it");
                    unused.push(self.source.problem(at, reason));
                }
            }
        };
        check(&entry.operation, |found| &found.operation);
        check(&entry.field, |found| &found.field);
        check(&entry.says, |found| &found.says);
    }
}

impl Entry {
    fn fits(&self, found: &Difference) -> bool {
        let fits = |patterns: &Option<Patterns>, text: &str| {
            patterns
                .as_ref()
                .is_none_or(|patterns| patterns.all().any(|form| pattern::fits(form, text)))
        };
        self.kind == found.kind
            && self
                .version
                .is_none_or(|version| version == version_of(&found.operation))
            && self.doubt.is_none_or(|doubt| found.doubts.contains(&doubt))
            && fits(&self.operation, &found.operation)
            && fits(&self.field, &found.field)
            && fits(&self.says, &found.says)
    }
}

impl Patterns {
    fn all(&self) -> impl Iterator<Item = &str> {
        let all = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        };
        all.iter().map(String::as_str)
    }
}

/// Only the paths of APIv2 do not begin with a version or the word of a brand.
fn version_of(operation: &str) -> Version {
    let path = operation.split_once(' ').map_or("", |(_, path)| path);
    let is_v3 = ["/v3/", "/brand/", "/hk/v3/", "/global/v3/"];
    if is_v3.iter().any(|start| path.starts_with(start)) {
        Version::V3
    } else {
        Version::V2
    }
}
