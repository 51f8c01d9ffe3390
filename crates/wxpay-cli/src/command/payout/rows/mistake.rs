use crate::lang::{Lang, Text};

/// Something in the file, or missing for it, that has to be corrected.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Mistake {
    place: Place,
    rule: Text,
}

#[derive(Debug, Eq, PartialEq)]
enum Place {
    File,
    Line(u64),
    /// The column's place, from 1 on, and its name.
    Field(u64, usize, String),
}

/// The mistakes of a file: the first of them, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    first: Vec<Mistake>,
    count: usize,
}

impl Mistake {
    /// One that concerns the whole file.
    pub(super) fn in_file(rule: Text) -> Self {
        let place = Place::File;
        Self { place, rule }
    }

    pub(super) fn in_line(line: u64, rule: Text) -> Self {
        let place = Place::Line(line);
        Self { place, rule }
    }

    /// One in a column, which is counted from 0 on here.
    pub(super) fn in_field(line: u64, column: usize, name: impl Into<String>, rule: Text) -> Self {
        let place = Place::Field(line, column + 1, name.into());
        Self { place, rule }
    }

    pub(crate) fn in_lang(&self, lang: Lang) -> String {
        let rule = self.rule.in_lang(lang);
        match &self.place {
            Place::File => rule.to_owned(),
            Place::Line(line) => lang.pick(
                format!("line {line}: {rule}"),
                format!("第 {line} 行：{rule}"),
            ),
            Place::Field(line, column, name) => lang.pick(
                format!("line {line}, column {column} ({name}): {rule}"),
                format!("第 {line} 行第 {column} 列（{name}）：{rule}"),
            ),
        }
    }
}

impl Mistakes {
    pub(super) fn push(&mut self, mistake: Mistake) {
        self.count += 1;
        if self.first.len() < MAX_KEPT {
            self.first.push(mistake);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One line for each, and how many are left out.
    pub(crate) fn in_lang(&self, lang: Lang) -> Vec<String> {
        let mut lines: Vec<String> = self.first.iter().map(|one| one.in_lang(lang)).collect();
        let more = self.count - self.first.len();
        if more > 0 {
            lines.push(lang.pick(
                format!("… and {more} more mistakes"),
                format!("……另有 {more} 处错误"),
            ));
        }
        lines
    }
}

/// How many are kept: a file of another kind has one in each row.
const MAX_KEPT: usize = 100;
