//! What each product is for.

use std::collections::BTreeMap;

use crate::codegen::Problems;
use crate::codegen::model::Words;

/// The file, from the root on.
const FILE: &str = "xtask/spec/products.tsv";

/// The lines of `products.tsv` that no product has taken yet.
pub(super) struct Purposes<'a>(BTreeMap<&'a str, (usize, &'a str, &'a str)>);

impl<'a> Purposes<'a> {
    /// The lines below the first, which names the columns.
    pub(super) fn read(text: &'a str, problems: &mut Problems) -> Self {
        let mut lines = BTreeMap::new();
        let mut last = "";
        for (at, line) in text.lines().enumerate().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [product, en, zh] = columns.as_slice() else {
                problems.push(format!("{FILE}:{}: must have three columns", at + 1));
                continue;
            };
            if *product <= last {
                problems.push(format!(
                    "{FILE}:{}: `{product}` must stand before `{last}`, and once",
                    at + 1
                ));
            }
            last = product;
            if en.is_empty() || en.ends_with('.') {
                problems.push(format!(
                    "{FILE}:{}: the English must be a phrase, without a full stop",
                    at + 1
                ));
            }
            if !zh.chars().any(|letter| letter >= '\u{4e00}') || zh.ends_with('。') {
                problems.push(format!(
                    "{FILE}:{}: the Chinese must be a phrase, without a full stop",
                    at + 1
                ));
            }
            lines.insert(*product, (at + 1, *en, *zh));
        }
        Self(lines)
    }

    /// What this product is for.
    pub(super) fn take(&mut self, product: &str, problems: &mut Problems) -> Words {
        if let Some((_, en, zh)) = self.0.remove(product) {
            return Words {
                en: en.to_owned(),
                zh: zh.to_owned(),
            };
        }
        problems.push(format!(
            "{FILE}: needs a line that says what `{product}` is for"
        ));
        Words {
            en: String::new(),
            zh: String::new(),
        }
    }

    /// A line of no product is a mistake.
    pub(super) fn finish(self, problems: &mut Problems) {
        for (product, (line, ..)) in self.0 {
            problems.push(format!("{FILE}:{line}: there is no product `{product}`"));
        }
    }
}
