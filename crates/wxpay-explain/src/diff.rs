use std::fmt;

use similar::{ChangeTag, TextDiff};

/// The difference of two texts, character by character.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diff {
    pieces: Vec<Piece>,
}

/// A run of characters that both texts have, or only one of them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)] // a character is in both texts or in one
pub enum Piece {
    /// In both.
    Same(String),
    /// Expected, and not received.
    Missing(String),
    /// Received, and not expected.
    Extra(String),
}

impl Diff {
    /// Compares what was expected with what was received.
    ///
    /// Texts over 64 KiB are compared by whole lines, since the work grows with the square of their
    /// difference.
    pub fn new(expected: &str, received: &str) -> Self {
        let diff = if expected.len().max(received.len()) > LONGEST {
            TextDiff::from_lines(expected, received)
        } else {
            TextDiff::from_chars(expected, received)
        };
        let mut pieces: Vec<Piece> = Vec::new();
        for change in diff.iter_all_changes() {
            let text = change.value();
            match (change.tag(), pieces.last_mut()) {
                (ChangeTag::Equal, Some(Piece::Same(run)))
                | (ChangeTag::Delete, Some(Piece::Missing(run)))
                | (ChangeTag::Insert, Some(Piece::Extra(run))) => run.push_str(text),
                (ChangeTag::Equal, _) => pieces.push(Piece::Same(text.to_owned())),
                (ChangeTag::Delete, _) => pieces.push(Piece::Missing(text.to_owned())),
                (ChangeTag::Insert, _) => pieces.push(Piece::Extra(text.to_owned())),
            }
        }
        Self { pieces }
    }

    /// The runs, in the order of the texts.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether the texts are equal.
    pub fn is_empty(&self) -> bool {
        self.pieces
            .iter()
            .all(|piece| matches!(piece, Piece::Same(_)))
    }
}

/// Plain text: `[-…-]` is expected and missing, `{+…+}` is received and not expected; spaces and
/// line feeds in them are shown as `·`, `↵`, `␍` and `⇥`.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Same(text) => f.write_str(text)?,
                Piece::Missing(text) => write!(f, "[-{}-]", visible(text))?,
                Piece::Extra(text) => write!(f, "{{+{}+}}", visible(text))?,
            }
        }
        Ok(())
    }
}

fn visible(text: &str) -> String {
    let shown = text.chars().map(|c| match c {
        ' ' => '·',
        '\n' => '↵',
        '\r' => '␍',
        '\t' => '⇥',
        '\u{FEFF}' => '□',
        c => c,
    });
    shown.collect()
}

/// Bytes.
const LONGEST: usize = 64 * 1024;
