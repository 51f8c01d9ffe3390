//! The difference of two texts, character by character.

use wxpay_explain::{Diff, Piece};

#[test]
fn what_is_missing_and_extra_is_marked_and_blanks_are_seen() {
    let diff = Diff::new("a=1&b=2\n", "a=1 &b=3");
    assert_eq!(diff.to_string(), "a=1{+·+}&b=[-2↵-]{+3+}");
    assert!(!diff.is_empty());
}

#[test]
fn equal_texts_have_one_piece() {
    let diff = Diff::new("金额", "金额");
    assert_eq!(diff.pieces(), [Piece::Same("金额".to_owned())]);
    assert!(diff.is_empty());
}

#[test]
fn both_texts_can_be_put_together_again() {
    let (expected, received) = ("POST\n/v3/a?b=张\n1\n", "GET\n/v3/a\n1\r\n");
    let diff = Diff::new(expected, received);
    let [mut left, mut right] = [String::new(), String::new()];
    for piece in diff.pieces() {
        match piece {
            Piece::Same(text) => {
                left.push_str(text);
                right.push_str(text);
            }
            Piece::Missing(text) => left.push_str(text),
            Piece::Extra(text) => right.push_str(text),
        }
    }
    assert_eq!([left.as_str(), &right], [expected, received]);
}
