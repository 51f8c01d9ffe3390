//! The text that the user's program signed or verified, line by line against the one that the
//! message gives.

use super::search::Search;
use crate::Report;
use crate::causes::program as causes;

/// The names of a request's lines.
pub(super) const OF_REQUEST: [&str; 5] =
    ["method", "path and query", "timestamp", "nonce_str", "body"];

/// The names of the lines of a response or notification.
pub(super) const OF_REPLY: [&str; 3] = ["Wechatpay-Timestamp", "Wechatpay-Nonce", "body"];

/// The names of the lines of what a front end hands to WeChat.
pub(super) const OF_PAYMENT: [&str; 4] = ["appId", "timeStamp", "nonceStr", "package or prepayid"];

/// Says which lines differ, and whether any does. `others` are further values of the message that
/// may stand in their place.
pub(super) fn compare(
    search: &Search,
    names: &[&'static str],
    others: &[(&'static str, &str)],
    logged: &str,
    report: &mut Report,
) -> bool {
    let right = String::from_utf8_lossy(&search.message()).into_owned();
    // A log or an editor may have changed the line ends, and taken the last one or added one.
    let unix = logged.replace("\r\n", "\n");
    let logged = if right.contains('\r') {
        logged
    } else {
        unix.as_str()
    };
    if logged.trim_end_matches('\n') == right.trim_end_matches('\n') {
        return false;
    }
    let expected: Vec<String> = search
        .lines
        .iter()
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let mut lines = logged.splitn(names.len(), '\n');
    let mut differs = false;
    for (at, (name, right)) in names.iter().zip(&expected).enumerate() {
        let found = lines.next();
        let last = at + 1 == names.len();
        let found = found.map(|line| {
            if last {
                line.trim_end_matches('\n')
            } else {
                line
            }
        });
        let right = if last {
            right.trim_end_matches('\n')
        } else {
            right
        };
        if found == Some(right) || (found.is_none() && right.is_empty()) {
            continue;
        }
        differs = true;
        if last && found.is_some_and(|found| !right.is_empty() && goes_on(found, right)) {
            report.find(&causes::V3_MORE, []);
            continue;
        }
        let known = names
            .iter()
            .copied()
            .zip(expected.iter().map(String::as_str))
            .chain(others.iter().copied())
            .find(|(_, value)| !value.is_empty() && Some(*value) == found);
        let found = match (found, known) {
            (None, _) => "missing",
            (Some(""), _) => "empty",
            (Some(_), Some((name, _))) => name,
            (Some(_), None) => "another text",
        };
        let line = (at + 1).to_string();
        let values = [
            ("line", line.as_str()),
            ("expected", name),
            ("found", found),
        ];
        report.find(&causes::V3_DIFFERS, values);
    }
    if !differs {
        report.find(&causes::V3_MORE, []);
    }
    true
}

/// Whether the text is the body and further lines.
fn goes_on(text: &str, body: &str) -> bool {
    text.strip_prefix(body)
        .is_some_and(|rest| rest.starts_with('\n'))
}
