//! The rules of error codes.

use super::Lint;
use crate::codegen::model::{Code, Operation, Version};
use crate::codegen::spec::Outcome;

impl Lint<'_> {
    pub(super) fn codes(&mut self, operation: &Operation) {
        self.table_of_codes(operation, &operation.errors);
        let mut common = Lint {
            source: &operation.common_source,
            problems: self.problems,
        };
        common.table_of_codes(operation, &operation.common_errors);
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
