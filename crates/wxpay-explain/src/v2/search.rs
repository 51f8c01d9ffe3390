use super::draft::Draft;
use super::edits::Edit;
use crate::charset::Charset;
use crate::finding::Finding;
use crate::hash::Hash;

/// A signature to be explained, and everything that could have been done otherwise.
pub(super) struct Search<'a> {
    /// Upper-case hexadecimal digits.
    pub(super) claimed: &'a str,
    pub(super) draft: Draft,
    pub(super) edits: Vec<Edit>,
    /// The right one first, if it is known.
    pub(super) keys: Vec<Way<String>>,
    pub(super) endings: Vec<Way<(Hash, Ending)>>,
}

/// One way to do a thing: the right one, or a mistake.
pub(super) struct Way<T> {
    pub(super) value: T,
    pub(super) why: Option<Finding>,
}

/// What stands between the fields and the key.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Ending {
    /// This text, then the key.
    Key(&'static str),
    /// No key.
    Nothing,
}

pub(super) enum Found {
    /// What was done otherwise; nothing, when the signature holds.
    Match(Vec<Finding>),
    /// How many ways were tried.
    Nothing(usize),
}

impl<T> Way<T> {
    pub(super) const fn right(value: T) -> Self {
        Self { value, why: None }
    }

    pub(super) const fn wrong(value: T, why: Finding) -> Self {
        let why = Some(why);
        Self { value, why }
    }
}

impl Search<'_> {
    /// Looks for the fewest mistakes that explain the signature: none, one, two, or one each in
    /// text, key and ending.
    ///
    /// The work is bounded by the bytes that are hashed, whatever the message. When it must be
    /// `exact`, only none.
    pub(super) fn run(&self, exact: bool) -> Found {
        let mut budget = Budget::default();
        let most = if exact { 0 } else { 3 };
        for mistakes in 0..=most {
            let found = self.with(mistakes, &mut budget);
            if let Some(why) = found {
                return Found::Match(why);
            }
        }
        Found::Nothing(budget.tried)
    }

    /// Every way with exactly this many mistakes, until the budget is spent.
    fn with(&self, mistakes: usize, budget: &mut Budget) -> Option<Vec<Finding>> {
        for in_text in 0..=mistakes.min(2) {
            let rest = mistakes - in_text;
            if rest > 2 || (mistakes == 3 && in_text != 1) {
                continue;
            }
            for edits in self.edit_sets(in_text) {
                if budget.bytes == 0 {
                    return None;
                }
                let mut draft = self.draft.clone();
                edits.iter().for_each(|edit| edit.apply(&mut draft));
                let text = draft.text();
                if let Some(why) = self.ways(&text, draft.charset, rest, budget) {
                    let edits = edits.iter().map(|edit| &edit.why);
                    return Some(edits.chain(why).cloned().collect());
                }
            }
        }
        None
    }

    /// Keys and endings with this many mistakes between them.
    fn ways(
        &self,
        text: &str,
        charset: Charset,
        mistakes: usize,
        budget: &mut Budget,
    ) -> Option<Vec<&Finding>> {
        let encoded = charset.encode(text);
        for key in &self.keys {
            for ending in &self.endings {
                let why: Vec<_> = key.why.iter().chain(&ending.why).collect();
                if why.len() != mistakes || !budget.take(encoded.len()) {
                    continue;
                }
                let (hash, end) = ending.value;
                let mut signed = encoded.clone();
                let key = charset.encode(&key.value);
                if let Ending::Key(before) = end {
                    signed.extend(charset.encode(before));
                    signed.extend_from_slice(&key);
                }
                if hash.of(&signed, &key) == self.claimed {
                    return Some(why);
                }
            }
        }
        None
    }

    fn edit_sets(&self, size: usize) -> Vec<Vec<&Edit>> {
        let pairs = |(at, first)| {
            let later = self.edits.iter().skip(at + 1);
            later.map(move |second| vec![first, second])
        };
        match size {
            0 => vec![Vec::new()],
            1 => self.edits.iter().map(|edit| vec![edit]).collect(),
            _ => self
                .edits
                .iter()
                .enumerate()
                .flat_map(pairs)
                .take(PAIRS)
                .collect(),
        }
    }
}

struct Budget {
    bytes: usize,
    tried: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: BYTES,
            tried: 0,
        }
    }
}

impl Budget {
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes + 64);
        self.tried += usize::from(left.is_some());
        self.bytes = left.unwrap_or(0);
        left.is_some()
    }
}

/// Bytes that are hashed at most: far under a second.
const BYTES: usize = 32 * 1024 * 1024;

/// Pairs of mistakes that are tried at most.
const PAIRS: usize = 8_000;
