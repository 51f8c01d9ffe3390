use std::collections::BTreeMap;
use std::fmt;

use super::compare::Comparison;

/// What came of the vectors of one or more files. `Display` is the report for people.
#[derive(Clone, Debug, Default)]
pub struct Report {
    lines: Vec<String>,
    passed: usize,
    failed: Vec<String>,
    skipped: BTreeMap<String, usize>,
}

impl Report {
    /// The number of vectors of which the library made what was expected.
    pub const fn passed(&self) -> usize {
        self.passed
    }

    /// The ids of the others, in their order.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }

    /// The kinds that are not known here, with the number of their vectors.
    pub const fn skipped(&self) -> &BTreeMap<String, usize> {
        &self.skipped
    }

    /// Adds what came of another file.
    pub fn add(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.passed += other.passed;
        self.failed.extend(other.failed);
        for (kind, vectors) in other.skipped {
            *self.skipped.entry(kind).or_default() += vectors;
        }
    }

    pub(super) fn compared(&mut self, id: &str, comparison: &Comparison) {
        let notes = comparison.notes.iter();
        self.lines
            .extend(notes.map(|note| format!("{id}: note: {note}")));
        if comparison.differences.is_empty() {
            self.passed += 1;
        } else {
            self.fail(id, &comparison.differences.join("; "));
        }
    }

    pub(super) fn fail(&mut self, id: &str, why: &str) {
        self.failed.push(id.to_owned());
        self.lines.push(format!("{id}: {why}"));
    }

    pub(super) fn skip(&mut self, kind: &str) {
        *self.skipped.entry(kind.to_owned()).or_default() += 1;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        for (kind, vectors) in &self.skipped {
            writeln!(f, "skipped {kind}: {vectors}")?;
        }
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed.len(),
            self.skipped.values().sum::<usize>()
        )
    }
}
