//! The catalogue: every operation by its name, its path and its words.

use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use crate::Operation;
use crate::packed::{Packed, SOUND};

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::unpack);

struct Catalog {
    packed: Packed,
    entries: Vec<Entry>,
}

/// The line of the catalogue about one operation; the operation itself is read when it is asked
/// for.
#[derive(Debug)]
pub struct Entry {
    head: Head,
    line: &'static str,
    operation: OnceLock<Operation>,
}

/// What a list shows of an operation.
#[derive(Debug, Deserialize)]
struct Head {
    name: String,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    title_en: String,
    title_zh: String,
}

/// Every operation and notification, in the order of their names.
pub fn entries() -> &'static [Entry] {
    &CATALOG.entries
}

/// The operation of this full name, such as `v3.refund.create_refund`.
pub fn find(name: &str) -> Option<&'static Operation> {
    let entries = entries();
    let at = entries
        .binary_search_by(|entry| entry.head.name.as_str().cmp(name))
        .ok()?;
    entries.get(at).map(Entry::operation)
}

/// The operation of a method and a path as it is sent: `GET /v3/pay/transactions/id/4200000001`. A
/// query is left out of account.
pub fn find_route(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.split('?').next().unwrap_or(path);
    let routes = entries().iter().filter_map(|entry| {
        let pattern = entry.head.path.as_deref()?;
        let fits = entry.head.method.as_deref() == Some(method) && fits(pattern, path);
        // A path without parameters goes before one that has them.
        fits.then(|| (pattern.matches('{').count(), entry))
    });
    routes
        .min_by_key(|(parameters, _)| *parameters)
        .map(|(_, entry)| entry.operation())
}

/// What has every word of `text` in its name, path or titles, best first: names before titles.
/// Upper and lower case are one.
pub fn search(text: &str) -> Vec<&'static Entry> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(usize, &Entry)> = entries()
        .iter()
        .filter_map(|entry| {
            let head = &entry.head;
            let path = head.path.as_deref().unwrap_or_default();
            let places = [&head.name, path, &head.title_en, &head.title_zh].map(str::to_lowercase);
            let rank = |word: &String| places.iter().position(|place| place.contains(word));
            let ranks: Option<Vec<usize>> = words.iter().map(rank).collect();
            Some((ranks?.into_iter().sum(), entry))
        })
        .collect();
    // Of equals, the shortest name is the plainest operation.
    found.sort_by_key(|(rank, entry)| (*rank, entry.head.name.len()));
    found.into_iter().map(|(_, entry)| entry).collect()
}

impl Entry {
    /// The full name.
    pub fn name(&self) -> &str {
        &self.head.name
    }

    /// The method; a notification has none.
    pub fn method(&self) -> Option<&str> {
        self.head.method.as_deref()
    }

    /// The path, with `{name}` for each parameter; a notification has none.
    pub fn path(&self) -> Option<&str> {
        self.head.path.as_deref()
    }

    /// What it does, in English.
    pub fn title_en(&self) -> &str {
        &self.head.title_en
    }

    /// What it does, in Chinese.
    pub fn title_zh(&self) -> &str {
        &self.head.title_zh
    }

    /// The whole operation.
    pub fn operation(&self) -> &Operation {
        self.operation
            .get_or_init(|| CATALOG.packed.read(self.line))
    }
}

impl Catalog {
    fn unpack() -> Self {
        let packed = Packed::unpack();
        let entries = packed.operations.iter().map(|line| Entry {
            head: serde_json::from_str(line).expect(SOUND),
            line,
            operation: OnceLock::new(),
        });
        Self {
            entries: entries.collect(),
            packed,
        }
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let fit = pattern.split('/').all(|wanted| {
        parts.next().is_some_and(|part| {
            wanted == part || (wanted.starts_with('{') && wanted.ends_with('}') && !part.is_empty())
        })
    });
    fit && parts.next().is_none()
}
