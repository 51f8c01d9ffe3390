//! English sentences with places for numbers, names and other sentences, and what they are in
//! Chinese.

use std::collections::HashMap;

/// The sentences of some tables.
#[derive(Default)]
pub(super) struct Sentences {
    whole: HashMap<String, String>,
    patterns: Vec<Pattern>,
}

struct Pattern {
    pieces: Vec<Piece>,
    chinese: String,
}

enum Piece {
    Text(String),
    Place(Place),
}

/// What stands in a place of a pattern.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Place {
    /// `{}`: anything. It stays as it is.
    Anything,
    /// `{w}`: a word. It stays as it is.
    Word,
    /// `{>}`: a sentence, or a chain of them.
    Sentence,
    /// `{!}`: a sentence that is known as it stands.
    Known,
}

impl Sentences {
    /// The sentences of tables whose keys are English and whose values are Chinese.
    pub(super) fn read(tables: &[&str]) -> Result<Self, toml::de::Error> {
        let mut sentences = Self::default();
        for table in tables {
            let table: toml::Table = table.parse()?;
            for (english, chinese) in table {
                if let toml::Value::String(chinese) = chinese {
                    sentences.add(english, chinese);
                }
            }
        }
        Ok(sentences)
    }

    fn add(&mut self, english: String, chinese: String) {
        let pieces = pieces(&english);
        if pieces.iter().any(|piece| matches!(piece, Piece::Place(_))) {
            self.patterns.push(Pattern { pieces, chinese });
        } else {
            self.whole.insert(english, chinese);
        }
    }

    /// In Chinese, as far as it is known: the rest stays as it is.
    pub(super) fn translate(&self, english: &str) -> String {
        if let Some(chinese) = self.known(english) {
            return chinese;
        }
        let Some((head, tail)) = english.split_once(": ") else {
            return english.to_owned();
        };
        if let Some(head) = self.known(head) {
            return format!("{head}：{}", self.translate(tail));
        }
        // The name of an endpoint or a field. A code is in capitals, and what follows it is the
        // server's.
        if is_name(head) {
            let chinese = self.translate(tail);
            if chinese != tail {
                return format!("{head}：{chinese}");
            }
        }
        english.to_owned()
    }

    /// A whole sentence in Chinese, if it is known.
    pub(super) fn known(&self, english: &str) -> Option<String> {
        if let Some(chinese) = self.whole.get(english) {
            return Some(chinese.clone());
        }
        self.patterns.iter().find_map(|pattern| {
            let found = self.find(&pattern.pieces, english)?;
            Some(self.fill(&pattern.chinese, &found))
        })
    }

    /// What stands in each place, if the text has these pieces. Nothing is translated before all of
    /// them are found, so that a text of the server's can't make this take long.
    fn find<'a>(&self, pieces: &[Piece], text: &'a str) -> Option<Vec<(Place, &'a str)>> {
        match pieces {
            [] => text.is_empty().then(Vec::new),
            [Piece::Text(first), rest @ ..] => self.find(rest, text.strip_prefix(first.as_str())?),
            [Piece::Place(place), rest @ ..] => {
                let ends: Vec<usize> = match rest {
                    [Piece::Text(next), ..] => {
                        let starts = text.match_indices(next.as_str());
                        starts.map(|(start, _)| start).collect()
                    }
                    _ => vec![text.len()],
                };
                ends.into_iter().find_map(|end| {
                    let (here, after) = text.split_at_checked(end)?;
                    if !self.fits(*place, here) {
                        return None;
                    }
                    let mut found = self.find(rest, after)?;
                    found.insert(0, (*place, here));
                    Some(found)
                })
            }
        }
    }

    fn fits(&self, place: Place, text: &str) -> bool {
        match place {
            Place::Anything | Place::Sentence => true,
            Place::Word => !text.is_empty() && !text.contains(char::is_whitespace),
            Place::Known => self.whole.contains_key(text),
        }
    }

    fn fill(&self, chinese: &str, found: &[(Place, &str)]) -> String {
        let mut filled = String::new();
        let mut rest = chinese;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (number, after) = after.split_once('}').unwrap_or((after, ""));
            let at = number
                .parse::<usize>()
                .ok()
                .and_then(|at| at.checked_sub(1));
            if let Some((place, text)) = at.and_then(|at| found.get(at)) {
                match place {
                    Place::Anything | Place::Word => filled.push_str(text),
                    Place::Sentence | Place::Known => filled.push_str(&self.translate(text)),
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

fn pieces(english: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = english;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        pieces.push(Piece::Place(match place {
            "w" => Place::Word,
            ">" => Place::Sentence,
            "!" => Place::Known,
            _ => Place::Anything,
        }));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

/// `v2.wecom.pay_employee` or `partner_trade_no`.
fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.$[]".contains(c);
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_part)
}
