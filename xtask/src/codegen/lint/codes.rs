//! The rules of error codes.

use super::Lint;
use crate::codegen::model::{Code, Operation, Resolve, Version};
use crate::codegen::spec::Outcome;

impl Lint<'_> {
    pub(super) fn codes(&mut self, operation: &Operation) {
        self.table_of_codes(operation, &operation.errors);
        self.queries(operation);
        let mut common = Lint {
            source: &operation.common_source,
            problems: self.problems,
        };
        common.table_of_codes(operation, &operation.common_errors);
    }

    /// Where nothing can be queried, no code says to query.
    fn queries(&mut self, operation: &Operation) {
        let Some((Resolve::Repeat | Resolve::None, at)) = &operation.resolve else {
            return;
        };
        for code in operation.errors.iter().filter(|code| orders_query(code)) {
            let reason = "tells the caller to query, and `resolve` names no query";
            self.say(&code.at, format!("{}: {reason}", code.code));
        }
        for code in operation
            .common_errors
            .iter()
            .filter(|code| orders_query(code))
        {
            let reason = "of `common_errors` tells the caller to query, which \"repeat\" and \"none\" rule out";
            self.say(at, format!("{} {reason}", code.code));
        }
    }

    fn table_of_codes(&mut self, operation: &Operation, codes: &[Code]) {
        let mut previous: Option<&str> = None;
        for code in codes {
            let (at, name) = (&code.at, &code.code);
            if previous.is_some_and(|previous| previous >= name.as_str()) {
                self.say(
                    at,
                    format!("{name}: error codes must be sorted by their bytes"),
                );
            }
            previous = Some(name);
            let mut letters = code.class.split(' ');
            let certain = letters
                .next()
                .is_some_and(|letter| ["A", "D", "Q"].contains(&letter));
            if !certain || !letters.all(|letter| ["C", "L", "S"].contains(&letter)) {
                self.say(
                    at,
                    format!("{name}: a class is A, D or Q, then any of C, L, S"),
                );
            }
            if operation.is_write() != code.outcome.is_some() {
                self.say(
                    at,
                    format!("{name}: a write's code needs an `outcome`, a read's has none"),
                );
            }
            if code.outcome == Some(Outcome::NotExecuted) && !code.class.starts_with('D') {
                self.say(
                    at,
                    format!("{name}: only a definite code (class D) can mean not executed"),
                );
            }
            if (operation.version == Version::V3) != code.status.is_some() {
                self.say(
                    at,
                    format!("{name}: an APIv3 code has its HTTP `status`, an APIv2 code has none"),
                );
            }
            if code.words.en.trim().is_empty() || !super::is_chinese(&code.words.zh) {
                self.say(at, format!("{name}: needs `en` and the Chinese `zh`"));
            }
        }
    }
}

/// Whether the text tells the caller to query: `query, then repeat`, but not `no query tells`.
fn orders_query(code: &Code) -> bool {
    const WORD: &str = "query";
    let text = code.words.en.to_lowercase();
    text.match_indices(WORD).any(|(at, _)| {
        let (before, after) = (text.get(..at), text.get(at + WORD.len()..));
        let (Some(before), Some(after)) = (before, after) else {
            return false;
        };
        let is_word = !after.starts_with(|c: char| c.is_alphanumeric());
        let begins = before.is_empty()
            || [": ", ", ", "; ", ". ", "and ", "then "]
                .iter()
                .any(|end| before.ends_with(end));
        is_word && begins
    })
}
