//! Headers without a first line, as a debugger, `print_r` or a log shows them, with the body behind
//! them.

use super::{Capture, http, names};

/// Reads headers line by line, if all lines up to the body are headers and one of them is of those
/// that are read here.
pub(super) fn read(text: &[u8]) -> Option<Capture> {
    let mut capture = Capture::default();
    let mut rest = text;
    let mut known = false;
    while !rest.is_empty() && !begins_body(rest) {
        let (line, after) = http::line(rest);
        if line.trim_ascii().is_empty() {
            rest = after;
            break;
        }
        let (name, value) = header(std::str::from_utf8(line).ok()?)?;
        known |= names::known(name).is_some();
        capture = capture.header(name, value);
        rest = after;
    }
    if !known {
        return None;
    }
    http::read_body(rest, &mut capture);
    Some(capture)
}

fn begins_body(text: &[u8]) -> bool {
    [&b"{"[..], b"<", b"b'", b"b\""]
        .iter()
        .any(|begin| text.starts_with(begin))
}

/// `Name: value`, `NAME=value`, `[NAME] => value` or `'Name': 'value',`.
fn header(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let at = line.find([':', '='])?;
    let (name, rest) = line.split_at_checked(at)?;
    let rest = rest.strip_prefix("=>").or_else(|| rest.get(1..))?;
    let marks = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '\'' | '"');
    let (bare, value) = (name.trim_matches(marks), rest.trim());
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$');
    if bare.is_empty() || !bare.chars().all(is_name) {
        return None;
    }
    let quoted = name.trim().starts_with(['\'', '"']);
    let value = if quoted {
        value
            .trim_end_matches(',')
            .trim_matches(['\'', '"', '[', ']'])
    } else {
        value
    };
    Some((bare, value))
}
