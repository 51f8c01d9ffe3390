use std::fmt;

use crate::causes::{Cause, Language, Severity};
use crate::words::in_chinese;

/// One thing that was found, with what it fills into the words of its cause.
#[derive(Clone)]
pub struct Finding {
    cause: &'static Cause,
    values: Vec<(&'static str, String)>,
}

impl Finding {
    pub(crate) fn new<const N: usize>(
        cause: &'static Cause,
        values: [(&'static str, &str); N],
    ) -> Self {
        let values = values.map(|(name, value)| (name, value.to_owned()));
        Self {
            cause,
            values: values.into(),
        }
    }

    /// The stable id, such as `v2.sign-lower-case`.
    pub const fn id(&self) -> &'static str {
        self.cause.id()
    }

    /// How much it weighs.
    pub const fn severity(&self) -> Severity {
        self.cause.severity()
    }

    /// What is wrong, in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        self.fill(self.cause.sentence(language), language)
    }

    /// What to do about it.
    pub fn advice(&self, language: Language) -> String {
        self.fill(self.cause.advice(language), language)
    }

    pub(crate) fn map_values(&mut self, mask: impl Fn(&str) -> String) {
        for (_, value) in &mut self.values {
            *value = mask(value);
        }
    }

    fn fill(&self, text: &str, language: Language) -> String {
        let mut filled = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            let value = self.values.iter().find(|(known, _)| *known == name);
            let value = value.map_or("?", |(_, value)| value);
            if language == Language::Chinese {
                let value = in_chinese(value);
                filled.push_str(space_between(&filled, value));
                filled.push_str(value);
                filled.push_str(space_between(value, after));
            } else {
                filled.push_str(value);
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

/// The space that Chinese text has between its characters and Latin letters or digits.
fn space_between(before: &str, after: &str) -> &'static str {
    match (before.chars().next_back(), after.chars().next()) {
        (Some(left), Some(right))
            if (is_chinese(left) && is_latin(right)) || (is_latin(left) && is_chinese(right)) =>
        {
            " "
        }
        _ => "",
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '`'
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id() && self.values == other.values
    }
}

impl Eq for Finding {}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id(), self.sentence(Language::English))
    }
}
