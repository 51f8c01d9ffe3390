use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::key::{Candidate, Digest};

/// A message of lines, as it should have been signed, and what could have been signed in its place.
pub(super) struct Search {
    pub(super) lines: Vec<Vec<u8>>,
    /// The last line with a line feed that may be the message's or the editor's.
    pub(super) with_feed: Option<Vec<u8>>,
    pub(super) edits: Vec<Edit>,
    /// Tried alone only.
    pub(super) rare: Vec<Edit>,
}

pub(super) struct Edit {
    pub(super) change: Change,
    pub(super) why: Vec<Finding>,
}

#[derive(Clone)]
pub(super) enum Change {
    /// Another text in this line.
    Line(usize, Vec<u8>),
    Form(Form),
}

/// How the lines become one message.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Form {
    /// A line feed after each line.
    Right,
    /// The last line left out with its line feed.
    NoLastLine,
    /// A line feed between the lines only.
    NoLastFeed,
    /// Neither.
    NoLastLineAndFeed,
    Crlf,
    /// A backslash and an n.
    Literal,
    /// The two lines before the last in each other's place.
    Swapped,
    /// The SHA-256 of the message, its bytes.
    Hashed,
    /// The SHA-256 of the message, in hexadecimal.
    HashedHex,
}

pub(super) enum Found {
    Match {
        message: Vec<u8>,
        why: Vec<Finding>,
    },
    /// How many messages were tried.
    Nothing(usize),
}

impl Search {
    /// The message as it should have been signed.
    pub(super) fn message(&self) -> Vec<u8> {
        joined(&self.lines, Form::Right)
    }

    /// Looks for what was signed among what the signature may be over.
    pub(super) fn find(&self, candidates: &[Candidate], exact: bool) -> Found {
        let mut most = 0;
        for candidate in candidates {
            // One mistake in how it was signed is enough; then the message is as it should be.
            let exact = exact || !(candidate.why.is_empty() || candidate.other_key);
            match self.run(&candidate.digest, exact) {
                Found::Match { message, why } => {
                    let why = candidate.why.iter().cloned().chain(why).collect();
                    return Found::Match { message, why };
                }
                Found::Nothing(tried) => most = most.max(tried),
            }
        }
        Found::Nothing(most)
    }

    /// Looks for the message with this digest: as it should be, with one mistake, with two. Bounded
    /// by the bytes hashed. When it must be `exact`, only as it should be.
    fn run(&self, digest: &Digest, exact: bool) -> Found {
        let mut budget = BYTES;
        let mut tried = 0;
        let mut fits = |edits: &[&Edit]| {
            if budget == 0 {
                return None;
            }
            let message = self.edited(edits);
            let left = usize::checked_sub(budget, message.len() + 64);
            budget = left.unwrap_or(0);
            tried += usize::from(left.is_some());
            let found = left.is_some() && digest.is_of(&message);
            found.then(|| Found::Match {
                message,
                why: edits.iter().flat_map(|edit| edit.why.clone()).collect(),
            })
        };
        if let Some(found) = fits(&[]) {
            return found;
        }
        let last = self.lines.len().saturating_sub(1);
        let fed = self.with_feed.clone().map(|text| Edit {
            change: Change::Line(last, text),
            why: Vec::new(),
        });
        if let Some(found) = fed.and_then(|edit| fits(&[&edit])) {
            return found;
        }
        if exact {
            return Found::Nothing(tried);
        }
        for edit in self.edits.iter().chain(&self.rare) {
            if let Some(found) = fits(&[edit]) {
                return found;
            }
        }
        for (at, first) in self.edits.iter().enumerate() {
            for second in self.edits.iter().skip(at + 1) {
                if first.change.place() == second.change.place() {
                    continue;
                }
                if let Some(found) = fits(&[first, second]) {
                    return found;
                }
            }
        }
        Found::Nothing(tried)
    }

    fn edited(&self, edits: &[&Edit]) -> Vec<u8> {
        let mut lines = self.lines.clone();
        let mut form = Form::Right;
        for edit in edits {
            match &edit.change {
                Change::Line(at, text) => {
                    if let Some(line) = lines.get_mut(*at) {
                        line.clone_from(text);
                    }
                }
                Change::Form(other) => form = *other,
            }
        }
        joined(&lines, form)
    }
}

impl Edit {
    pub(super) fn line(at: usize, text: impl Into<Vec<u8>>, why: Finding) -> Self {
        Self {
            change: Change::Line(at, text.into()),
            why: vec![why],
        }
    }

    pub(super) fn form(form: Form, why: Finding) -> Self {
        Self {
            change: Change::Form(form),
            why: vec![why],
        }
    }
}

impl Change {
    const fn place(&self) -> Option<usize> {
        match self {
            Self::Line(at, _) => Some(*at),
            Self::Form(_) => None,
        }
    }
}

fn joined(lines: &[Vec<u8>], form: Form) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    match form {
        Form::NoLastLine | Form::NoLastLineAndFeed => {
            lines.pop();
        }
        Form::Swapped => {
            if let [.., before, after, _] = lines.as_mut_slice() {
                std::mem::swap(before, after);
            }
        }
        _ => {}
    }
    let feed: &[u8] = match form {
        Form::Crlf => b"\r\n",
        Form::Literal => b"\\n",
        _ => b"\n",
    };
    let mut message = lines.join(feed);
    if !matches!(form, Form::NoLastFeed | Form::NoLastLineAndFeed) {
        message.extend_from_slice(feed);
    }
    match form {
        Form::Hashed => Sha256::digest(&message).to_vec(),
        Form::HashedHex => crate::hash::hex(&Sha256::digest(&message))
            .to_lowercase()
            .into_bytes(),
        _ => message,
    }
}

/// Bytes that are hashed at most: far under a second.
const BYTES: usize = 64 * 1024 * 1024;
