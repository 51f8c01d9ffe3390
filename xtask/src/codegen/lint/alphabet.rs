//! The rules of the shortest text and of its characters.

use super::field::{Place, Rule};
use crate::codegen::model::Field;
use crate::codegen::types::Form;

pub(super) fn rules(field: &Field, place: Place) -> Vec<Rule> {
    let form = field.kind.scalar().map(|scalar| scalar.form);
    let is_text = matches!(form, Some(Form::Text | Form::Secret)) && place.is_sent();
    let (min, max) = (field.limits.min_chars, field.limits.max_chars);
    let alphabet = field.alphabet.as_deref();
    vec![
        (
            (min.is_some() || alphabet.is_some()) && !is_text,
            "`min_chars` and `alphabet` are for a `String` or a `Secret` that is sent",
        ),
        (
            min.is_some_and(|min| min < 2 || max.is_none_or(|max| min > max)),
            "`min_chars` is 2 or more, and at most `max_chars`",
        ),
        (
            alphabet.is_some_and(|alphabet| !is_sound(alphabet)),
            "an `alphabet` has each character once, in order, `-` at its end: `0-9A-Za-z_-`",
        ),
    ]
}

/// Whether an alphabet is of visible ASCII, in order, without what would end the code or the text
/// that it stands in.
fn is_sound(alphabet: &str) -> bool {
    let (rest, has_hyphen) = match alphabet.strip_suffix('-') {
        Some(rest) => (rest, true),
        None => (alphabet, false),
    };
    let mut last = None;
    let mut chars = rest.chars().peekable();
    while let Some(first) = chars.next() {
        let mut end = first;
        if chars.next_if_eq(&'-').is_some() {
            match chars.next() {
                Some(other) if is_range(first, other) => end = other,
                _ => return false,
            }
        }
        if Some(rank(first)) <= last || !first.is_ascii_graphic() || "-`\"\\".contains(first) {
            return false;
        }
        last = Some(rank(end));
    }
    !rest.is_empty() || has_hyphen
}

/// Whether two characters are of one kind that has ranges, and in order.
fn is_range(first: char, end: char) -> bool {
    first.is_ascii_alphanumeric() && rank(first).0 == rank(end).0 && first < end
}

/// Where a character stands: digits, capital letters, small letters, then the others.
fn rank(c: char) -> (u8, char) {
    let kind = match c {
        '0'..='9' => 0,
        'A'..='Z' => 1,
        'a'..='z' => 2,
        _ => 3,
    };
    (kind, c)
}
